"""What the public may be told: the one-entry query over all institutions, and what citizens see of their own."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from random import random
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake.models import Intake
from rendang.circulation.transfers.models import Departure, DepartureRequest
from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries import CallCourse, courses_of_calls
from rendang.kernel.access.models import Institution, Membership
from rendang.kernel.audit.queries import events_about
from rendang.kernel.audit.sentences import reason, sentence
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.language import in_words_of_the_reader, listed
from rendang.kernel.workflow.models import Case, CaseQuerySet, kinds
from rendang.kernel.workflow.views import KINDS
from rendang.people.queries import canonical_number
from rendang.storage.queries import current_placement, in_stock

# One statement whoever is asked for, found or not: the same plan, the same work. The name must agree as well; a wrong
# name is as unknown as a wrong number. A dossier by chance is looked for each time: for a number that nobody has, it
# is followed all the way, so that the answer takes as long, and nothing of it is told.
WHERE_IS_IT = """
SELECT CASE WHEN %(name)s IN (person.name, person.former_name) THEN asked.known END, custody.id IS NOT NULL,
       institution.id, institution.name, institution.english_name, institution.address, institution.phone,
       custody.received_on, custody.id IS NOT NULL AND slot.id IS NOT NULL AS in_stock
FROM (SELECT coalesce(
          (SELECT id FROM people_person WHERE id_index = %(index)s),
          (SELECT person_id FROM people_otheridentity WHERE number_index = %(index)s)) AS known OFFSET 0) AS asked
LEFT JOIN LATERAL (SELECT person_id FROM dossiers_dossier
                   WHERE id >= (%(chance)s * (SELECT max(id) FROM dossiers_dossier))::bigint
                   ORDER BY id LIMIT 1) other ON true
LEFT JOIN people_person person ON person.id = coalesce(asked.known, other.person_id)
LEFT JOIN dossiers_dossier dossier ON dossier.person_id = person.id
LEFT JOIN dossiers_custody custody ON custody.dossier_id = dossier.id AND custody.status = 'HELD'
LEFT JOIN access_institution institution ON institution.id = custody.institution_id
LEFT JOIN storage_placement slot ON slot.dossier_id = dossier.id AND slot.until IS NULL AND slot.kind = 'SLOT'
                                AND slot.institution_id = custody.institution_id
ORDER BY custody.id NULLS LAST LIMIT 1
"""

# The verbs of the audit log that are looks, not changes.
LOOKS = frozenset({"view", "unmask", "print", "export", "ask"})
# Who reads a dossier for which authority is not the citizen's to follow: it would warn whom an authority looks into.
INSIDE = ("loan.",)


@dataclass(frozen=True)
class Whereabouts:
    """All that the one-entry query tells: which institution, since when, in stock or not, address and telephone.

    ``person_id`` is for the trace alone: somebody of that name and number, whose dossier may not be here.
    """

    person_id: int | None = None
    is_found: bool = False
    institution_id: int | None = None
    institution: str = ""
    english_name: str = ""
    address: str = ""
    phone: str = ""
    since: str = ""
    in_stock: bool = False

    @property
    def keeper(self) -> str:
        """What the institution is called in the language of the reader."""
        return in_words_of_the_reader(self.institution, self.english_name)


def where_is(name: str, id_number: str) -> Whereabouts:
    """One answer for all institutions. Nothing is told unless name and number belong to one person."""
    index = blind_index(canonical_number(id_number))
    with connection.cursor() as cursor:
        cursor.execute(WHERE_IS_IT, {"index": index, "name": normalise_name(name), "chance": random()})
        person_id, is_held, *told = cursor.fetchone()
    if person_id is None or not is_held:
        return Whereabouts(person_id)
    return Whereabouts(person_id, True, *told)


@dataclass(frozen=True)
class OwnDossier:
    """What citizens see of their own dossier: where it is, never what is in it (domain.md §1.5, P2)."""

    dossier: Dossier
    custody: Custody | None
    in_stock: bool
    on_its_way: bool
    lost_on: dt.date | None = None  # declared lost for good, by decision
    left: Custody | None = None  # the custody that ended last, where none follows it in the city


def own_dossier(citizen: Any) -> OwnDossier | None:
    dossier = Dossier.objects.filter(person__id_index=bytes(citizen.id_index)).select_related("person").first()
    if dossier is None:
        return None
    custody = dossier.custodies.filter(status=Custody.Status.HELD).select_related("institution").first()
    placement = current_placement(dossier)
    ended = dossier.custodies.filter(status=Custody.Status.ENDED).exclude(sent_to="")
    return OwnDossier(
        dossier=dossier,
        custody=custody,
        in_stock=in_stock(dossier),
        on_its_way=placement is not None and placement.kind == "COURIER",
        lost_on=timezone.localdate(placement.since) if placement and placement.kind == "LOST" else None,
        left=None if custody else ended.select_related("institution").order_by("-ended_on", "-pk").first(),
    )


@dataclass(frozen=True)
class Look:
    """Somebody looked at a citizen's dossier: when, from which institution, and why. Not who: the office answers."""

    at: dt.datetime
    institution: str
    what: str
    reason: str


