"""Entering the State Council's notices on the working calendar."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rendang.kernel.audit import actions as audit
from rendang.kernel.standards.actions.periods import may_edit
from rendang.kernel.standards.models import CalendarDay, Source
from rendang.kernel.standards.queries import forget

Named = dict[dt.date, str]


@transaction.atomic
def announce_year(year: int, *, by: Any, days_off: Named, worked: Named, basis: str) -> None:
    """Replace a year's calendar by what the notice says: days off, and weekend days worked to make up for them.

    Time limits already set keep their due date.
    """
    may_edit(by)
    for field, named in (("days_off", days_off), ("worked", worked)):
        for day in named:
            if day.year != year:
                raise ValidationError(
                    {field: _("{date} does not lie in {year}.").format(date=date_format(day), year=year)}
                )
    if both := sorted(days_off.keys() & worked.keys()):
        raise ValidationError({"worked": _("{date} is both off and worked.").format(date=date_format(both[0]))})
    if on_weekday := sorted(day for day in worked if day.weekday() < 5):
        raise ValidationError(
            {
                "worked": _(
                    "{date} is an ordinary working day; only Saturdays and Sundays are worked to make up."
                ).format(date=date_format(on_weekday[0]))
            }
        )
    if not days_off:
        raise ValidationError({"days_off": _("A year without holidays is no notice.")})
    present = {row.date: row for row in CalendarDay.objects.select_for_update().filter(date__year=year)}
    rows = []
    day = dt.date(year, 1, 1)
    while day.year == year:
        row = present.get(day) or CalendarDay(date=day)
        row.is_working = day in worked or (day.weekday() < 5 and day not in days_off)
        row.name = days_off.get(day) or worked.get(day, "")
        row.basis, row.provisional, row.source = basis, False, Source.SCREEN
        rows.append(row)
        day += dt.timedelta(days=1)
    CalendarDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["is_working", "name", "basis", "provisional", "source"],
    )
    audit.record(
        "calendar.announce",
        CalendarDay.objects.get(date=dt.date(year, 1, 1)),
        by=by,
        detail={"year": year, "basis": basis, "days_off": sorted(days_off), "worked": sorted(worked)},
    )
    forget()


@transaction.atomic
def set_day(day: dt.date, *, by: Any, is_working: bool, name: str, basis: str) -> CalendarDay:
    """Correct a single day, as when a city is given a day off of its own."""
    may_edit(by)
    row = CalendarDay.objects.select_for_update().filter(date=day).first()
    if row is None:
        raise ValidationError({"date": _("The working calendar does not reach to this day.")})
    before = audit.snapshot(row)
    row.is_working, row.name, row.basis = is_working, name, basis
    row.provisional, row.source = False, Source.SCREEN
    row.full_clean()
    row.save()
    audit.record("calendar.set_day", row, by=by, before=before)
    forget()
    return row
