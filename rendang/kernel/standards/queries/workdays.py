"""Arithmetic with Chinese working days: holidays, and the Saturdays and Sundays that are worked to make up."""

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rendang.kernel.standards.models import CalendarDay
from rendang.kernel.standards.queries.freshness import remembered


class CalendarEnds(LookupError):
    """The day lies outside the working calendar."""


@dataclass(frozen=True)
class _Calendar:
    first: dt.date
    last: dt.date
    working: list[dt.date]
    provisional: list[dt.date]


def _calendar() -> _Calendar:
    def read() -> _Calendar:
        rows = list(CalendarDay.objects.order_by("date").values_list("date", "is_working", "provisional"))
        if not rows:
            raise CalendarEnds(_("The working calendar is empty. Load the standards."))
        return _Calendar(
            rows[0][0],
            rows[-1][0],
            [date for date, is_working, _provisional in rows if is_working],
            [date for date, _working, is_provisional in rows if is_provisional],
        )

    return remembered("calendar", read)


def _within(days: _Calendar, *dates: dt.date) -> None:
    for date in dates:
        if not days.first <= date <= days.last:
            raise _ends(days)


def _ends(days: _Calendar) -> CalendarEnds:
    return CalendarEnds(
        _("The working calendar runs from {first} to {last}.").format(
            first=days.first.isoformat(), last=days.last.isoformat()
        )
    )


def is_working_day(day: dt.date) -> bool:
    days = _calendar()
    _within(days, day)
    place = bisect_left(days.working, day)
    return place < len(days.working) and days.working[place] == day


def add_working_days(start: dt.date, days: int) -> dt.date:
    """The n-th working day after a day, which is itself not counted; before it when n is negative."""
    found = _calendar()
    _within(found, start)
    if days == 0:
        return start
    place = bisect_right(found.working, start) + days - 1 if days > 0 else bisect_left(found.working, start) + days
    if not 0 <= place < len(found.working):
        raise _ends(found)
    return found.working[place]


def working_days_between(a: dt.date, b: dt.date) -> int:
    """How many working days lie after ``a`` up to and with ``b``; negative when ``b`` is earlier."""
    found = _calendar()
    _within(found, a, b)
    return bisect_right(found.working, b) - bisect_right(found.working, a)


def is_provisional_between(a: dt.date, b: dt.date) -> bool:
    """Whether any day from ``a`` to ``b`` stands in a calendar that is not announced yet."""
    found = _calendar()
    place = bisect_left(found.provisional, a)
    return place < len(found.provisional) and found.provisional[place] <= b
