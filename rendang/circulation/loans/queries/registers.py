"""借阅登记簿 and 查阅登记簿, as they were kept on paper."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.queries.rules import unit_in_words
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards

COLUMNS = [
    ("日期", 20), ("姓名", 18), ("档案编号", 28), ("查（借）阅单位及人员", 52), ("介绍信（协议）", 28), ("事由", 28),
    ("批准人", 16), ("页数", 11), ("应还日期", 20), ("归还日期", 20), ("归还页数", 16),
]  # fmt: skip
# What leaves the house can be renewed, too.
LOAN_COLUMNS = [
    ("日期", 20), ("姓名", 16), ("档案编号", 28), ("查（借）阅单位及人员", 42), ("介绍信（协议）", 24), ("事由", 24),
    ("批准人", 16), ("页数", 11), ("应还日期", 20), ("续借", 24), ("归还日期", 20), ("归还页数", 12),
]  # fmt: skip


def _day(moment: dt.datetime | None) -> str:
    return f"{timezone.localdate(moment):%Y-%m-%d}" if moment else ""


def _returned(loan: Loan) -> str:
    if loan.state in Loan.LOST:
        return "遗失"
    return _day(loan.taken_back_at or (loan.closed_at if loan.use == Loan.Use.DIGITAL else None))


def _renewals(loan: Loan) -> str:
    """How often renewed, and what became of the last asking; the day itself stands beside it."""
    said = f"{loan.renewals} 次" if loan.renewals else ""
    match loan.renewal:
        case Loan.Renewal.ASKED:
            last = f"{loan.renewal_asked_on} 申请，待批"
        case Loan.Renewal.GRANTED:
            last = f"{loan.renewal_answered_on} {loan.renewal_answered_by} 批准"
        case Loan.Renewal.REFUSED:
            last = f"{loan.renewal_answered_on} {loan.renewal_answered_by} 不批准"
        case _:
            last = ""
    return "；".join(filter(None, [said, last]))


def _lines(rows: Any, moment: str, *, renewals: bool = False) -> Iterator[list[str]]:
    rows = rows.select_related("person", "custody", "approved_by").prefetch_related("borrowers")
    for loan in rows.order_by(moment, "pk"):
        yield [
            _day(getattr(loan, moment)),
            loan.person.name,
            loan.custody.archive_number,
            unit_in_words(loan),
            loan.letter_number,
            standards.code_name("consultation_reason", loan.reason),
            str(loan.approved_by or ""),
            "" if loan.pages_out is None else str(loan.pages_out),
            f"{loan.due_back or ''}",
            *([_renewals(loan)] if renewals else []),
            _returned(loan),
            "" if loan.pages_back is None else str(loan.pages_back),
        ]


def _between(moment: str, first: dt.date, last: dt.date) -> Q:
    return Q(**{f"{moment}__date__gte": first, f"{moment}__date__lte": last})


@register(
    "loans",
    title="流动人员人事档案借阅登记簿",
    label=_("Register of loans"),
    permission=Permission.LOAN_VIEW,
    columns=LOAN_COLUMNS,
)
def register_of_loans(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What left the house on loan in these days."""
    rows = Loan.objects.filter(_between("handed_over_at", first, last), institution=institution, use=Loan.Use.LOAN)
    rows = rows.select_related("renewal_answered_by")
    return _lines(rows, "handed_over_at", renewals=True)


@register(
    "consultations",
    title="流动人员人事档案查阅登记簿",
    label=_("Register of consultations"),
    permission=Permission.LOAN_VIEW,
    columns=COLUMNS,
)
def register_of_consultations(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What was read in the reading room in these days; then what was opened for digital consultation."""
    here = Loan.objects.filter(institution=institution)
    yield from _lines(
        here.filter(_between("handed_over_at", first, last), use=Loan.Use.CONSULTATION), "handed_over_at"
    )
    yield from _lines(here.filter(_between("granted_at", first, last)), "granted_at")
