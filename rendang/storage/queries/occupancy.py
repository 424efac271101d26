"""How full the stores are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from rendang.storage.models import Slot, SlotQuerySet, Store
from rendang.storage.queries.walking import shelf_order


@dataclass(frozen=True)
class Occupancy:
    """How full something is: a store, a rack, a layer of a rack."""

    slots: int = 0
    room: int = 0
    occupied: int = 0
    # In millimetres, of the slots that were measured.
    width: int = 0
    used: int = 0

    @property
    def free(self) -> int:
        return self.room - self.occupied

    @property
    def percent(self) -> int:
        by_number = 100 * self.occupied / self.room if self.room else 0
        return round(max(by_number, 100 * self.used / self.width if self.width else 0))

    @property
    def tenth(self) -> int:
        """0 empty, 1 to 9, 10 full: how dark it is drawn. Only what is empty is 0, only what is full is 10."""
        if not self.room or not self.occupied:
            return 0
        if self.occupied >= self.room or 0 < self.width <= self.used:
            return 10
        by_width = 10 * self.used // self.width if self.width else 0
        return min(9, max(1, 10 * self.occupied // self.room, by_width))


def counted(slots: SlotQuerySet, *parts: str) -> Iterator[tuple[Any, ...]]:
    """For each combination of the parts: the parts, and how full it is."""
    measured = Q(width__isnull=False)
    sums = {
        "slots": Count("pk"),
        "all_room": Sum("capacity"),
        "all_lying": Sum("occupied"),
        "all_width": Sum("width", default=0),
        "all_used": Sum("used", filter=measured, default=0),
    }
    for *key, count, room, lying, width, used in slots.order_by().values_list(*parts).annotate(**sums):
        yield (*key, Occupancy(count, room, lying, width, used))


def occupancy_by_store(stores: Iterable[int]) -> dict[int, Occupancy]:
    return dict(counted(Slot.objects.filter(store__in=list(stores)), "store"))


@dataclass(frozen=True)
class RackRow:
    rack: str
    cells: list[tuple[str, Occupancy | None]]  # layer, and how full; None where the rack has no such layer
    total: Occupancy


def occupancy_grid(store: Store) -> tuple[list[str], list[RackRow]]:
    """The layers of the store, and each rack with how full each of its layers is. One query."""
    racks: dict[str, dict[str, Occupancy]] = {}
    for rack, layer, full in counted(Slot.objects.filter(store=store), "rack", "layer"):
        racks.setdefault(rack, {})[layer] = full
    layers = sorted({layer for cells in racks.values() for layer in cells}, key=shelf_order)
    return layers, [
        RackRow(rack, [(layer, cells.get(layer)) for layer in layers], occupancy_of(cells.values()))
        for rack, cells in sorted(racks.items(), key=lambda item: shelf_order(item[0]))
    ]


def occupancy_of(parts: Iterable[Occupancy]) -> Occupancy:
    """Of several together."""
    parts = list(parts)
    return Occupancy(
        sum(part.slots for part in parts),
        sum(part.room for part in parts),
        sum(part.occupied for part in parts),
        sum(part.width for part in parts),
        sum(part.used for part in parts),
    )


def occupancy_by_layer(store: Store, rack: str) -> dict[str, Occupancy]:
    """How full each layer of a rack is, from the lowest."""
    found = dict(counted(Slot.objects.filter(store=store, rack=rack), "layer"))
    return {layer: found[layer] for layer in sorted(found, key=shelf_order)}
