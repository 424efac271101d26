"""Understands single rows of one layout."""

import datetime as dt
import re
from collections.abc import Callable, Mapping

from rendang.circulation.rosters.dates import DASHES, is_later, read_date
from rendang.circulation.rosters.headings import normalise_heading, simplified
from rendang.circulation.rosters.judging.verdicts import (
    CODED,
    FOREIGNER_PERMIT,
    ID_CARD,
    PASSPORT,
    PAST_DATES,
    PLAIN,
    RESIDENCE_PERMIT,
    SAID_TO_HAVE_LEFT,
    UNREADABLE_DATE,
    WARNED_CODES,
    Judged,
    Rejection,
    Warning,
)
from rendang.circulation.rosters.layout import Layout, is_name
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
_MARKS = frozenset("'=’‘`")
_NOTHING = DASHES | {"无", "暂无", "没有", "空", "不详", "NULL", "N/A"}
_NO_DEGREE = DASHES | {"无", "无学位", "没有", "未授", "未取得"}
_NOT_DATA = re.compile(
    r"合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|总\s*数|制\s*表|填\s*表|审\s*核|复\s*核|负责人|经办人|单位负责|联系人|说\s*明|注|备\s*注"
    r"|填报|打印|截至|本页|本表|第\s*\d+\s*页|共\s*\d+|以下空白|以上|续表|[接承]上?[上前]页|[转过][下次]页|移交人|接收人|监交|经手人|盖章|公章"
    r"|日\s*期\s*[:：]|联系电话\s*[:：]"
)
# What is said of a dossier that is not in the store, though it stands on the list of those that are.
_HAS_LEFT = re.compile(
    r"(?<![未不非])(?:转出|转走|转往|已转(?!入)|调出|提走|取走|迁出|移出|寄出|借出|外借|注销|销毁|遗失|丢失|空挂)"
    r"|无档|不在库|不在馆|未到|未转入|未移交|未接收|^否$"
)
_EXAMPLE = frozenset({"例", "示例", "样例", "举例", "范例", "例如", "例:", "例：", "填写示例"})
# 1、王芳 · 王芳（女） · 王芳*
_BESIDE_NAME = re.compile(r"^\d{1,5}\s*[.、．,，)）]\s*|\s*[(（\[【〔].*$|\s*[*＊※★☆#]+$")
_ASIDE = re.compile(r"[(（\[【/、,，].*$")
_ONE_NUMBER = re.compile(r"(?<!\d)(\d{17}[\dX]|\d{15})(?![\dX])")
_LOST_DIGITS = re.compile(r"\d{15}000")
# More digits than this are meant to be an identity number.
_FEW_DIGITS = 10
_COLUMN_NUMBER = re.compile(r"[(（\[]?[\dA-Z甲乙丙丁一二三四五六七八九十]{1,2}[)）\]]?")
_OTHER_DOCUMENT = re.compile(r"[A-Z0-9()]{5,20}")
# An example or a row of column numbers stands right below the headings.
_FIRST_ROWS = 5
_MOST_REMEMBERED = 20_000
_OF_PROBLEM = {
    IdProblem.MISSING: Rejection.MISSING_ID,
    IdProblem.UNREADABLE: Rejection.UNREADABLE_ID,
    IdProblem.BAD_CHECKSUM: Rejection.BAD_ID_CHECKSUM,
    IdProblem.IMPOSSIBLE_BIRTH_DATE: Rejection.IMPOSSIBLE_BIRTH_DATE_IN_ID,
}


