"""催还: a letter to who keeps a dossier too long, by the night's work or by hand; and digital consultations whose
time is over are closed."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from rendang.circulation.loans import papers, queries
from rendang.circulation.loans.actions.steps import finish
from rendang.circulation.loans.models import Loan, OverdueNotice
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, is_the_system
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.standards import queries as standards


@transaction.atomic
def issue_overdue_notice(loan: Loan, *, by: Any) -> OverdueNotice:
    """The next 催还通知书 of a loan that is overdue; one a day at most.

    The letter lies with the case, to be printed and sent; the loan stays red on the to-do list until it is back.
    """
    loan = Loan.objects.select_for_update(of=("self", "case_ptr")).get(pk=loan.pk)
    if not (is_the_system(by) or can(by, Permission.LOAN_HAND_OVER, at=loan.institution_id)):
        raise PermissionDenied
    today = timezone.localdate()
    if loan.state not in Loan.IN_HAND or not loan.due_back or today <= loan.due_back:
        raise ValidationError(_("This loan is not overdue."))
    last = loan.notices.order_by("-number").first()
    if last and last.issued_on == today:
        raise ValidationError(_("A notice was issued today already."))
    number = last.number + 1 if last else 1
    file = papers.overdue_letter(loan, by=by, times=number)
    notice = OverdueNotice.objects.create(
        loan=loan, number=number, issued_on=today, due_date=loan.due_back, file=file, issued_by=by
    )
    audit.record("loan.chase", loan, by=by, detail={"notice": [last.number if last else None, number]})
    return notice


def notice_is_due(loan: Loan, today: dt.date) -> bool:
    """The first day overdue, and then every so many days as the policy says."""
    last = loan.notices.order_by("-number").first()
    if last is None:
        return True
    every = int(standards.policy("overdue_notice", on=today, institution=loan.institution).value)
    return (today - last.issued_on).days >= every


@scheduled(cron="10 6 * * *")
@job(name="loans.chase_overdue", queueing_lock="loans.chase_overdue", pass_context=False)
def chase_overdue(timestamp: int) -> int:
    """Every morning, before the offices open: a letter for each loan whose turn it is. Returns how many."""
    today = timezone.localdate()
    issued = 0
    with override("zh-hans"):
        for loan in queries.overdue(Loan.objects.all(), today):
            if notice_is_due(loan, today):
                issue_overdue_notice(loan, by=system_actor())
                issued += 1
    return issued


@scheduled(cron="5 0 * * *")
@job(name="loans.close_expired", queueing_lock="loans.close_expired", pass_context=False)
def close_expired(timestamp: int) -> int:
    """After midnight: digital consultations whose last day is over are closed. Nothing was shown since anyway."""
    over = Loan.objects.filter(state=Loan.State.GRANTED, granted_until__lte=timezone.now(), paused_at=None)
    closed = 0
    for loan in over.order_by("pk"):
        finish(loan, by=system_actor())
        closed += 1
    return closed
