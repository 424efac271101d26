"""The order of the shelf, and of the keeper's round through the stores."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar

from rendang.storage.models import Slot, Store

T = TypeVar("T")


def place_on_shelf(slot: Slot) -> tuple[Any, ...]:
    """Sorts the slots of a rack: layer, bay, number, each counted as people count."""
    return shelf_order(slot.layer), shelf_order(slot.bay), shelf_order(slot.code)


def shelf_order(code: str) -> list[tuple[int, str]]:
    """2 before 10, and A before B."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", code) if part]


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
    things = sorted(things, key=lambda thing: (shelf_order(slot_of(thing).layer), shelf_order(slot_of(thing).code)))
    rows = rows_of(slot_of(thing).store_id for thing in things)
    turn = {(store, row): number for store, names in rows.items() for number, row in enumerate(names)}

    def aisle(thing: T) -> tuple[Any, ...]:
        slot = slot_of(thing)
        return (*round_of(slot.store), turn[slot.store_id, row_of(slot.rack)])

    def along(thing: T) -> tuple[Any, ...]:
        return shelf_order(slot_of(thing).rack), shelf_order(slot_of(thing).bay)

    walked: list[T] = []
    for key, group in groupby(sorted(things, key=aisle), key=aisle):
        walked += sorted(group, key=along, reverse=key[-1] % 2 == 1)
    return walked