def _is_shown(verb: str) -> bool:
    return verb.rpartition(".")[2] in LOOKS and not verb.startswith(INSIDE)


def looks_at(person_id: int, limit: int = 100) -> list[Look]:
    """Who looked, newest first, the looks of the public query and of the citizen's own sign-in included."""
    names = {institution.pk: str(institution) for institution in Institution.objects.all()}
    events = [event for event in events_about(person_id, limit=5 * limit) if _is_shown(event.verb)]
    events = events[:limit]
    offices = _offices_of({event.actor_id for event in events if event.actor_id})
    return [
        Look(
            event.at,
            _where(names.get(event.institution_id or 0, ""), offices.get(event.actor_id or 0, set())),
            sentence(event.verb),
            _what_for(event.verb, event.reason),
        )
        for event in events
    ]


def _what_for(verb: str, given: str) -> str:
    """The paper that was opened by its name, a code in its words; a code that nothing names is not shown."""
    made_with = KINDS.get(kinds().get(verb.partition(".")[0], Case))
    if made_with and given in made_with.papers:
        return str(made_with.papers[given][1])
    said = reason(given)
    return "" if re.fullmatch(r"[a-z_]+", said) else said


def _where(keeper: str, offices: set[str]) -> str:
    """The office of who looked: not always the keeper, a dossier that is offered is read by who is to decide."""
    return keeper if keeper in offices or not offices else listed(sorted(offices))


def _offices_of(actors: set[int]) -> dict[int, set[str]]:
    """Where members of staff work."""
    rows = Membership.objects.filter(user__in=actors).select_related("institution")
    offices: dict[int, set[str]] = {}
    for row in rows:
        offices.setdefault(row.user_id, set()).add(str(row.institution or _("Municipal supervision")))
    return offices


# What a state of a departure means to the person, beyond its name.
DEPARTURE_IN_WORDS = {
    "APPLIED": gettext_lazy("We compare your letter with the original record; a second person then decides."),
    "APPROVED": gettext_lazy("Your dossier is fetched from its slot and checked page by page."),
    "CHECKED": gettext_lazy("Your dossier is checked; a second person seals it."),
    "SEALED": gettext_lazy("Your dossier is sealed and goes to the carrier next."),
    "IN_TRANSIT": gettext_lazy("Your dossier is with the carrier. We wait for the receipt of the other side."),
    "CHASED": gettext_lazy("The receipt of the other side is late. We have asked for it."),
    "CONFIRMED": gettext_lazy("The other side has your dossier. From now on ask there."),
    "HANDED_OVER": gettext_lazy("Two people of the other side have fetched your dossier. From now on ask there."),
    "DECLINED": gettext_lazy("It could not be approved; the reason is among your messages. You may apply again."),
    "WITHDRAWN": gettext_lazy("It was called off. Your dossier stays here."),
    "RETURNING": gettext_lazy("Your dossier is coming back to us; we find out why and tell you."),
    "RETURNED": gettext_lazy("Your dossier has come back and is kept here."),
    "SEARCHED": gettext_lazy("Your dossier was not delivered. We are looking for it and answer for it."),
    "LOST": gettext_lazy("Your dossier could not be found. We replace what can be replaced and tell you how."),
}
# And of a transfer between two institutions of the city.
TRANSFER_IN_WORDS = {
    "OFFERED": gettext_lazy("The other institution has been asked whether it takes your dossier."),
    "AGREED": gettext_lazy("Both institutions agree. Your dossier is packed next; you need not do anything."),
    "SENT": gettext_lazy("Your dossier is packed and sealed."),
    "IN_TRANSIT": gettext_lazy("Your dossier is on its way to the other institution."),
    "RECEIVED": gettext_lazy("The other institution keeps your dossier now."),
    "DECLINED": gettext_lazy("The other institution does not take your dossier. It stays here; telephone us."),
    "WITHDRAWN": gettext_lazy("It was called off. Your dossier stays here."),
    "REFUSED": gettext_lazy("The parcel was refused on arrival and is coming back to us."),
    "RETURNED": gettext_lazy("Your dossier has come back and is kept here."),
}
# Of an intake whose dossier another institution of the city keeps, until that one sends it.
CALLED_INSIDE_IN_WORDS = {
    "APPLIED": gettext_lazy(
        "The institution checks your application; then it asks the present keeper itself. You carry no letter."
    ),
    "CALLED": gettext_lazy("The present keeper has been asked for your dossier. You need not do anything."),
    "REFUSED": gettext_lazy(
        "The present keeper cannot send your dossier now. The institution clears that with it, or tells you more."
    ),
}
MOVES_INSIDE = gettext_lazy("It stays in this city: the institutions settle it between themselves, without letters.")


