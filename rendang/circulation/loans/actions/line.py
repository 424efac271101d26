"""排队: the next in line is called and told; the dossier is held for it some days, then it is another's turn."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from rendang.circulation.loans import papers, queries
from rendang.circulation.loans.models import Loan
from rendang.kernel.access.permissions import Permission
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.steps import set_deadline, step
from rendang.storage import actions as storage

State, Turn = Loan.State, Loan.Turn
HOLD = "loan_hold"


@step(
    Loan,
    label=gettext_lazy("Record that the unit was told"),
    sources=[State.APPROVED],
    target=State.APPROVED,
    permission=Permission.LOAN_REGISTER,
    deadline=HOLD,
    singly=True,
    only_for={"turn": [Turn.CALLED]},
)
def tell_unit(loan: Loan, *, by: Any, how: str, whom: str) -> None:
    """The unit knows that the dossier is there for it; from today it is held as long as the rule says."""
    if how not in Loan.Way.values:
        raise ValidationError({"how": _("Say how the unit was told.")})
    if not whom.strip():
        raise ValidationError({"whom": _("Name who was told at the unit.")})
    loan.turn, loan.told_on, loan.told_by = Turn.TOLD, timezone.localdate(), by
    loan.told_how, loan.told_whom = how, whom.strip()
    _hold(loan, by)


@step(
    Loan,
    label=gettext_lazy("Let the next in line have it"),
    sources=[State.APPROVED],
    target=State.LAPSED,
    permission=Permission.LOAN_REGISTER,
    deadline=None,
    singly=True,
    way_out=True,
    only_for={"turn": [Turn.TOLD]},
)
def lapse(loan: Loan, *, by: Any) -> None:
    """保留到期: the unit was told and has not come in time; it may apply again. The next in line is called."""
    assert loan.held_until
    if timezone.localdate() <= loan.held_until:
        raise ValidationError(_("The dossier is held for this unit until %(day)s.") % {"day": loan.held_until})
    following = lock_next(loan)
    storage.no_longer_want(loan, by=by)
    call(following, by)


@scheduled(cron="20 0 * * *")
@job(name="loans.end_reservations", queueing_lock="loans.end_reservations", pass_context=False)
def end_reservations(timestamp: int) -> int:
    """Shortly after midnight: what was held until yesterday passes to the next in line. Returns how many."""
    over = Loan.objects.filter(state=State.APPROVED, turn=Turn.TOLD, paused_at=None)
    ended = 0
    with override("zh-hans"):
        for loan in over.filter(held_until__lt=timezone.localdate()).order_by("pk"):
            lapse(loan, by=system_actor())
            ended += 1
    return ended


def lock_next(loan: Loan) -> Loan | None:
    """The loan that gets the dossier when this one no longer stands in its way; cases are locked before dossiers."""
    waiting = Loan.objects.select_for_update(of=("self", "case_ptr")).filter(
        dossier=loan.dossier, state=State.APPROVED, use__in=Loan.PAPER
    )
    following = waiting.exclude(pk=loan.pk).order_by("approved_at", "pk").first()
    ahead = queries.ahead_of(following) if following else None
    return following if following and (ahead is None or ahead.pk == loan.pk) else None


def call(following: Loan | None, by: Any) -> None:
    """通知下一位: from today the dossier is held for the first in line, and the clerk has to tell its unit."""
    if following is None or following.called_on:
        return
    before = audit.snapshot(following)
    following.called_on, following.turn = timezone.localdate(), Turn.CALLED
    set_deadline(following, HOLD, following.called_on)
    _hold(following, by)
    following.save(
        update_fields=[
            "called_on", "turn", "held_until", "availability_file", "due_date", "due_is_provisional", "due_basis",
        ]
    )  # fmt: skip
    audit.record("loan.call", following, by=by, before=before)


def _hold(loan: Loan, by: Any) -> None:
    """Hold it from today; the notice says until when."""
    until = standards.deadline(HOLD, start=timezone.localdate(), institution=loan.institution)
    if loan.held_until != until.due:
        loan.held_until = until.due
        loan.availability_file = papers.availability_notice(loan, by=by, basis=until.policy.basis)
