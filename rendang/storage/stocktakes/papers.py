"""盘点报告: what was counted, what disagreed and what was done about it, signed by two and sealed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.kernel.documents import signing
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.storage.queries import archive_numbers
from rendang.storage.stocktakes.models import OUT, ExpectedDossier, Finding, Stocktake, Verdict
from rendang.storage.stocktakes.queries import findings_of
from rendang.storage.stocktakes.queries.register import OCCASIONS

VERDICTS = {
    "FOUND": "账实相符", "ON_LOAN": "借出", "IN_TRANSIT": "转递途中", "AT_HAND": "在馆他处",
    "MISSING": "盘亏", "MISPLACED": "错位", "TWICE": "两处见档", "UNEXPECTED": "盘盈", "MOVED": "盘点期间变动",
}  # fmt: skip
RESOLUTIONS = {
    "FOUND_AGAIN": "复查在位", "REPORTED": "报失查找", "PUT_BACK": "归回原位", "ACCEPTED": "改登新位",
    "DESK": "送窗口处理", "TO_REGISTER": "移交登记", "LEFT_OPEN": "待查", "TAKEN_BACK": "按原办件收回",
    "EXPLAINED": "盘点期间变动",
}  # fmt: skip
STATES = {
    "SLOT": "", "ON_LOAN": "借出", "IN_TRANSIT": "转递途中", "AT_HAND": "在馆他处", "UNPLACED": "未上架",
    "MISSING": "查找中", "": "无记录",
}  # fmt: skip
MOVEMENTS = {
    "SLOT": "移至", "AS_WRITTEN": "导入", "DESK": "下架", "COURIER": "交寄", "READING_ROOM": "调阅",
    "BORROWER": "借出", "ELSEWHERE": "转出", "MISSING": "报失", "LOST": "认定遗失",
}  # fmt: skip
# The lists of the report, each with the verdicts it holds; what else was moved meanwhile has the last.
LISTS = (
    ("盘亏清单", (Verdict.MISSING,)),
    ("盘盈清单", (Verdict.UNEXPECTED,)),
    ("错位清单", (Verdict.MISPLACED, Verdict.TWICE)),
    ("在外清单", OUT),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One finding; of a label that means nothing here only the label is known."""

    label: str  # barcode, or what was read
    archive_number: str
    name: str
    recorded: Sequence[str]  # where the record says it is: its slot, and what else
    seen: Sequence[str]  # the slots in which it stood
    resolution: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StocktakeReport:
    """What the report must be told."""

    number: str
    institution: str
    occasion: str
    scope: str
    started_on: dt.date
    counted_on: dt.date
    expected: int
    totals: Sequence[tuple[str, int]]
    lists: Sequence[tuple[str, Sequence[Line]]]
    conclusion: str
    keeper: str
    keeper_on: dt.date
    second: str
    second_on: dt.date


def render_stocktake_report(paper: StocktakeReport) -> bytes:
    data = asdict(paper)
    days = {name: chinese_date(data[name]) for name in ("started_on", "counted_on", "keeper_on", "second_on")}
    return render("storage.stocktakes/stocktake_report", 1, data | days)


def report(case: Stocktake, *, by: Any) -> StoredFile:
    """The signed PDF (PAdES) of a stocktake that two have signed."""
    assert case.started_at and case.counted_at and case.concluded_at and case.signed_at
    findings = list(findings_of(case).order_by("verdict", "expected_slot__code", "pk"))
    paper = StocktakeReport(
        number=case.number,
        institution=case.institution.name,
        occasion=OCCASIONS[case.occasion],
        scope="、".join(str(store) for store in case.stores.order_by("code")) or "全部库房",
        started_on=timezone.localdate(case.started_at),
        counted_on=timezone.localdate(case.counted_at),
        expected=ExpectedDossier.objects.filter(stocktake=case).count(),
        totals=[(VERDICTS[verdict.value], case.totals.get(verdict.value, 0)) for verdict in Verdict],
        lists=_lists(findings, case.institution_id),
        conclusion=case.conclusion,
        keeper=str(case.concluded_by),
        keeper_on=timezone.localdate(case.concluded_at),
        second=str(case.signed_by),
        second_on=timezone.localdate(case.signed_at),
    )
    signed = signing.sign(render_stocktake_report(paper), reason="盘点报告", location=case.institution.name)
    name = f"盘点报告-{case.number}.pdf"
    return files.store(signed, name=name, kind=Kind.PAPER, institution=case.institution, by=by)


def _lists(findings: Iterable[Finding], institution: int) -> list[tuple[str, list[Line]]]:
    findings = list(findings)
    numbers = archive_numbers([one.dossier_id for one in findings if one.dossier_id], institution)
    explained = [one for one in findings if one.resolution == Finding.Resolution.EXPLAINED]
    lists = [(title, [one for one in findings if one.verdict in verdicts]) for title, verdicts in LISTS]
    lists.append(("盘点期间变动清单", [one for one in explained if one.verdict not in OUT]))
    return [(title, [_line(one, numbers) for one in some]) for title, some in lists]


def _line(one: Finding, numbers: dict[int, str]) -> Line:
    seen = [slot.code for slot in (one.seen_slot, one.other_slot) if slot]
    recorded = [one.expected_slot.code if one.expected_slot else "", STATES[one.expected_state]]
    return Line(
        label=str(one),
        archive_number=numbers.get(one.dossier_id or 0, ""),
        name=one.dossier.person.name if one.dossier else "",
        recorded=list(filter(None, recorded)),
        seen=seen,
        resolution=_resolution(one),
        reason="；".join(filter(None, [one.reason, _movement(one)])),
    )


def _resolution(one: Finding) -> str:
    """处理; what was out before the count began did not move during it."""
    began, out = one.stocktake.started_at, one.movement
    if one.resolution == Finding.Resolution.EXPLAINED and out and began and out.since < began:
        return "账载在外"
    return RESOLUTIONS[one.resolution]


def _movement(one: Finding) -> str:
    """What the record says happened to it, with the case under which."""
    out = one.movement
    if out is None:
        return ""
    told = f"{timezone.localtime(out.since):%Y-%m-%d %H:%M} {MOVEMENTS[out.kind]}"
    if out.institution_id != one.stocktake.institution_id:
        told = f"现在{out.institution.name}"
    elif out.slot:
        told += f" {out.slot.code}"
    return f"{told}，{out.case.number}" if out.case else told
