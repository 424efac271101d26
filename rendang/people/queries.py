"""Finding a person by a number that is stored encrypted, and what one may know of them."""

from typing import Any

from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import convert_old_id_number, normalise_id_number
from rendang.people.models import OtherIdentity, Person
from rendang.people.profiles import FULL, SIMPLE, missing

__all__ = [
    "FULL",
    "SIMPLE",
    "canonical_number",
    "find_by_id_number",
    "find_by_index",
    "may_edit",
    "may_unmask",
    "missing",
]

OLD_LENGTH = 15


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
    if getattr(user, "kind", None) == "SYSTEM":
        return True
    return Person.objects.visible_to(user, Permission.PERSON_EDIT).filter(pk=person.pk).exists()


def may_unmask(user: Any, person: Person) -> bool:
    return Person.objects.visible_to(user, Permission.DOSSIER_UNMASK).filter(pk=person.pk).exists()
