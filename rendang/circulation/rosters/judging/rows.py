"""Understands single rows of one layout."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping

from rendang.circulation.rosters.dates import DASHES, is_later, read_date
from rendang.circulation.rosters.judging.codes import Codes
from rendang.circulation.rosters.judging.identities import document_in, one_number_in
from rendang.circulation.rosters.judging.names import bare_name, former_name_in
from rendang.circulation.rosters.judging.no_person import FIRST_ROWS, NoPerson
from rendang.circulation.rosters.judging.phrases import (
    DITTO,
    MARKS,
    NO_DEGREE,
    NO_NUMBER_YET,
    NOTHING,
    kind_of,
    leaves_by,
    leaves_by_remark,
    plain,
)
from rendang.circulation.rosters.judging.verdicts import (
    CODED,
    ID_CARD,
    PAST_DATES,
    PLAIN,
    SAID_TO_HAVE_LEFT,
    UNREADABLE_DATE,
    WARNED_CODES,
    Judged,
    Rejection,
    Warning,
)
from rendang.circulation.rosters.layout import OF_ONE_ROW, Layout
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.identifiers import (
    IdProblem,
    birth_date_of,
    convert_old_id_number,
    id_number_problem,
    is_valid_uscc,
    normalise_id_number,
    sex_of,
)
from rendang.kernel.core.sheets import Cell, text_of

_LONGEST_NAME = 60
_LONGEST_LOCATION = 120
_LONGEST_RAW = 400
_AT_ITS_ENDS = ".,;:、。·-_"
_LOST_DIGITS = re.compile(r"\d{15}000")
_OTHER_DOCUMENT = re.compile(r"[A-Z0-9()]{5,20}")
_MOST_REMEMBERED = 20_000
_OF_PROBLEM = {
    IdProblem.MISSING: Rejection.MISSING_ID,
    IdProblem.UNREADABLE: Rejection.UNREADABLE_ID,
    IdProblem.BAD_CHECKSUM: Rejection.BAD_ID_CHECKSUM,
    IdProblem.IMPOSSIBLE_BIRTH_DATE: Rejection.IMPOSSIBLE_BIRTH_DATE_IN_ID,
}


class RowReader:
    """Reads rows of one layout into ``Judged``. What a cell means is remembered: most cells repeat."""

    def __init__(
        self,
        layout: Layout,
        synonyms: Mapping[str, Mapping[str, str]],
        normalised: Callable[[str], str],
        today: dt.date,
    ) -> None:
        self._synonyms, self._codes_known = synonyms, Codes(synonyms, normalised)
        self._today, self._today_text = today, today.isoformat()
        columns = {name: places[0] for name, places in layout.columns.items()}
        self._name, self._id = columns.get("name"), columns.get("id_number")
        self._id_kind, self._sex, self._birth = columns.get("id_kind"), columns.get("sex"), columns.get("birth_date")
        self._credit_code = columns.get("credit_code")
        self._archive_type, self._locations = columns.get("archive_type"), layout.columns.get("location", ())
        # 姓 and 名 in two columns are one name.
        names = layout.columns.get("name", ())
        self._more_names = names[1:]
        self._id_heading = "".join(layout.headings[self._id : self._id + 1]) if self._id is not None else ""
        self.nobody = NoPerson(layout)
        # The row before, which 同上 means; nobody is the one above.
        self._above: list[Cell] = []
        self._own = {column for field in OF_ONE_ROW for column in layout.columns.get(field, ())}
        self.layout = layout
        self._left = [
            (column, leaves_by("".join(layout.headings[column : column + 1])))
            for column in layout.columns.get("left", ())
        ]
        if "remarks" in columns:
            self._left.append((columns["remarks"], leaves_by_remark))
        if layout.left and self._name is not None:
            self._left.append((self._name, bool))
        self._codes: list[tuple[str, int, dict[Cell, str | None]]] = [
            (name, columns[name], {}) for name in CODED if name in columns
        ]
        # What the sheet, or a row between the people, says of all people below, where no column does.
        self._between = {"employer": layout.employer} if layout.employer else {}
        if {"employer", "entrusting_employer"} & columns.keys():
            self._between = {}
        # A date whose year, month and day stand in columns of their own, a number whose digits do.
        in_parts = {name: layout.columns.get(name, ()) for name in ("id_number", "birth_date", *PAST_DATES)}
        self._in_parts = [(name, places) for name, places in in_parts.items() if len(places) > 1]
        self._dates = [(name, columns[name]) for name in PAST_DATES if name in columns]
        self._known_dates: dict[Cell, str | None] = {}
        self._later_dates: set[str] = set()
        self._known_types: dict[Cell, str | None] = {}
        self._texts = [
            (
                name,
                columns[name],
                limit,
                NOTHING | DITTO | (NO_NUMBER_YET if name == "archive_number" else frozenset()),
            )
            for name, limit in PLAIN.items()
            if name in columns
        ]

    def read(self, cells: list[Cell], row: Judged, rows_below_header: int) -> bool:
        """Judge the cells into ``row``; false when they hold no person (a total, a note, the headings again)."""
        if self._in_parts:
            self._join_parts(cells)
        cell = cells[self._name] if self._name is not None else None
        name = normalise_name(cell if isinstance(cell, str) else text_of(cell))
        if self._more_names:
            name += "".join(normalise_name(text_of(cells[column])) for column in self._more_names)
        if name in NOTHING or not name.isalpha():
            name, written = bare_name(name), name
            if name and name != written:
                row.raw["name"], row.values["former_name"] = written[:_LONGEST_RAW], former_name_in(written)
        self._read_identity(cells[self._id] if self._id is not None else None, cells, row)
        if (not name or row.rejection) and not self.nobody.holds_a_person(cells, name, row, rows_below_header):
            self._between |= self.nobody.between
            return False
        if rows_below_header <= FIRST_ROWS and self.nobody.is_example(cells, row.raw.get("name", name)):
            return False
        if not name:
            row.rejection = Rejection.MISSING_NAME
        if not row.rejection:
            if len(name) > _LONGEST_NAME:
                row.raw["name"], name = name[:_LONGEST_RAW], name[:_LONGEST_NAME]
            self._read_rest(cells, row)
        else:
            self._repeat_above(cells)
        row.values["name"] = name
        self._above = cells
        return True

    def _join_parts(self, cells: list[Cell]) -> None:
        for name, columns in self._in_parts:
            parts = [text for column in columns if (text := plain(cells[column])) not in NOTHING]
            joined = "".join(parts) if name == "id_number" else "-".join(part.rstrip("年月日") for part in parts)
            cells[columns[0]] = joined

    def _repeat_above(self, cells: list[Cell]) -> bool:
        """Write the values of the row before where a cell says 同上; whether any does."""
        found = False
        for column, above in enumerate(self._above[: len(cells)]):
            if column not in self._own and plain(cells[column]) in DITTO and plain(above) not in DITTO:
                cells[column], found = above, True
        return found

    def _read_identity(self, cell: Cell, cells: list[Cell], row: Judged) -> None:
        if isinstance(cell, (int, float)):
            # A number cell keeps 15 digits: enough for an old number, not for one of eighteen.
            if not 1e14 <= cell < 1e15 or cell != int(cell):
                row.rejection = Rejection.UNREADABLE_ID
                return
            cell = str(int(cell))
        number = normalise_id_number(cell if isinstance(cell, str) else text_of(cell))
        if number in NOTHING:
            row.rejection = Rejection.MISSING_ID
            return
        kind = kind_of(plain(cells[self._id_kind])) if self._id_kind is not None else ID_CARD
        row.values["identity_kind"] = kind
        if kind != ID_CARD and not (len(number) == 18 and number[:17].isdecimal()):
            row.id_number = number
            if not _OTHER_DOCUMENT.fullmatch(number):
                row.rejection = Rejection.UNREADABLE_ID
            return
        problem = id_number_problem(number, today=self._today)
        if problem is not None and (tidy := number.strip(_AT_ITS_ENDS)) != number:
            number, problem = tidy, id_number_problem(tidy, today=self._today)
        if problem == IdProblem.UNREADABLE:
            number = one_number_in(number) or number
            problem = id_number_problem(number, today=self._today)
        if problem is not None:
            if document := document_in(number, plain(cell), self._id_heading):
                row.values["identity_kind"], row.id_number = document
                return
            row.rejection = Rejection.UNREADABLE_ID if "*" in number else _OF_PROBLEM[problem]
            if not any(map(str.isdecimal, number)):  # 待补
                row.rejection = Rejection.MISSING_ID
            elif _LOST_DIGITS.fullmatch(number):
                row.rejection = Rejection.UNREADABLE_ID
        elif len(number) == 15:
            row.old_id_number, row.id_number = number, convert_old_id_number(number)
            row.warnings = (Warning.OLD_ID_CONVERTED,)
        else:
            row.id_number = number

    def _read_rest(self, cells: list[Cell], row: Judged) -> None:
        values, warned = row.values, set(row.warnings)
        if len(row.id_number) == 18 and row.id_number[:17].isdecimal():
            values["sex"], values["birth_date"] = sex_of(row.id_number), birth_date_of(row.id_number)
        if self._sex is not None and (cell := cells[self._sex]):
            self._read_sex(plain(cell), row, warned)
        if self._birth is not None and (cell := cells[self._birth]):
            self._read_birth(cell, row, warned)
        for name, column, known in self._codes:
            if cell := cells[column]:
                code = known[cell] if cell in known else self._code(name, cell, known)
                if code is not None:
                    values[name] = code
                elif plain(cell) in DITTO and self._repeat_above(cells):
                    self._read_rest(cells, row)
                    return
                else:
                    row.raw[name] = plain(cell)[:_LONGEST_RAW]
                    if name in WARNED_CODES:
                        warned.add(Warning.UNKNOWN_CODE_TEXT)
        known_dates, later = self._known_dates, self._later_dates
        for name, column in self._dates:
            if cell := cells[column]:
                date = known_dates[cell] if cell in known_dates else self._date(cell)
                if date:
                    values[name] = date
                    if date in later:
                        warned.add(Warning.FUTURE_DATE)
                elif date is None and plain(cell) in DITTO and self._repeat_above(cells):
                    self._read_rest(cells, row)
                    return
                elif date is None:
                    row.raw[name], row.notes = plain(cell)[:_LONGEST_RAW], (UNREADABLE_DATE,)
        for name, column, limit, nothing in self._texts:
            if cell := cells[column]:
                text = cell.strip() if isinstance(cell, str) and cell[0] not in MARKS else plain(cell)
                if text in nothing:
                    if text in DITTO and self._repeat_above(cells):
                        self._read_rest(cells, row)
                        return
                    if text not in NOTHING:
                        row.raw[name] = text
                    continue
                if len(text) > limit:
                    row.raw[name], text = text[:_LONGEST_RAW], text[:limit]
                values[name] = text
        if (
            not (number := values["archive_number"]).isascii()
            and (folded := unicodedata.normalize("NFKC", number)) != number
        ):
            row.raw["archive_number"], values["archive_number"] = number, folded[: PLAIN["archive_number"]]
        if self._between:
            values |= self._between
        if self._locations:
            parts = [
                text for column in self._locations if (cell := cells[column]) and (text := plain(cell)) not in NOTHING
            ]
            values["location"] = location = "-".join(parts)[:_LONGEST_LOCATION]
            if ("同" in location or "〃" in location) and not DITTO.isdisjoint(parts) and self._repeat_above(cells):
                self._read_rest(cells, row)
                return
        self._read_custody(cells, row, warned)
        for column, leaves in self._left:
            if ((cell := cells[column]) or cell is False) and leaves(cell):
                row.notes = (*row.notes, SAID_TO_HAVE_LEFT)
                break
        if warned:
            row.warnings = tuple(reason for reason in Warning if reason in warned)

    def _code(self, table: str, cell: Cell, known: dict[Cell, str | None]) -> str | None:
        """The code of a text; "" for one that says there is nothing, None for one nobody knows."""
        text = plain(cell)
        nothing = text in (NO_DEGREE if table == "degree" else DASHES)
        code = "" if nothing else self._codes_known.code_of(table, text)
        if len(known) < _MOST_REMEMBERED:
            known[cell] = code
        return code

    def _date(self, cell: Cell) -> str | None:
        date = read_date(cell)
        if date and is_later(date, self._today_text):
            self._later_dates.add(date)
        if len(self._known_dates) < _MOST_REMEMBERED:
            self._known_dates[cell] = date
        return date

    def _read_sex(self, text: str, row: Judged, warned: set[str]) -> None:
        code = self._synonyms["sex"].get(text) or ("" if text in DASHES else self._codes_known.code_of("sex", text))
        if code is None:
            row.raw["sex"] = text[:_LONGEST_RAW]
        elif code and code in "12" and row.values["sex"] != code:
            if row.values["sex"] == "0":
                row.values["sex"] = code
            else:
                warned.add(Warning.SEX_DIFFERS)
                row.raw["sex"] = text[:_LONGEST_RAW]

    def _read_birth(self, cell: Cell, row: Judged, warned: set[str]) -> None:
        date = read_date(cell)
        if date is None:
            row.raw["birth_date"], row.notes = plain(cell)[:_LONGEST_RAW], (UNREADABLE_DATE,)
        elif date:
            in_id = row.values["birth_date"]
            if not in_id:
                row.values["birth_date"] = date
            elif not in_id.startswith(date) and not (date[2:] == in_id[2 : len(date)] and date[:4] not in plain(cell)):
                warned.add(Warning.BIRTH_DATE_DIFFERS)
                row.raw["birth_date"] = date
            if is_later(date, self._today_text):
                warned.add(Warning.FUTURE_DATE)

    def _read_custody(self, cells: list[Cell], row: Judged, warned: set[str]) -> None:
        values = row.values
        if self._archive_type is not None and (cell := cells[self._archive_type]):
            known = self._known_types
            code = known[cell] if cell in known else self._code("archive_type", cell, known)
            if code:
                values["archive_type"] = code
            elif code is None:
                row.raw["archive_type"] = plain(cell)[:_LONGEST_RAW]
        if self._credit_code is not None and (cell := cells[self._credit_code]):
            text = plain(cell)
            credit_code = normalise_id_number(text).replace("-", "")
            if is_valid_uscc(credit_code):
                values["credit_code"] = credit_code
            elif text not in NOTHING:
                warned.add(Warning.USCC_INVALID)
                row.raw["credit_code"] = text[:_LONGEST_RAW]
        if not values["archive_type"]:
            values["archive_type"] = "unit" if values["entrusting_employer"] else "personal"
