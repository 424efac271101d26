"""Which rows of a list are nobody's: sums, signatures, rules, examples, headings once more, an employer's name."""

from rendang.circulation.rosters.contents import is_name
from rendang.circulation.rosters.employers import begins_another_part, employer_named
from rendang.circulation.rosters.headings import normalise_heading
from rendang.circulation.rosters.judging.phrases import (
    ANSWER,
    COLUMN_NUMBER,
    COUNT,
    EXAMPLE,
    EXAMPLE_NAME,
    EXAMPLE_TO_DELETE,
    LABEL,
    NOT_DATA,
    NOT_DATA_ALONE,
    NOTHING,
    PLACE,
    RULE,
    SIGNATURE,
    SUM,
    plain,
)
from rendang.circulation.rosters.judging.verdicts import Judged, Rejection
from rendang.circulation.rosters.layout import Layout, begun_anew
from rendang.kernel.core.sheets import Cell, text_of

# An example or a row of column numbers stands right below the headings.
FIRST_ROWS = 5
# More digits than this are meant to be an identity number.
_FEW_DIGITS = 10
_NO_NUMBER = (Rejection.MISSING_ID, Rejection.UNREADABLE_ID)


class NoPerson:
    """Tells the rows of one table that are nobody's, and remembers what they say about the rows below."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        columns = layout.columns
        self._id = columns["id_number"][0] if "id_number" in columns else None
        self._serial = columns["serial"][0] if "serial" in columns else None
        names = columns.get("name", ())
        self._name = names[0] if names else None
        self._name_heading = "".join(layout.headings[column] for column in names if column < len(layout.headings))
        # Columns that only a person's row fills.
        self._telling = [places for name, places in columns.items() if name not in {"serial", "remarks"}]
        # The layout of a table that begins below this one with its columns in another order.
        self.next_layout: Layout | None = None
        # What a row between the people says of those below (whose they are, where they lie) and no column does.
        self.between: dict[str, str] = {}
        self._says_employer = not {"employer", "entrusting_employer"} & columns.keys()

    def is_example(self, cells: list[Cell], name: str) -> bool:
        """Whether a row right below the headings shows how the list is to be filled in."""
        if self._serial is not None and plain(cells[self._serial]) in EXAMPLE:
            return True
        return bool(EXAMPLE_NAME.match(name)) or any(
            EXAMPLE_TO_DELETE.search(cell) for cell in cells if cell and isinstance(cell, str)
        )

    def holds_a_person(self, cells: list[Cell], name: str, row: Judged, rows_below_header: int) -> bool:
        """Whether a row without a good name and number is a person's all the same."""
        texts = [text for cell in cells if cell and (text := plain(cell)) not in NOTHING]
        if not texts:
            return False
        if self._name_heading and normalise_heading(name) == self._name_heading:
            self._are_headings(cells, texts, rows_below_header)  # perhaps with more columns
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
            if self._begins_a_part(cells, name, texts) or self._is_signed_or_summed(cells, name, texts):
                return False
            if not name:
                filled = (any(plain(cells[column]) not in NOTHING for column in places) for places in self._telling)
                return sum(filled) > 1
            if len(texts) == 1 and not is_name(name):
                return False
        if rows_below_header > FIRST_ROWS:
            return True
        # The columns' numbers, or how each is to be filled in.
        return not all(COLUMN_NUMBER.fullmatch(text) or text in ANSWER for text in texts) and not (
            row.rejection in _NO_NUMBER and not is_name(name) and any(map(RULE.search, texts))
        )

    def _begins_a_part(self, cells: list[Cell], name: str, texts: list[str]) -> bool:
        """Whether the row names whose people stand below it: 某机械厂, with its number or its count at most."""
        serial = plain(cells[self._serial]) if self._serial is not None else ""
        counted = "" if employer_named(serial) or begins_another_part(serial) else serial
        others = [text for text in texts if text != counted and not COUNT.fullmatch(text)]
        if len(others) != 1 or (name and plain(cells[self._name or 0]) != others[0]):
            return False
        if employer := employer_named(others[0]):
            self._say("employer", employer if self._says_employer else "")
            return True
        if len(texts) > 1 or is_name(name):
            return False
        if PLACE.fullmatch(others[0]):
            self._say("location", others[0] if "location" not in self._layout.columns else "")
            return True
        if begins_another_part(others[0]):
            self._say("employer", "")
            return True
        return False

    def _say(self, field: str, text: str) -> None:
        if text or field in self.between:
            self.between[field] = text

    def _is_signed_or_summed(self, cells: list[Cell], name: str, texts: list[str]) -> bool:
        written = plain(cells[self._name]) if self._name is not None else ""
        if SIGNATURE.search(written) or SUM.search(written):
            return True
        if is_name(name):
            return False
        serial = plain(cells[self._serial]) if self._serial is not None else ""
        marked = bool(serial) and not any(map(str.isalnum, serial))  # * 带*的人员材料不全
        return marked or bool(LABEL.match(written)) or any(map(SIGNATURE.search, texts))

    def _are_headings(self, cells: list[Cell], texts: list[str], rows_below_header: int) -> bool:
        """Whether the headings stand here again: their lower row, those of another language or of another table."""
        headings = self._layout.headings
        said = [(column, normalise_heading(text_of(cell))) for column, cell in enumerate(cells) if cell]
        if all(column < len(headings) and headings[column].endswith(text) for column, text in said):
            return True
        if all(column < len(headings) and headings[column].startswith(text) for column, text in said):
            return True
        if rows_below_header > FIRST_ROWS and not any("姓名" in text for text in texts):
            return False
        anew = begun_anew(self._layout, cells)
        if anew and not self._layout.says_all_of(anew) and rows_below_header > 1:
            self.next_layout = anew
        return anew is not None
