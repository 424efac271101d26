"""Which moves close the gaps of a store, or put it in order, in an order in which each finds its slot free."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Collate
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody
from rendang.storage.models import Compaction, Placement, Slot, Store
from rendang.storage.queries.sorting import Shelves, Step, filled, steps
from rendang.storage.queries.walking import row_of, shelf_order, through_the_store

Method = Compaction.Method
ASIDE = 50  # slots of other stores in which a dossier may wait its turn


class Shelf(NamedTuple):
    """A slot as a plan sees it."""

    pk: int
    code: str
    rack: str
    bay: str
    layer: str
    capacity: int
    width: int | None


class Shift(NamedTuple):
    """A dossier that goes from one slot into another."""

    dossier: int
    origin: int
    target: int


@dataclass(frozen=True)
class Outline:
    """The moves of a plan, or why there can be none."""

    moves: Sequence[Shift] = ()
    problem: str = ""


Lying = dict[int, list[tuple[int, int]]]  # slot → dossier and thickness, as they were put there


def outlines(store: Store, methods: Iterable[str]) -> dict[str, Outline]:
    """What each way of moving would come to; at most six queries, however large the store.

    Taken in their order, the moves each find room. Closing up, a dossier only ever goes towards the door, and whatever
    lay in its target and had to leave has left before; in order of numbers, what waits for each other in a ring goes
    aside first.
    """
    slots = _slots(store)
    lying: Lying = defaultdict(list)
    placements = Placement.objects.current().filter(slot__store=store).order_by("since", "pk")
    for slot, dossier, thickness in placements.values_list("slot_id", "dossier_id", "thickness"):
        lying[slot].append((dossier, thickness))
    found = {}
    for method in methods:
        if method in Compaction.SORTING:
            found[method] = _sorted(store, slots, lying, method)
        else:
            moves = _in_order(slots, lying) if method == Method.KEEP_ORDER else _from_the_end(slots, lying)
            problem = "" if moves else _("%(store)s has no gaps to close.") % {"store": store}
            found[method] = Outline(_shifts(moves, slots), problem)
    return found


def _shifts(moves: Iterable[Step], slots: Sequence[Shelf]) -> list[Shift]:
    return [Shift(dossier, slots[origin].pk, slots[target].pk) for dossier, origin, target in moves]


def _slots(store: Store) -> list[Shelf]:
    """In walking order."""
    rows = [Shelf(*row) for row in Slot.objects.filter(store=store).order_by().values_list(*Shelf._fields)]
    return through_the_store(rows, lambda slot: slot, sorted({row_of(slot.rack) for slot in rows}, key=shelf_order))


def _order(store: Store, method: str) -> list[int]:
    """What is held and lies in the store, by archive number; or by employer and then number, without one last."""
    here = Placement.objects.current().filter(dossier=OuterRef("dossier"), slot__store=store)
    held = Custody.objects.filter(Exists(here), institution=store.institution_id, status=Custody.Status.HELD)
    firm = [Collate("employer__name", "C").asc(nulls_last=True)] if method == Method.EMPLOYER else []
    return list(held.order_by(*firm, "archive_number", "dossier").values_list("dossier", flat=True))


def _sorted(store: Store, slots: list[Shelf], lying: Lying, method: str) -> Outline:
    """In order of archive numbers, or of employers and then numbers; what nobody holds comes last."""
    at = {slot.pk: number for number, slot in enumerate(slots)}
    place = {dossier: at[slot] for slot, those in lying.items() for dossier, _thick in those}
    thickness = {dossier: thick for those in lying.values() for dossier, thick in those}
    order = [dossier for dossier in _order(store, method) if dossier in place]
    wanted = filled(slots, [*order, *sorted(place.keys() - set(order))], thickness)
    if wanted is None:
        said = _("In this order not all dossiers fit into %(store)s: their thickness leaves gaps. Add slots first.")
        return Outline(problem=said % {"store": store})
    if wanted == place:
        return Outline(problem=_("%(store)s is in this order already.") % {"store": store})
    moves = steps(slots, place, wanted, thickness)
    if moves is None:  # no room to turn in the store itself
        beyond = _beyond(store)
        aside = range(len(slots), len(slots) + len(beyond))
        slots = [*slots, *beyond]
        moves = steps(slots, place, wanted, thickness, aside)
    if moves is None:
        said = _("%(store)s is full and no other store has room in which a dossier could wait. Add a slot first.")
        return Outline(problem=said % {"store": store})
    return Outline(_shifts(moves, slots))


def _beyond(store: Store) -> list[Shelf]:
    """Slots of other stores of the same sort, cut to the room that is left in them."""
    others = Slot.objects.free().filter(institution=store.institution_id, store__purpose=store.purpose)
    rows = others.exclude(store=store).order_by("store", "code")[:ASIDE]
    return [Shelf(slot.pk, slot.code, slot.rack, slot.bay, slot.layer, slot.room, slot.width_left) for slot in rows]


def _in_order(slots: Sequence[Shelf], lying: Lying) -> list[Step]:
    """Every dossier moves up as far as it can without overtaking another."""
    rack, reached, found = Shelves(slots), 0, []
    for origin, slot in enumerate(slots):
        for dossier, thickness in lying.get(slot.pk, []):
            while reached < origin and not rack.fits(reached, thickness):
                reached += 1
            rack.add(reached, thickness)
            if reached < origin:
                found.append((dossier, origin, reached))
    return found


def _from_the_end(slots: Sequence[Shelf], lying: Lying) -> list[Step]:
    """The last dossiers fill the first gaps."""
    rack, found, first = Shelves(slots), [], 0
    for at, slot in enumerate(slots):
        for _dossier, thickness in lying.get(slot.pk, []):
            rack.add(at, thickness)
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
