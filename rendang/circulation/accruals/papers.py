"""The papers of accruals: what was received 接收清单, the return slip 退回单, the chasing letter 催要通知单."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.accruals.models import Accrual, AccrualItem, Chase
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.qr import qr_svg
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True, kw_only=True)
class LoosePaper:
    """One line: whose, what, when made, how many pages and copies; of what is returned, why."""

    name: str
    title: str
    formed_on: str = ""
    pages: int = 1
    copies: int = 1
    form: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AccrualReceipt:
    """材料接收清单: what was handed over, signed by both."""

    number: str
    institution: str
    sender: str
    deliverer: str
    received_on: dt.date
    file_by: dt.date | None
    items: Sequence[LoosePaper]
    handler: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class AccrualReturnSlip:
    """材料退回单: which papers go back, each with the reason of the identification (domain.md §2.4)."""

    number: str
    institution: str
    addressee: str
    received_on: dt.date
    items: Sequence[LoosePaper]
    issued_on: dt.date
    handler: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class ChasingLetter:
    """短缺材料催要通知单; nothing in it says more of the person than the addressee must know."""

    number: str
    institution: str
    addressee: str
    name: str
    id_masked: str
    titles: Sequence[str]
    answer_by: dt.date
    issued_on: dt.date
    address: str
    handler: str
    phone: str
    upload_link: str


def render_receipt(paper: AccrualReceipt) -> bytes:
    days = {"received_on": chinese_date(paper.received_on), "file_by": chinese_date(paper.file_by)}
    return render("circulation.accruals/receipt", 1, {**asdict(paper), **days})


def render_return_slip(paper: AccrualReturnSlip) -> bytes:
    days = {"received_on": chinese_date(paper.received_on), "issued_on": chinese_date(paper.issued_on)}
    return render("circulation.accruals/return_slip", 1, {**asdict(paper), **days})


def render_chasing_letter(paper: ChasingLetter) -> bytes:
    days = {"answer_by": chinese_date(paper.answer_by), "issued_on": chinese_date(paper.issued_on)}
    return render("circulation.accruals/chase", 1, {**asdict(paper), **days, "qr": qr_svg(paper.upload_link)})


def receipt(accrual: Accrual, *, by: Any) -> StoredFile:
    items = accrual.items.select_related("dossier__person")
    paper = AccrualReceipt(
        number=accrual.number,
        institution=accrual.institution.name,
        sender=accrual.sender,
        deliverer=accrual.deliverer,
        received_on=accrual.received_on,
        file_by=accrual.due_date,
        items=[_line(item) for item in items],
        handler=str(by),
        phone=accrual.institution.phone,
    )
    return _store(render_receipt(paper), accrual, "材料接收清单", by)


def return_slip(accrual: Accrual, items: Sequence[AccrualItem], *, by: Any) -> StoredFile:
    paper = AccrualReturnSlip(
        number=accrual.number,
        institution=accrual.institution.name,
        addressee=accrual.sender,
        received_on=accrual.received_on,
        items=[_line(item) for item in items],
        issued_on=timezone.localdate(),
        handler=str(by),
        phone=accrual.institution.phone,
    )
    return _store(render_return_slip(paper), accrual, "材料退回单", by)


def chasing_letter(letter: Chase, link: str, *, by: Any) -> StoredFile:
    assert letter.person
    institution = letter.institution
    paper = ChasingLetter(
        number=letter.number,
        institution=institution.name,
        addressee=letter.addressee,
        name=letter.person.name,
        id_masked=letter.person.id_masked,
        titles=letter.titles,
        answer_by=letter.link_until,
        issued_on=timezone.localdate(),
        address=f"{institution.address} {institution.postcode}".strip(),
        handler=str(by),
        phone=institution.phone,
        upload_link=link,
    )
    return _store(render_chasing_letter(paper), letter, "催要通知单", by)


def _line(item: AccrualItem) -> LoosePaper:
    reason = standards.code_name("accrual_refusal", item.refusal) if item.refusal else ""
    return LoosePaper(
        name=item.dossier.person.name,
        title=item.title,
        formed_on=item.formed_on,
        pages=item.pages,
        copies=item.copies,
        form=standards.code_name("material_copy", item.form),
        reason=f"{reason}：{item.refusal_detail}" if item.refusal_detail else reason,
    )


def _store(content: bytes, case: Accrual | Chase, name: str, by: Any) -> StoredFile:
    file_name = f"{name}-{case.number}.pdf"
    return files.store(content, name=file_name, kind=Kind.PAPER, institution=case.institution, by=by)
