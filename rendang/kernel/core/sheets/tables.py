"""A short table with known columns, wherever its heading stands: lists that people fill in or export elsewhere."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from rendang.kernel.core.language import listed
from rendang.kernel.core.sheets import Row, UnreadableTable, open_table, text_of

HEADING_WITHIN = 20  # rows: titles and remarks may stand above the heading
_UNSAID = re.compile(r"[\s*＊:：（）()]+")


@dataclass(frozen=True)
class Record:
    """One row: its number as a spreadsheet program shows it, and its cells by the names of the columns."""

    row: int
    values: dict[str, str]


def read_table(
    content: BinaryIO, columns: Mapping[str, Iterable[str]], *, required: Iterable[str], most: int
) -> list[Record]:
    """The rows below the heading of the first sheet that has one; cells as a person would read them.

    ``columns`` maps a name to what people write over that column. Raises ``UnreadableTable`` in words: not a table,
    no heading with the ``required`` columns, or more than ``most`` rows.
    """
    known = {_plain(heading): name for name, headings in columns.items() for heading in headings}
    needed = set(required)
    with tempfile.NamedTemporaryFile() as file:
        content.seek(0)
        while block := content.read(1024 * 1024):
            file.write(block)
        file.flush()
        for sheet in open_table(Path(file.name)):
            places: dict[int, str] | None = None
            records: list[Record] = []
            for number, (row, cells) in enumerate(sheet.rows(None)):
                if places is None:
                    if number >= HEADING_WITHIN:
                        break
                    places = _heading((row, cells), known, needed)
                    continue
                values = {name: text_of(cells[at]).strip() for at, name in places.items() if at < len(cells)}
                if any(values.values()):
                    records.append(Record(row, dict.fromkeys(columns, "") | values))
                if len(records) > most:
                    raise UnreadableTable(_("The table has more than %(most)d rows. Split it.") % {"most": most})
            if places is not None:
                return records
    named = listed(next(iter(columns[name])) for name in columns if name in needed)
    raise UnreadableTable(_("No heading with the columns %(columns)s was found in the table.") % {"columns": named})


def _plain(text: str) -> str:
    return _UNSAID.sub("", text).casefold()


def _heading(row: Row, known: Mapping[str, str], needed: set[str]) -> dict[int, str] | None:
    found = {at: known[said] for at, cell in enumerate(row[1]) if (said := _plain(text_of(cell))) in known}
    return found if needed <= set(found.values()) else None
