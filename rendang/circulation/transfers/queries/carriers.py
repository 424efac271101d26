"""How a dossier may travel: the tier of transport and its carriers (人社厅发〔2022〕64号; domain.md §1.7)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.kernel.standards import queries as standards

Tier = Departure.Tier


def carriers_between_us() -> list[str]:
    """The codes of the ways in which a dossier may travel between institutions of the city, today."""
    return list(standards.policy("carriers_internal", on=timezone.localdate()).value)


def carriers_for(tier: str) -> list[str]:
    """The codes of the carriers that a tier allows today; what is forbidden is never among them."""
    name = "carriers_tier_a" if tier == Tier.A else "carriers_tier_b"
    return list(standards.policy(name, on=timezone.localdate()).value)


@dataclass(frozen=True)
class TierRule:
    """Which tier, and by what: ``destination:organ``, ``employer:state_enterprise``, ``identity:11``; empty for B."""

    tier: str
    basis: str


def tier_identities(on: dt.date) -> list[str]:
    """The identities (codes of personal_identity) whose dossiers travel by tier A."""
    return list(standards.policy("tier_a_identities", on=on).value)


def tier_of(departure: Departure, lines: Iterable[DepartingDossier]) -> TierRule:
    """Tier A when the receiver is a state unit, or when one of the dossiers is of somebody whom the rule names.

    ``lines`` come with ``dossier__person__employer``. One dossier of tier A makes the whole parcel tier A.
    """
    today = timezone.localdate()
    employers = standards.policy("tier_a_employers", on=today).value
    identities = tier_identities(today)
    if departure.keeper and departure.keeper.kind in employers:
        return TierRule(Tier.A, f"destination:{departure.keeper.kind}")
    for line in lines:
        if line.identity in identities:
            return TierRule(Tier.A, f"identity:{line.identity}")
        employer = line.dossier.person.employer
        if employer and employer.kind in employers:
            return TierRule(Tier.A, f"employer:{employer.kind}")
    return TierRule(Tier.B, "")


def tier_in_words(departure: Departure) -> str:
    """Why the parcel must travel as it must, for the screen and the paper."""
    what, _colon, code = departure.tier_basis.partition(":")
    if what == "destination":
        named = standards.code_name("employer_kind", code)
        return _("Tier A: the receiver is of the kind “%(kind)s”.") % {"kind": named}
    if what == "employer":
        named = standards.code_name("employer_kind", code)
        return _("Tier A: the employer is of the kind “%(kind)s”.") % {"kind": named}
    if what == "identity":
        named = standards.code_name("personal_identity", code)
        return _("Tier A: the papers show the identity “%(identity)s”.") % {"identity": named}
    return _("Tier B: neither the receiver nor anybody's papers ask for tier A.")
