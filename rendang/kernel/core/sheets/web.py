"""What other systems export under the name of XLS: a table of a web page, or a workbook as one XML file of 2003."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from rendang.kernel.core.sheets.cells import MOST_COLUMNS, Cell, Merged, Row, Sheet, damaged, no_table
from rendang.kernel.core.sheets.delimited import encoding_of
from rendang.kernel.core.sheets.markup import tag

_BLOCK = 1 << 16
_LONGEST_TAG = 1 << 22  # characters; what is begun and not ended in so many is no page
_DOWN = re.compile("rowspan", re.IGNORECASE)
_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"


def is_xml_workbook(beginning: bytes) -> bool:
    return _SPREADSHEET in beginning and b"<Workbook" in beginning and b"<!DOCTYPE" not in beginning


def is_page(beginning: bytes) -> bool:
    start = beginning.lower().lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and any(mark in start for mark in (b"<html", b"<table", b"<meta"))


def page_sheets(path: Path) -> Iterator[Sheet]:
    """All tables of the page as one sheet, one under the other, as a spreadsheet program shows them."""
    encoding = encoding_of(path)

    def rows(wanted: Collection[int] | None = None) -> Iterator[Row]:
        page = _Page()
        number = 0
        with path.open(encoding=encoding) as file:
            while block := file.read(_BLOCK):
                page.feed(block)
                if len(page.rawdata) > _LONGEST_TAG:
                    raise damaged()
                for cells in page.take_rows():
                    number += 1
                    if any(cells):
                        yield number, cells

    if next(rows(), None) is None:
        raise no_table()
    yield Sheet(None, rows, partial(_merged_of_page, path, encoding))


def _merged_of_page(path: Path, encoding: str) -> list[Merged]:
    page = _Page()
    with path.open(encoding=encoding) as file:
        if not any(_DOWN.search(block) for block in iter(lambda: file.read(_BLOCK), "")):
            return []
        file.seek(0)
        while block := file.read(_BLOCK):
            page.feed(block)
            page.take_rows()
    return page.merged


class _Page(HTMLParser):
    """Collects the rows of tables while the page is fed in pieces; a table in a cell continues the table around it."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[Cell]] = []
        self._row: list[Cell] | None = None
        self._text: list[str] | None = None
        self._across = 1
        # Column → rows that a cell above still reaches down.
        self._taken: dict[int, int] = {}
        self.merged: list[Merged] = []
        self._number = 1  # of the row that is read

    def take_rows(self) -> list[list[Cell]]:
        rows, self._rows = self._rows, []
        return rows

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        if name == "tr":
            self._end_row()
            self._row = []
        elif name in ("td", "th"):
            self._end_cell()
            if self._row is None:
                self._row = []
            self._skip_taken()
            spans = dict(attributes)
            self._across = _span(spans.get("colspan"))
            if (down := _span(spans.get("rowspan"))) > 1:
                self._taken |= {len(self._row) + column: down for column in range(self._across)}
                self.merged.append(Merged(len(self._row), self._number, self._number + down - 1))
            self._text = []
        elif name == "br" and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, name: str) -> None:
        if name in ("td", "th"):
            self._end_cell()
        elif name in ("tr", "table"):
            self._end_row()
            if name == "table":
                self._taken.clear()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _skip_taken(self) -> None:
        assert self._row is not None
        while self._taken.get(len(self._row)):
            self._row.append(None)

    def _end_cell(self) -> None:
        if self._text is None or self._row is None:
            return
        self._row.append(" ".join("".join(self._text).split()) or None)
        self._row.extend([None] * (self._across - 1))
        self._text = None
        if len(self._row) > MOST_COLUMNS:
            raise damaged()

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            reached = max((column + 1 for column, rows in self._taken.items() if rows), default=0)
            self._row.extend([None] * (reached - len(self._row)))
            self._rows.append(self._row)
            self._number += 1
            self._taken = {column: rows - 1 for column, rows in self._taken.items() if rows > 1}
        self._row = None


def _span(text: str | None) -> int:
    return min(int(text), MOST_COLUMNS) if text and text.isdecimal() and int(text) else 1


def workbook_sheets(path: Path) -> Iterator[Sheet]:
    names = [name for name, _row in _walk(path) if name is not None]
    for number, name in enumerate(names):
        yield Sheet(name, _rows_of(path, number), partial(_merged_of, path, number))


def _rows_of(path: Path, sheet: int) -> Callable[[Collection[int] | None], Iterator[Row]]:
    def rows(wanted: Collection[int] | None = None) -> Iterator[Row]:
        at, number = -1, 0
        for name, row in _walk(path):
            if name is not None:
                at, number = at + 1, 0
            elif row is not None and at == sheet:
                number = int(row.get(_named(row, "Index"), number + 1))
                cells = _cells(row)
                if any(cell is not None for cell in cells):
                    yield number, cells
            elif at > sheet:
                return

    return rows


def _merged_of(path: Path, sheet: int) -> list[Merged]:
    found: list[Merged] = []
    at, number = -1, 0
    for name, row in _walk(path):
        if name is not None:
            at, number = at + 1, 0
        elif row is not None and at == sheet:
            number = int(row.get(_named(row, "Index"), number + 1))
            for column, cell in _placed(row):
                if down := int(cell.get(_named(cell, "MergeDown"), 0)):
                    found.append(Merged(column, number, number + down))
    return found


def _walk(path: Path) -> Iterator[tuple[str | None, ElementTree.Element | None]]:
    """(name, None) where a sheet begins, (None, row) for each row."""
    try:
        table: ElementTree.Element | None = None
        for event, element in ElementTree.iterparse(path, events=("start", "end")):
            name = tag(element)
            if event == "start" and name == "Worksheet":
                yield element.get(_named(element, "Name"), ""), None
            elif event == "start" and name == "Table":
                table = element
            elif event == "end" and name == "Row":
                yield None, element
                if table is not None:
                    table.clear()
    except (ElementTree.ParseError, ValueError):
        raise damaged() from None


def _named(element: ElementTree.Element, name: str) -> str:
    """The attribute's name with its namespace."""
    return next((key for key in element.attrib if key == name or key.endswith("}" + name)), name)


def _cells(row: ElementTree.Element) -> list[Cell]:
    cells: list[Cell] = []
    for column, cell in _placed(row):
        cells.extend([None] * (column - len(cells)))
        data = next((part for part in cell if tag(part) == "Data"), None)
        cells.append(_value(data) if data is not None else None)
    return cells


def _placed(row: ElementTree.Element) -> Iterator[tuple[int, ElementTree.Element]]:
    """The cells of a row with their columns from 0."""
    free = 0
    for cell in row:
        if tag(cell) != "Cell":
            continue
        column = int(cell.get(_named(cell, "Index"), free + 1)) - 1
        across = int(cell.get(_named(cell, "MergeAcross"), 0))
        if not free <= column < MOST_COLUMNS or not 0 <= across < MOST_COLUMNS:
            raise damaged()
        yield column, cell
        free = column + across + 1


def _value(data: ElementTree.Element) -> Cell:
    text, kind = "".join(data.itertext()), data.get(_named(data, "Type"))
    if kind == "Number":
        number = float(text)
        return int(number) if number.is_integer() else number
    if kind == "DateTime":
        return dt.date.fromisoformat(text[:10])
    if kind == "Boolean":
        return text == "1"
    return None if kind == "Error" else text or None
