"""Reads a table row by row, whatever kind of file it came in; memory does not grow with the rows.

A row is its number, as a spreadsheet program shows it, and its cells from column A on; an empty cell is ``None`` or
``""``. Empty rows are left out.
"""

from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rendang.kernel.core.sheets import delimited, legacy, packed, web, xlsx
from rendang.kernel.core.sheets.cells import Cell, Merged, Row, Sheet, UnreadableTable, text_of

__all__ = ["Cell", "Merged", "Row", "Sheet", "UnreadableTable", "open_table", "text_of"]

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def open_table(path: Path) -> Iterator[Sheet]:
    """The visible sheets of a file, in the order of the workbook. The kind is told by the content, not the name.

    Raises ``UnreadableTable`` with a message for the clerk: encrypted, damaged, or not a table at all.
    """
    with path.open("rb") as file:
        beginning = file.read(4096)
    if not beginning.strip():
        raise UnreadableTable(_("The file is empty."))
    if beginning.startswith(_ZIP):
        return xlsx.sheets(path) if xlsx.WORKBOOK in packed.parts_of(path) else legacy.sheets(path)
    if beginning.startswith(_OLE):
        return legacy.sheets(path)
    if web.is_xml_workbook(beginning):
        return web.workbook_sheets(path)
    if web.is_page(beginning):
        return web.page_sheets(path)
    if (
        beginning.startswith((b"%PDF", b"MIME-Version", b"{\\rtf"))
        or beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    ):
        raise UnreadableTable(
            _("This is not a table that can be read. Open it in a spreadsheet program and save it as XLSX.")
        )
    return delimited.sheets(path)


assert issubclass(UnreadableTable, ValidationError)
