"""Rosters written down as text, with what a careful archivist expects of each row; and how a file compares with it."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rendang.circulation.rosters.judging import CODED, Judge
from rendang.circulation.rosters.layout import layouts
from rendang.kernel.core.sheets import open_table
from rendang.kernel.standards import data_files
from rendang.kernel.standards.queries import normalised
from tests.circulation.rosters.files import id_number
from tests.circulation.rosters.test_judging import TODAY

WRITTEN_DOWN = Path(__file__).with_name("habits.txt")


class Habit(NamedTuple):
    """One way of writing a roster: its sheets, and of each data row what must come out (see habits.txt)."""

    title: str
    sheets: dict[str, list[list[Any]]]
    expected: dict[tuple[int, int], str]


def habits() -> Iterator[Habit]:
    for piece in WRITTEN_DOWN.read_text().split("\n## ")[1:]:
        title, *lines = piece.splitlines()
        habit, sheet = Habit(title, {}, {}), "Sheet1"
        for line in lines:
            if found := re.fullmatch(r"\[(.+)\]", line):
                sheet = found[1]
            elif found := re.fullmatch(r"-> (?:(\d+)/)?(\d+) (.*)", line):
                habit.expected[int(found[1] or 1) - 1, int(found[2])] = with_numbers(found[3])
            elif line:
                habit.sheets.setdefault(sheet, []).append([_cell(cell.strip()) for cell in line.split("|")])
        yield habit


def _cell(text: str) -> Any:
    if re.fullmatch(r"<[\d.]+>", text):
        return float(text[1:-1]) if "." in text else int(text[1:-1])
    return with_numbers(text).replace("\\n", "\n")


def with_numbers(text: str) -> str:
    """#2# is the identity number of the person with the sequence 2."""
    return re.sub(r"#(\d+)#", lambda found: id_number(int(found[1])), text)


@cache
def _codes() -> dict[str, dict[str, str]]:
    """The texts that have a code, as the standards are loaded from."""
    tables: dict[str, dict[str, str]] = {table: {} for table in (*CODED, "sex", "archive_type")}
    for table, known in tables.items():
        for row in data_files.codes(table):
            for text in filter(None, (row["short_name"], row["name"], row["code"])):
                known.setdefault(normalised(text), row["code"])
    for synonym in data_files.synonyms():
        if synonym["table"] in tables:
            tables[synonym["table"]][normalised(synonym["text"])] = synonym["code"]
    return tables


def told(path: Path, expected: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """(sheet, row) → what is told of each data row, of the fields that are expected of it."""
    judge, found = Judge(_codes(), normalised, TODAY), {}
    for sheet_number, (sheet, layout) in enumerate(list(layouts(open_table(path)))):
        if layout and layout.columns:
            rows, _not_data = judge.judge(sheet_number, layout, layout.rows_of(sheet))
            for row in rows:
                wanted = re.findall(r" (\w+)=", expected.get((sheet_number, row.number), ""))
                values = row.values | {"id": row.id_number}
                parts = [row.values["name"], *(f"{field}={values[field]}" for field in wanted)]
                if row.rejection:
                    parts.append(f"!{row.rejection}")
                else:
                    parts += [f"~{warning}" for warning in row.warnings] + [f"^{note}" for note in row.notes]
                found[sheet_number, row.number] = " ".join(parts)
    return found
