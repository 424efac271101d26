"""What pages and other apps ask about places: where a dossier is, what is free, how full the stores are."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.storage.models import Placement, PlacementQuerySet, Slot, SlotQuerySet, Store
from rendang.storage.ranges import normalised

# What the label of a dossier says.
BARCODE = re.compile(r"^RD0*(\d{1,18})$", re.IGNORECASE)


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


def slots_between(institution: Institution, first: str, last: str = "") -> SlotQuerySet:
    """Slots from one position to another; the beginning of a position (a rack, a layer) stands for all of it."""
    first = normalised(first)
    last = normalised(last) or first
    return (
        Slot.objects.filter(Q(code__lte=last) | Q(code__startswith=last), institution=institution, code__gte=first)
        .select_related("store")
        .order_by("code")
    )


def lying_in(slots: SlotQuerySet) -> PlacementQuerySet:
    """What lies in the slots now, in the order of the shelf."""
    return Placement.objects.current().filter(slot__in=slots).order_by("slot__code", "pk")


def dossiers_named(dossiers: Any, text: str) -> list[Dossier]:
    """The dossiers that a scanned label, an archive number or a whole name means; at most six."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    if barcode := BARCODE.match(text):
        return list(dossiers.filter(pk=int(barcode[1])))
    held = Q(custodies__status=Custody.Status.HELD)
    found = list(dossiers.filter(held, custodies__archive_number__iexact=text).order_by("pk")[:6])
    return found or list(dossiers.filter(person__name=text).order_by("pk")[:6])


@dataclass(frozen=True)
class Occupancy:
    """How full something is: a store, a rack, a layer of a rack."""

    slots: int = 0
    room: int = 0
    occupied: int = 0

    @property
    def free(self) -> int:
        return self.room - self.occupied

    @property
    def percent(self) -> int:
        return round(100 * self.occupied / self.room) if self.room else 0

    @property
    def tenth(self) -> int:
        """0 empty, 1 to 9, 10 full: how dark it is drawn. Only what is empty is 0, only what is full is 10."""
        if not self.room or not self.occupied:
            return 0
        return 10 if self.occupied >= self.room else min(9, max(1, 10 * self.occupied // self.room))


def _counted(slots: SlotQuerySet, *parts: str) -> Iterator[tuple[Any, ...]]:
    """For each combination of the parts: the parts, and how full it is."""
    sums = (Count("pk"), Sum("capacity"), Sum("occupied"))
    for *key, count, room, lying in slots.order_by().values_list(*parts).annotate(*sums):
        yield (*key, Occupancy(count, room, lying))


def occupancy_by_store(stores: Iterable[int]) -> dict[int, Occupancy]:
    return dict(_counted(Slot.objects.filter(store__in=list(stores)), "store"))


@dataclass(frozen=True)
class RackRow:
    rack: str
    cells: list[tuple[str, Occupancy | None]]  # layer, and how full; None where the rack has no such layer
    total: Occupancy


def occupancy_grid(store: Store) -> tuple[list[str], list[RackRow]]:
    """The layers of the store, and each rack with how full each of its layers is. One query."""
    racks: dict[str, dict[str, Occupancy]] = {}
    for rack, layer, full in _counted(Slot.objects.filter(store=store), "rack", "layer"):
        racks.setdefault(rack, {})[layer] = full
    layers = sorted({layer for cells in racks.values() for layer in cells}, key=_shelf_order)
    return layers, [
        RackRow(rack, [(layer, cells.get(layer)) for layer in layers], occupancy_of(cells.values()))
        for rack, cells in sorted(racks.items(), key=lambda item: _shelf_order(item[0]))
    ]


def occupancy_of(parts: Iterable[Occupancy]) -> Occupancy:
    """Of several together."""
    parts = list(parts)
    return Occupancy(
        sum(part.slots for part in parts), sum(part.room for part in parts), sum(part.occupied for part in parts)
    )


def occupancy_by_layer(store: Store, rack: str) -> dict[str, Occupancy]:
    """How full each layer of a rack is, from the lowest."""
    found = dict(_counted(Slot.objects.filter(store=store, rack=rack), "layer"))
    return {layer: found[layer] for layer in sorted(found, key=_shelf_order)}


def place_on_shelf(slot: Slot) -> tuple[Any, ...]:
    """Sorts the slots of a rack: layer, bay, number, each counted as people count."""
    return _shelf_order(slot.layer), _shelf_order(slot.bay), _shelf_order(slot.code)


def _shelf_order(code: str) -> list[tuple[int, str]]:
    """2 before 10, and A before B."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", code) if part]


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


def archive_numbers(dossiers: Iterable[int], institution: int) -> dict[int, str]:
    """Dossier id → the archive number under which the institution holds it."""
    held = Custody.objects.filter(dossier__in=list(dossiers), institution=institution, status=Custody.Status.HELD)
    return dict(held.values_list("dossier_id", "archive_number"))


def dossiers_by_code(dossiers: Any, texts: Iterable[str]) -> dict[str, int]:
    """Text → id of the dossier whose barcode or archive number it is. Two queries, however many texts."""
    plain = {text: unicodedata.normalize("NFKC", text).strip() for text in texts}
    barcodes = {text: int(found[1]) for text, code in plain.items() if (found := BARCODE.match(code))}
    there = set(dossiers.filter(pk__in=set(barcodes.values())).values_list("pk", flat=True))
    numbers = dict(
        dossiers.filter(
            custodies__archive_number__in=set(plain.values()), custodies__status=Custody.Status.HELD
        ).values_list("custodies__archive_number", "pk")
    )
    return {text: pk for text, pk in barcodes.items() if pk in there} | {
        text: numbers[code] for text, code in plain.items() if code in numbers
    }
