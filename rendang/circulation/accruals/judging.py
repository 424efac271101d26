"""Judging a list of loose papers before anything is written: which are of dossiers kept here, and what is wrong.

The list is what units really send: 姓名, 身份证号, 材料名称, 形成时间, 页数 … as a file or pasted from a spreadsheet.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Material
from rendang.dossiers.queries.classify import suggested_mark
from rendang.kernel.access.models import Institution
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.fields import plain_partial_date, validate_partial_date
from rendang.kernel.core.identifiers import id_number_problem
from rendang.kernel.core.sheets.tables import read_table
from rendang.kernel.standards import queries as standards
from rendang.people.models import OtherIdentity
from rendang.people.queries import canonical_number

COLUMNS = {
    "name": ("姓名", "存档人", "人员姓名"),
    "id_number": ("身份证号", "公民身份号码", "身份证号码", "证件号码", "身份证"),
    "title": ("材料名称", "名称", "题名", "材料"),
    "formed_on": ("形成时间", "材料形成时间", "制成时间", "材料制成时间", "形成日期", "时间", "日期"),
    "pages": ("页数", "页"),
    "copies": ("份数", "份"),
    "class_mark": ("类号", "材料类号", "分类"),
    "form": ("材料形态", "形态", "原件/复印件", "原件或复印件"),
}
IS_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]").fullmatch
REQUIRED = ("id_number", "title")
# What the list may leave out when it is the same for every row and said once.
COMMON = ("title", "formed_on", "pages")


@dataclass
class Verdict:
    """One row of the list: as it was said, what it means, and why it cannot be registered."""

    line: int
    said: dict[str, str]
    reasons: list[str] = field(default_factory=list)
    dossier_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.reasons


def read(content: BinaryIO, common: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The rows of a file, each with its ``row`` as a spreadsheet shows it. Raises ``UnreadableTable`` in words.

    ``common``: title, formed_on and pages of every row that does not say them itself.
    """
    most = int(standards.policy("accrual_rows", on=timezone.localdate()).value)
    said = {name: text for name, text in (common or {}).items() if name in COMMON and text}
    required = [name for name in REQUIRED if name not in said]
    records = read_table(content, COLUMNS, required=required, most=most)
    own = [{name: text for name, text in record.values.items() if text or name not in said} for record in records]
    return [said | values | {"row": str(record.row)} for record, values in zip(records, own, strict=True)]


