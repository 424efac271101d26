"""What a cell of a table can hold, whatever the file was."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Cell = str | int | float | bool | dt.date | None
Row = tuple[int, list[Cell]]
MOST_COLUMNS = 16_384  # of a sheet of a spreadsheet program


class UnreadableTable(ValidationError):
    """The file cannot be read as a table; the message says why and what to do."""


def damaged() -> UnreadableTable:
    return UnreadableTable(_("The file is damaged. Save it again as XLSX."))


def no_table() -> UnreadableTable:
    return UnreadableTable(
        _("This is not a table that can be read. Open it in a spreadsheet program and save it as XLSX.")
    )


class Merged(NamedTuple):
    """A cell that reaches down: its column from 0, its first and its last row as a spreadsheet program counts them."""

    column: int
    first: int
    last: int


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook; the only "sheet" of a CSV file has no name."""

    name: str | None
    # All rows from the top, again at every call; of the cells only those of the wanted columns, or all.
    rows: Callable[[Collection[int] | None], Iterator[Row]]
    # The cells that reach down over several rows; the value stands in the first of them.
    merged: Callable[[], list[Merged]] = list


def hidden_sheet(name: str | None) -> Sheet:
    """A sheet that a workbook hides: it is named, so that nobody believes it read, and has no rows."""
    return Sheet(name, _no_rows)


def _no_rows(_wanted: Collection[int] | None) -> Iterator[Row]:
    return iter(())


def text_of(cell: Cell) -> str:
    """A cell as a person would read it; a whole number has no decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
