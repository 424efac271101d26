"""Where a roster's headings are and what its columns mean: by their words first, by their content where words fail."""

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from django.utils.translation import gettext as _

from rendang.circulation.rosters.contents import by_content, is_id, may_be_number, share_of, values_of
from rendang.circulation.rosters.employers import employer_labelled, employer_named
from rendang.circulation.rosters.headings import SEVERAL_COLUMNS, field_named, meaning_of, normalise_heading
from rendang.kernel.core.identifiers import mask_id_number
from rendang.kernel.core.sheets import Cell, Merged, Row, Sheet, UnreadableTable, text_of

# So many rows are looked at before the rest is read.
LOOKED_AT = 60
# And so many after them for the headings of another table; lists of several tables are made by hand.
_LOOKED_THROUGH = 400
_MOST_ROWS_ABOVE = 30
# No roster has more columns; what is further right is not looked at.
_MOST_COLUMNS = 512
# What a person may give several columns to: a place, a name in two, a date in year, month and day.
_DATES = frozenset({"birth_date", "received_on", "work_start", "graduated", "retired", "died"})
_MAY_HAVE_SEVERAL = SEVERAL_COLUMNS | _DATES | {"name", "id_number"}
# What a person has in a row of their own, whatever is merged.
OF_ONE_ROW = frozenset({"name", "id_number", "serial", "archive_number"})
_IGNORED = "ignored"
# A sheet that shows how the others are to be filled in.
_SHOWS_HOW = re.compile("示例|样例|范例|样表|填[表写报]说明|填[表写报]须知")
# 已转出人员, 2025年转出档案清单
_LEFT = re.compile("(?<![未不非])(?:转出|调出|迁出|转走|调走|借出|注销|销毁)")
# An identity number that a spreadsheet took for an amount.
_LOST_DIGITS = 1e14


@dataclass(frozen=True)
class Layout:
    """How one sheet is to be read."""

    title_rows: tuple[int, ...]
    header_rows: tuple[int, ...]
    headings: tuple[str, ...]
    # Field → its columns from 0; none: the sheet is no roster, or nobody has said yet what it means.
    columns: Mapping[str, tuple[int, ...]]
    # Some values of each column, masked.
    samples: tuple[tuple[str, ...], ...] = ()
    # By its name or its title the sheet lists dossiers that have left.
    left: bool = False
    # A table with its columns in another order begins below: all columns are read.
    several: bool = False
    # Whose people they are by the sheet's name, where no column says it.
    employer: str = ""
    # No roster as it stands: people stand side by side under headings down the left, or one a form.
    turned: bool = False

    @property
    def fingerprint(self) -> str:
        """Equal for sheets with the same headings in the same order."""
        return hashlib.sha256("\n".join(self.headings).encode()).hexdigest()

    @property
    def wanted(self) -> frozenset[int]:
        if self.several:
            return frozenset(range(len(self.samples)))
        return frozenset(column for columns in self.columns.values() for column in columns)

    def rows_of(self, sheet: Sheet) -> Generator[Row, None, None]:
        """The rows, of the columns that mean something. What a merged cell says holds for each of its rows — the unit
        of ten people —, but not who somebody is."""
        columns = self.wanted - {column for field in OF_ONE_ROW for column in self.columns.get(field, ())}
        heads = max(self.header_rows, default=0)
        merged = [cell for cell in sheet.merged() if cell.column in columns and cell.first > heads]
        with closing(sheet.rows(self.wanted)) as rows:  # type: ignore[type-var]
            yield from _repeated(rows, merged) if merged else rows

    def says_all_of(self, other: "Layout") -> bool:
        """Whether each column means here what it means in the other."""
        return all({*places} <= {*self.columns.get(field, ())} for field, places in other.columns.items())

    def with_columns(self, corrected: Mapping[int, str]) -> "Layout":
        """The same sheet with the meaning of its columns as a person corrected it ("" takes a meaning away)."""
        # A column that says two things (学历学位) goes on saying both when one of them is confirmed.
        columns = {
            other: places
            for field, places in self.columns.items()
            for other, same in self.columns.items()
            if other != field and same == places and all(corrected.get(place) == field for place in places)
        }
        for column, field in sorted(corrected.items()):
            if field and (field not in columns or field in _MAY_HAVE_SEVERAL):
                columns[field] = (*columns.get(field, ()), column)
        return replace(self, columns=columns)


