"""How a dossier may travel: the tier of transport and its carriers (人社厅发〔2022〕64号; domain.md §1.7).

Of every parcel, whichever way it goes: what a recall letter asks for, what is sent back, what leaves.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rendang.circulation.parcels.models import Tier
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.citations import basis_in_words


@dataclass(frozen=True)
class TierRule:
    """Which tier, and by what: ``destination:organ``, ``employer:state_enterprise``, ``identity:11``; empty for B."""

    tier: str
    basis: str = ""


def tier_of(*, on: dt.date, destination: str = "", people: Iterable[tuple[str, str]]) -> TierRule:
    """Tier A when the receiver is a state unit, or when one of the dossiers is of somebody whom the rule names.

    ``destination`` is the receiver's kind of employer, ``people`` the identity and the employer's kind of each whose
    dossier is in the parcel. One dossier of tier A makes the whole parcel tier A.
    """
    employers = standards.policy("tier_a_employers", on=on).value
    identities = tier_identities(on)
    if destination in employers:
        return TierRule(Tier.A, f"destination:{destination}")
    for identity, employer in people:
        if identity in identities:
            return TierRule(Tier.A, f"identity:{identity}")
        if employer in employers:
            return TierRule(Tier.A, f"employer:{employer}")
    return TierRule(Tier.B)


def tier_identities(on: dt.date) -> list[str]:
    """The identities (codes of personal_identity) whose dossiers travel by tier A."""
    return list(standards.policy("tier_a_identities", on=on).value)


def carriers_for(tier: str, *, on: dt.date) -> list[str]:
    """The codes of the carriers that a tier allows; what is forbidden is never among them."""
    return list(standards.policy(_policy(tier), on=on).value)


def carriers_in_words(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Carriers as a form offers them: in the order of the rule, so that the usual one stands first."""
    names = dict(standards.choices("carrier")())
    return [(code, names[code]) for code in codes if code in names]


def may_be_handed_over(destination: str, *, on: dt.date) -> bool:
    """直接转递 — whether a receiver of this kind may fetch it: organs and state units, never a person (112号)."""
    return destination in standards.policy("direct_transfer_receivers", on=on).value


def carrier_is_allowed(code: str, *, on: dt.date) -> bool:
    """Whether a dossier may travel this way at all: never self-carried, never by ordinary post (112号)."""
    return code not in standards.policy("carriers_forbidden", on=on).value


def tier_in_words(rule: TierRule, *, on: dt.date) -> str:
    """Why a parcel must travel as it must, with the legal basis, for the screen."""
    return f"{_why(rule)} {basis_in_words(standards.policy(_policy(rule.tier), on=on).basis)}".strip()


def _policy(tier: str) -> str:
    return "carriers_tier_a" if tier == Tier.A else "carriers_tier_b"


def _why(rule: TierRule) -> str:
    what, _colon, code = rule.basis.partition(":")
    if what == "destination":
        named = standards.code_label("employer_kind", code, short=False)
        return _("Tier A: the receiver is of the kind “%(kind)s”.") % {"kind": named}
    if what == "employer":
        named = standards.code_label("employer_kind", code, short=False)
        return _("Tier A: the employer is of the kind “%(kind)s”.") % {"kind": named}
    if what == "identity":
        named = standards.code_label("personal_identity", code, short=False)
        return _("Tier A: the person is or was “%(identity)s”.") % {"identity": named}
    return _("Tier B: neither the receiver nor anybody's papers ask for tier A.")
