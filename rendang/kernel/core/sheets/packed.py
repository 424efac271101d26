"""Zip archives that would unpack to more than any honest table holds."""

import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from rendang.kernel.core.sheets.cells import UnreadableTable, damaged

_GIB = 1 << 30
_MOST_UNPACKED = 4 * _GIB
# Sheets and texts pack 10 to 60 times; what packs better than this, and is large, was made to overwhelm.
_LARGE, _MOST_PACKED = 64 << 20, 150
# Parts that are read whole: lists of sheets, styles, relations.
_MOST_OF_A_SMALL_PART = 32 << 20
_STREAMED = ("worksheets/", "sharedstrings")


def parts_of(path: Path) -> set[str]:
    """The names of what is packed. A part never yields more than its entry announces.

    Raises ``UnreadableTable``, before anything is unpacked, for what would be more than a table.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise damaged() from None
    if sum(part.file_size for part in parts) > _MOST_UNPACKED or any(map(_overwhelms, parts)):
        raise UnreadableTable(
            _("Unpacked, the file is far larger than a table. Copy the rows into a new workbook and save that.")
        )
    return {part.filename for part in parts}


def _overwhelms(part: zipfile.ZipInfo) -> bool:
    if part.filename.endswith((".xml", ".rels")) and not any(name in part.filename.lower() for name in _STREAMED):
        return part.file_size > _MOST_OF_A_SMALL_PART
    return part.file_size > max(_LARGE, _MOST_PACKED * part.compress_size)
