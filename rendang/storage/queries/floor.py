"""平面图: the stores of an institution as a drawing, computed from their racks; nothing is drawn by hand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rendang.kernel.access.models import Institution
from rendang.storage.models import Building, Slot, Store, floor_name
from rendang.storage.queries.occupancy import Occupancy, counted, occupancy_of
from rendang.storage.queries.walking import round_of, row_of, shelf_order

# Of the drawing, in its own units; the browser scales it.
RACK, DEPTH, MARGIN, NAME = 44, 24, 14, 22
AISLE = {Store.Shelving.MOBILE: 12, Store.Shelving.FIXED: 26}
GAP = {Store.Shelving.MOBILE: 1, Store.Shelving.FIXED: 5}
LONGEST_ROW = 14  # racks without rows are drawn in rows of so many


@dataclass(frozen=True)
class RackBox:
    """A rack as it is drawn: where, what it is called, how full."""

    rack: str
    name: str
    x: int
    y: int
    full: Occupancy
    width: int = RACK
    depth: int = DEPTH

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.depth // 2


@dataclass(frozen=True)
class RowBox:
    """A row of racks; every other one is walked backwards."""

    name: str
    y: int
    racks: list[RackBox]


@dataclass(frozen=True)
class RoomPlan:
    store: Store
    rows: list[RowBox] = field(default_factory=list)
    width: int = 240
    height: int = 90

    @property
    def total(self) -> Occupancy:
        return occupancy_of(rack.full for row in self.rows for rack in row.racks)

    @property
    def round(self) -> str:
        """The keeper's round from the door, as the points of a line through the aisles."""
        points = []
        for number, row in enumerate(self.rows):
            y = row.y + DEPTH + 5
            ends = [row.racks[0].x, row.racks[-1].x + RACK]
            points += [(x, y) for x in (ends if number % 2 == 0 else ends[::-1])]
        return " ".join(f"{x},{y}" for x, y in points)


@dataclass(frozen=True)
class FloorPlan:
    building: Building | None
    floor: int
    rooms: list[RoomPlan]

    @property
    def name(self) -> str:
        return floor_name(self.floor)


def room_plan(store: Store) -> RoomPlan:
    """One room. One query."""
    return _drawn(store, dict(counted(Slot.objects.filter(store=store), "rack")))


def floor_plans(institution: Institution | int) -> list[FloorPlan]:
    """Every room of an institution, building by building and floor by floor, as the keeper comes by. Two queries."""
    stores = list(Store.objects.filter(institution=institution).select_related("building", "institution"))
    racks: dict[int, dict[str, Occupancy]] = defaultdict(dict)
    for store, rack, full in counted(Slot.objects.filter(store__in=stores), "store", "rack"):
        racks[store][rack] = full
    floors: dict[tuple[int | None, int], FloorPlan] = {}
    for one in sorted(stores, key=round_of):
        place = floors.setdefault((one.building_id, one.floor), FloorPlan(one.building, one.floor, []))
        place.rooms.append(_drawn(one, racks[one.pk]))
    return list(floors.values())


def _drawn(store: Store, racks: dict[str, Occupancy]) -> RoomPlan:
    shelving = Store.Shelving(store.shelving)
    step, aisle = RACK + GAP[shelving], DEPTH + AISLE[shelving]
    rows: list[RowBox] = []
    for name, names in _in_rows(racks):
        y = MARGIN + len(rows) * aisle
        boxes = [
            RackBox(rack, rack.removeprefix(f"{name}-"), MARGIN + NAME + at * step, y, racks[rack])
            for at, rack in enumerate(names)
        ]
        rows.append(RowBox(name, y, boxes))
    if not rows:
        return RoomPlan(store)
    longest = max(len(row.racks) for row in rows)
    return RoomPlan(
        store, rows, width=max(2 * MARGIN + NAME + longest * step, 150), height=2 * MARGIN + len(rows) * aisle
    )


def _in_rows(racks: Iterable[str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = defaultdict(list)
    for rack in sorted(racks, key=shelf_order):
        found[row_of(rack)].append(rack)
    rows = []
    for name in sorted(found, key=shelf_order):
        names = found[name]
        if name:
            rows.append((name, names))
        else:
            rows += [("", names[at : at + LONGEST_ROW]) for at in range(0, len(names), LONGEST_ROW)]
    return rows
