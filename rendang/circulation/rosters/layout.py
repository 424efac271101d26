"""Where a roster's headings are and what its columns mean: by their words first, by their content where words fail."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rendang.kernel.core.chinese import SURNAME_READINGS
from rendang.kernel.core.identifiers import is_valid_uscc, mask_id_number, normalise_id_number
from rendang.kernel.core.sheets import Cell, Row, Sheet, text_of
from rendang.kernel.core.yaml_file import read_yaml

# So many rows are looked at before the rest is read.
LOOKED_AT = 60
_MOST_ROWS_ABOVE = 30
_BY_PART = 1000
_IGNORED = "ignored"
_SEVERAL_COLUMNS = frozenset({"location"})
_PUNCTUATION = re.compile(r"[\s*:,.。、，：；;·_\-—~'\"“”‘’/\\#＊☆★]+")
_BRACKETS = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
_GROUP_FILLER = re.compile("信息|情况|基本|资料|相关|内容|数据|登记")
_LONG_NUMBER = re.compile(r"\d{15}|\d{17}[\dX]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,15}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_COMMON_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷"
    "詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司"
    "卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)


@dataclass(frozen=True)
class Field:
    """One thing a roster can say, and the headings under which it says it."""

    names: tuple[str, ...]
    parts: tuple[str, ...]
    both: tuple[tuple[str, ...], ...]
    never: tuple[str, ...]


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

    @property
    def fingerprint(self) -> str:
        """Equal for sheets with the same headings in the same order."""
        return hashlib.sha256("\n".join(self.headings).encode()).hexdigest()

    @property
    def wanted(self) -> frozenset[int]:
        return frozenset(column for columns in self.columns.values() for column in columns)

    def with_columns(self, corrected: Mapping[int, str]) -> "Layout":
        """The same sheet with the meaning of its columns as a person corrected it ("" takes a meaning away)."""
        columns: dict[str, tuple[int, ...]] = {}
        for column, field in sorted(corrected.items()):
            if field and (field not in columns or field in _SEVERAL_COLUMNS):
                columns[field] = (*columns.get(field, ()), column)
        return replace(self, columns=columns)


@cache
def fields() -> dict[str, Field]:
    """The fields of headings.yaml, in its order."""
    raw: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).with_name("headings.yaml"))
    return {
        name: Field(
            tuple(normalise_heading(str(heading)) for heading in entry.get("names", ())),
            tuple(normalise_heading(part) for part in entry.get("parts", ())),
            tuple(map(tuple, entry.get("both", ((), ())))),
            tuple(entry.get("never", ())),
        )
        for name, entry in raw.items()
    }


@cache
def _by_name() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for field, entry in fields().items():
        for rank, name in enumerate(entry.names):
            found.setdefault(name, (field, rank))
    return found


@cache
def normalise_heading(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = _PUNCTUATION.sub("", _BRACKETS.sub("", plain)) or _PUNCTUATION.sub("", plain)
    return plain.strip("()[]【】")


def meaning_of(upper: str, lower: str) -> tuple[str, int] | None:
    """The field a heading means and how sure that is (smaller is surer); ``upper`` is the group above, if any."""
    joined = _GROUP_FILLER.sub("", upper) + lower
    if found := _by_name().get(joined):
        return found
    if upper and (found := _by_name().get(lower)) and not any(word in joined for word in fields()[found[0]].never):
        return found
    best = max(
        (
            (length, name)
            for name, entry in fields().items()
            if (length := _piece(joined, entry)) and not any(word in joined for word in entry.never)
        ),
        default=None,
    )
    return (best[1], _BY_PART) if best and len(joined) <= 24 else None


def _piece(heading: str, field: Field) -> int:
    """How many characters of the heading speak for the field."""
    lengths = [len(part) for part in field.parts if part in heading]
    first, second = ([len(part) for part in parts if part in heading] for parts in field.both)
    if first and second:
        lengths.append(max(first) + max(second))
    return max(lengths, default=0)


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


def _recognise(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for column, (upper, lower) in enumerate(pairs):
        meaning = meaning_of(upper, lower) if lower else None
        if meaning:
            found.setdefault(meaning[0], []).append((meaning[1], column))
    return {
        field: tuple(column for _, column in candidates) if field in _SEVERAL_COLUMNS else (min(candidates)[1],)
        for field, candidates in found.items()
        if field != _IGNORED
    }


def _looks_like_data(cells: Sequence[Cell]) -> bool:
    return any(
        isinstance(cell, float) or _LONG_NUMBER.fullmatch(normalise_id_number(text_of(cell))) for cell in cells if cell
    )


def recognise(rows: Sequence[Row], *, previous: Layout | None = None) -> Layout | None:
    """The layout of a sheet from its first rows, without columns when it is no roster; ``None`` when it is empty.

    ``previous`` is the layout of the sheet before, which a sheet without headings continues.
    """
    best: tuple[tuple[int, int, int], tuple[int, ...], list[tuple[str, str]], dict[str, tuple[int, ...]]] | None = None
    for at, (number, cells) in enumerate(rows[:_MOST_ROWS_ABOVE]):
        if _looks_like_data(cells):
            break
        single = [("", normalise_heading(text_of(cell))) for cell in cells]
        options: list[tuple[tuple[int, ...], list[tuple[str, str]]]] = [((number,), single)]
        if at and not _looks_like_data(rows[at - 1][1]) and sum(cell is not None for cell in rows[at - 1][1]) > 1:
            options.append(((rows[at - 1][0], number), _joined_headings(rows[at - 1][1], cells)))
        for header_rows, pairs in options:
            columns = _recognise(pairs)
            fitness = (len(columns), -len(header_rows), -number)
            if _is_roster(columns) and (best is None or fitness > best[0]):
                best = (fitness, header_rows, pairs, columns)
    if best is None:
        return _by_content_alone(rows, previous) or _unknown(rows)
    _, header_rows, pairs, columns = best
    data = [cells for number, cells in rows if number > header_rows[-1]]
    return Layout(
        title_rows=tuple(number for number, _ in rows if number < header_rows[0]),
        header_rows=header_rows,
        headings=tuple(upper + lower if lower != upper else lower for upper, lower in pairs),
        columns=_by_content(columns, pairs, data),
        samples=_samples(data),
    )


def _is_roster(columns: Mapping[str, Any]) -> bool:
    return ("name" in columns and "id_number" in columns) or (
        len(columns) > 2 and ("name" in columns or "id_number" in columns)
    )


def _values(data: Iterable[Sequence[Cell]], column: int) -> list[str]:
    return [text_of(cells[column]).strip() for cells in data if column < len(cells) and text_of(cells[column]).strip()]


def _share(values: Sequence[str], test: Any) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def _is_id(value: str) -> bool:
    return bool(_LONG_NUMBER.fullmatch(normalise_id_number(value)))


def _is_name(value: str) -> bool:
    plain = "".join(value.split())
    if not _HAN_NAME.fullmatch(plain):
        return False
    return "·" in plain or (len(plain) < 5 and (plain[0] in _COMMON_SURNAMES or plain[0] in SURNAME_READINGS))


_TESTS = {
    "id_number": _is_id,
    "name": _is_name,
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
    for field, test in _TESTS.items():
        if field not in found:
            taken = {column for columns in found.values() for column in columns}
            free = (column for column in range(width) if column not in taken)
            fits = [column for column in free if _share(_values(data, column), test) > 0.7]
            if fits and (field in {"id_number", "name"} or not (fits[0] < len(pairs) and pairs[fits[0]][1])):
                found[field] = (fits[0],)
    if "archive_number" not in found and "serial" in found:
        # 编号 alone is a running number, or the dossier's.
        numbers = _values(data, found["serial"][0])
        if numbers and not all(number.isdecimal() and len(number) < 6 for number in numbers):
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
    """For a person to say what the columns mean: the row with the most texts is taken for the headings."""
    if not rows:
        return None

    def texts(row: Row) -> int:
        return 0 if _looks_like_data(row[1]) else sum(isinstance(cell, str) and cell != "" for cell in row[1])

    number, cells = max(rows[:_MOST_ROWS_ABOVE], key=texts)
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
        previous = layout if layout and layout.columns else previous
        yield sheet, layout
