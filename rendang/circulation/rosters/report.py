"""The verdicts on a whole file, in the form of ``import_roster --json``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rendang.circulation.rosters.chunks import Chunk
from rendang.circulation.rosters.judging import NOTES, Rejection, Warning
from rendang.circulation.rosters.layout import Layout

HELD_ELSEWHERE = "held_elsewhere"
ALREADY_HELD = "already_held"
ARCHIVE_NUMBER_TAKEN = "archive_number_taken"
DIFFERS = "differs_from_record"
# What the database says of a row, apart from what the file says.
OF_THE_RECORD = (HELD_ELSEWHERE, ALREADY_HELD, ARCHIVE_NUMBER_TAKEN, DIFFERS)


@dataclass
class Tally:
    """Collects the verdicts sheet by sheet; keeps the numbers of the rows that have one, not the rows."""

    names: Sequence[str | None]
    layouts: Sequence[Layout | None]
    sheets: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.sheets = [
            {
                "name": name,
                "title_rows": list(layout.title_rows),
                "header_rows": list(layout.header_rows),
                "not_data_rows": [],
                "data_rows": 0,
                "importable": 0,
                "rejected": {str(reason): [] for reason in Rejection},
                "warned": {str(reason): [] for reason in Warning},
                **{verdict: [] for verdict in OF_THE_RECORD},
                **{note: [] for note in NOTES},
            }
            if layout and layout.columns
            else {}
            for name, layout in zip(self.names, self.layouts, strict=True)
        ]

    def add(self, chunk: Chunk) -> None:
        """What the file itself says of the rows of a chunk. Chunks may come in any order."""
        sheet = self.sheets[chunk.sheet]
        sheet["data_rows"] += chunk.rows
        sheet["importable"] += chunk.accepted
        for _, number, reason in chunk.rejected:
            sheet["rejected"][reason].append(number)
        for _, number, reasons in chunk.warned:
            for reason in reasons:
                sheet["warned"][reason].append(number)
        for _, number, notes in chunk.notes:
            for note in notes:
                sheet[note].append(number)
        sheet["not_data_rows"] += [number for _, number in chunk.not_data]

    def note(self, verdicts: Iterable[tuple[int, int, str]]) -> None:
        """What the database says: (sheet, row, one of ``OF_THE_RECORD``)."""
        for sheet, number, verdict in verdicts:
            self.sheets[sheet][verdict].append(number)

    @property
    def data_rows(self) -> int:
        return sum(sheet["data_rows"] for sheet in self.sheets if sheet)

    @property
    def importable(self) -> int:
        return sum(sheet["importable"] for sheet in self.sheets if sheet)

    def report(self, file: str, institution: str) -> dict[str, Any]:
        """One JSON object; sheets that are no roster are only named."""
        sheets = [sheet for sheet in self.sheets if sheet]
        for sheet in sheets:
            for rows in (
                *sheet["rejected"].values(),
                *sheet["warned"].values(),
                *map(sheet.get, (*OF_THE_RECORD, *NOTES)),
            ):
                rows.sort()
        return {
            "file": file,
            "institution": institution,
            "data_rows": self.data_rows,
            "importable": self.importable,
            "counts": {
                "rejected": {
                    str(reason): sum(len(sheet["rejected"][reason]) for sheet in sheets) for reason in Rejection
                },
                "warned": {str(reason): sum(len(sheet["warned"][reason]) for sheet in sheets) for reason in Warning},
                "rejected_in_all": self.data_rows - self.importable,
                "warned_in_all": sum(len(set().union(*sheet["warned"].values())) for sheet in sheets),
                **{verdict: sum(len(sheet[verdict]) for sheet in sheets) for verdict in (*OF_THE_RECORD, *NOTES)},
            },
            "sheets": sheets,
            "skipped_sheets": [name for name, sheet in zip(self.names, self.sheets, strict=True) if not sheet],
        }
