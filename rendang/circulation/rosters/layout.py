"""Where a roster's headings are and what its columns mean: by their words first, by their content where words fail."""

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from rendang.circulation.rosters.headings import SEVERAL_COLUMNS, meaning_of, normalise_heading
from rendang.kernel.core.chinese import SURNAME_READINGS
from rendang.kernel.core.identifiers import is_valid_uscc, mask_id_number, normalise_id_number
from rendang.kernel.core.sheets import Cell, Merged, Row, Sheet, UnreadableTable, text_of

# So many rows are looked at before the rest is read.
LOOKED_AT = 60
_MOST_ROWS_ABOVE = 30
# No roster has more columns; what is further right is not looked at.
_MOST_COLUMNS = 512
# What a person may give several columns to: a place, a name in two, a date in year, month and day.
_DATES = frozenset({"birth_date", "received_on", "work_start", "graduated", "retired", "died"})
_MAY_HAVE_SEVERAL = SEVERAL_COLUMNS | _DATES | {"name"}
# What a person has in a row of their own, whatever is merged.
OF_ONE_ROW = frozenset({"name", "id_number", "serial", "archive_number"})
# Headings that mean a running number or the dossier's; the content decides.
_ANY_NUMBER = frozenset({"编号", "号", "编码", "流水号", "NO"})
_IGNORED = "ignored"
_BRACKETS = re.compile(r"[(（\[【].*$")
_EMPLOYER = re.compile(
    "[\u4e00-\u9fff]{2}(?:公司|集团|厂|医院|学校|大学|学院|中学|小学|幼儿园|银行|研究院|研究所|设计院|事务所|酒店|商场|报社|电视台|委员会|[^全各当]局)$"
)
_OF_THE_LIST = re.compile("档案|人才|存档|名册|名单|人员|退休|在职|离职|花名|外地|本市|其他|各|毕业")
# 已转出人员, 2025年转出档案清单
_LEFT = re.compile("(?<![未不非])(?:转出|调出|迁出|转走|调走|借出|注销|销毁)")
# An identity number that a spreadsheet took for an amount.
_LOST_DIGITS = 1e14
_LONG_NUMBER = re.compile(r"\d{15}|\d{17}[\dX]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,15}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_COMMON_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷"
    "詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司"
    "卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)


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

    def with_columns(self, corrected: Mapping[int, str]) -> "Layout":
        """The same sheet with the meaning of its columns as a person corrected it ("" takes a meaning away)."""
        columns: dict[str, tuple[int, ...]] = {}
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
    surname, given_name = columns.pop("surname", ()), columns.pop("given_name", ())
    if surname and given_name:
        columns.setdefault("name", surname + given_name)
    return columns


def _looks_like_data(cells: Sequence[Cell]) -> bool:
    return any(
        cell > _LOST_DIGITS if isinstance(cell, (int, float)) else _is_id(text_of(cell)) for cell in cells if cell
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
        columns=_by_content(columns, pairs, data),
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
    values = _values(data, columns["id_number"][0]) if "id_number" in columns else []
    numbers = [value for value in values if len(value) > 3]  # 无, 待补
    width = max(map(len, data), default=0)
    return (
        not numbers
        or any(map(_may_be_number, numbers))
        or any(_share(_values(data, column), _is_id) > 0.6 for column in range(width))
    )


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
        and all(_share(_values(data, column), _is_id) > 0.5 for column in numbers)
    )


def _values(data: Iterable[Sequence[Cell]], column: int) -> list[str]:
    return [text_of(cells[column]).strip() for cells in data if column < len(cells) and text_of(cells[column]).strip()]


def _share(values: Sequence[str], test: Any) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def _is_id(value: str) -> bool:
    return bool(_LONG_NUMBER.fullmatch(normalise_id_number(value)))


def _may_be_number(value: str) -> bool:
    return not _HAN.search(value) and sum(map(str.isdecimal, value)) > 4


def is_name(value: str) -> bool:
    """Whether a text may be a person's name, by its surname, its length, its dot."""
    plain = "".join(value.split())
    if not _HAN_NAME.fullmatch(plain):
        return False
    return "·" in plain or (len(plain) < 5 and (plain[0] in _COMMON_SURNAMES or plain[0] in SURNAME_READINGS))


_TESTS = {
    "id_number": _is_id,
    "name": is_name,
    "sex": lambda value: value in {"男", "女"},
    "mobile": _MOBILE.fullmatch,
    "credit_code": is_valid_uscc,
}


def _by_content(
    columns: dict[str, tuple[int, ...]], pairs: Sequence[tuple[str, str]], data: Sequence[Sequence[Cell]]
) -> dict[str, tuple[int, ...]]:
    """Fill in what the headings left open, and correct an identity column that holds no identity numbers."""
    found = dict(columns)
    width = max([len(pairs), *map(len, data)])
    if "id_number" in found and _share(_values(data, found["id_number"][0]), _is_id) < 0.2:
        better = [column for column in range(width) if _share(_values(data, column), _is_id) > 0.6]
        if better:
            found["id_number"] = (better[0],)
    if "credit_code" in found and "信用" not in pairs[found["credit_code"][0]][1]:
        # 单位代码 is mostly the list's own number of an employer.
        codes = _values(data, found["credit_code"][0])
        if codes and _share(codes, lambda code: len(code) > 14) < 0.5:
            del found["credit_code"]
    for field, test in _TESTS.items():
        if field not in found:
            taken = {column for columns in found.values() for column in columns}
            free = (column for column in range(width) if column not in taken)
            fits = [column for column in free if _share(_values(data, column), test) > 0.7]
            if fits and (field in {"id_number", "name"} or not (fits[0] < len(pairs) and pairs[fits[0]][1])):
                found[field] = (fits[0],)
    if "archive_number" not in found and "serial" in found and pairs[found["serial"][0]][1] in _ANY_NUMBER:
        # 编号 alone is a running number, or the dossier's.
        numbers = _values(data, found["serial"][0])
        if numbers and _share(numbers, lambda number: number.isdecimal() and len(number) < 6) < 0.5:
            found["archive_number"] = found.pop("serial")
    return found


def _by_content_alone(rows: Sequence[Row], previous: Layout | None) -> Layout | None:
    """A sheet without headings: the continuation of the one before, or told by its content."""
    below = next(
        (at for at, (_number, cells) in enumerate(rows) if any(cell and _is_id(text_of(cell)) for cell in cells)), None
    )
    if below is None:
        return None
    data = [cells for _number, cells in rows[below:]]
    columns = _by_content({}, [], data)
    if "id_number" not in columns:
        return None
    if previous and previous.columns.get("id_number") == columns["id_number"] and not below:
        return replace(previous, title_rows=(), header_rows=())
    if "name" not in columns:
        return None
    above = rows[:below]
    headings = tuple(normalise_heading(text_of(cell)) for cell in above[-1][1]) if above else ()
    pairs = [("", heading) for heading in headings]
    return Layout(
        title_rows=tuple(number for number, _cells in above[:-1]),
        header_rows=tuple(number for number, _cells in above[-1:]),
        headings=headings,
        columns=_by_content(_recognise(pairs) | columns, pairs, data),
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
    return tuple(tuple(_masked(text) for text in _values(data, column)[:3]) for column in range(width))


def _masked(text: str) -> str:
    if len(text) > 6 and sum(map(str.isdecimal, text)) > len(text) // 2:
        return mask_id_number(text)
    return text if len(text) < 2 or text[0] in "男女汉" else f"{text[0]}{'*' * min(len(text) - 1, 8)}"


def _employer_of(sheet: Sheet) -> str:
    """The employer that a sheet is named after (某机械厂, 某机械厂（3人）), "" for 2025年, 在职, Sheet1."""
    name = _BRACKETS.sub("", sheet.name or "").strip()
    return name if _EMPLOYER.search(name) and not _OF_THE_LIST.search(name) else ""


def _lists_who_left(sheet: Sheet, layout: Layout, rows: Sequence[Row]) -> bool:
    titles = [text_of(cell) for number, cells in rows if number in layout.title_rows for cell in cells if cell]
    return any(_LEFT.search(title) and "入" not in title for title in (sheet.name or "", *titles) if len(title) < 40)


def layouts(sheets: Iterable[Sheet]) -> Iterable[tuple[Sheet, Layout | None]]:
    """Each sheet with its layout as recognised, ``None`` for an empty one."""
    previous = None
    for sheet in sheets:
        first: list[Row] = []
        for row in sheet.rows(None):
            first.append(row)
            if len(first) == LOOKED_AT:
                break
        layout = recognise(first, previous=previous)
        if layout and _side_by_side(layout, first):
            raise UnreadableTable(
                _("Sheet %(sheet)s: two lists of people stand side by side. Put the right one under the left one."),
                params={"sheet": sheet.name or 1},
            )
        if layout and layout.columns:
            heads = max(layout.header_rows, default=0)
            below = [cells for number, cells in first if number > heads and not _looks_like_data(cells)]
            layout = previous = replace(
                layout,
                employer=_employer_of(sheet),
                left=_lists_who_left(sheet, layout, first),
                several=any((anew := begun_anew(layout, row)) and anew.columns != layout.columns for row in below),
            )
        yield sheet, layout
