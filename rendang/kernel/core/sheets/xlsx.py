"""XLSX, streamed: the shared texts go to a temporary file, the sheet is read in pieces as it is unpacked.

Calamine would hold the whole sheet (1.4 kB a row of 20 columns); this needs the same memory for any number of rows.
A row written as those before it is read by one regular expression, another cell by cell, and one that holds anything
else by the XML parser.
"""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree import ElementTree

from rendang.kernel.core.sheets.cells import MOST_COLUMNS, Cell, Merged, Row, Sheet, damaged, hidden_sheet
from rendang.kernel.core.sheets.markup import (
    SharedTexts,
    TextsByNumber,
    all_text,
    blocks,
    fragment,
    tag,
    text_of_xml,
)
from rendang.kernel.core.sheets.styles import Shown, Styles, as_shown

# Cell styles and dates that are kept at hand.
_MOST_KINDS, _MOST_DATES = 4096, 50_000
WORKBOOK = "xl/workbook.xml"
_LOCAL = re.compile(r"^\{.*\}")
_MOST_ROWS = 1_048_576  # of a sheet
_MERGED_BY_HAND = 16 << 20  # bytes of XML, some 15,000 rows of 20 columns
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+)(\d+):[A-Z]+(\d+)"')
_SHARED, _NUMBER, _DATE, _TEXT, _BOOLEAN, _ERROR, _INLINE, _ISO = range(8)
_STYLED = 16  # times the place among the styles that show a part of a date, or more than a number


def sheets(path: Path) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            book = ElementTree.fromstring(archive.read(WORKBOOK))
            targets = _targets(archive)
            styles = Styles.of(archive)
            texts = SharedTexts(archive, targets)
            epoch_1904 = any(tag(part) == "workbookPr" and part.get("date1904") in {"1", "true"} for part in book)
            for sheet in (part for group in book if tag(group) == "sheets" for part in group):
                target = targets.get(next((value for key, value in sheet.items() if _LOCAL.sub("", key) == "id"), ""))
                if sheet.get("state", "visible") == "visible" and target and "worksheets" in target:
                    rows = _rows_of(path, target, _Values(texts, styles, epoch_1904))
                    yield Sheet(sheet.get("name"), rows, partial(_merged_of, path, target))
                elif sheet.get("state", "visible") != "visible":
                    yield hidden_sheet(sheet.get("name"))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, EOFError):
        raise damaged() from None


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Relation id → path inside the workbook."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    return {
        relation.get("Id", ""): str(PurePosixPath("xl") / relation.get("Target", "")).lstrip("/")
        for relation in relations
    }


class _Values:
    """What the cells of one workbook mean."""

    def __init__(self, texts: SharedTexts, styles: Styles, epoch_1904: bool) -> None:
        self.texts = texts
        self._styles = styles
        self._ways: list[tuple[int, int | Shown]] = [*styles.partial.items(), *styles.shown.items()]
        self._epoch = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
        self._dates: dict[bytes, Cell] = {}

    def kind(self, attributes: bytes) -> int:
        """What a cell with these attributes holds."""
        found = dict(re.findall(rb'(\w+)\s*=\s*"([^"]*)"', attributes))
        named = {b"s": _SHARED, b"str": _TEXT, b"b": _BOOLEAN, b"e": _ERROR, b"inlineStr": _INLINE, b"d": _ISO}
        if kind := named.get(found.get(b"t", b"n")):
            return kind
        if found.get(b"t") == b"s":
            return _SHARED
        style = int(found.get(b"s", b"0"))
        for place, (styled, _way) in enumerate(self._ways, 1):
            if styled == style:
                return _NUMBER + place * _STYLED
        return _DATE if style in self._styles.dates else _NUMBER

    def _date(self, raw: bytes) -> Cell:
        """The day of a day number; days repeat and are remembered."""
        if raw not in self._dates:
            if len(self._dates) > _MOST_DATES:
                self._dates.clear()
            self._dates[raw] = self._day(raw)
        return self._dates[raw]

    def _day(self, raw: bytes) -> Cell:
        day = int(float(raw))
        if self._epoch.year == 1899 and day < 60:  # the 29 February 1900 that never was
            day += 1
        if not 0 < day < 2_958_466:
            return float(raw)
        return self._epoch + dt.timedelta(days=day)

    def value(self, kind: int, raw: bytes) -> Cell:
        """The value of a cell that is neither shared nor empty."""
        if kind == _SHARED:
            return self.texts.text(int(raw)) or None
        if kind == _DATE:
            return self._date(raw)
        if kind == _NUMBER:
            return int(raw) if raw.isdigit() else float(raw)
        if kind in (_TEXT, _INLINE, _ISO):
            return text_of_xml(raw) or None
        if kind > _STYLED:
            _style, way = self._ways[kind // _STYLED - 1]
            return way.text(raw) if isinstance(way, Shown) else as_shown(self._date(raw), way)
        return raw == b"1" if kind == _BOOLEAN else None


@lru_cache(maxsize=1024)
def _column(letters: bytes) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    if number > MOST_COLUMNS:
        raise damaged()
    return number - 1


def _rows_of(path: Path, target: str, values: _Values) -> Callable[[Collection[int] | None], Iterator[Row]]:
    def rows(wanted: Collection[int] | None = None) -> Iterator[Row]:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(target) as stream:
                yield from _rows(stream, values, wanted)
        except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, ValueError):
            raise damaged() from None

    return rows