def read_pasted(text: str, common: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The rows pasted, as in a file; names and ID numbers alone need no heading. Raises ``UnreadableTable``."""
    return read(io.BytesIO(_with_heading(text.strip("\n")).encode()), common)


def _with_heading(text: str) -> str:
    """Rows of name and ID number, in either order, perhaps with a title behind them, under the heading they lack."""
    rows = [line.split("\t") if "\t" in line else line.split() for line in text.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in row] for row in rows]
    places = {row.index(number) for row in cells if (number := next(filter(IS_NUMBER, row), None))}
    if len(places) != 1 or not all(2 <= len(row) <= 3 and any(map(IS_NUMBER, row)) for row in cells):
        return text
    (at,) = places
    order = ["name", "title"]
    order.insert(at, "id_number")
    heading = "\t".join(COLUMNS[name][0] for name in order[: max(map(len, cells))])
    return "\n".join([heading, *("\t".join(row) for row in cells)])


def as_text(rows: Iterable[dict[str, str]], common: Mapping[str, str] | None = None) -> str:
    """The rows as they would be pasted: to be corrected in place and judged again; without what is said once."""
    lines = ["\t".join(headings[0] for headings in COLUMNS.values())]
    said = common or {}
    own = [{name: text for name, text in row.items() if not text or said.get(name) != text} for row in rows]
    lines += ["\t".join(" ".join(row.get(name, "").split()) for name in COLUMNS) for row in own]
    return "\n".join(lines)


@standards.steady()
def judge(rows: Sequence[dict[str, str]], institution: Institution) -> list[Verdict]:
    """A verdict a row; the same number of queries however many rows."""
    verdicts = [Verdict(int(row.get("row") or line), row) for line, row in enumerate(rows, start=1)]
    held = _held_here({row.get("id_number", "") for row in rows}, institution)
    for verdict in verdicts:
        _judge(verdict, held.get(verdict.said.get("id_number", "")))
    _find_repeats(verdicts)
    return verdicts


def _held_here(numbers: set[str], institution: Institution) -> dict[str, tuple[int, str, str, str]]:
    """By the number as it was written: dossier, name, former name and date of birth of who is kept here."""
    index_of = {number: blind_index(canonical_number(number)) for number in numbers if number}
    others = OtherIdentity.objects.filter(number_index__in=index_of.values())
    other_people = {bytes(index): person for index, person in others.values_list("number_index", "person")}
    rows = Custody.objects.filter(institution=institution, status=Custody.Status.HELD)
    facts = ("dossier", "dossier__person__name", "dossier__person__former_name", "dossier__person__birth_date")
    by_index = {
        bytes(index): tuple(rest)
        for index, *rest in rows.filter(dossier__person__id_index__in=index_of.values()).values_list(
            "dossier__person__id_index", *facts
        )
    }
    by_person = {
        person: tuple(rest)
        for person, *rest in rows.filter(dossier__person__in=other_people.values()).values_list(
            "dossier__person", *facts
        )
    }
    found = {}
    for number, index in index_of.items():
        here = by_index.get(index) or by_person.get(other_people.get(index, 0))
        if here is not None:
            found[number] = here
    return found


def _judge(verdict: Verdict, here: tuple[int, str, str, str] | None) -> None:
    said, reasons = verdict.said, verdict.reasons
    number = said.get("id_number", "")
    if not number:
        reasons.append(_("The ID number is missing."))
    elif here is None and id_number_problem(canonical_number(number)):
        reasons.append(_("This ID number contains a mistake."))
    elif here is None:
        reasons.append(_("This institution holds no dossier of a person with this ID number."))
    else:
        verdict.dossier_id = here[0]
        name = normalise_name(said.get("name", ""))
        if name and name not in here[1:3]:
            reasons.append(_("The record of this ID number has another name."))
    title = " ".join(said.get("title", "").split())
    if not title:
        reasons.append(_("The title of the paper is missing."))
    elif len(title) > 200:
        reasons.append(_("A title has at most %(count)d characters.") % {"count": 200})
    formed_on = _date(said.get("formed_on", ""), here[3] if here else "", reasons)
    form = standards.code_of("material_copy", said.get("form", "")) if said.get("form") else "original"
    if form is None:
        reasons.append(_("“%(text)s” is no form of a paper.") % {"text": said["form"]})
    verdict.facts = {
        "title": title,
        "class_mark": _mark(said.get("class_mark", ""), title, reasons),
        "formed_on": formed_on,
        "pages": _count(said.get("pages", ""), 9999, _("The number of pages is no number from 1 to 9999."), reasons),
        "copies": _count(said.get("copies", ""), 99, _("The number of copies is no number from 1 to 99."), reasons),
        "form": form or "original",
    }


def _date(text: str, birth: str, reasons: list[str]) -> str:
    day = plain_partial_date(text)
    if not day:
        return ""
    try:
        validate_partial_date(day)
    except ValidationError as error:
        reasons.append(error.messages[0])
        return ""
    if day > f"{timezone.localdate():%Y-%m-%d}":
        reasons.append(_("The date lies in the future."))
    elif birth and day[:4] < birth[:4]:
        reasons.append(_("The date lies before the person's birth."))
    return day


def _count(text: str, most: int, problem: str, reasons: list[str]) -> int:
    digits = text.strip().removesuffix("页").removesuffix("份").strip() or "1"
    if digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= most:
        return int(digits)
    reasons.append(problem)
    return 1


def _mark(text: str, title: str, reasons: list[str]) -> str:
    if not text:
        return suggested_mark(title)
    mark = standards.class_mark(text.strip())
    if mark is None or not mark.takes_materials:
        reasons.append(_("There is no class “%(mark)s” for papers.") % {"mark": text})
        return ""
    return mark.mark


def _find_repeats(verdicts: list[Verdict]) -> None:
    """A paper listed twice in the list, or in the catalogue already: 重份材料 are not filed."""
    known = [verdict for verdict in verdicts if verdict.dossier_id and verdict.facts]
    seen = Counter(_likeness(verdict) for verdict in known)
    titles = {verdict.facts["title"] for verdict in known}
    there = Material.objects.filter(
        dossier__in={verdict.dossier_id for verdict in known}, title__in=titles, removed_at=None
    )
    listed = set(there.values_list("dossier", "title", "formed_on"))
    for verdict in known:
        if seen[_likeness(verdict)] > 1:
            verdict.reasons.append(_("This paper stands more than once in the list."))
        elif _likeness(verdict) in listed:
            verdict.reasons.append(_("The catalogue lists this paper already."))


def _likeness(verdict: Verdict) -> tuple[Any, ...]:
    return verdict.dossier_id, verdict.facts["title"], verdict.facts["formed_on"]
