"""Judges the rows of one file, sheet after sheet."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from rendang.circulation.rosters.judging.repeats import Before
from rendang.circulation.rosters.judging.rows import RowReader
from rendang.circulation.rosters.judging.verdicts import Judged
from rendang.circulation.rosters.layout import Layout
from rendang.kernel.core.sheets import Row


class Judge:
    """Knows the codes, the day, and the numbers of the rows before."""

    def __init__(
        self, synonyms: Mapping[str, Mapping[str, str]], normalised: Callable[[str], str], today: dt.date
    ) -> None:
        """``synonyms``: code table → normalised text → code; ``normalised`` makes a text comparable with them."""
        self._synonyms, self._normalised, self._today = synonyms, normalised, today
        self._before = Before()
        self._readers: dict[int, RowReader] = {}
        # Sheet → the row of its last headings, where a table with other columns has begun below the first.
        self._header_ends: dict[int, int] = {}

    def judge(self, sheet: int, layout: Layout, rows: Iterable[Row]) -> tuple[list[Judged], list[int]]:
        """The verdicts on a piece of a sheet, and the numbers of the rows that hold no data (totals, notes)."""
        if sheet not in self._readers:
            self._readers[sheet] = RowReader(layout, self._synonyms, self._normalised, self._today)
        reader = self._readers[sheet]
        read = reader.read
        header_end = self._header_ends.get(sheet, layout.header_rows[-1] if layout.header_rows else 0)
        width = max(layout.wanted, default=0) + 1
        judged, not_data = [], []
        for number, cells in rows:
            if number <= header_end:
                continue
            if len(cells) < width:
                cells = cells + [None] * (width - len(cells))
            row = Judged(sheet, number)
            if read(cells, row, number - header_end):
                judged.append(row)
            else:
                not_data.append(number)
                if reader.nobody.next_layout:
                    reader = RowReader(reader.nobody.next_layout, self._synonyms, self._normalised, self._today)
                    self._readers[sheet], read = reader, reader.read
                    self._header_ends[sheet] = header_end = number
                    width = max(width, max(reader.layout.wanted) + 1)
        self._before.reject_repeated(judged)
        return judged, not_data

    def close(self) -> None:
        self._before.close()
