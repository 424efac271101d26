"""What the cell styles of a workbook make of its numbers: days, months, numbers with letters and zeros about them."""

import datetime as dt
import re
import zipfile
from typing import NamedTuple
from xml.etree import ElementTree

from rendang.kernel.core.sheets.cells import Cell
from rendang.kernel.core.sheets.markup import tag

# Number formats that show a date (ECMA-376 18.8.30, the East Asian ones included), and those that show no day.
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_MONTH_FORMATS = {17, 27, 36, 50, 52, 57}
_NOT_A_PATTERN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_PIECES = re.compile(r'"([^"]*)"|\\(.)|(General|G/通用格式|[0#]+)|([-+/() :])', re.IGNORECASE)
_MOST_ZEROS = 12  # of a number format; more are an identity number's
_MOST_DIGITS = 15  # that a spreadsheet keeps of a number


class Shown(NamedTuple):
    """How a whole number is shown: "DA"00000 makes DA00017 of 17."""

    # Texts, and "" where the digits stand; of each "" how many digits at least and, but for the first, at most.
    pieces: tuple[str, ...]
    widths: tuple[int, ...]

    def text(self, raw: bytes) -> Cell:
        if not raw.isdigit():
            return float(raw)
        digits = raw.decode()
        if len(digits) > _MOST_DIGITS:
            return int(raw)
        groups: list[str] = []
        for width in reversed(self.widths[1:]):
            groups.insert(0, digits[-width:].zfill(width))
            digits = digits[:-width]
        groups.insert(0, digits.zfill(self.widths[0]))
        return "".join(piece or groups.pop(0) for piece in self.pieces)


def _shown(written: str) -> Shown | None:
    """What a number format writes about whole numbers, if anything; none for amounts, shares, and what is unusual."""
    positive, end = written.split(";")[0], 0
    pieces: list[str] = []
    widths: list[int] = []
    for found in _PIECES.finditer(positive):
        if found.start() != end:
            return None
        quoted, escaped, digits, sign = found.groups()
        end = found.end()
        if digits:
            pieces.append("")
            widths.append(digits.count("0"))
        elif text := quoted or escaped or sign:
            pieces.append(text)
    if (
        end != len(positive)
        or sum(widths) > _MOST_ZEROS
        or not widths
        or not all(widths[1:])
        or "".join(pieces).isspace()
    ):
        return None
    return Shown(tuple(pieces), tuple(widths)) if len(pieces) > 1 or widths[0] > 1 else None


class Styles(NamedTuple):
    """Style → what it makes of a number."""

    dates: frozenset[int]
    # How many characters of a date are shown: 7 a month, 4 a year.
    partial: dict[int, int]
    shown: dict[int, Shown]

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> "Styles":
        if "xl/styles.xml" not in archive.namelist():
            return cls(frozenset(), {}, {})
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
        dates, shown = set(_DATE_FORMATS), {}
        partial = dict.fromkeys(_MONTH_FORMATS, 7)
        for number_format in (part for group in styles if tag(group) == "numFmts" for part in group):
            number, written = int(number_format.get("numFmtId", "0")), number_format.get("formatCode", "")
            pattern = _NOT_A_PATTERN.sub("", written).lower()
            if re.search("[ymd]", pattern) and "general" not in pattern:
                dates.add(number)
                partial.pop(number, None)
                if "y" in pattern and not re.search("[dhs]", pattern):
                    partial[number] = 7 if "m" in pattern else 4
            elif way := _shown(written):
                shown[number] = way
        formats = [part for group in styles if tag(group) == "cellXfs" for part in group]
        used = {style: int(part.get("numFmtId", "0")) for style, part in enumerate(formats)}
        return cls(
            frozenset(style for style, number in used.items() if number in dates),
            {style: partial[number] for style, number in used.items() if number in partial},
            {style: shown[number] for style, number in used.items() if number in shown},
        )


def as_shown(date: Cell, characters: int) -> Cell:
    """A day of which a cell shows only month or year: whoever typed 1980.5 got its first day with it."""
    if not isinstance(date, dt.date) or date.day != 1:
        return date
    return date.isoformat()[: characters if date.month == 1 else 7]
