import calendar as weeks
import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.core.htmx import go_to
from rendang.kernel.standards import actions, forms
from rendang.kernel.standards.models import CalendarDay
from rendang.kernel.standards.views.pages import crumbs, form_page, tabs


@require_safe
@requires(Permission.STANDARD_VIEW)
def calendar_now(request: HttpRequest) -> HttpResponse:
    return redirect("standards:calendar", timezone.localdate().year)


def _months(days: dict[dt.date, CalendarDay], year: int) -> list[dict[str, Any]]:
    """Twelve months of weeks, Monday first; the days of the months beside are left empty."""
    layout = weeks.Calendar()
    return [
        {
            "first": dt.date(year, month, 1),
            "weeks": [
                [days.get(day) if day.month == month else None for day in week]
                for week in layout.monthdatescalendar(year, month)
            ],
            "working": sum(row.is_working for row in days.values() if row.date.month == month),
        }
        for month in range(1, 13)
    ]


@require_safe
@requires(Permission.STANDARD_VIEW)
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    days = {row.date: row for row in CalendarDay.objects.filter(date__year=year)}
    if not days:
        raise Http404
    first = next(iter(days.values()))
    edges = CalendarDay.objects.filter(date__in=[dt.date(year - 1, 12, 31), dt.date(year + 1, 1, 1)])
    beside = {row.date.year for row in edges}
    context = {
        "year": year,
        "months": _months(days, year),
        "named": [row for row in days.values() if row.name or row.is_working != (row.date.weekday() < 5)],
        "working": sum(row.is_working for row in days.values()),
        "provisional": any(row.provisional for row in days.values()),
        "basis": first.basis,
        "before": year - 1 if year - 1 in beside else None,
        "after": year + 1 if year + 1 in beside else None,
        "today": timezone.localdate(),
        "weekdays": [dt.date(2024, 1, day) for day in range(1, 8)],  # a Monday to a Sunday, for their names
        "tabs": tabs("calendar_now"),
        "may_edit": can(request.user, Permission.STANDARD_EDIT),
    }
    return render(request, "standards/calendar.html", context)


def _periods(rows: list[CalendarDay]) -> str:
    """Days as the notice's form takes them: runs of days of one name on one line."""
    found: list[tuple[dt.date, dt.date, str]] = []
    for row in rows:
        if found and found[-1][1] == row.date - dt.timedelta(days=1) and found[-1][2] == row.name:
            found[-1] = (found[-1][0], row.date, row.name)
        else:
            found.append((row.date, row.date, row.name))
    return "\n".join(
        f"{first.isoformat()}{'' if first == last else '~' + last.isoformat()} {name}".rstrip()
        for first, last, name in found
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def calendar_announce(request: HttpRequest, year: int) -> HttpResponse:
    rows = list(CalendarDay.objects.filter(date__year=year))
    if not rows:
        raise Http404
    initial = {
        "basis": _("Notice of the General Office of the State Council on the holidays of {year}").format(year=year),
        "days_off": _periods([row for row in rows if row.name and not row.is_working]),
        "worked": _periods([row for row in rows if row.is_working and row.date.weekday() >= 5]),
    }
    back = reverse("standards:calendar", args=[year])
    return form_page(
        request,
        forms.NoticeForm(request.POST or None, initial=initial),
        lambda values: actions.announce_year(year, by=request.user, **values),
        title=_("Enter the notice for {year}").format(year=year),
        submit=_("Enter"),
        done=_("The calendar of {year} is announced.").format(year=year),
        back=back,
        trail=crumbs((_("Working calendar"), back)),
        intro=_("The whole year is replaced. Due dates already set stay as they are."),
        go_to=lambda: go_to(request, "standards:calendar", year),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def calendar_day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise Http404 from None
    row = get_object_or_404(CalendarDay, date=date)
    back = reverse("standards:calendar", args=[year])
    initial = {"is_working": "1" if row.is_working else "0", "name": row.name, "basis": row.basis}
    return form_page(
        request,
        forms.DayForm(request.POST or None, initial=initial),
        lambda values: actions.set_day(date, by=request.user, **values),
        title=date_format(date, "DATE_FORMAT"),
        submit=_("Save"),
        done=_("The day is corrected."),
        back=back,
        trail=crumbs((_("Working calendar"), back)),
        go_to=lambda: go_to(request, "standards:calendar", year),
    )
