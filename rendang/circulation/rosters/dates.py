"""Dates as rosters write them: real dates, a spreadsheet's day numbers, 1952.3, 195203, 2019年7月3日 …"""

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from math import isfinite

from rendang.kernel.core.sheets import Cell

# Nothing on a roster is older or further away than this.
EARLIEST, LATEST = 1850, 2149
_DAY_NUMBERS = range(1, 91_000)  # 1900-01-01 to 2149
_DAY_ZERO = dt.date(1899, 12, 30)
_PARTS = re.compile(r"(\d{4})(?:[-./年,](\d{1,2})(?:[-./月,](\d{1,2}))?)?[-./年月日号,]?(?:[T ]?\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})[日号]?)?)?"
)
NOTHING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "不详", "未知", "空", "NULL", "N/A", "NA", "NONE", "至今"}
)


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
        return _of_text(repr(number)) if EARLIEST <= number < LATEST else _of_number(int(number))
    return _of_digits(str(int(number)))


@lru_cache(maxsize=65536)
def _of_text(text: str) -> str | None:
    plain = "".join(unicodedata.normalize("NFKC", text).split()) if " " not in text.strip() else text.strip()
    plain = plain.strip("'’‘`").replace("。", ".").replace("、", ".")
    if plain.upper() in NOTHING:
        return ""
    if plain.isdecimal():
        return _of_digits(plain)
    if found := _PARTS.fullmatch(plain):
        return _date(*found.groups())
    if plain.endswith(".0") and plain[:-2].isdecimal():
        return _of_digits(plain[:-2])
    if found := _CHINESE.fullmatch(plain):
        year, month, day = found.groups()
        return _date(year.translate(_CHINESE_DIGITS), _chinese_number(month), _chinese_number(day))
    spaced = "-".join(plain.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").split())
    spaced = re.sub(r"[-.]+", "-", spaced).strip("-")
    found = _PARTS.fullmatch(spaced)
    return _date(*found.groups()) if found else None


def _of_digits(digits: str) -> str | None:
    """195203, 19520315, 1952, or a spreadsheet's day number."""
    if len(digits) in (6, 8) and (found := _COMPACT.fullmatch(digits)) and (date := _date(*found.groups())):
        return date
    number = int(digits) if len(digits) <= 6 else 0
    if len(digits) == 4 and EARLIEST <= number <= LATEST:
        return digits
    return (_DAY_ZERO + dt.timedelta(days=number)).isoformat() if number in _DAY_NUMBERS and number > 60 else None


def _date(year: str, month: str | None, day: str | None) -> str | None:
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


def _chinese_number(text: str | None) -> str | None:
    """十二 → 12, 二十 → 20, 三十一 → 31."""
    if not text:
        return None
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return text.translate(_CHINESE_DIGITS)
    return str(int(tens.translate(_CHINESE_DIGITS) or 1) * 10 + int(ones.translate(_CHINESE_DIGITS) or 0))
