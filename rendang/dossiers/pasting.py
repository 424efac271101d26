"""Rows pasted from a spreadsheet: which column is what, and which class each paper belongs to."""

import csv
import io
import re
from typing import Any

from rendang.kernel.core.fields import plain_partial_date
from rendang.kernel.standards.models import ClassMark

# What people write over the columns of a catalogue (forms of 1991 and 2012), by the fact it means.
HEADINGS = {
    "class_mark": ("类号", "序号(类号)", "序号（类号）", "序号", "材料类号", "分类", "类别", "编号"),
    "title": ("材料名称", "名称", "题名", "标题"),
    "formed_on": ("材料形成时间", "形成时间", "材料制成时间", "制成时间", "时间", "日期", "材料形成日期"),
    "year": ("年",),
    "month": ("月",),
    "day": ("日",),
    "copies": ("份数",),
    "pages": ("页数", "页"),
    "remarks": ("备注", "说明"),
}
# Without a heading: the columns of the form of 2012, the date in one cell or in three.
PLAIN = {
    2: ("class_mark", "title"),
    3: ("class_mark", "title", "formed_on"),
    4: ("class_mark", "title", "formed_on", "pages"),
    5: ("class_mark", "title", "formed_on", "pages", "remarks"),
    6: ("class_mark", "title", "year", "month", "day", "pages"),
    7: ("class_mark", "title", "year", "month", "day", "pages", "remarks"),
}
NUMERALS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True))
# One numeral that is not the beginning of a larger number: 十七 is no class, and not the tenth.
NUMERAL = re.compile(r"^([一二三四五六七八九十])(?![一二三四五六七八九十百])")
MARK = re.compile(r"^(\d{1,2}(?:-\d{1,2})*)")


def read_pasted(text: str, marks: list[ClassMark]) -> list[dict[str, Any]]:
    """One dictionary a paper, with its ``line``; cells as they were typed, dates in their plain form.

    A row that holds nothing but a class (四、4-1 学历学位材料) is a heading for those below it that name none.
    """
    delimiter = "\t" if "\t" in text else ("，" if "，" in text and "," not in text else ",")
    table = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.strip("\n")), delimiter=delimiter)]
    columns: tuple[str, ...] | None = None
    current, papers = "", []
    for line, cells in enumerate(table, start=1):
        if not any(cells):
            continue
        if columns is None and (found := _headings(cells)):
            columns = found
            continue
        if only := _only_a_class(cells, marks):
            current = only
            continue
        names = columns or PLAIN.get(len(cells)) or (PLAIN[7] if len(cells) > 7 else ("title",))
        said = dict(zip(names, cells, strict=False))
        current = class_of(said.get("class_mark", ""), marks) or said.get("class_mark", "") or current
        papers.append(_paper(said, current, line))
    return papers


def class_of(text: str, marks: list[ClassMark]) -> str:
    """The class mark in ``4-1``, ``4-1-3`` (a whole number), ``四`` or ``学历学位``; empty when none is meant."""
    plain = text.strip().replace("－", "-").replace("—", "-").replace("–", "-").replace(".", "-")
    known = {mark.mark for mark in marks}
    if match := MARK.match(plain):
        parts = match[1].split("-")
        for length in (2, 1):
            if (mark := "-".join(parts[:length])) in known and len(parts) >= length:
                return mark
        return ""
    if (match := NUMERAL.match(plain)) and str(NUMERALS[match[1]]) in known:
        return str(NUMERALS[match[1]])
    return next((mark.mark for mark in marks if plain and mark.takes_materials and plain in mark.name), "")


def _headings(cells: list[str]) -> tuple[str, ...] | None:
    """The facts of the columns, when the row is a heading; columns nobody knows are passed over."""
    meanings = {heading: fact for fact, headings in HEADINGS.items() for heading in headings}
    found = tuple(meanings.get("".join(cell.split()), f"unknown {at}") for at, cell in enumerate(cells))
    return found if "title" in found else None


def _only_a_class(cells: list[str], marks: list[ClassMark]) -> str:
    filled = [cell for cell in cells if cell]
    if len(cells) < 2 or not cells[0] or len(filled) > 2:
        return ""
    mark = class_of(cells[0], marks)
    named = next((one.name for one in marks if one.mark == mark), "")
    return mark if mark and (len(filled) == 1 or filled[1].removesuffix("材料").removesuffix("类") in named) else ""


def _paper(said: dict[str, str], class_mark: str, line: int) -> dict[str, Any]:
    date = said.get("formed_on") or "-".join(filter(None, (said.get(part, "") for part in ("year", "month", "day"))))
    return {
        "line": line,
        "class_mark": class_mark,
        "title": said.get("title", ""),
        "formed_on": plain_partial_date(date),
        "pages": said.get("pages", "") or "1",
        "remarks": said.get("remarks", ""),
    }
