"""The letters to the unit: it keeps a dossier too long, the dossier is back, its renewal is answered."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.papers.common import USES, Letter, addressed, day_of, store
from rendang.kernel.files.models import StoredFile


@dataclass(frozen=True, kw_only=True)
class OverdueLetter(Letter):
    """催还通知书."""

    handed_over_on: dt.date
    due_on: dt.date
    days: int
    times: int
    basis: str
    handler: str


def overdue_letter(loan: Loan, *, by: Any, times: int) -> StoredFile:
    assert loan.due_back
    today = timezone.localdate()
    paper = OverdueLetter(
        **(addressed(loan) | {"number": f"{loan.number}-{times}"}),
        handed_over_on=day_of(loan.handed_over_at),
        due_on=loan.due_back,
        days=(today - loan.due_back).days,
        times=times,
        basis=loan.due_basis,
        handler="" if by.kind == "SYSTEM" else str(by),
    )
    return store("overdue_notice", f"催还通知书{times}", paper, loan, by)


@dataclass(frozen=True, kw_only=True)
class AvailabilityNotice(Letter):
    """到档通知单: the dossier is back and held for the unit until a day."""

    people: str
    use: str
    held_until: dt.date
    basis: str
    handler: str


def availability_notice(loan: Loan, *, by: Any, basis: str) -> StoredFile:
    assert loan.held_until
    paper = AvailabilityNotice(
        **addressed(loan),
        people="、".join(str(one) for one in loan.borrowers.order_by("pk")),
        use=USES[Loan.Use(loan.use)],
        held_until=loan.held_until,
        basis=basis,
        handler="" if by.kind == "SYSTEM" else str(by),
    )
    return store("availability_notice", "到档通知单", paper, loan, by)


@dataclass(frozen=True, kw_only=True)
class RenewalAnswer(Letter):
    """续借答复通知单: until when the unit keeps the dossier, or why it comes back by the day agreed."""

    handed_over_on: dt.date
    asked_on: dt.date
    wished: dt.date
    is_granted: bool
    due_on: dt.date  # as it stands after the answer
    refusal: str
    basis: str


def renewal_answer(loan: Loan, *, by: Any) -> StoredFile:
    """Of a loan whose renewal has just been granted or refused."""
    assert loan.due_back and loan.renewal_asked_on and loan.renewal_wished
    paper = RenewalAnswer(
        **addressed(loan),
        handed_over_on=day_of(loan.handed_over_at),
        asked_on=loan.renewal_asked_on,
        wished=loan.renewal_wished,
        is_granted=loan.renewal == Loan.Renewal.GRANTED,
        due_on=loan.due_back,
        refusal=loan.renewal_refusal,
        basis=loan.due_basis,
    )
    return store("renewal_answer", "续借答复通知单", paper, loan, by)
