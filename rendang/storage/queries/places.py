"""Where dossiers are and were."""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.storage.models import LabelPrint, Placement, PlacementQuerySet, Slot, SlotQuerySet


def current_placement(dossier: Dossier) -> Placement | None:
    """Where the dossier is now, with its slot and institution."""
    return Placement.objects.current().filter(dossier=dossier).select_related("slot", "institution").first()


def current_placements(dossiers: Iterable[int]) -> PlacementQuerySet:
    """Where each of the dossiers is now, by their ids."""
    return Placement.objects.current().filter(dossier__in=list(dossiers)).select_related("slot")


def place_label(dossier: Dossier) -> str:
    """Where the dossier is now, in words for the screen: the slot's position, the desk, the carrier."""
    placement = current_placement(dossier)
    return placement.label if placement else ""


def place_history(dossier: Dossier) -> PlacementQuerySet:
    """Every place of the dossier, the latest first."""
    return (
        Placement.objects.filter(dossier=dossier)
        .select_related("slot", "institution", "by", "case")
        .order_by("-since", "-pk")
    )


def last_slot(dossier: Dossier, institution: Institution | int) -> Slot | None:
    """The slot of the institution in which the dossier lay last."""
    where = institution.pk if isinstance(institution, Institution) else institution
    latest = (
        Placement.objects.filter(dossier=dossier, kind=Placement.Kind.SLOT, institution=where)
        .select_related("slot")
        .order_by("-since", "-pk")
        .first()
    )
    return latest.slot if latest else None


def in_stock(dossier: Dossier) -> bool:
    """在库 — an open custody, and placed in a slot of the institution that holds it (design.md §5)."""
    return (
        Placement.objects.current()
        .filter(
            dossier=dossier,
            kind=Placement.Kind.SLOT,
            institution=F("dossier__custodies__institution"),
            dossier__custodies__status=Custody.Status.HELD,
        )
        .exists()
    )


def unplaced(institution: Institution) -> PlacementQuerySet:
    """Dossiers whose place is known only in a roster's words: to be placed."""
    return (
        Placement.objects.current()
        .filter(institution=institution, kind=Placement.Kind.AS_WRITTEN)
        .select_related("dossier__person", "institution")
        .order_by("pk")
    )


def lying_in(slots: SlotQuerySet) -> PlacementQuerySet:
    """What lies in the slots now, in the order of the shelf."""
    return Placement.objects.current().filter(slot__in=slots).order_by("slot__code", "pk")


def archive_numbers(dossiers: Iterable[int], institution: int) -> dict[int, str]:
    """Dossier id → the archive number under which the institution holds it."""
    held = Custody.objects.filter(dossier__in=list(dossiers), institution=institution, status=Custody.Status.HELD)
    return dict(held.values_list("dossier_id", "archive_number"))


def numbers_in(slots: Iterable[Slot]) -> dict[int, list[str]]:
    """Slot id → the archive numbers that lie in it, in their order. One query."""
    found: dict[int, list[str]] = {}
    lying = (
        Placement.objects.current()
        .filter(slot__in=list(slots), dossier__custodies__status=Custody.Status.HELD)
        .order_by("dossier__custodies__archive_number")
    )
    for slot, number in lying.values_list("slot", "dossier__custodies__archive_number"):
        found.setdefault(slot, []).append(number)
    return found


def label_prints(institution: Institution) -> QuerySet[LabelPrint]:
    """标签打印登记 — the latest first."""
    return LabelPrint.objects.filter(institution=institution).select_related("by").order_by("-at", "-pk")