@dataclass(frozen=True)
class OwnCase:
    """A case as its person follows it; what led to a transfer inside the city goes on as that."""

    case: Case
    follows: Case
    words: str

    @property
    def is_moving(self) -> bool:
        """Both institutions have agreed: only the keeper can still stop it."""
        return self.follows is not self.case and self.follows.is_open


def followed(cases: Iterable[Case]) -> list[OwnCase]:
    """What the states of these cases mean to the person whose they are; a few queries for any number of them.

    Of several that led to the same transfer the latest stands for all.
    """
    cases = list(cases)
    asked = Departure.objects.filter(pk__in=[case.pk for case in cases if case.kind == "departure"], moves_inside=True)
    inside = {one.pk: one for one in asked.select_related("moves_to", "transfer_offered__institution",
                                                          "transfer_offered__counterpart")}  # fmt: skip
    calls = _calls(case.pk for case in cases if case.kind == "intake")
    told = [_followed(case, inside.get(case.pk), *calls.get(case.pk, (False, None))) for case in cases]
    return list({one.follows.pk: one for one in reversed(told)}.values())[::-1]


def _calls(intakes: Iterable[int]) -> dict[int, tuple[bool, CallCourse | None]]:
    """Of these intakes those whose dossier is kept in the city, with how it was asked for."""
    letters = dict(Intake.objects.filter(pk__in=intakes, moves_inside=True).values_list("pk", "letter_number"))
    courses = courses_of_calls(letters.values())
    return {pk: (True, courses.get(letter)) for pk, letter in letters.items()}


def _followed(case: Case, inside: Departure | None, is_called_inside: bool, call: CallCourse | None) -> OwnCase:
    if call and call.transfer and case.state in {Intake.State.CALLED, Intake.State.MOVED}:
        return OwnCase(case, call.transfer, str(TRANSFER_IN_WORDS.get(call.transfer.state, "")))
    if is_called_inside:
        return OwnCase(case, case, str(CALLED_INSIDE_IN_WORDS.get(case.state, "")))
    follows: Case = (inside and inside.transfer_offered) or case
    if inside and follows is case and case.is_open:
        return OwnCase(case, follows, str(MOVES_INSIDE))
    told = {"departure": DEPARTURE_IN_WORDS, "transfer": TRANSFER_IN_WORDS}.get(follows.kind, {})
    return OwnCase(case, follows, str(told.get(follows.state, "")))


def own_cases(index: bytes) -> CaseQuerySet:
    """The cases of a person, those included in which the dossier is one of a list.

    Left out is a transfer to which an application or intake of the person's led: it is shown as that (``followed``).
    """
    of_lists = Departure.objects.filter(lines__dossier__person__id_index=index, dossier__isnull=True)
    cases = Case.objects.filter(Q(person__id_index=index) | Q(pk__in=of_lists.values("pk")))
    called = DepartureRequest.objects.filter(sent_by=DepartureRequest.From.CITY, person__id_index=index)
    called = called.exclude(transfer_offered=None)
    return cases.exclude(transfer__application__person__id_index=index).exclude(
        pk__in=called.values("transfer_offered")
    )
