"""Finding a person by a number that is stored encrypted, and what one may know of them."""

from typing import Any

from django.db.models import Exists, OuterRef

from rendang.kernel.access.models import Membership
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import is_the_system
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import convert_old_id_number, normalise_id_number
from rendang.people.models import Kinship, OtherIdentity, Person
from rendang.people.profiles import FULL, SIMPLE, missing

__all__ = [
    "FULL",
    "OWN",
    "RELATIVE",
    "SIMPLE",
    "canonical_number",
    "find_by_id_number",
    "find_by_index",
    "forget_relatives",
    "is_declared_relative",
    "is_own_or_relative",
    "kinship_to",
    "kinships_of_staff",
    "may_edit",
    "may_unmask",
    "missing",
    "own_and_relatives",
]

OLD_LENGTH = 15
# What a person is to who asks, in the trace of a refusal.
OWN, RELATIVE = "OWN", "RELATIVE"


def canonical_number(number: str) -> str:
    """A number as it is indexed: without spaces, capital, an old one of 15 digits in its 18-character form."""
    plain = normalise_id_number(number)
    is_old = len(plain) == OLD_LENGTH and plain.isascii() and plain.isdecimal()
    return convert_old_id_number(plain) if is_old else plain


def find_by_id_number(number: str) -> Person | None:
    """The person with this identity number, now or formerly: card of 18 or 15 digits, passport, permit.

    Looks everywhere in the city: what the asker may be told of the person is for the caller to decide.
    """
    return find_by_index(blind_index(canonical_number(number)))


def find_by_index(index: bytes) -> Person | None:
    """The person with this blind index of an identity number, now or formerly."""
    person = Person.objects.select_related("employer").filter(id_index=index).first()
    if person:
        return person
    other = OtherIdentity.objects.select_related("person__employer").filter(number_index=index).first()
    return other.person if other else None


def may_edit(user: Any, person: Person) -> bool:
    """Whether the user may change this person's record: with the right, where the dossier is held or in hand."""
    if is_the_system(user):
        return True
    return Person.objects.visible_to(user, Permission.PERSON_EDIT).filter(pk=person.pk).exists()


def may_unmask(user: Any, person: Person) -> bool:
    return Person.objects.visible_to(user, Permission.DOSSIER_UNMASK).filter(pk=person.pk).exists()


def own_and_relatives(user: Any) -> frozenset[bytes]:
    """The blind indexes of the identities whose dossiers a member of staff must not open; read once a request."""
    if not getattr(user, "is_staff_member", False):
        return frozenset()
    if not hasattr(user, "_own_and_relatives"):
        declared = Kinship.objects.filter(user=user, ended_at=None).values_list("id_index", flat=True)
        user._own_and_relatives = frozenset(bytes(index) for index in declared)
    return user._own_and_relatives


def forget_relatives(user: Any) -> None:
    """What was read of the user's declarations is out of date."""
    user.__dict__.pop("_own_and_relatives", None)


def is_own_or_relative(user: Any, row: Any) -> bool:
    """Whether a row (a person, a dossier, a case …) is of the user or of a relative whom the user has declared."""
    declared = own_and_relatives(user)
    person = getattr(row, "person_id", None) if declared else None
    if person is None:
        return False
    now = Person.objects.filter(pk=person, id_index__in=declared)
    formerly = OtherIdentity.objects.filter(person=person, number_index__in=declared)
    return now.exists() or formerly.exists()


def kinship_to(user: Any, row: Any) -> str:
    """What a row's person is to the user by the user's own declarations: ``OWN``, ``RELATIVE`` or nothing."""
    if not is_own_or_relative(user, row):
        return ""
    person = Person.objects.get(pk=row.person_id)
    numbers = [person.id_index, *OtherIdentity.objects.filter(person=person).values_list("number_index", flat=True)]
    own = Kinship.objects.filter(user=user, ended_at=None, relation="self", id_index__in=numbers)
    return OWN if own.exists() else RELATIVE


def is_declared_relative(number_index: bytes, person: Person) -> bool:
    """Whether one of the two, as a member of staff of any institution, has declared the other a relative.

    Only the numbers count: a namesake of a relative is somebody else.
    """
    numbers = [
        bytes(person.id_index),
        *map(bytes, OtherIdentity.objects.filter(person=person).values_list("number_index", flat=True)),
    ]
    return _have_declared([number_index], numbers) or _have_declared(numbers, [number_index])


def _have_declared(who: list[bytes], whom: list[bytes]) -> bool:
    """Whether somebody of these identities has declared one of those a relative."""
    whoever = Kinship.objects.filter(relation="self", ended_at=None, id_index__in=who).values("user")
    theirs = Kinship.objects.filter(user__in=whoever, ended_at=None, id_index__in=whom)
    return theirs.exclude(relation="self").exists()


def kinships_of_staff(user: Any) -> Any:
    """The declarations of the members of staff for whom a head answers, by name; ended ones last."""
    where = institution_ids_where(user, Permission.KINSHIP_VIEW)
    rows = Kinship.objects.select_related("user").order_by("ended_at", "user__name", "pk")
    if where is None:
        return rows
    ours = Membership.objects.filter(user=OuterRef("user"), institution__in=where)
    return rows.filter(Exists(ours))
