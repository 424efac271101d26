"""The order of the shelf, and of the keeper's round through the stores."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from rendang.storage.models import Slot, Store

T = TypeVar("T")


class OnTheWay(Protocol):
    """What the way through a store asks of a slot."""

    @property
    def rack(self) -> str: ...
    @property
    def bay(self) -> str: ...
    @property
    def layer(self) -> str: ...
    @property
    def code(self) -> str: ...


def place_on_shelf(slot: Slot) -> tuple[Any, ...]:
    """Sorts the slots of a rack: layer, bay, number, each counted as people count."""
    return shelf_order(slot.layer), shelf_order(slot.bay), shelf_order(slot.code)


@lru_cache(maxsize=50_000)
def shelf_order(code: str) -> tuple[tuple[int, str], ...]:
    """2 before 10, and A before B."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", code) if part)


def row_of(rack: str) -> str:
    """The row in which a rack stands: A of A-03; racks without rows stand in one."""
    return rack.partition("-")[0] if "-" in rack else ""


def round_of(store: Store) -> tuple[Any, ...]:
    """Sorts stores as the keeper comes by: building, floor, room."""
    building = (store.building.position, store.building.pk) if store.building else (0, 0)
    return (*building, store.floor, shelf_order(store.code), store.pk)


def rows_of(stores: Iterable[int]) -> dict[int, list[str]]:
    """Store id → its rows of racks from the door on. One query."""
    found: dict[int, set[str]] = defaultdict(set)
    racks = Slot.objects.filter(store__in=set(stores)).order_by().values_list("store", "rack").distinct()
    for store, rack in racks:
        found[store].add(row_of(rack))
    return {store: sorted(rows, key=shelf_order) for store, rows in found.items()}


def in_walking_order(things: Iterable[T], slot_of: Callable[[T], Slot]) -> list[T]:
    """In the order of one round: building, floor, room, up one row of racks and down the next, bay by bay.

    The slots come with their store and its building. One query, however many.
    """
    rooms: dict[int, list[T]] = defaultdict(list)
    for thing in things:
        rooms[slot_of(thing).store_id].append(thing)
    rows = rows_of(rooms)
    stores = sorted(rooms, key=lambda pk: round_of(slot_of(rooms[pk][0]).store))
    return [thing for pk in stores for thing in through_the_store(rooms[pk], slot_of, rows[pk])]


def through_the_store(things: Iterable[T], slot_of: Callable[[T], OnTheWay], rows: Iterable[str]) -> list[T]:
    """In the order of the way through one store, whose rows of racks, in their order, are given."""
    turn = {name: number for number, name in enumerate(rows)}
    keyed = []
    bays = set()
    for thing in things:
        slot = slot_of(thing)
        bays.add((slot.rack, slot.bay))
        keyed.append((slot.rack, slot.bay, shelf_order(slot.layer), shelf_order(slot.code), thing))
    along = sorted(bays, key=lambda bay: (shelf_order(bay[0]), shelf_order(bay[1])))
    way = {bay: (turn[row_of(bay[0])], number) for number, bay in enumerate(along)}
    passed = {bay: (row, -number if row % 2 else number) for bay, (row, number) in way.items()}
    keyed.sort(key=lambda each: (passed[each[0], each[1]], each[2], each[3]))
    return [each[4] for each in keyed]