def _merged_of(path: Path, target: str) -> list[Merged]:
    """Merged cells stand behind the rows: a sheet too large to have been merged by hand is not unpacked for them."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(target).file_size > _MERGED_BY_HAND:
                return []
            found = _MERGED.findall(archive.read(target))
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise damaged() from None
    return [
        Merged(_column(letters), int(first), int(last)) for letters, first, last in found if int(first) < int(last)
    ]


_ROW_END = re.compile(rb"</(?:\w+:)?row\s*>")
_ANY_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_INLINE_TEXT = re.compile(rb"<(?:\w+:)?is>\s*<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</(?:\w+:)?t>\s*</(?:\w+:)?is>")
_NUMBER_OF_ROW = re.compile(rb'\br="(\d+)"')
# A plain cell; one that is written <c …/> is empty, its attributes end with the stroke.
_PLAIN = re.compile(rb'<c r="([A-Z]+)\d+"([^>]*)>(?:<v>([^<]*)</v></c>)?')
# Any cell that names its place, with its content.
_ANY = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)\d+"([^>]*?)(?:/>|>(?:<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>|(.*?))</(?:\w+:)?c>)', re.DOTALL
)
_NO_ROW = re.compile(rb"(?!)")
# The end of a row, or of the piece that it ends.
_ROW_AS_OTHERS, _ITS_END = rb'\s*<row r="(\d+)"(?:[^>]*[^/>])?>', rb"(?:</row>|\Z)"
# Rows from which is learnt how a sheet writes its rows, and columns of a row that is read by one expression.
_MOST_LEARNT, _MOST_LIKE_OTHERS = 16, 256
_ANY_BEGIN = re.compile(rb"<(?:\w+:)?c[\s/>]")


def _rows(stream: IO[bytes], values: _Values, wanted: Collection[int] | None) -> Iterator[Row]:
    reader = _CellReader(values, wanted)
    number = 0
    for block in blocks(stream, _ROW_END):
        for row in reader.like_others(block) or _one_by_one(block, number, reader, values):
            number, cells = row
            if number > _MOST_ROWS:
                raise damaged()
            if any(cells) or any(cell is not None for cell in cells):
                yield row


def _one_by_one(block: bytes, number: int, reader: "_CellReader", values: _Values) -> Iterator[Row]:
    """The rows of a block of which not all are written alike; ``number`` is the row before."""
    for piece in _ROW_END.split(block)[:-1]:
        row = reader.like_another(piece) or _one_of_its_own(piece, number, reader, values)
        if row is not None:
            number = row[0]
            yield row


def _one_of_its_own(piece: bytes, number: int, reader: "_CellReader", values: _Values) -> Row | None:
    """The row that ends a piece, however it is written; ``number`` is the row before."""
    end = 0
    # Rows without cells are written <row …/> and stand before the one that ends here.
    for start in _ANY_ROW.finditer(piece):
        named = _NUMBER_OF_ROW.search(start[0])
        number = int(named[1]) if named else number + 1
        end = start.end()
    if not end:
        return None
    body = piece[end:]
    cells = reader.plain(body) or reader.any(body)
    return number, _by_parser(body, values) if cells is None else cells


class _CellReader:
    """The cells of one sheet, row by row: of the wanted columns, or all."""

    def __init__(self, values: _Values, wanted: Collection[int] | None) -> None:
        self._values, self._wanted = values, wanted
        self._width = max(wanted, default=0) + 1 if wanted is not None else 0
        self._columns: dict[bytes, int] = {}
        self._kinds: dict[bytes, int] = {}
        self._written: dict[bytes, bytes] = {}  # the attributes with which a column's cells were written last
        self._text = TextsByNumber(values.texts)
        # What the pattern takes out: the kinds other than shared texts, by their place.
        self._others: list[tuple[int, int]] = []
        self._pattern, self._to_learn = _NO_ROW, _MOST_LEARNT

    def like_others(self, block: bytes) -> list[Row]:
        """The rows of a block; none unless all of them are written as those before."""
        found = self._pattern.findall(block)
        # A row of another kind, or under a prefix, would be passed over: none may stand between them.
        if len(found) != block.count(b"<row") or b":row" in block:
            return []
        return list(map(self._row, found))

    def like_another(self, piece: bytes) -> Row | None:
        """A row written as those before it; ``None`` for another."""
        match = self._pattern.fullmatch(piece)
        return self._row(match.groups(b"")) if match else None

    def _row(self, found: tuple[bytes, ...]) -> Row:
        """The row of what the pattern takes out: its number and what stands in its columns."""
        number, *cells = found
        # Numbers, days and texts of the cells themselves; the rest is shared.
        own = [(place, self._values.value(kind, cells[place])) for place, kind in self._others if cells[place]]
        for place, _value in own:
            cells[place] = b""
        row: list[Cell] = list(map(self._text.__getitem__, cells))
        for place, value in own:
            row[place] = value
        return int(number), row

    def _value(self, kind: int, raw: bytes) -> Cell:
        return self._text[raw] if kind == _SHARED else self._values.value(kind, raw)

    def _learn(self, found: list[tuple[bytes, bytes, bytes]]) -> None:
        """Rows of a sheet are alike: one expression for a whole row reads it in half the time of one for each cell."""
        for letters, attributes, _raw in found:
            if not attributes.endswith(b"/"):
                self._written[letters] = attributes
        parts, others, width = [_ROW_AS_OTHERS], [], 0
        for letters in sorted(self._written, key=_column):
            attributes, column = self._written[letters], self._column(letters)
            content = rb"[^<]+"
            if column >= 0:
                content = rb"([^<]+)"
                parts.append(rb"()" * (column - width))  # columns that the sheet leaves out
                width = column + 1
                if (kind := self._kind(attributes)) != _SHARED:
                    others.append((column, kind))
            as_filled, as_empty = re.escape(attributes), re.escape(attributes.replace(b' t="s"', b""))
            parts.append(rb'(?:<c r="%b\d+"(?:%b><v>%b</v></c>|%b/>))?+' % (letters, as_filled, content, as_empty))
        self._width = max(self._width, width)
        parts += [rb"()" * (self._width - width), _ITS_END]
        self._pattern = re.compile(b"".join(parts)) if self._width <= _MOST_LIKE_OTHERS else _NO_ROW
        self._others = others
        self._to_learn -= 1

    def plain(self, body: bytes) -> list[Cell] | None:
        """The cells of a row of plain cells, as nearly all are; ``None`` for another."""
        found = _PLAIN.findall(body)
        if not found or len(found) != body.count(b"<c"):
            return None
        if self._to_learn:
            self._learn(found)
        columns, kinds = self._columns, self._kinds
        cells: list[Cell] = [None] * (self._width or len(found))
        for letters, attributes, raw in found:
            if not raw:
                if attributes.endswith(b"/"):
                    continue
                return None
            column = columns.get(letters)
            if column is None:
                column = self._column(letters)
            if column < 0:
                continue
            kind = kinds.get(attributes)
            if kind is None:
                kind = self._kind(attributes)
            if column >= len(cells):
                cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = self._value(kind, raw)
        return cells

    def any(self, body: bytes) -> list[Cell] | None:
        """The cells of a row that holds formulas, texts of its own or prefixed names; ``None`` without addresses."""
        found = _ANY.findall(body)
        if len(found) != len(_ANY_BEGIN.findall(body)):
            return None
        cells: list[Cell] = [None] * (self._width or len(found))
        for letters, attributes, raw, other in found:
            column = self._column(letters)
            if column < 0 or not (raw or other):
                continue
            kind = self._kind(attributes)
            if column >= len(cells):
                cells.extend([None] * (column + 1 - len(cells)))
            if inline := _INLINE_TEXT.fullmatch(other):
                cells[column] = text_of_xml(inline[1])
            else:
                cells[column] = (
                    self._values.value(kind, raw) if raw else _of_element(fragment(other), kind, self._values)
                )
        return cells

    def _column(self, letters: bytes) -> int:
        column = _column(letters)
        if self._wanted is not None and column not in self._wanted:
            column = -1
        self._columns[letters] = column
        return column

    def _kind(self, attributes: bytes) -> int:
        if attributes not in self._kinds:
            if len(self._kinds) > _MOST_KINDS:
                self._kinds.clear()
            self._kinds[attributes] = self._values.kind(attributes)
        return self._kinds[attributes]


def _of_element(element: ElementTree.Element, kind: int, values: _Values) -> Cell:
    """The value of a cell that holds more than a plain value: a formula's result, a text of its own."""
    for part in element:
        if tag(part) == "v" and part.text:
            return values.value(kind, part.text.encode())
        if tag(part) == "is":
            return all_text(part) or None
    return None


def _by_parser(body: bytes, values: _Values) -> list[Cell]:
    cells: list[Cell] = []
    for element in fragment(body):
        if tag(element) != "c":
            continue
        name = element.get("r")
        column = _column(name.rstrip("0123456789").encode()) if name else len(cells)
        cells.extend([None] * (column + 1 - len(cells)))
        attributes = " ".join(f'{key}="{text}"' for key, text in element.items() if key != "r")
        cells[column] = _of_element(element, values.kind(attributes.encode()), values)
    return cells
