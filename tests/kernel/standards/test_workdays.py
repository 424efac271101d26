import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendang.kernel.standards import queries
from rendang.kernel.standards.models import CalendarDay

pytestmark = pytest.mark.django_db

DAYS = st.dates(dt.date(2005, 1, 1), dt.date(2033, 12, 31))
NUMBERS = st.integers(0, 400)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "is_working"),
    [
        ("2026-09-20", True),  # Sunday, worked for National Day
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # Saturday, worked for National Day
        ("2026-02-14", True),  # Saturday, worked for Spring Festival
        ("2026-02-16", False),  # Monday, Spring Festival
        ("2026-01-04", True),  # Sunday, worked for New Year
        ("2026-11-21", False),  # an ordinary Saturday
        ("2026-11-23", True),
    ],
)
def test_holidays_are_off_and_make_up_days_are_worked(date: str, is_working: bool) -> None:
    assert queries.is_working_day(day(date)) is is_working


def test_fifteen_working_days_over_national_day_2026() -> None:
    """From Friday 18 September; Sunday the 20th and Saturday 10 October count, 25-27 September and 1-7 October not."""
    limit = queries.deadline("transfer_dispatch", start=day("2026-09-18"))
    assert limit.due == day("2026-10-15")
    assert not limit.provisional
    assert queries.add_working_days(day("2026-09-18"), 14) == day("2026-10-14")


def test_the_day_after_the_fifteenth_working_day_is_the_sixteenth() -> None:
    start = day("2026-11-02")
    due = queries.deadline("transfer_dispatch", start=start).due
    assert due == day("2026-11-23")
    assert queries.working_days_between(start, due) == 15
    assert queries.working_days_between(start, day("2026-11-24")) == 16


def test_a_limit_that_runs_into_a_year_not_announced_is_provisional() -> None:
    assert queries.deadline("transfer_dispatch", start=day("2026-12-18")).provisional
    assert not queries.deadline("transfer_dispatch", start=day("2026-12-01")).provisional
    assert set(CalendarDay.objects.filter(provisional=False, date__year__gte=2027)) == set()


def test_the_statutory_holidays_of_a_year_not_announced_are_off_all_the_same() -> None:
    assert not queries.is_working_day(day("2027-10-01"))
    assert not queries.is_working_day(day("2027-02-08"))  # the third day of the Spring Festival, a Monday
    assert queries.is_working_day(day("2027-10-11"))


@given(DAYS, NUMBERS)
def test_adding_and_counting_undo_each_other(start: dt.date, number: int) -> None:
    with queries.steady():
        assert queries.working_days_between(start, queries.add_working_days(start, number)) == number


@given(DAYS, NUMBERS)
def test_a_limit_of_at_least_one_day_ends_on_a_working_day(start: dt.date, number: int) -> None:
    with queries.steady():
        assert queries.is_working_day(queries.add_working_days(start, number + 1))


@given(DAYS, NUMBERS, NUMBERS)
def test_more_days_never_end_earlier(start: dt.date, one: int, other: int) -> None:
    with queries.steady():
        few, many = sorted([one, other])
        assert queries.add_working_days(start, few) <= queries.add_working_days(start, many)


@given(DAYS, DAYS, NUMBERS)
def test_a_later_start_never_ends_earlier(one: dt.date, other: dt.date, number: int) -> None:
    with queries.steady():
        early, late = sorted([one, other])
        assert queries.add_working_days(early, number) <= queries.add_working_days(late, number)


@given(DAYS, DAYS, DAYS)
def test_working_days_between_add_up(a: dt.date, b: dt.date, c: dt.date) -> None:
    with queries.steady():
        assert queries.working_days_between(a, b) + queries.working_days_between(b, c) == (
            queries.working_days_between(a, c)
        )


@given(DAYS, NUMBERS)
def test_counting_back_from_a_working_day_undoes_adding(start: dt.date, number: int) -> None:
    with queries.steady():
        working = queries.add_working_days(start, 1)
        assert queries.add_working_days(queries.add_working_days(working, number), -number) == working


def test_a_day_outside_the_calendar_is_refused_with_its_bounds() -> None:
    with pytest.raises(queries.CalendarEnds, match="from 2000-01-01 to 2035-12-31"):
        queries.add_working_days(day("2035-12-30"), 20)
    with pytest.raises(queries.CalendarEnds):
        queries.is_working_day(day("1999-12-31"))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-05-31", 12, "2027-05-31"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(start: str, months: int, end: str) -> None:
    assert queries.add_months(day(start), months) == day(end)
