"""Plays what happened in the city: scenes side by side, each step on its own working day before today."""

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator

from django.utils import timezone

from rendang.demo import clock
from rendang.kernel.standards.queries import add_working_days

# A scene yields, before each of its steps, how many working days ago the step is taken. Never more than before.
Scene = Iterator[int]

OPENING, MINUTES_OF_BUSINESS = dt.time(9, 0), 420


def moment(days_ago: int, minute: int, *, now: dt.datetime) -> dt.datetime:
    """A minute of business on the n-th working day before now; never later than now."""
    today = timezone.localdate(now)
    day = add_working_days(today, -days_ago) if days_ago else today
    opening = dt.datetime.combine(day, OPENING, timezone.get_default_timezone())
    return min(opening + dt.timedelta(minutes=minute % MINUTES_OF_BUSINESS), now)


def play(scenes: Iterable[Scene]) -> int:
    """Take all steps of all scenes in the order in which they happened; returns how many."""
    now = timezone.now()
    queue: list[tuple[dt.datetime, int, Scene]] = []
    for number, scene in enumerate(scenes):
        _enqueue(queue, scene, number, now, earliest=None)
    steps = 0
    while queue:
        at, number, scene = heapq.heappop(queue)
        with clock.at(at):
            _enqueue(queue, scene, number, now, earliest=at)
        steps += 1
    return steps


def _enqueue(
    queue: list[tuple[dt.datetime, int, Scene]],
    scene: Scene,
    number: int,
    now: dt.datetime,
    *,
    earliest: dt.datetime | None,
) -> None:
    days_ago = next(scene, None)
    if days_ago is None:
        return
    following = moment(days_ago, 17 * number, now=now)
    if earliest is not None and following <= earliest:
        following = min(earliest + dt.timedelta(minutes=9), now)
    heapq.heappush(queue, (following, number, scene))
