"""How the parcel of a departure or a transfer may travel, by the rule that holds for every parcel."""

from collections.abc import Iterable

from django.utils import timezone

from rendang.circulation.parcels import queries as carrying
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.kernel.standards import queries as standards


def carriers_between_us() -> list[str]:
    """The codes of the ways in which a dossier may travel between institutions of the city, today."""
    return list(standards.policy("carriers_internal", on=timezone.localdate()).value)


def carriers_for(departure: Departure) -> list[str]:
    """The codes of the carriers that the departure's tier allows today."""
    return carrying.carriers_for(departure.tier, on=timezone.localdate())


def goes_to_state_unit(departure: Departure) -> bool:
    """Whether the receiver may fetch it by two of its people, against a receipt signed on the spot."""
    kind = departure.keeper.kind if departure.keeper else ""
    return carrying.may_be_handed_over(kind, on=timezone.localdate())


def tier_for(departure: Departure, lines: Iterable[DepartingDossier]) -> carrying.TierRule:
    """By the receiver, the identities that the papers show and the employers; lines come with the latter."""
    employers = [(line.identity, line.dossier.person.employer) for line in lines]
    return carrying.tier_of(
        on=timezone.localdate(),
        destination=departure.keeper.kind if departure.keeper else "",
        people=[(identity, employer.kind if employer else "") for identity, employer in employers],
    )


def tier_in_words(departure: Departure) -> str:
    """Why the parcel must travel as it must."""
    rule = carrying.TierRule(departure.tier, departure.tier_basis)
    return carrying.tier_in_words(rule, on=departure.sent_on or timezone.localdate())