def _repeated(rows: Iterable[Row], merged: Iterable[Merged]) -> Iterator[Row]:
    """The same rows, in which the value of each merged cell stands in all that it covers."""
    begins: dict[int, list[Merged]] = {}
    for cell in merged:
        begins.setdefault(cell.first, []).append(cell)
    reaching: dict[int, tuple[int, Cell]] = {}
    for number, cells in rows:
        for column, (last, value) in reaching.items():
            if number <= last and column < len(cells):
                cells[column] = value
        for column, _first, last in begins.get(number, ()):
            if column < len(cells):
                reaching[column] = (last, cells[column])
        yield number, cells


def _joined_headings(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[tuple[str, str]]:
    """(group, heading) of each column of a header in two rows; a group reaches right as far as it is empty."""
    group, pairs = "", []
    for column in range(max(len(upper), len(lower))):
        above = normalise_heading(text_of(upper[column])) if column < len(upper) else ""
        below = normalise_heading(text_of(lower[column])) if column < len(lower) else ""
        if above:
            group = above if below else ""
        pairs.append((group, below) if below else ("", above))
    return pairs


def _joined_in_three(first: Sequence[Cell], second: Sequence[Cell], third: Sequence[Cell]) -> list[tuple[str, str]]:
    """The same of a header in three rows: the group is what stands nearest above (证件 / 居民身份证 / 号码)."""
    groups: list[Cell] = []
    for column, (above, below) in enumerate(_joined_headings(first, second)):
        has_its_own = column < len(third) and third[column]
        groups.append((below or above) if has_its_own else above + below)
    return _joined_headings(groups, third)


def _recognise(pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[tuple[int, int]]] = {}
    meaning = None
    for column, (upper, lower) in enumerate(pairs):
        if not (lower == "号" and meaning and meaning[0] == "location"):  # 排, 架, 号
            meaning = meaning_of(upper, lower) if lower else None
        if meaning:
            found.setdefault(meaning[0], []).append((meaning[1], column))
    columns = {
        field: tuple(column for _rank, column in candidates) if field in SEVERAL_COLUMNS else (min(candidates)[1],)
        for field, candidates in found.items()
        if field != _IGNORED
    }
    for field in _DATES & columns.keys():
        year = columns[field][0]
        if [lower for _upper, lower in pairs[year : year + 3]] == ["年", "月", "日"]:
            columns[field] = (year, year + 1, year + 2)
        elif [lower for _upper, lower in pairs[year : year + 2]] == ["年", "月"]:
            columns[field] = (year, year + 1)
    if "degree" not in columns and "education" in columns and "学位" in pairs[columns["education"][0]][1]:
        columns["degree"] = columns["education"]  # 学历学位
    surname, given_name = columns.pop("surname", ()), columns.pop("given_name", ())
    if surname and given_name:
        columns.setdefault("name", surname + given_name)
    return columns


def _looks_like_data(cells: Sequence[Cell]) -> bool:
    return any(
        cell > _LOST_DIGITS if isinstance(cell, (int, float)) else is_id(text_of(cell)) for cell in cells if cell
    )


def recognise(rows: Sequence[Row], *, previous: Layout | None = None) -> Layout | None:
    """The layout of a sheet from its first rows, without columns when it is no roster; ``None`` when it is empty.

    ``previous`` is the layout of the sheet before, which a sheet without headings continues.
    """
    rows = [(number, cells[:_MOST_COLUMNS]) for number, cells in rows]
    best: tuple[tuple[int, ...], tuple[int, ...], list[tuple[str, str]], dict[str, tuple[int, ...]]] | None = None
    for at, (number, cells) in enumerate(rows[:_MOST_ROWS_ABOVE]):
        if _looks_like_data(cells):
            break
        single = [("", normalise_heading(text_of(cell))) for cell in cells]
        options: list[tuple[tuple[int, ...], list[tuple[str, str]]]] = [((number,), single)]
        if at and not _looks_like_data(rows[at - 1][1]) and sum(cell is not None for cell in rows[at - 1][1]) > 1:
            options.append(((rows[at - 1][0], number), _joined_headings(rows[at - 1][1], cells)))
            if at > 1 and not _looks_like_data(rows[at - 2][1]) and sum(map(bool, rows[at - 2][1])) > 1:
                heads = (rows[at - 2][0], rows[at - 1][0], number)
                options.append((heads, _joined_in_three(rows[at - 2][1], rows[at - 1][1], cells)))
        for header_rows, pairs in options:
            columns = _recognise(pairs)
            told_apart = -sum(pairs.count(pairs[place]) for places in columns.values() for place in places)
            fitness = (len(columns), sum(map(len, columns.values())), told_apart, -len(header_rows), -number)
            if (best is None or fitness > best[0]) and _is_roster(
                columns, [below for _number, below in rows[at + 1 :]]
            ):
                best = (fitness, header_rows, pairs, columns)
    if best is None:
        return _by_content_alone(rows, previous) or _unknown(rows)
    _fitness, header_rows, pairs, columns = best
    data = [cells for number, cells in rows if number > header_rows[-1]]
    return Layout(
        title_rows=tuple(number for number, _cells in rows if number < header_rows[0]),
        header_rows=header_rows,
        headings=tuple(upper + lower if lower != upper else lower for upper, lower in pairs),
        columns=by_content(columns, pairs, data),
        samples=_samples(data),
    )


def begun_anew(layout: Layout, cells: Sequence[Cell]) -> Layout | None:
    """The layout of what stands below these cells when they are headings of people: often the same as above."""
    headings = tuple(normalise_heading(text_of(cell)) for cell in cells)
    columns = _recognise([("", heading) for heading in headings])
    known = sum(map(len, columns.values()))
    if not {"name", "id_number"} <= columns.keys() or known * 2 < sum(map(bool, headings)):
        return None
    return replace(layout, headings=headings, columns=columns)


def _is_roster(columns: Mapping[str, tuple[int, ...]], data: Sequence[Sequence[Cell]]) -> bool:
    """Whether these are the headings of people, not words about headings (姓名 | 与身份证一致 | 必填)."""
    known = {"name", "id_number"} & columns.keys()
    if not known or len(columns) < 4 - len(known):
        return False
    if "name" in columns and _explains_columns(values_of(data, columns["name"][0])):
        return False
    values = values_of(data, columns["id_number"][0]) if "id_number" in columns else []
    numbers = [value for value in values if len(value) > 3]  # 无, 待补
    width = max(map(len, data), default=0)
    return (
        not numbers
        or any(map(may_be_number, numbers))
        or any(share_of(values_of(data, column), is_id) > 0.6 for column in range(width))
    )


def _explains_columns(names: Sequence[str]) -> bool:
    """Whether what stands in the place of names are mostly headings, one below the other: 身份证号, 档案号, 单位."""
    fields = [field for name in names if (field := field_named(name)) not in {None, "name", "surname", "given_name"}]
    return ("id_number" in fields or len(set(fields)) > 1) and len(fields) * 2 > len(names)


def _side_by_side(layout: Layout, rows: Sequence[Row]) -> bool:
    """Whether name and identity number stand twice in a row under the same headings, each with its numbers."""
    if not {"name", "id_number"} <= layout.columns.keys() or not layout.headings:
        return False

    def same(field: str) -> list[int]:
        heading = layout.headings[layout.columns[field][0]] if layout.columns[field][0] < len(layout.headings) else ""
        return [column for column, other in enumerate(layout.headings) if heading and other == heading]

    numbers = same("id_number")
    data = [cells for number, cells in rows if number > max(layout.header_rows, default=0)]
    return (
        len(same("name")) > 1
        and len(numbers) > 1
        and all(share_of(values_of(data, column), is_id) > 0.5 for column in numbers)
    )


def _by_content_alone(rows: Sequence[Row], previous: Layout | None) -> Layout | None:
    """A sheet without headings: the continuation of the one before, or told by its content."""
    below = next(
        (at for at, (_number, cells) in enumerate(rows) if any(cell and is_id(text_of(cell)) for cell in cells)), None
    )
    if below is None:
        return None
    data = [cells for _number, cells in rows[below:]]
    columns = by_content({}, [], data)
    if "id_number" not in columns:
        return None
    titles = tuple(number for number, _cells in rows[:below])
    if (
        previous
        and previous.columns.get("id_number") == columns["id_number"]
        and all(sum(map(bool, cells)) < 2 for _number, cells in rows[:below])
    ):
        return replace(previous, title_rows=titles[:-1], header_rows=titles[-1:])
    if "name" not in columns:
        return None
    above = rows[:below]
    headings = tuple(normalise_heading(text_of(cell)) for cell in above[-1][1]) if above else ()
    pairs = [("", heading) for heading in headings]
    return Layout(
        title_rows=tuple(number for number, _cells in above[:-1]),
        header_rows=tuple(number for number, _cells in above[-1:]),
        headings=headings,
        columns=by_content(_recognise(pairs) | columns, pairs, data),
        samples=_samples(data),
    )


def _unknown(rows: Sequence[Row]) -> Layout | None:
    """For a person to say what the columns mean: the row with the most texts is taken for the headings.

    Where every row holds somebody's number, none is: nobody's particulars stand as headings, nobody is passed over.
    """
    if not rows:
        return None

    def texts(row: Row) -> int:
        return 0 if _looks_like_data(row[1]) else sum(isinstance(cell, str) and cell != "" for cell in row[1])

    number, cells = max(rows[:_MOST_ROWS_ABOVE], key=texts)
    if not texts((number, cells)):
        return Layout((), (), (), {}, _samples([cells for _number, cells in rows]))
    return Layout(
        title_rows=tuple(above for above, _cells in rows if above < number),
        header_rows=(number,),
        headings=tuple(normalise_heading(text_of(cell)) for cell in cells),
        columns={},
        samples=_samples([cells for below, cells in rows if below > number]),
    )


def _samples(data: Sequence[Sequence[Cell]]) -> tuple[tuple[str, ...], ...]:
    """Three values of each column, so far masked that they show what the column holds and not whose it is."""
    width = max(map(len, data), default=0)
    return tuple(tuple(_masked(text) for text in values_of(data, column)[:3]) for column in range(width))


def _masked(text: str) -> str:
    if len(text) > 6 and sum(map(str.isdecimal, text)) > len(text) // 2:
        return mask_id_number(text)
    return text if len(text) < 2 or text[0] in "男女汉" else f"{text[0]}{'*' * min(len(text) - 1, 8)}"


def _titles(layout: Layout, rows: Sequence[Row]) -> list[str]:
    return [text_of(cell) for number, cells in rows if number in layout.title_rows for cell in cells if cell]


def _lists_who_left(sheet: Sheet, titles: Sequence[str]) -> bool:
    return any(_LEFT.search(title) and "入" not in title for title in (sheet.name or "", *titles) if len(title) < 40)


def _is_turned(rows: Sequence[Row]) -> bool:
    """Whether identity numbers stand to the right of their heading and not below it."""
    for _number, cells in rows:
        texts = [text for cell in cells if (text := text_of(cell).strip())]
        for heading, value in pairwise(texts):
            if is_id(value) and (meaning_of("", normalise_heading(heading)) or ("",))[0] == "id_number":
                return True
    return False


def _must_be_one_row_each(sheet: Sheet, layout: Layout, rows: Sequence[Row]) -> None:
    """Raises ``UnreadableTable`` for people side by side, and for people with two rows each."""
    name = {"sheet": sheet.name or 1}
    if _side_by_side(layout, rows):
        raise UnreadableTable(
            _("Sheet %(sheet)s: two lists of people stand side by side. Put the right one under the left one."),
            params=name,
        )
    data = [cells for number, cells in rows if number > max(layout.header_rows, default=0)]
    names = values_of(data, layout.columns["name"][0]) if "name" in layout.columns else []
    if share_of(names, is_id) > 0.3:
        raise UnreadableTable(
            _("Sheet %(sheet)s: each person stands in two rows, one below the other. Write each in one row."),
            params=name,
        )


def layouts(sheets: Iterable[Sheet]) -> Iterable[tuple[Sheet, Layout | None]]:
    """Each sheet with its layout as recognised, ``None`` for an empty one."""
    found = list(_each(sheets))
    rosters = [layout for sheet, layout in found if layout and layout.columns and not _shows_how(sheet)]
    for sheet, layout in found:
        if layout and rosters and _shows_how(sheet):  # its people are examples
            layout = replace(layout, columns={})
        yield sheet, layout


def _shows_how(sheet: Sheet) -> bool:
    return bool(_SHOWS_HOW.search(sheet.name or ""))


def _each(sheets: Iterable[Sheet]) -> Iterator[tuple[Sheet, Layout | None]]:
    previous = None
    for sheet in sheets:
        rows = sheet.rows(None)
        first = list(islice(rows, LOOKED_AT))
        layout = recognise(first, previous=previous)
        further = [row for row in islice(rows, _LOOKED_THROUGH) if "姓名" in row[1]] if layout else []
        if layout and layout.columns:
            _must_be_one_row_each(sheet, layout, first)
            titles = _titles(layout, first)
            heads = max(layout.header_rows, default=0)
            below = [cells for number, cells in first + further if number > heads and not _looks_like_data(cells)]
            anew = [row for row in below if (other := begun_anew(layout, row)) and not layout.says_all_of(other)]
            more = max(map(len, anew), default=0) - len(layout.samples)
            layout = previous = replace(
                layout,
                employer=next(filter(None, map(employer_labelled, titles)), "") or employer_named(sheet.name or ""),
                left=_lists_who_left(sheet, titles),
                several=bool(anew),
                samples=layout.samples + ((),) * more,
            )
        elif layout and _is_turned(first):
            layout = replace(layout, turned=True)
        yield sheet, layout
