"""What transfers, departures and the businesses of the record itself know of that stands in a dossier's way."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.transfers.models import DepartingDossier, Departure, Transfer
from rendang.dossiers.queries.departure import Obstacle, before_departure, obstacles
from rendang.kernel.standards.telling import Said, say, told
from rendang.kernel.workflow.models import Case, kind_of
from rendang.kernel.workflow.steps import InTheWay, before_step

_OPEN = ("transfer", "departure", "custodyconflict", "materialremoval", "certificate")
NONE_CAN_LEAVE = _("Something stands in the way of every dossier of the list.")
_WARNINGS = frozenset({"certificate"})
_GOING = frozenset({"transfer", "departure"})


@before_departure
def open_business(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """An open transfer or departure, a custody conflict, a removal not decided; a drafted certificate is a warning."""
    ids = list(dossiers)
    found: dict[int, list[Obstacle]] = defaultdict(list)
    cases = Case.objects.open().filter(dossier__in=ids, kind__in=_OPEN).values_list("dossier", "kind", "pk", "number")
    going = DepartingDossier.objects.filter(dossier__in=ids, outcome=DepartingDossier.Outcome.GOING)
    many = going.filter(departure__dossier__isnull=True).values_list("dossier", "departure", "departure__number")
    of_many = ((dossier, "departure", case, number) for dossier, case, number in many)
    for dossier, kind, case, number in [*cases, *of_many]:
        is_warning, is_going = kind in _WARNINGS, kind in _GOING
        said = say(f"in_the_way.{kind}.number", number=number) if is_going else say(f"in_the_way.{kind}")
        found[dossier].append(Obstacle(said, kind_of(kind).PAGE, case, warning=is_warning, going=is_going))
    return found


def in_the_way_of(case: Transfer | Departure, dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """For each dossier what stands in its way; the transfer or departure itself does not."""
    return {dossier: _but_itself(case, found) for dossier, found in obstacles(dossiers).items()}


def _but_itself(case: Transfer | Departure, found: Iterable[Obstacle]) -> list[Obstacle]:
    return [one for one in found if (one.page, one.key) != (case.PAGE, case.pk)]


def hindrances(found: Iterable[Obstacle]) -> list[Said]:
    """What holds a dossier back; warnings do not."""
    return [one.said for one in found if not one.warning]


def named(hindrances: Iterable[Said]) -> list[str]:
    """Each in the reader's language."""
    return [told([one]) for one in hindrances]


def address_refuses(departure: Departure) -> str:
    """Why there is no address to which it could be sent, in words; empty when a second person has verified it."""
    if departure.examined_by_id is None or departure.keeper is None:
        return gettext("The letter must be examined and the receiver chosen from the address book first.")
    if not departure.keeper.is_verified:
        unverified = gettext(
            "The address of %(keeper)s is not verified. A second person verifies it in the address book."
        )
        return unverified % {"keeper": departure.keeper.name}
    return ""


@before_step(Departure, "approve")
def not_to_be_approved(departures: Sequence[Departure]) -> dict[int, str]:
    """Departures without a verified address, and those of which no dossier can leave as it is."""
    prefetch_related_objects(list(departures), "keeper")
    refused: dict[int, str] = {one.pk: why for one in departures if (why := _address_in_the_way(one))}
    left = {one.pk: one for one in departures if one.pk not in refused}
    going = DepartingDossier.objects.filter(departure__in=left, outcome=DepartingDossier.Outcome.GOING)
    lines = going.order_by("pk").values_list("departure", "dossier")
    known = obstacles(dossier for _departure, dossier in lines)
    hindered: dict[int, list[list[Obstacle]]] = defaultdict(list)
    for departure, dossier in lines:
        hindered[departure].append([one for one in _but_itself(left[departure], known[dossier]) if not one.warning])
    for departure, each in hindered.items():
        if all(each):
            refused[departure] = (
                InTheWay.of((str(NONE_CAN_LEAVE), left[departure].get_absolute_url()))
                if left[departure].addresses_many
                else InTheWay.of(*((one.text, one.url) for one in each[0]))
            )
    return refused


def _address_in_the_way(departure: Departure) -> str:
    """What ``address_refuses`` says, leading to the address where that is what lacks."""
    refusal = address_refuses(departure)
    if refusal and departure.examined_by_id and departure.keeper:
        return InTheWay.of((refusal, departure.keeper.get_absolute_url()))
    return refusal


def shown(found: Iterable[Obstacle]) -> list[dict[str, Any]]:
    """Obstacles as a page shows them, with the address at which each can be cleared."""
    return [{"text": one.text, "warning": one.warning, "url": one.url} for one in found]
