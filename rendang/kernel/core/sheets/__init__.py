"""Reads a table row by row, whatever kind of file it came in; memory does not grow with the rows.

A row is its number, as a spreadsheet program shows it, and its cells from column A on; an empty cell is ``None`` or
``""``. Empty rows are left out.
"""

from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rendang.kernel.core.sheets import delimited, legacy, packed, web, xlsx
from rendang.kernel.core.sheets.cells import Cell, Merged, Row, Sheet, UnreadableTable, no_table, text_of

__all__ = ["Cell", "Merged", "Row", "Sheet", "UnreadableTable", "open_table", "text_of"]

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def open_table(path: Path) -> Iterator[Sheet]:
    """The sheets of a file, in the order of the workbook; a hidden one has no rows. The content tells the kind.

    Raises ``UnreadableTable`` with a message for the clerk: encrypted, damaged, or not a table at all.
    """
    with path.open("rb") as file:
        beginning = file.read(4096)
    if not beginning.strip():
        raise UnreadableTable(_("The file is empty."))
    if beginning.startswith(_ZIP):
        parts = packed.parts_of(path)
        if xlsx.WORKBOOK in parts:
            return xlsx.sheets(path)
        if not any(part.startswith("xl/") or part == "content.xml" for part in parts):  # a text, a parcel of files
            raise no_table()
        return legacy.sheets(path)
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
        raise no_table()
    return delimited.sheets(path)


assert issubclass(UnreadableTable, ValidationError)
