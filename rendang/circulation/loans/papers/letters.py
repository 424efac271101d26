"""The letters to the unit: it keeps a dossier too long, the dossier is back, its renewal is answered."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.papers.common import USES, day_of, store
from rendang.kernel.files.models import StoredFile


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


def overdue_letter(loan: Loan, *, by: Any, times: int) -> StoredFile:
    assert loan.person and loan.due_back
    today = timezone.localdate()
    paper = OverdueLetter(
        number=f"{loan.number}-{times}",
        institution=loan.institution.name,
        unit=loan.unit,
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=day_of(loan.handed_over_at),
        due_on=loan.due_back,
        days=(today - loan.due_back).days,
        times=times,
        basis=loan.due_basis,
        issued_on=today,
        handler="" if by.kind == "SYSTEM" else str(by),
        phone=loan.institution.phone,
        address=loan.institution.address,
    )
    return store("overdue_notice", f"催还通知书{times}", paper, loan, by)


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
    return store("availability_notice", "到档通知单", paper, loan, by)


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


def renewal_answer(loan: Loan, *, by: Any) -> StoredFile:
    """Of a loan whose renewal has just been granted or refused."""
    assert loan.person and loan.due_back and loan.renewal_asked_on and loan.renewal_wished
    paper = RenewalAnswer(
        number=loan.number,
        institution=loan.institution.name,
        unit=loan.unit,
        name=loan.person.name,
        archive_number=loan.custody.archive_number,
        handed_over_on=day_of(loan.handed_over_at),
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
    return store("renewal_answer", "续借答复通知单", paper, loan, by)
