"""How the stores of the five institutions are laid out. Pure: the slots are made by ``rendang.storage``."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from math import ceil

from rendang.storage.ranges import Plan


@dataclass(frozen=True)
class Layout:
    """``racks_are`` names the racks; the stores share them, the last one with racks to spare."""

    stores: tuple[tuple[str, str], ...]
    bays: int
    layers: int
    numbers: int
    capacity: int
    rows: str = "ABCDEFGH"

    @property
    def per_rack(self) -> int:
        return self.bays * self.layers * self.numbers * self.capacity


LAYOUTS = {
    # A dossier a slot, as on new mobile shelving.
    "RCSC": Layout((("K01", "一号密集架库"), ("K02", "二号密集架库")), bays=5, layers=6, numbers=20, capacity=1),
    # Boxes of ten.
    "WQZX": Layout((("W1", "外企档案库"),), bays=4, layers=5, numbers=6, capacity=10),
    "JYZX": Layout((("J1", "一楼东库"), ("J2", "一楼西库")), bays=5, layers=6, numbers=4, capacity=5),
    # Plain shelves without bays.
    "LDZX": Layout((("L1", "劳代档案库"),), bays=0, layers=6, numbers=50, capacity=2),
    "TXRY": Layout((("T01", "在世退休人员库"), ("T02", "已故退休人员库")), bays=3, layers=6, numbers=12, capacity=4),
}
# Room beyond what the roster fills.
RESERVE = 1.15


def plans(office: str, dossiers: int) -> list[tuple[str, str, Plan]]:
    """(code, name, slots) of each store, with room for so many dossiers and a reserve."""
    layout = LAYOUTS[office]
    per_rack = layout.per_rack or layout.layers * layout.numbers * layout.capacity
    racks = max(ceil(dossiers * RESERVE / per_rack), len(layout.stores))
    shares = [racks // len(layout.stores) + (n < racks % len(layout.stores)) for n in range(len(layout.stores))]
    found = []
    for (code, name), count in zip(layout.stores, shares, strict=True):
        in_a_row = ceil(count / len(layout.rows)) if count > 8 * len(layout.rows) else 8
        plan = Plan(
            store=code,
            racks=tuple(f"{layout.rows[n // in_a_row]}-{n % in_a_row + 1:02d}" for n in range(count)),
            bays=tuple(f"{n + 1:02d}" for n in range(layout.bays)),
            layers=tuple(str(n + 1) for n in range(layout.layers)),
            numbers=tuple(f"{n + 1:03d}" for n in range(layout.numbers)),
            capacity=layout.capacity,
        )
        found.append((code, name, plan))
    return found


def positions(office: str, dossiers: int) -> Iterator[str]:
    """The position of each dossier in turn, every slot as often as it has room."""
    filled = chain.from_iterable(
        [code] * plan.capacity for _c, _n, plan in plans(office, dossiers) for code in plan.codes()
    )
    return islice(filled, dossiers)
