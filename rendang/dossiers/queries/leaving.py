"""What an institution that kept a dossier may still know of it: its own time, and the case by which it left.

The businesses by which dossiers leave stand above; each says under ``@says_how_it_left`` which of its cases it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rendang.dossiers.models import Custody, CustodyConflict
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import sentences
from rendang.kernel.workflow.models import Case


@dataclass(frozen=True)
class WayOut:
    """The case that ended a custody, with which permission its page and receipt are opened, and what was found."""

    case: Case
    view: Permission
    receipt: str = ""
    finding: str = ""


Finder = Callable[[Custody], WayOut | None]
FINDERS: list[Finder] = []


def says_how_it_left(finder: Finder) -> Finder:
    """Ask ``finder(custody)`` for the case that ended it; declared beside the queries of the business."""
    FINDERS.append(finder)
    return finder


@says_how_it_left
def by_a_finding(custody: Custody) -> WayOut | None:
    """Supervision found that another institution keeps it."""
    case = CustodyConflict.objects.filter(holding=custody, state=CustodyConflict.State.MOVED).first()
    return WayOut(case, Permission.CONFLICT_VIEW, finding=case.finding) if case else None


def former_custodies(user: Any, dossier: int) -> list[Custody]:
    """When the person's institutions kept the dossier, the latest first; nothing of what another keeps or kept."""
    rows = Custody.objects.visible_to(user, Permission.DOSSIER_VIEW)
    rows = rows.filter(dossier=dossier, status=Custody.Status.ENDED).select_related("institution", "dossier")
    return list(rows.order_by("-ended_on", "-pk"))


def why_it_left(custody: Custody) -> str:
    """In the reader's language; what an import has brought along stands as it was written."""
    return sentences.reason(custody.ended_reason)


def way_out(custody: Custody) -> WayOut | None:
    """By which case it left: its number is what any former keeper's staff may know. ``None``: no case says so."""
    return next((found for finder in FINDERS if (found := finder(custody))), None)


def may_open(way: WayOut, custody: Custody, user: Any) -> bool:
    """Whether the page and the receipt of that case are the person's to open."""
    return can(user, way.view, at=custody.institution_id)
