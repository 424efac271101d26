"""A workbook of text, written in constant memory."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

# Cells are text: an identity number in a numeric cell loses its last digits.
AS_TEXT = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def workbook(
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str]],
    remarks: Iterable[tuple[str, str]] = (),
) -> IO[bytes]:
    """A file at its beginning: a sheet ``title`` with headings, and one that says when and why it was made."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on to the response, which closes it
    book = xlsxwriter.Workbook(file, AS_TEXT)
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet = book.add_worksheet(title[:31])
    for column, (_heading, width) in enumerate(columns):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [heading for heading, _width in columns], bold)
    for number, cells in enumerate(rows, start=1):
        sheet.write_row(number, 0, cells)
    about = book.add_worksheet(_("About this list"))
    made = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    for number, (name, value) in enumerate([(_("Made"), made), *remarks]):
        about.write_row(number, 0, [name, value])
    book.close()
    file.seek(0)
    return file
