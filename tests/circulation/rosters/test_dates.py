import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendang.circulation.rosters.dates import is_later, read_date

# Day numbers 1850 to 2149 (the years 1905 and before) look like years and are taken for them.
DATES = st.dates(dt.date(1906, 1, 1), dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        (dt.date(2016, 3, 26), "2016-03-26"),
        (43580, "2019-04-25"),
        (43580.0, "2019-04-25"),
        ("43580", "2019-04-25"),
        ("1952.3", "1952-03"),
        (1952.3, "1952-03"),
        ("1961.10", "1961-10"),
        ("195203", "1952-03"),
        (195203, "1952-03"),
        ("19520315", "1952-03-15"),
        ("2015-07", "2015-07"),
        ("2019/7/3", "2019-07-03"),
        ("2019.07", "2019-07"),
        ("2019年7月3日", "2019-07-03"),
        ("2019 年 7 月", "2019-07"),
        ("二〇一九年十二月三十一日", "2019-12-31"),
        ("１９８６．７", "1986-07"),
        ("2016-03-26 00:00:00", "2016-03-26"),
        ("1952", "1952"),
        ("1952-03-00", "1952-03"),
        ("", ""),
        (None, ""),
        ("不详", ""),
        ("90.5.1", "1990-05-01"),
        ("2020年12月份", "2020-12"),
        ("July 1, 1998", "1998-07-01"),
        ("2019年7月左右", "2019-07"),
        ("43647.5", "2019-07-01"),
        ("05年3月", "2005-03"),
        ("85.10", "1985-10"),
        ("90/5", "1990-05"),
        ("850510", "1985-05-10"),
        ("99", "1999"),
        ("May-90", "1990-05"),
        ("5-May-90", "1990-05-05"),
        ("17/5/1990", "1990-05-17"),
        ("5/17/1990", "1990-05-17"),
        ("二OO五年三月", "2005-03"),
        ("二0一0年", "2010"),
        ("1990年五月", "1990-05"),
        ("1990.05（农历）", "1990-05"),
        ("2019.7起", "2019-07"),
        ("1990—05—01", "1990-05-01"),
        ("1990/5/1 星期二", "1990-05-01"),
        ("1990.05.01 上午 12:00:00", "1990-05-01"),
        ("1900-01-00", ""),
        ("#N/A", ""),
        ("5/6/1990", None),
        ("05/06/10", None),
        ("201013", None),
        ("2019.1-2024.1", None),
        ("2019-02-30", None),
        ("2019.13", None),
        ("大约九十年代", None),
    ],
)
def test_a_date_is_read_as_it_is_meant(cell, date):
    assert read_date(cell) == date


@given(DATES)
def test_every_way_of_writing_a_day_means_the_same(day):
    text = day.isoformat()
    number = (day - dt.date(1899, 12, 30)).days
    spellings = [f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month:02d}.{day.day:02d}"]
    spellings += [f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", str(number)]
    assert {read_date(spelling) for spelling in spellings} == {text}
    assert read_date(number) == read_date(day) == text


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans()))
def test_any_cell_is_a_date_nothing_or_no_date(cell):
    date = read_date(cell)
    assert date is None or date == "" or 4 <= len(date) <= 10


@pytest.mark.parametrize(
    ("date", "later"),
    [
        ("2027", True),
        ("2026", False),
        ("2026-07", True),
        ("2026-06", False),
        ("2026-06-30", False),
        ("2026-07-01", True),
    ],
)
def test_a_partial_date_is_later_only_when_all_of_it_is(date, later):
    assert is_later(date, "2026-06-30") is later
