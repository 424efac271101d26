"""In which slot a dossier had best be put."""

import re
from collections.abc import Iterable

from django.db.models import Q

from rendang.kernel.access.models import Institution
from rendang.storage.models import Placement, Slot
from rendang.storage.queries.finding import known_slots


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


def suggestions(institution: Institution, placements: Iterable[Placement]) -> dict[int, Slot]:
    """Placement id → the slot to put it in: the one its text names if it has room, else the nearest free one.

    No slot is suggested for more dossiers than it has room for. Three queries, however many placements.
    """
    placements = list(placements)
    named_ids = known_slots(institution, {placement.detail for placement in placements})
    named = Slot.objects.in_bulk(set(named_ids.values()))
    racks = {(slot.store_id, slot.rack) for slot in named.values() if slot.room < 1}
    free = Slot.objects.free().filter(institution=institution).order_by("code")
    near = Q()
    for store, rack in racks:
        near |= Q(store=store, rack=rack)
    nearest = list(free.filter(near)[:500]) if racks else []
    pool = {slot.pk: slot for slot in [*nearest, *free[: 2 * len(placements)]]}
    room = {slot.pk: slot.room for slot in [*pool.values(), *named.values()]}
    suggested: dict[int, Slot] = {}
    waiting: list[tuple[Placement, Slot | None]] = []
    for placement in placements:
        slot = named.get(named_ids.get(placement.detail, 0))
        if slot and room[slot.pk] > 0:
            suggested[placement.pk] = slot
            room[slot.pk] -= 1
        else:
            waiting.append((placement, slot))
    for placement, wanted in sorted(waiting, key=lambda one: one[1] is None):
        open_slots = [slot for slot in pool.values() if room[slot.pk] > 0]
        if not open_slots:
            break
        slot = min(open_slots, key=lambda one: _distance(one, wanted)) if wanted else open_slots[0]
        suggested[placement.pk] = slot
        room[slot.pk] -= 1
    return suggested
