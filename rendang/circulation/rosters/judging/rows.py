"""Understands single rows of one layout."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping

from rendang.circulation.rosters.dates import DASHES, is_later, read_date
from rendang.circulation.rosters.headings import normalise_heading, simplified
from rendang.circulation.rosters.judging.phrases import (
    COLUMN_NUMBER,
    DITTO,
    EXAMPLE,
    EXAMPLE_NAME,
    MARKS,
    NO_DEGREE,
    NO_NUMBER_YET,
    NOT_DATA,
    NOT_DATA_ALONE,
    NOTHING,
    RULE,
    bare_name,
    kind_of,
    leaves_by,
    leaves_by_remark,
    plain,
    without_century,
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
from rendang.circulation.rosters.layout import OF_ONE_ROW, Layout, begun_anew, is_name
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
_ASIDE = re.compile(r"[(（\[【/、,，].*$")
_MANNER = re.compile(
    "^(?:非?全日制|在职|脱产|业余|成人|函授|自考|普通高校|普通|民办|公办|网络|远程|开放|五年一贯制|五年制)+(?:教育)?"
)
_ONE_NUMBER = re.compile(r"(?<!\d)(?<!\d\.)(\d{17}[\dX]|\d{15})(?![\dX])")
_LOST_DIGITS = re.compile(r"\d{15}000")
# More digits than this are meant to be an identity number.
_FEW_DIGITS = 10
_OTHER_DOCUMENT = re.compile(r"[A-Z0-9()]{5,20}")
# An example or a row of column numbers stands right below the headings.
_FIRST_ROWS = 5
_MOST_REMEMBERED = 20_000
_NO_NUMBER = (Rejection.MISSING_ID, Rejection.UNREADABLE_ID)
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
        self._synonyms, self._normalised = synonyms, normalised
        self._today, self._today_text = today, today.isoformat()
        columns = {name: places[0] for name, places in layout.columns.items()}
        self._name, self._id = columns.get("name"), columns.get("id_number")
        self._id_kind, self._sex, self._birth = columns.get("id_kind"), columns.get("sex"), columns.get("birth_date")
        self._serial, self._credit_code = columns.get("serial"), columns.get("credit_code")
        self._archive_type, self._locations = columns.get("archive_type"), layout.columns.get("location", ())
        # 姓 and 名 in two columns are one name.
        names = layout.columns.get("name", ())
        self._more_names = names[1:]
        self._name_heading = "".join(layout.headings[column] for column in names if column < len(layout.headings))
        # The row before, which 同上 means; nobody is the one above.
        self._above: list[Cell] = []
        self._own = {column for field in OF_ONE_ROW for column in layout.columns.get(field, ())}
        self.layout = layout
        # The layout of a table that begins below this one with its columns in another order.
        self.next_layout: Layout | None = None
        # Columns that only a person's row fills.
        self._left = [
            (column, leaves_by("".join(layout.headings[column : column + 1])))
            for column in layout.columns.get("left", ())
        ]
        if "remarks" in columns:
            self._left.append((columns["remarks"], leaves_by_remark))
        if layout.left and self._name is not None:
            self._left.append((self._name, bool))
        self._telling = [places for name, places in layout.columns.items() if name not in {"serial", "remarks"}]
        self._codes: list[tuple[str, int, dict[Cell, str | None]]] = [
            (name, columns[name], {}) for name in CODED if name in columns
        ]
        self._employer = "" if {"employer", "entrusting_employer"} & columns.keys() else layout.employer
        # A date whose year, month and day stand in columns of their own.
        dates = ("birth_date", *PAST_DATES)
        self._dates_in_parts = [layout.columns[name] for name in dates if len(layout.columns.get(name, ())) > 1]
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
        if self._dates_in_parts:
            self._join_dates(cells)
        cell = cells[self._name] if self._name is not None else None
        name = normalise_name(cell if isinstance(cell, str) else text_of(cell))
        if self._more_names:
            name += "".join(normalise_name(text_of(cells[column])) for column in self._more_names)
        if name in NOTHING or not name.isalpha():
            name, written = bare_name(name), name
            if name and name != written:
                row.raw["name"] = written[:_LONGEST_RAW]
        self._read_identity(cells[self._id] if self._id is not None else None, cells, row)
        if (not name or row.rejection) and not self._holds_a_person(cells, name, row, rows_below_header):
            return False
        if rows_below_header <= _FIRST_ROWS and self._is_example(cells, name, row):
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

    def _join_dates(self, cells: list[Cell]) -> None:
        for columns in self._dates_in_parts:
            parts = [text for column in columns if (text := plain(cells[column])) not in NOTHING]
            cells[columns[0]] = "-".join(part.rstrip("年月日") for part in parts)

    def _repeat_above(self, cells: list[Cell]) -> bool:
        """Write the values of the row before where a cell says 同上; whether any does."""
        found = False
        for column, above in enumerate(self._above[: len(cells)]):
            if column not in self._own and plain(cells[column]) in DITTO and plain(above) not in DITTO:
                cells[column], found = above, True
        return found

    def _is_example(self, cells: list[Cell], name: str, row: Judged) -> bool:
        """Whether a row right below the headings shows how the list is to be filled in."""
        if self._serial is not None and plain(cells[self._serial]) in EXAMPLE:
            return True
        return bool(EXAMPLE_NAME.match(row.raw.get("name", name)))

    def _holds_a_person(self, cells: list[Cell], name: str, row: Judged, rows_below_header: int) -> bool:
        """Whether a row without a good name and number is a person's all the same."""
        texts = [text for cell in cells if cell and (text := plain(cell)) not in NOTHING]
        if not texts or (self._name_heading and normalise_heading(name) == self._name_heading):
            return False
        if row.rejection == Rejection.UNREADABLE_ID and NOT_DATA.match(name):
            return False
        if self._are_headings(cells, texts, rows_below_header):
            return False
        if not any(map(str.isalnum, "".join(texts))):  # ----
            return False
        identity = cells[self._id] if self._id is not None else None
        if sum(map(str.isdecimal, text_of(identity))) < _FEW_DIGITS:
            says_no_data = (NOT_DATA_ALONE if is_name(name) else NOT_DATA).match
            if any(map(says_no_data, texts[: 3 if len(texts) > 4 else None])):
                return False
            if not name:
                return (
                    sum(any(plain(cells[column]) not in NOTHING for column in columns) for columns in self._telling)
                    > 1
                )
            if len(texts) == 1 and not is_name(name):  # 二、某某机械厂（2人）
                return False
        if rows_below_header > _FIRST_ROWS:
            return True
        # The columns' numbers, or how each is to be filled in.
        return not all(COLUMN_NUMBER.fullmatch(text) for text in texts) and not (
            row.rejection in _NO_NUMBER and not is_name(name) and any(map(RULE.search, texts))
        )

    def _are_headings(self, cells: list[Cell], texts: list[str], rows_below_header: int) -> bool:
        """Whether the headings stand here again: their lower row, those of another language or of another table."""
        headings = self.layout.headings
        if all(
            column < len(headings) and headings[column].endswith(normalise_heading(text_of(cell)))
            for column, cell in enumerate(cells)
            if cell
        ):
            return True
        if rows_below_header > _FIRST_ROWS and not any("姓名" in text for text in texts):
            return False
        anew = begun_anew(self.layout, cells)
        if anew and anew.columns != self.layout.columns and rows_below_header > 1:
            self.next_layout = anew
        return anew is not None

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
        if problem == IdProblem.UNREADABLE and (found := _ONE_NUMBER.findall(number.replace("-", ""))):
            # The old number of the same person may stand beside the new one.
            if len({*map(without_century, found)}) == 1:
                number = max(found, key=len)
            problem = id_number_problem(number, today=self._today)
        if problem is not None:
            row.rejection = _OF_PROBLEM[problem]
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
        if self._employer and not values["employer"]:
            values["employer"] = self._employer
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
            if (cell := cells[column]) and leaves(cell):
                row.notes = (*row.notes, SAID_TO_HAVE_LEFT)
                break
        if warned:
            row.warnings = tuple(reason for reason in Warning if reason in warned)

    def _code(self, table: str, cell: Cell, known: dict[Cell, str | None]) -> str | None:
        """The code of a text; "" for one that says there is nothing, None for one nobody knows."""
        text = plain(cell)
        nothing = text in (NO_DEGREE if table == "degree" else DASHES)
        code = "" if nothing else self._code_of(table, text)
        if len(known) < _MOST_REMEMBERED:
            known[cell] = code
        return code

    def _code_of(self, table: str, text: str) -> str | None:
        """By the whole text; else without what stands in brackets or behind a stroke (大专（函授）, 本科/学士), and
        without the manner of schooling before its level (在职研究生)."""
        known, whole = self._synonyms[table], self._normalised(simplified(text))
        plainly = _ASIDE.sub("", whole)
        found = known.get(self._normalised(text)) or known.get(whole) or known.get(plainly)
        return found or (known.get(_MANNER.sub("", plainly)) if table == "education" else None)

    def _date(self, cell: Cell) -> str | None:
        date = read_date(cell)
        if date and is_later(date, self._today_text):
            self._later_dates.add(date)
        if len(self._known_dates) < _MOST_REMEMBERED:
            self._known_dates[cell] = date
        return date

    def _read_sex(self, text: str, row: Judged, warned: set[str]) -> None:
        code = self._synonyms["sex"].get(text) or ("" if text in DASHES else self._code_of("sex", text))
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