def plain(cell: Cell) -> str:
    """A cell's text without surrounding spaces and without the marks that make a spreadsheet see text."""
    text = (cell if isinstance(cell, str) else text_of(cell)).strip()
    if text and text[0] in _MARKS:
        text = text[2:-1] if text.startswith('="') and text.endswith('"') else text.lstrip("'’‘`")
    return text


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
        # Columns that only a person's row fills.
        self._left = layout.columns.get("left", ())
        self._telling = [places for name, places in layout.columns.items() if name not in {"serial", "remarks"}]
        self._codes: list[tuple[str, int, dict[Cell, str | None]]] = [
            (name, columns[name], {}) for name in CODED if name in columns
        ]
        self._dates = [(name, columns[name]) for name in PAST_DATES if name in columns]
        self._known_dates: dict[Cell, str | None] = {}
        self._later_dates: set[str] = set()
        self._known_types: dict[Cell, str | None] = {}
        self._texts = [(name, columns[name], limit) for name, limit in PLAIN.items() if name in columns]

    def read(self, cells: list[Cell], row: Judged, rows_below_header: int) -> bool:
        """Judge the cells into ``row``; false when they hold no person (a total, a note, the headings again)."""
        cell = cells[self._name] if self._name is not None else None
        name = normalise_name(cell if isinstance(cell, str) else text_of(cell))
        if self._more_names:
            name += "".join(normalise_name(text_of(cells[column])) for column in self._more_names)
        if name in _NOTHING or not name.isalpha():
            name = _bare_name(name, row)
        self._read_identity(cells[self._id] if self._id is not None else None, cells, row)
        if (not name or row.rejection) and not self._holds_a_person(cells, name, row, rows_below_header):
            return False
        if rows_below_header <= _FIRST_ROWS and self._serial is not None and plain(cells[self._serial]) in _EXAMPLE:
            return False
        if not name:
            row.rejection = Rejection.MISSING_NAME
        if not row.rejection:
            if len(name) > _LONGEST_NAME:
                row.raw["name"], name = name[:_LONGEST_RAW], name[:_LONGEST_NAME]
            self._read_rest(cells, row)
        row.values["name"] = name
        return True

    def _holds_a_person(self, cells: list[Cell], name: str, row: Judged, rows_below_header: int) -> bool:
        """Whether a row without a good name and number is a person's all the same."""
        texts = [text for cell in cells if cell and (text := plain(cell)) not in _NOTHING]
        if not texts or (self._name_heading and normalise_heading(name) == self._name_heading):
            return False
        if row.rejection == Rejection.UNREADABLE_ID and _NOT_DATA.match(name):
            return False
        identity = cells[self._id] if self._id is not None else None
        if sum(map(str.isdecimal, text_of(identity))) < _FEW_DIGITS:
            if any(_NOT_DATA.match(text) for text in texts[: 3 if len(texts) > 4 else None]):
                return False
            if not name:
                return (
                    sum(any(plain(cells[column]) not in _NOTHING for column in columns) for columns in self._telling)
                    > 1
                )
            if len(texts) == 1 and not is_name(name):  # 二、某某机械厂（2人）
                return False
        numbered = rows_below_header <= _FIRST_ROWS and all(_COLUMN_NUMBER.fullmatch(text) for text in texts)
        return not numbered

    def _read_identity(self, cell: Cell, cells: list[Cell], row: Judged) -> None:
        if isinstance(cell, (int, float)):
            # A number cell keeps 15 digits: enough for an old number, not for one of eighteen.
            if not 1e14 <= cell < 1e15 or cell != int(cell):
                row.rejection = Rejection.UNREADABLE_ID
                return
            cell = str(int(cell))
        number = normalise_id_number(cell if isinstance(cell, str) else text_of(cell))
        if number in _NOTHING:
            row.rejection = Rejection.MISSING_ID
            return
        kind = _kind_of(plain(cells[self._id_kind])) if self._id_kind is not None else ID_CARD
        row.values["identity_kind"] = kind
        if kind != ID_CARD and not (len(number) == 18 and number[:17].isdecimal()):
            row.id_number = number
            if not _OTHER_DOCUMENT.fullmatch(number):
                row.rejection = Rejection.UNREADABLE_ID
            return
        problem = id_number_problem(number, today=self._today)
        if problem == IdProblem.UNREADABLE and len(found := _ONE_NUMBER.findall(number.replace("-", ""))) == 1:
            number = found[0]
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
                elif date is None:
                    row.raw[name], row.notes = plain(cell)[:_LONGEST_RAW], (UNREADABLE_DATE,)
        for name, column, limit in self._texts:
            if cell := cells[column]:
                text = cell.strip() if isinstance(cell, str) and cell[0] not in _MARKS else plain(cell)
                if text in _NOTHING:
                    continue
                if len(text) > limit:
                    row.raw[name], text = text[:_LONGEST_RAW], text[:limit]
                values[name] = text
        if self._locations:
            parts = [
                text for column in self._locations if (cell := cells[column]) and (text := plain(cell)) not in _NOTHING
            ]
            values["location"] = "-".join(parts)[:_LONGEST_LOCATION]
        self._read_custody(cells, row, warned)
        for column in self._left:
            if (cell := cells[column]) and (read_date(cell) or _HAS_LEFT.search(plain(cell))):
                row.notes = (*row.notes, SAID_TO_HAVE_LEFT)
                break
        if warned:
            row.warnings = tuple(reason for reason in Warning if reason in warned)

    def _code(self, table: str, cell: Cell, known: dict[Cell, str | None]) -> str | None:
        """The code of a text; "" for one that says there is nothing, None for one nobody knows."""
        text = plain(cell)
        nothing = text in (_NO_DEGREE if table == "degree" else DASHES)
        code = "" if nothing else self._code_of(table, text)
        if len(known) < _MOST_REMEMBERED:
            known[cell] = code
        return code

    def _code_of(self, table: str, text: str) -> str | None:
        """By the whole text; else without what stands in brackets or behind a stroke (大专（函授）, 本科/学士)."""
        known, whole = self._synonyms[table], self._normalised(simplified(text))
        return known.get(self._normalised(text)) or known.get(whole) or known.get(_ASIDE.sub("", whole))

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
            elif text not in DASHES:
                warned.add(Warning.USCC_INVALID)
                row.raw["credit_code"] = text[:_LONGEST_RAW]
        if not values["archive_type"]:
            values["archive_type"] = "unit" if values["entrusting_employer"] else "personal"


def _bare_name(name: str, row: Judged) -> str:
    """The name without what lists write beside it; what was written is kept."""
    if name in _NOTHING:
        return ""
    bare = _BESIDE_NAME.sub("", name)
    if bare in ("", name):
        return name
    row.raw["name"] = name[:_LONGEST_RAW]
    return bare


def _kind_of(text: str) -> str:
    """The kind of identity document a roster's words mean."""
    if "护照" in text or "passport" in text.lower():
        return PASSPORT
    if "外国人" in text or "永久居留" in text:
        return FOREIGNER_PERMIT
    if any(word in text for word in ("港", "澳", "台", "通行证", "居住证")):
        return RESIDENCE_PERMIT
    return ID_CARD
