"""Which moves close the gaps of a store, in an order in which each finds its slot free."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from rendang.storage.models import Compaction, Placement, Slot, Store
from rendang.storage.queries.walking import in_walking_order

Method = Compaction.Method


@dataclass(frozen=True)
class Shift:
    """A dossier that goes from one slot into another of its store."""

    dossier: int
    origin: Slot
    target: Slot


class _Rack:
    """The slots of a store in walking order, with what is promised to each."""

    def __init__(self, slots: list[Slot], *, empty: bool) -> None:
        self.slots = slots
        self.count = [0 if empty else slot.occupied for slot in slots]
        self.used = [0 if empty else slot.used for slot in slots]

    def fits(self, at: int, thickness: int) -> bool:
        slot = self.slots[at]
        return self.count[at] < slot.capacity and (slot.width is None or self.used[at] + thickness <= slot.width)

    def add(self, at: int, thickness: int, count: int = 1) -> None:
        self.count[at] += count
        self.used[at] += count * thickness


def shifts(store: Store, method: str) -> list[Shift]:
    """The moves that close the gaps of a store, none if there are no gaps. Four queries, however large it is.

    Taken in their order, each finds room: a dossier only ever goes towards the door, and whatever lay in its target
    and had to leave has left before.
    """
    slots = in_walking_order(
        Slot.objects.filter(store=store).select_related("store__building").defer("institution"), lambda slot: slot
    )
    lying: dict[int, list[tuple[int, int]]] = defaultdict(list)
    placements = Placement.objects.current().filter(slot__store=store).order_by("since", "pk")
    for slot, dossier, thickness in placements.values_list("slot_id", "dossier_id", "thickness"):
        lying[slot].append((dossier, thickness))
    found = _in_order(slots, lying) if method == Method.KEEP_ORDER else _from_the_end(slots, lying)
    return [Shift(dossier, slots[origin], slots[target]) for dossier, origin, target in found]


def _in_order(slots: list[Slot], lying: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int, int]]:
    """Every dossier moves up as far as it can without overtaking another."""
    rack, reached, found = _Rack(slots, empty=True), 0, []
    for origin, slot in enumerate(slots):
        for dossier, thickness in lying.get(slot.pk, []):
            while reached < origin and not rack.fits(reached, thickness):
                reached += 1
            rack.add(reached, thickness)
            if reached < origin:
                found.append((dossier, origin, reached))
    return found


def _from_the_end(slots: list[Slot], lying: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int, int]]:
    """The last dossiers fill the first gaps."""
    rack, found, first = _Rack(slots, empty=False), [], 0
    for origin in range(len(slots) - 1, -1, -1):
        for dossier, thickness in reversed(lying.get(slots[origin].pk, [])):
            while first < origin and rack.count[first] >= slots[first].capacity:
                first += 1
            target = next((at for at in range(first, min(origin, first + 50)) if rack.fits(at, thickness)), None)
            if target is not None:
                rack.add(target, thickness)
                rack.add(origin, thickness, -1)
                found.append((dossier, origin, target))
        if first >= origin:
            break
    return found


def compactions(rows: QuerySet[Compaction]) -> QuerySet[Compaction]:
    """Each with how many of its moves there are, are done, are overtaken."""
    return rows.select_related("store", "institution", "by").annotate(
        planned=Count("moves"),
        done=Count("moves", filter=Q(moves__done_at__isnull=False)),
        overtaken=Count("moves", filter=Q(moves__overtaken=True)),
    )
