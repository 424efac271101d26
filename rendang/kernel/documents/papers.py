"""The papers of the house: what each must be told, and how it becomes a PDF.

Statutory papers are Chinese by nature. Dates may be partial (``1986-07``); an empty text prints an empty place.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rendang.kernel.documents.qr import qr_svg
from rendang.kernel.documents.typesetting import render

PartialDate = dt.date | str


def chinese_date(value: PartialDate | None) -> str:
    """2026-07-01 → 2026年7月1日, 1986-07 → 1986年7月, 1986 → 1986年."""
    parts = str(value or "").split("-")
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False) if part)


def _printed(paper: Any) -> dict[str, Any]:
    """The data of a paper with its dates as they are printed."""
    data = asdict(paper)
    for name, value in data.items():
        if isinstance(value, dt.date) or name == "custody_since":
            data[name] = chinese_date(value)
    return data


@dataclass(frozen=True, kw_only=True)
class CustodyCertificate:
    """存档证明 (domain.md §1.11): issued to the holder, therefore with the whole ID number; only while in stock."""

    number: str  # of the certificate, for instance RCSC-CZ-20260701-0001
    institution: str
    name: str
    sex: str  # 男 or 女
    id_number: str
    archive_number: str
    custody_type: str  # 个人存档 or 单位存档
    custody_since: PartialDate
    issued_on: dt.date
    verification_code: str
    verification_address: str  # where the number or the code is typed in
    verification_link: str  # what the QR code opens


def render_custody_certificate(paper: CustodyCertificate) -> bytes:
    return render("custody_certificate", 1, {**_printed(paper), "qr": qr_svg(paper.verification_link)})


@dataclass(frozen=True, kw_only=True)
class RecallLetter:
    """调档函: 存根, letter and reply on one sheet."""

    word: str  # of the number: 人档调 → 人档调字第 … 号
    number: str
    institution: str  # who asks for the dossier
    addressee: str  # who keeps it now
    name: str
    sex: str
    id_number: str
    reason: str
    carriers: Sequence[str]  # those that the rules allow for this person (domain.md §1.7)
    dispatch_days: int  # working days within which it must be sent (policy)
    reply_address: str
    consignee: str
    phone: str
    handler: str
    issued_on: dt.date
    valid_until: dt.date
    verification_link: str


def render_recall_letter(paper: RecallLetter) -> bytes:
    return render("recall_letter", 1, {**_printed(paper), "qr": qr_svg(paper.verification_link)})


@dataclass(frozen=True, kw_only=True)
class IntakeReceipt:
    """回执 for a dossier that has arrived and agreed with its notice and list."""

    word: str
    number: str
    institution: str  # who received
    addressee: str  # who sent
    name: str
    id_number: str
    archive_number: str
    volumes: int
    pieces: int
    carrier: str
    received_on: dt.date
    notice_number: str = ""  # the sender's 转递通知单, as printed there: 转字第 12 号
    waybill: str = ""
    receiver: str = ""  # empty: a line to sign on
    phone: str = ""


def render_intake_receipt(paper: IntakeReceipt) -> bytes:
    return render("intake_receipt", 1, _printed(paper))


@dataclass(frozen=True, kw_only=True)
class TransferNoticeRow:
    name: str
    post: str  # 单位及职务
    reason: str
    principal: int  # volumes
    duplicate: int = 0  # volumes
    pieces: int = 0  # loose materials


@dataclass(frozen=True, kw_only=True)
class TransferNotice:
    """转递通知单 in three parts: 存根, notice and receipt."""

    word: str
    number: str
    institution: str  # who sends
    addressee: str  # who receives
    rows: Sequence[TransferNoticeRow]
    carrier: str
    issued_on: dt.date
    reply_address: str
    waybill: str = ""
    handler: str = ""
    phone: str = ""


def render_transfer_notice(paper: TransferNotice) -> bytes:
    return render("transfer_notice", 1, _printed(paper))


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """One material: its class mark (4-1-1), name, partial date, pages."""

    mark: str
    title: str
    formed_on: PartialDate = ""
    pages: int | None = None
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class CatalogueSection:
    """A category (一 履历类) or, as one of its ``subsections``, a sub-class (4-1 学历学位材料)."""

    mark: str
    title: str
    entries: Sequence[CatalogueEntry] = ()
    subsections: Sequence["CatalogueSection"] = ()


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """目录 in the form of 2012 (domain.md §3.1). After each section stay blank lines for what will come."""

    institution: str
    name: str
    archive_number: str
    sections: Sequence[CatalogueSection] = field(default_factory=tuple)
    blank_lines: int = 10


def _catalogue_rows(sections: Sequence[CatalogueSection], blank_lines: int, kind: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for section in sections:
        rows.append({"kind": kind, "mark": section.mark, "title": section.title})
        for entry in section.entries:
            year, month, day = (*str(entry.formed_on).split("-"), "", "", "")[:3]
            pages = "" if entry.pages is None else str(entry.pages)
            date = {"year": year, "month": month.lstrip("0"), "day": day.lstrip("0")}
            named = {"kind": "entry", "mark": entry.mark, "title": entry.title}
            rows.append({**named, **date, "pages": pages, "remark": entry.remark})
        rows += _catalogue_rows(section.subsections, blank_lines, "subsection")
        if not section.subsections:
            rows += [{"kind": "blank"}] * blank_lines
    return rows


def render_catalogue(paper: Catalogue) -> bytes:
    heading = {"institution": paper.institution, "name": paper.name, "archive_number": paper.archive_number}
    return render("catalogue", 1, {**heading, "rows": _catalogue_rows(paper.sections, paper.blank_lines, "section")})


@dataclass(frozen=True, kw_only=True)
class ReturnSlip:
    """退回单: which coded reason, on what basis, and what to do. A missing material is never a reason (§1.9)."""

    word: str
    number: str
    institution: str  # who returns
    addressee: str  # who sent
    name: str
    id_number: str
    arrived_on: dt.date
    carrier: str
    reason_code: str
    reason: str
    basis: str
    remedy: str
    issued_on: dt.date
    finding: str = ""
    waybill: str = ""
    return_carrier: str = ""
    return_waybill: str = ""
    handler: str = ""
    phone: str = ""


def render_return_slip(paper: ReturnSlip) -> bytes:
    return render("return_slip", 1, _printed(paper))
