"""The papers of a loan: application, hand-over slip, reports of a discrepancy and a loss, notices to the unit.

Statutory papers are Chinese by nature. Identity numbers stand on them masked.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.queries import unit_in_words
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards

USES = {Loan.Use.CONSULTATION: "阅档室查阅", Loan.Use.LOAN: "借出", Loan.Use.DIGITAL: "数字档案查阅"}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One of the two people of the unit."""

    name: str
    post: str
    id_masked: str
    is_party_member: bool


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One signature on the form: who decided, when, in which words."""

    level: str
    opinion: str
    name: str
    on: dt.date | None


@dataclass(frozen=True, kw_only=True)
class ApprovalForm:
    """查（借）阅审批表."""

    number: str
    institution: str
    use: str
    unit: str
    phone: str
    letter_number: str
    people: Sequence[Person]
    name: str  # whose dossier
    archive_number: str
    reason: str
    scope: str
    digital: str  # of a digital consultation: classes, days, print and download
    approvals: Sequence[Approval]
    remarks: str
    registered_by: str
    registered_on: dt.date


@dataclass(frozen=True, kw_only=True)
class HandOverSlip:
    """借阅登记（交接）单: counted and signed by both when the dossier changes hands, and again when it is back."""

    number: str
    institution: str
    use: str
    unit: str
    people: Sequence[Person]
    name: str
    archive_number: str
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


@dataclass(frozen=True, kw_only=True)
class DiscrepancyReport:
    """归还清点差异报告."""

    number: str
    institution: str
    unit: str
    name: str
    archive_number: str
    handed_over_on: dt.date
    signed_by: str
    pages_out: int
    taken_back_on: dt.date
    pages_back: int
    discrepancy: str
    counted_by: str


@dataclass(frozen=True, kw_only=True)
class OverdueLetter:
    """催还通知书."""

    number: str
    institution: str
    unit: str
    name: str
    archive_number: str
    handed_over_on: dt.date
    due_on: dt.date
    days: int
    times: int
    basis: str
    issued_on: dt.date
    handler: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class AvailabilityNotice:
    """到档通知单: the dossier is back and held for the unit until a day."""

    number: str
    institution: str
    unit: str
    people: str
    name: str
    archive_number: str
    use: str
    held_until: dt.date
    basis: str
    issued_on: dt.date
    handler: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class RenewalAnswer:
    """续借答复通知单: until when the unit keeps the dossier, or why it comes back by the day agreed."""

    number: str
    institution: str
    unit: str
    name: str
    archive_number: str
    handed_over_on: dt.date
    asked_on: dt.date
    wished: dt.date
    is_granted: bool
    due_on: dt.date  # as it stands after the answer
    refusal: str
    basis: str
    issued_on: dt.date
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LossReport:
    """人事档案遗失情况报告, to the superior authority."""

    number: str
    institution: str
    unit: str
    name: str
    archive_number: str
    handed_over_on: dt.date
    due_on: dt.date
    signed_by: str
    pages_out: int
    what: str
    done: str
    reported_on: dt.date
    reported_by: str


@dataclass(frozen=True, kw_only=True)
class LossNotice:
    """限期查找并说明通知书, to the unit."""

    number: str
    institution: str
    unit: str
    name: str
    archive_number: str
    handed_over_on: dt.date
    signed_by: str
    what: str
    due_on: dt.date
    issued_on: dt.date
    handler: str
    phone: str
    address: str


def render_paper(name: str, paper: Any) -> bytes:
    """The paper as PDF; its dates in Chinese."""
    return render(f"circulation.loans/{name}", 1, _printed(asdict(paper)))


def _printed(value: Any) -> Any:
    if isinstance(value, dt.date):
        return chinese_date(value)
    if isinstance(value, dict):
        return {name: _printed(each) for name, each in value.items()}
    return [_printed(each) for each in value] if isinstance(value, (list, tuple)) else value


def _day(moment: dt.datetime | None) -> dt.date:
    assert moment
    return timezone.localdate(moment)


def _people(loan: Loan) -> list[Person]:
    return [
        Person(name=one.name, post=one.post, id_masked=one.id_masked, is_party_member=one.is_party_member)
        for one in loan.borrowers.order_by("pk")
    ]


def _store(name: str, title: str, paper: Any, loan: Loan, by: Any) -> StoredFile:
    content = render_paper(name, paper)
    return files.store(
        content, name=f"{title}-{loan.number}.pdf", kind=Kind.PAPER, institution=loan.institution, by=by
    )


def approval_form(loan: Loan, *, by: Any) -> StoredFile:
    """The form with the opinions that have been given."""
    assert loan.person
    approvals = [Approval(level="批准意见", opinion=loan.opinion, name=str(by), on=timezone.localdate())]
    if loan.endorsed_by and loan.endorsed_at:
        section = Approval(
            level="科室意见", opinion=loan.endorsement, name=str(loan.endorsed_by), on=_day(loan.endorsed_at)
        )
        approvals.insert(0, section)
    paper = ApprovalForm(
        number=loan.number,
        institution=loan.institution.name,
        use=USES[Loan.Use(loan.use)],
        unit=loan.unit,
        phone=loan.phone,
        letter_number=loan.letter_number,
        people=_people(loan),
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        reason=standards.code_name("consultation_reason", loan.reason),
        scope=loan.scope,
        digital=digital_in_words(loan),
        approvals=approvals,
        remarks=loan.remarks,
        registered_by=str(loan.opened_by),
        registered_on=_day(loan.opened_at),
    )
    return _store("approval_form", "查（借）阅审批表", paper, loan, by)


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


def hand_over_slip(loan: Loan, *, by: Any, due_on: dt.date) -> StoredFile:
    assert loan.person and loan.dossier and loan.pages_out is not None
    paper = HandOverSlip(
        number=loan.number,
        institution=loan.institution.name,
        use=USES[Loan.Use(loan.use)],
        unit=loan.unit,
        people=_people(loan),
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        barcode=loan.dossier.barcode,
        reason=standards.code_name("consultation_reason", loan.reason),
        pages=loan.pages_out,
        handed_over_by=str(by),
        signed_by=str(loan.signed_by),
        handed_over_on=_day(loan.handed_over_at),
        due_on=due_on,
        phone=loan.institution.phone,
        count_remark=loan.count_remark,
    )
    return _store("hand_over_slip", "借阅登记交接单", paper, loan, by)


def discrepancy_report(loan: Loan, *, by: Any) -> StoredFile:
    assert loan.person and loan.pages_out is not None and loan.pages_back is not None
    paper = DiscrepancyReport(
        number=loan.number,
        institution=loan.institution.name,
        unit=unit_in_words(loan),
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=_day(loan.handed_over_at),
        signed_by=str(loan.signed_by),
        pages_out=loan.pages_out,
        taken_back_on=_day(loan.taken_back_at),
        pages_back=loan.pages_back,
        discrepancy=loan.discrepancy,
        counted_by=str(by),
    )
    return _store("discrepancy_report", "归还清点差异报告", paper, loan, by)


def overdue_letter(loan: Loan, *, by: Any, times: int) -> StoredFile:
    assert loan.person and loan.due_back
    today = timezone.localdate()
    paper = OverdueLetter(
        number=f"{loan.number}-{times}",
        institution=loan.institution.name,
        unit=loan.unit,
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=_day(loan.handed_over_at),
        due_on=loan.due_back,
        days=(today - loan.due_back).days,
        times=times,
        basis=loan.due_basis,
        issued_on=today,
        handler="" if by.kind == "SYSTEM" else str(by),
        phone=loan.institution.phone,
        address=loan.institution.address,
    )
    return _store("overdue_notice", f"催还通知书{times}", paper, loan, by)


def availability_notice(loan: Loan, *, by: Any, basis: str) -> StoredFile:
    assert loan.person and loan.held_until
    paper = AvailabilityNotice(
        number=loan.number,
        institution=loan.institution.name,
        unit=loan.unit,
        people="、".join(str(one) for one in loan.borrowers.order_by("pk")),
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        use=USES[Loan.Use(loan.use)],
        held_until=loan.held_until,
        basis=basis,
        issued_on=timezone.localdate(),
        handler="" if by.kind == "SYSTEM" else str(by),
        phone=loan.institution.phone,
        address=loan.institution.address,
    )
    return _store("availability_notice", "到档通知单", paper, loan, by)


def renewal_answer(loan: Loan, *, by: Any) -> StoredFile:
    """Of a loan whose renewal has just been granted or refused."""
    assert loan.person and loan.due_back and loan.renewal_asked_on and loan.renewal_wished
    paper = RenewalAnswer(
        number=loan.number,
        institution=loan.institution.name,
        unit=loan.unit,
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=_day(loan.handed_over_at),
        asked_on=loan.renewal_asked_on,
        wished=loan.renewal_wished,
        is_granted=loan.renewal == Loan.Renewal.GRANTED,
        due_on=loan.due_back,
        refusal=loan.renewal_refusal,
        basis=loan.due_basis,
        issued_on=timezone.localdate(),
        phone=loan.institution.phone,
        address=loan.institution.address,
    )
    return _store("renewal_answer", "续借答复通知单", paper, loan, by)


def _what_is_lost(loan: Loan) -> str:
    if loan.lost == Loan.Lost.DOSSIER:
        return f"整卷遗失，共{loan.pages_out}页"
    missing = (loan.pages_out or 0) - (loan.pages_back or 0)
    return f"缺{missing}页：{loan.discrepancy.rstrip('。')}"


def loss_report(loan: Loan, *, by: Any, done: str) -> StoredFile:
    assert loan.person and loan.pages_out is not None and loan.due_back
    paper = LossReport(
        number=loan.number,
        institution=loan.institution.name,
        unit=unit_in_words(loan),
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=_day(loan.handed_over_at),
        due_on=loan.due_back,
        signed_by=str(loan.signed_by),
        pages_out=loan.pages_out,
        what=_what_is_lost(loan),
        done=done,
        reported_on=timezone.localdate(),
        reported_by=str(by),
    )
    return _store("loss_report", "人事档案遗失情况报告", paper, loan, by)


def loss_notice(loan: Loan, *, by: Any, policy: str) -> StoredFile:
    assert loan.person
    today = timezone.localdate()
    paper = LossNotice(
        number=loan.number,
        institution=loan.institution.name,
        unit=loan.unit,
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=_day(loan.handed_over_at),
        signed_by=str(loan.signed_by),
        what=_what_is_lost(loan),
        due_on=standards.deadline(policy, start=today, institution=loan.institution).due,
        issued_on=today,
        handler=str(by),
        phone=loan.institution.phone,
        address=loan.institution.address,
    )
    return _store("loss_notice", "限期查找并说明通知书", paper, loan, by)
