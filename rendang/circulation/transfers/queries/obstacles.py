"""What transfers, departures and the businesses of the record itself know of that stands in a dossier's way."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.circulation.transfers.models import DepartingDossier, Departure, Transfer
from rendang.dossiers.queries.departure import Obstacle, before_departure, obstacles
from rendang.kernel.workflow.models import Case, kind_of

_OPEN = {
    "transfer": _("It is being transferred already."),
    "departure": _("It is leaving the city already."),
    "custodyconflict": _("Another institution says it holds this dossier; supervision is settling the conflict."),
    "materialremoval": _("A paper of it is about to be removed; that must be decided first."),
    "certificate": _("A certificate is being drafted; issue it before the dossier leaves."),
}
_WARNINGS = frozenset({"certificate"})
_GOING = frozenset({"transfer", "departure"})


@before_departure
def open_business(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """An open transfer or departure, a custody conflict, a removal not decided; a drafted certificate is a warning."""
    ids = list(dossiers)
    found: dict[int, list[Obstacle]] = defaultdict(list)
    cases = Case.objects.open().filter(dossier__in=ids, kind__in=_OPEN).values_list("dossier", "kind", "pk")
    going = DepartingDossier.objects.filter(dossier__in=ids, outcome=DepartingDossier.Outcome.GOING)
    many = going.filter(departure__dossier__isnull=True).values_list("dossier", "departure")
    for dossier, kind, case in [*cases, *((dossier, "departure", case) for dossier, case in many)]:
        is_warning, is_going = kind in _WARNINGS, kind in _GOING
        found[dossier].append(Obstacle(_OPEN[kind], kind_of(kind).PAGE, case, warning=is_warning, going=is_going))
    return found


def in_the_way_of(case: Transfer | Departure, dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """For each dossier what stands in its way; the transfer or departure itself does not."""
    own = (case.PAGE, case.pk)
    return {
        dossier: [one for one in found if (one.page, one.key) != own] for dossier, found in obstacles(dossiers).items()
    }


def hindrances(found: Iterable[Obstacle]) -> list[str]:
    """What holds a dossier back, in words; warnings do not."""
    return [str(one.text) for one in found if not one.warning]


def shown(found: Iterable[Obstacle]) -> list[dict[str, Any]]:
    """Obstacles as a page shows them, with the address at which each can be cleared."""
    return [
        {
            "text": one.text,
            "warning": one.warning,
            "url": reverse(one.page, args=[one.key] if one.key is not None else []) if one.page else "",
        }
        for one in found
    ]
