"""What pages and other apps ask about places: where a dossier is, what is free, how full the stores are."""

import re
from collections.abc import Iterable

from django.db.models import F

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.storage.models import Placement, PlacementQuerySet, Slot, SlotQuerySet
from rendang.storage.ranges import normalised


def current_placement(dossier: Dossier) -> Placement | None:
    """Where the dossier is now, with its slot."""
    return Placement.objects.current().filter(dossier=dossier).select_related("slot").first()


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


def free_slots(institution: Institution, near: Slot | None = None, limit: int = 20) -> list[Slot]:
    """Slots with room, the nearest first: same rack, bay and layer before others, then by position."""
    free = Slot.objects.free().filter(institution=institution).select_related("store")
    if near is None:
        return list(free.order_by("code")[:limit])
    found = [
        *free.filter(code__gte=near.code).order_by("code")[:limit],
        *free.filter(code__lt=near.code).order_by("-code")[:limit],
    ]
    return sorted(found, key=lambda slot: _distance(slot, near))[:limit]


def _distance(slot: Slot, near: Slot) -> tuple[bool, bool, bool, bool, int]:
    return (
        slot.store_id != near.store_id,
        slot.rack != near.rack,
        slot.bay != near.bay,
        slot.layer != near.layer,
        abs(_running_number(slot.code) - _running_number(near.code)),
    )


def _running_number(code: str) -> int:
    digits = re.findall(r"\d+", code)
    return int(digits[-1]) if digits else 0


def unplaced(institution: Institution) -> PlacementQuerySet:
    """Dossiers whose place is known only in a roster's words: to be placed."""
    return (
        Placement.objects.current()
        .filter(institution=institution, kind=Placement.Kind.AS_WRITTEN)
        .select_related("dossier__person", "institution")
        .order_by("pk")
    )


def known_slots(institution: Institution, texts: Iterable[str]) -> dict[str, int]:
    """Text → id of the slot it names, for those that name one. One query, however many texts."""
    codes = {text: normalised(text) for text in texts}
    wanted = {code for code in codes.values() if code}
    if not wanted:
        return {}
    known = dict(Slot.objects.filter(institution=institution, code__in=wanted).values_list("code", "pk"))
    return {text: known[code] for text, code in codes.items() if code in known}


def slot_by_code(slots: SlotQuerySet, text: str) -> Slot | None:
    """The slot that a scanned label or typed position names."""
    return slots.filter(code=normalised(text)).select_related("store", "institution").first()
