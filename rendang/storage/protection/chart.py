"""The climate of a store as a drawing: the band of each day against the limits, without a script."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT, LEFT, TOP = 720, 150, 40, 10


@dataclass(frozen=True)
class Bar:
    """One day: from the lowest to the highest value, and whether it kept to the limits."""

    x: float
    y: float
    width: float
    height: float
    outside: bool
    title: str


@dataclass(frozen=True)
class Chart:
    """What the template draws: bars, the band of the limits, and the marks of the scale."""

    name: str
    bars: list[Bar]
    band_y: float
    band_height: float
    marks: list[tuple[float, str]]
    days: list[tuple[float, str]]
    width: int = WIDTH + LEFT
    height: int = HEIGHT + TOP + 20
    left: int = LEFT
    inner: int = WIDTH


def draw(
    name: str, unit: str, days: list[dict[str, Any]], low: str, high: str, kept: tuple[Decimal, Decimal],
    change: Decimal, first: dt.date, last: dt.date,
) -> Chart:  # fmt: skip
    """A chart of ``days`` (``queries.days``), whose values are under ``low`` and ``high``.

    A day stands out when a value left what is ``kept`` to, or when it changed by more than ``change``.
    """
    values = [float(day[key]) for day in days for key in (low, high)] + [float(limit) for limit in kept]
    bottom, top = min(values) - 2, max(values) + 2
    scale = HEIGHT / (top - bottom)
    step = WIDTH / ((last - first).days + 1)

    def y(value: float) -> float:
        return round(TOP + (top - value) * scale, 1)

    bars = []
    for day in days:
        lowest, highest = float(day[low]), float(day[high])
        outside = lowest < kept[0] or highest > kept[1] or day[high] - day[low] > change
        x = LEFT + (day["day"] - first).days * step + step * 0.2
        height = max(round((highest - lowest) * scale, 1), 3.0)
        title = f"{day['day']}: {lowest}–{highest} {unit}"
        bars.append(Bar(round(x, 1), y(highest), round(step * 0.6, 1), height, outside, title))
    marks = [(y(float(limit)), f"{limit}{unit}") for limit in kept]
    every = max(1, ((last - first).days + 1) // 8)
    ticks = [
        (round(LEFT + number * step + step / 2, 1), f"{first + dt.timedelta(number):%m-%d}")
        for number in range(0, (last - first).days + 1, every)
    ]
    return Chart(name, bars, y(float(kept[1])), round(float(kept[1] - kept[0]) * scale, 1), marks, ticks)
