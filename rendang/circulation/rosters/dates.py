"""Dates as rosters write them: real dates, a spreadsheet's day numbers, 1952.3, 195203, 2019年7月3日 …"""

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from math import isfinite

from rendang.kernel.core.sheets import Cell

# Nothing on a roster is older or further away than this.
EARLIEST, LATEST = 1850, 2149
_DAY_NUMBERS = range(1000, 91_000)  # 1902 to 2149
_FIRST_OF_1900 = "30"
_DAY_ZERO = dt.date(1899, 12, 30)
_PARTS = re.compile(r"(\d{4})(?:[-./年,](\d{1,2})(?:[-./月,](\d{1,2}))?)?[-./年月日号,]?(?:[T ]?\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_DAY_AND_HOUR = re.compile(r"(\d{5})\.\d+")
# 850510, not a year and a month that went wrong (201013).
_SHORT_COMPACT = re.compile(r"(?!19|20)(\d{2})(\d{2})(\d{2})")
# 90.5.1, 05年3月; with strokes only what cannot be month/day/year.
_SHORT = re.compile(r"(\d{2})[-.年](\d{1,2})(?:[-.月](\d{1,2}))?[-.月日号]?|(3[2-9]|[4-9]\d)/(\d{1,2})(?:/(\d{1,2}))?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
_BY_NAME = re.compile(
    r"(?:(?P<day>\d{1,2})[-. ]?)?(?P<month>[A-Z]{3,9})[-., ]*(?P<year>\d{4}|\d{2})"
    r"|(?P<month3>[A-Z]{3,9})[. ]{0,2}(?P<day3>\d{1,2})(?:ST|ND|RD|TH)?[, ]+(?P<year3>\d{4})"
    r"|(?P<year2>\d{4})[-. ]?(?P<month2>[A-Z]{3,9})(?:[-. ]?(?P<day2>\d{1,2}))?"
)
# A database's 06-3月 -16.
_DAY_FIRST = re.compile(r"(\d{1,2})-(\d{1,2})月 ?-(\d{4}|\d{2})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DIGITS = "〇○零一二三四五六七八九"
_CHINESE_DIGITS = str.maketrans(_DIGITS, "000123456789")
_CHINESE_NUMBER = re.compile(rf"[{_DIGITS}十]+")
# 二OO五, 二0一0: a zero typed for the Chinese one.
_ZERO_IN_CHINESE = re.compile(rf"(?<=[{_DIGITS}])[O0〇]+(?=[{_DIGITS}年])")
# What is written behind a date: 1990.05（农历）, 2019.7起, the day of the week, the hour.
_BEHIND = re.compile(
    r"\s*(?:[(\[【].*|星期.*|周[一二三四五六日].*|[上下]午.*|至今|左右|前后|起|生|(?<=月)份|(?<=[\d年月日])(?:入库|存入|转入|接收|调入|入档|建档))$"
)
_ONE_DASH = str.maketrans("—–‐‑−─。、·\\", "------.../")
# What stands in a cell that says nothing, and what a spreadsheet writes where a formula failed.
DASHES = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}
)
# The last ones are a spreadsheet's day 0.
NOTHING = DASHES | {
    "无", "暂无", "不详", "未知", "空", "NULL", "N/A", "NA", "NONE", "至今", "健在", "在世",
    "1900-01-00", "1900-1-0", "1900/1/0", "0000-00-00",
}  # fmt: skip


def read_date(cell: Cell) -> str | None:
    """The partial date in a cell (``1986``, ``1986-07``, ``1986-07-15``), ``""`` for nothing, ``None`` for no date."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _of_text(cell)
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    return None if isinstance(cell, bool) else _of_number(cell)


def is_later(date: str, today: str) -> bool:
    """Whether a partial date lies wholly after a day."""
    return date > today[: len(date)]


@lru_cache(maxsize=65536)
def _of_number(number: float) -> str | None:
    if not isfinite(number):
        return None
    if number != int(number):
        # 1952.3 typed as a number; what was 1952.10 has become 1952.1 and cannot be told from January.
        is_year = EARLIEST <= number < LATEST or 32 <= number < 100
        return _of_text(repr(number)) if is_year else _of_number(int(number))
    return _of_digits(str(int(number))) if number > 0 else None


@lru_cache(maxsize=65536)
def _of_text(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip().strip("'’‘`").upper()
    if plain in NOTHING:
        return ""
    plain = _BEHIND.sub("", plain).translate(_ONE_DASH)
    tight = "".join(plain.split())
    if not tight.strip("年月日./-"):  # a form's blank
        return ""
    if tight.isdecimal():
        return _of_digits(tight)
    if (day := _DAY_AND_HOUR.fullmatch(tight)) or (tight.endswith(".0") and tight[:-2].isdecimal()):
        return _of_digits(day[1] if day else tight[:-2])
    spaced = re.sub(r"[-.]+", "-", "-".join(re.sub("[年月日号/]", "-", plain).split())).strip("-")
    digits = _in_digits(tight)
    found = _PARTS.fullmatch(plain) or _PARTS.fullmatch(tight) or _PARTS.fullmatch(spaced) or _PARTS.fullmatch(digits)
    if found := found or _SHORT.fullmatch(tight) or _SHORT.fullmatch(digits):
        return _date(*_three(found))
    return _other_order(plain)


def _three(found: re.Match[str]) -> tuple[str, str | None, str | None]:
    """Year, month and day of whichever alternative was found."""
    groups = found.groups()
    year, month, day = groups[:3] if groups[0] else groups[3:]
    return year, month, day


def _in_digits(text: str) -> str:
    """二〇一〇年五月 → 2010年5月."""
    text = _ZERO_IN_CHINESE.sub(lambda zeros: "〇" * len(zeros[0]), text)
    return _CHINESE_NUMBER.sub(lambda number: _chinese_number(number[0]), text)


def _other_order(text: str) -> str | None:
    """May-90, 5-May-90, 1990-May-5; 17/5/1990 where only one order is possible."""
    if found := _BY_NAME.fullmatch(text):
        parts = found.groupdict()
        name = (parts["month"] or parts["month2"] or parts["month3"])[:3]
        month = str(_MONTHS.index(name) + 1) if name in _MONTHS else "13"
        year, day = (parts[part] or parts[part + "2"] or parts[part + "3"] for part in ("year", "day"))
        return _date(year, month, day)
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return _date(year, month, day)
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = found.groups()
        if int(first) > 12 or first == second:
            return _date(year, second, first)
        if int(second) > 12:
            return _date(year, first, second)
    return None


def _of_digits(digits: str) -> str | None:
    """195203, 19520315, 850510, 1952, 85, or a spreadsheet's day number."""
    if len(digits) == 14:  # with the hour
        digits = digits[:8]
    if len(digits) in (6, 8) and (found := _COMPACT.fullmatch(digits)) and (date := _date(*found.groups())):
        return date
    if (found := _SHORT_COMPACT.fullmatch(digits)) and (date := _date(*found.groups())):
        return date
    number = int(digits) if len(digits) <= 6 else 0
    if (len(digits) == 4 and EARLIEST <= number <= LATEST) or len(digits) == 2:
        return _date(digits, None, None)
    return (_DAY_ZERO + dt.timedelta(days=number)).isoformat() if number in _DAY_NUMBERS else None


def _date(year: str, month: str | None, day: str | None) -> str | None:
    if len(year) == 2:  # as spreadsheet programs take it
        year = f"20{year}" if year < _FIRST_OF_1900 else f"19{year}"
    if not EARLIEST <= int(year) <= LATEST:
        return None
    if not month or int(month) == 0:  # 1952.00: only the year is known
        return year
    if not 1 <= int(month) <= 12:
        return None
    if not day or int(day) == 0:
        return f"{year}-{int(month):02d}"
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _chinese_number(text: str) -> str:
    """一九五二 → 1952, 十二 → 12, 二十 → 20, 三十一 → 31."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return text.translate(_CHINESE_DIGITS)
    return f"{tens.translate(_CHINESE_DIGITS) or 1}{ones.translate(_CHINESE_DIGITS) or 0}"
