"""The papers of applying, handing over and counting back: approval form, hand-over slip, report of a discrepancy."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.papers.common import USES, OfALoan, Person, day_of, named, people_of, store
from rendang.circulation.loans.queries import unit_in_words
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One signature on the form: who decided, when, in which words."""

    level: str
    opinion: str
    name: str
    on: dt.date | None


@dataclass(frozen=True, kw_only=True)
class ApprovalForm(OfALoan):
    """查（借）阅审批表."""

    use: str
    phone: str
    letter_number: str
    people: Sequence[Person]
    reason: str
    scope: str
    digital: str  # of a digital consultation: classes, days, print and download
    approvals: Sequence[Approval]
    remarks: str
    registered_by: str
    registered_on: dt.date


def approval_form(loan: Loan, *, by: Any) -> StoredFile:
    """The form with the opinions that have been given."""
    approvals = [Approval(level="批准意见", opinion=loan.opinion, name=str(by), on=timezone.localdate())]
    if loan.endorsed_by and loan.endorsed_at:
        section = Approval(
            level="科室意见", opinion=loan.endorsement, name=str(loan.endorsed_by), on=day_of(loan.endorsed_at)
        )
        approvals.insert(0, section)
    paper = ApprovalForm(
        **named(loan),
        use=USES[Loan.Use(loan.use)],
        phone=loan.phone,
        letter_number=loan.letter_number,
        people=people_of(loan),
        reason=standards.code_name("consultation_reason", loan.reason),
        scope=loan.scope,
        digital=digital_in_words(loan),
        approvals=approvals,
        remarks=loan.remarks,
        registered_by=str(loan.opened_by),
        registered_on=day_of(loan.opened_at),
    )
    return store("approval_form", "查（借）阅审批表", paper, loan, by)


def digital_in_words(loan: Loan) -> str:
    """第四类，另 3-1；3 天；可打印，不可下载 — empty for a dossier of paper."""
    if loan.use != Loan.Use.DIGITAL:
        return ""
    classes = "、".join(f"{mark} 类" for mark in loan.class_marks)
    named = "、".join(sorted((one.number for one in loan.materials.all()), key=_in_order))
    if named:
        classes = f"{classes}，另 {named} 号材料" if classes else f"仅 {named} 号材料"
    classes = classes or "全部材料"
    rights = "，".join(
        f"{'可' if allowed else '不可'}{what}"
        for what, allowed in (("打印", loan.may_print), ("下载", loan.may_download))
    )
    return f"{classes}；{loan.days} 天；{rights}"


def _in_order(number: str) -> list[int]:
    return [int(part) for part in number.split("-") if part.isdecimal()]


@dataclass(frozen=True, kw_only=True)
class HandOverSlip(OfALoan):
    """借阅登记（交接）单: counted and signed by both when the dossier changes hands, and again when it is back."""

    use: str
    people: Sequence[Person]
    barcode: str
    reason: str
    pages: int
    handed_over_by: str
    signed_by: str
    handed_over_on: dt.date
    due_on: dt.date
    phone: str
    # Why the count is not the one by the record; empty when it is.
    count_remark: str = ""


def hand_over_slip(loan: Loan, *, by: Any, due_on: dt.date) -> StoredFile:
    assert loan.dossier and loan.pages_out is not None
    paper = HandOverSlip(
        **named(loan),
        use=USES[Loan.Use(loan.use)],
        people=people_of(loan),
        barcode=loan.dossier.barcode,
        reason=standards.code_name("consultation_reason", loan.reason),
        pages=loan.pages_out,
        handed_over_by=str(by),
        signed_by=str(loan.signed_by),
        handed_over_on=day_of(loan.handed_over_at),
        due_on=due_on,
        phone=loan.institution.phone,
        count_remark=loan.count_remark,
    )
    return store("hand_over_slip", "借阅登记交接单", paper, loan, by)


@dataclass(frozen=True, kw_only=True)
class DiscrepancyReport(OfALoan):
    """归还清点差异报告."""

    handed_over_on: dt.date
    signed_by: str
    pages_out: int
    taken_back_on: dt.date
    pages_back: int
    discrepancy: str
    counted_by: str


def discrepancy_report(loan: Loan, *, by: Any) -> StoredFile:
    assert loan.pages_out is not None and loan.pages_back is not None
    paper = DiscrepancyReport(
        **(named(loan) | {"unit": unit_in_words(loan)}),
        handed_over_on=day_of(loan.handed_over_at),
        signed_by=str(loan.signed_by),
        pages_out=loan.pages_out,
        taken_back_on=day_of(loan.taken_back_at),
        pages_back=loan.pages_back,
        discrepancy=loan.discrepancy,
        counted_by=str(by),
    )
    return store("discrepancy_report", "归还清点差异报告", paper, loan, by)
