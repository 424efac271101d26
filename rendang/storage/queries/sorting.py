"""倒架: in which order dossiers change places, so that in the end they lie in the order that is wanted.

Slots are known by their number on the way through the store, dossiers by their id. No step of the list overfills a
slot, by number or by width; where dossiers wait for each other in a ring, one of them goes aside first and comes back
when its slot is free (腾挪).
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class Holds(Protocol):
    """What a slot can hold, by number and, where it was measured, by width."""

    @property
    def capacity(self) -> int: ...
    @property
    def width(self) -> int | None: ...


Step = tuple[int, int, int]  # dossier, from, to
NEAR = 50  # slots that are looked at for a place aside before any other


class Shelves:
    """What is promised to each slot on the way."""

    def __init__(self, slots: Sequence[Holds]) -> None:
        self.slots = slots
        self.count = [0] * len(slots)
        self.used = [0] * len(slots)

    def fits(self, at: int, thickness: int) -> bool:
        slot = self.slots[at]
        return self.count[at] < slot.capacity and (slot.width is None or self.used[at] + thickness <= slot.width)

    def add(self, at: int, thickness: int, count: int = 1) -> None:
        self.count[at] += count
        self.used[at] += count * thickness


def filled(slots: Sequence[Holds], order: Iterable[int], thickness: Mapping[int, int]) -> dict[int, int] | None:
    """Dossier → slot, the slots filled one after the other in this order; ``None`` when they do not all fit so."""
    shelves, at, found = Shelves(slots), 0, {}
    for dossier in order:
        thick = thickness[dossier]
        while at < len(slots) and not shelves.fits(at, thick):
            at += 1
        if at == len(slots):
            return None
        shelves.add(at, thick)
        found[dossier] = at
    return found


def steps(
    slots: Sequence[Holds],
    lying: Mapping[int, int],
    wanted: dict[int, int],
    thickness: Mapping[int, int],
    aside: Sequence[int] = (),
) -> list[Step] | None:
    """The moves that bring every dossier from where it lies to where it is wanted, in an order in which each has room.

    ``lying`` and ``wanted`` are slots by dossier; ``aside`` are slots, the last of ``slots``, in which nothing is
    wanted and a dossier may wait. No dossier goes aside twice. ``None`` when there is no room to go aside.
    """
    return _Moving(slots, lying, wanted, thickness, aside).done()


class _Moving:
    """The shelves while the dossiers change places."""

    def __init__(
        self,
        slots: Sequence[Holds],
        lying: Mapping[int, int],
        wanted: dict[int, int],
        thickness: Mapping[int, int],
        aside: Sequence[int],
    ) -> None:
        self.shelves, self.at, self.wanted, self.thickness = Shelves(slots), dict(lying), wanted, thickness
        self.aside, self.found, self.were_aside = aside, [], set[int]()  # type: tuple[Sequence[int], list[Step], set[int]]
        self.coming: dict[int, list[int]] = defaultdict(list)
        self.leaving: dict[int, list[int]] = defaultdict(list)
        for dossier, slot in lying.items():
            self.shelves.add(slot, thickness[dossier])
        for dossier, slot in reversed(wanted.items()):  # the last of each list is taken first
            if lying[dossier] != slot:
                self.coming[slot].append(dossier)
                self.leaving[lying[dossier]].append(dossier)

        self.order = deque(sorted(self.coming))
        # Slots of the store in which nothing is awaited, the last ones at the end; some may be full meanwhile.
        self.quiet = [at for at in range(len(slots) - len(aside)) if at not in self.coming]

    def done(self) -> list[Step] | None:
        ready = deque(self.order)
        while self.coming:
            while ready:
                self._fill(ready.popleft(), ready)
            if self.coming:
                freed = self._step_aside()
                if freed is None:
                    return None
                ready.append(freed)
        return self.found

    def _fill(self, slot: int, ready: deque[int]) -> None:
        """Whatever is wanted in the slot and fits goes there, and leaves room where it lay."""
        waiting = self.coming.get(slot)
        if waiting is None:
            return
        most, at = self.shelves.slots[slot].capacity, len(waiting)
        while at and self.shelves.count[slot] < most:
            at -= 1
            if self.shelves.fits(slot, self.thickness[waiting[at]]):
                ready.append(self._move(waiting.pop(at), slot))
        if not waiting:
            del self.coming[slot]
            self.quiet.append(slot)

    def _move(self, dossier: int, slot: int) -> int:
        origin = self.at[dossier]
        self.shelves.add(origin, self.thickness[dossier], -1)
        self.shelves.add(slot, self.thickness[dossier])
        self.leaving[origin].remove(dossier)
        if origin not in self.coming and origin < len(self.shelves.slots) - len(self.aside):
            self.quiet.append(origin)
        self.at[dossier] = slot
        self.found.append((dossier, origin, slot))
        return origin

    def _step_aside(self) -> int | None:
        """All wait for each other: one dossier makes room; returns the slot that it has left."""
        while self.order[0] not in self.coming:
            self.order.popleft()
        for slot in self.order:
            if slot not in self.coming:
                continue
            staying = [dossier for dossier in self.leaving[slot] if dossier not in self.were_aside]
            for dossier in sorted(staying, key=lambda one: -self.thickness[one]):
                place = self._place_aside(dossier, slot)
                if place is not None:
                    self._move(dossier, place)
                    self.leaving[place].append(dossier)
                    self.were_aside.add(dossier)
                    return slot
        return None

    def _place_aside(self, dossier: int, origin: int) -> int | None:
        """Where nothing is awaited, the last such slot first; else beyond the store; else any slot with room."""
        while self.quiet and not self.shelves.fits(self.quiet[-1], 0):
            self.quiet.pop()
        inside = range(len(self.shelves.slots) - len(self.aside) - 1, -1, -1)
        for slots in (reversed(self.quiet[-NEAR:]), self.aside, inside):
            for slot in slots:
                if slot != origin and self.shelves.fits(slot, self.thickness[dossier]):
                    return slot
        return None
