"""XLS and the other old workbooks, which hold at most 65,536 rows and are read whole by calamine."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from rendang.kernel.core.sheets.cells import Cell, Merged, Row, Sheet, UnreadableTable, hidden_sheet
from rendang.kernel.core.sheets.markup import tag

# The entry of an encrypted XLSX in the container's directory, which stands near the beginning or the end.
_ENCRYPTED, _DIRECTORY = "EncryptedPackage".encode("utf-16-le"), 1 << 28
# Of a workbook of LibreOffice.
_CONTENT, _SPANNED = "content.xml", b"number-rows-spanned"


def sheets(path: Path) -> Iterator[Sheet]:
    try:
        with path.open("rb") as file:
            if _ENCRYPTED in file.read(_DIRECTORY):
                raise PasswordError
            file.seek(0)
            workbook = CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise UnreadableTable(_("The file is protected by a password. Save it without one.")) from None
    except (CalamineError, ValueError, OSError):
        raise UnreadableTable(
            _("The file is damaged or protected. Open it in a spreadsheet program and save it as XLSX.")
        ) from None
    is_open_document = _is_open_document(path)
    for number, about in enumerate(workbook.sheets_metadata):
        if about.visible == SheetVisibleEnum.Visible:
            merged = partial(_merged_in_open_document, path) if is_open_document else partial(_merged_of, workbook)
            yield Sheet(about.name, _rows_of(workbook, number), partial(merged, number))
        else:
            yield hidden_sheet(about.name)


def _rows_of(workbook: CalamineWorkbook, number: int) -> Callable[[Collection[int] | None], Iterator[Row]]:
    def rows(wanted: Collection[int] | None = None) -> Iterator[Row]:
        sheet = workbook.get_sheet_by_index(number)
        if sheet.start is None:
            return
        # Calamine leaves out empty rows and columns before the first cell.
        top, left = sheet.start
        before: list[Cell] = [None] * left
        for index, cells in enumerate(sheet.iter_rows(), top + 1):
            values = [_plain(cell) for cell in cells]
            if any(value is not None for value in values):
                yield index, before + values

    return rows


def _merged_of(workbook: CalamineWorkbook, number: int) -> list[Merged]:
    found = workbook.get_sheet_by_index(number).merged_cell_ranges or []
    return [Merged(column, first + 1, last + 1) for (first, column), (last, _right) in found if first < last]


def _is_open_document(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return _CONTENT in archive.namelist()


def _merged_in_open_document(path: Path, sheet: int) -> list[Merged]:
    """The same of a sheet of LibreOffice, of which calamine does not tell."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read(_CONTENT)
    if _SPANNED not in content:
        return []
    found: list[Merged] = []
    at, row, column = -1, 0, 0
    for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):
        name, counts = tag(element), {key.rpartition("}")[2]: value for key, value in element.items()}
        if event == "start" and name == "table":
            at, row = at + 1, 0
        elif event == "start" and name == "table-row":
            row, column = row + 1, 0
        elif event == "start" and name in ("table-cell", "covered-table-cell"):
            if at == sheet and (down := int(counts.get("number-rows-spanned", 1))) > 1:
                found.append(Merged(column, row, row + down - 1))
            column += int(counts.get("number-columns-repeated", 1))
        elif event == "end" and name == "table-row":
            row += int(counts.get("number-rows-repeated", 1)) - 1
            element.clear()
    return found


def _plain(cell: Any) -> Cell:
    if cell == "":
        return None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, (dt.time, dt.timedelta)):
        return str(cell)
    return cell
