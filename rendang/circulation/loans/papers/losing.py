"""The papers of a loss: the report to the superior authority, the notice to the unit."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.papers.common import Letter, OfALoan, addressed, day_of, named, store
from rendang.circulation.loans.queries import unit_in_words
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True, kw_only=True)
class LossReport(OfALoan):
    """人事档案遗失情况报告, to the superior authority."""

    handed_over_on: dt.date
    due_on: dt.date
    signed_by: str
    pages_out: int
    what: str
    done: str
    reported_on: dt.date
    reported_by: str


def loss_report(loan: Loan, *, by: Any, done: str) -> StoredFile:
    assert loan.pages_out is not None and loan.due_back
    paper = LossReport(
        **(named(loan) | {"unit": unit_in_words(loan)}),
        handed_over_on=day_of(loan.handed_over_at),
        due_on=loan.due_back,
        signed_by=str(loan.signed_by),
        pages_out=loan.pages_out,
        what=_what_is_lost(loan),
        done=done,
        reported_on=timezone.localdate(),
        reported_by=str(by),
    )
    return store("loss_report", "人事档案遗失情况报告", paper, loan, by)


@dataclass(frozen=True, kw_only=True)
class LossNotice(Letter):
    """限期查找并说明通知书, to the unit."""

    handed_over_on: dt.date
    signed_by: str
    what: str
    due_on: dt.date
    handler: str


def loss_notice(loan: Loan, *, by: Any, policy: str) -> StoredFile:
    today = timezone.localdate()
    paper = LossNotice(
        **addressed(loan),
        handed_over_on=day_of(loan.handed_over_at),
        signed_by=str(loan.signed_by),
        what=_what_is_lost(loan),
        due_on=standards.deadline(policy, start=today, institution=loan.institution).due,
        handler=str(by),
    )
    return store("loss_notice", "限期查找并说明通知书", paper, loan, by)


def _what_is_lost(loan: Loan) -> str:
    if loan.lost == Loan.Lost.DOSSIER:
        return f"整卷遗失，共{loan.pages_out}页"
    missing = (loan.pages_out or 0) - (loan.pages_back or 0)
    return f"缺{missing}页：{loan.discrepancy.rstrip('。')}"
