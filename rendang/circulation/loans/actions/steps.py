"""The steps of a loan: approved by one or by two, handed over, counted back; or opened for reading on screen."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.loans import papers, queries
from rendang.circulation.loans.actions.applying import papers_named
from rendang.circulation.loans.actions.line import call, lock_next
from rendang.circulation.loans.actions.renewing import overtake_renewal
from rendang.circulation.loans.actions.signed import take_signed
from rendang.circulation.loans.models import Borrower, Loan
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.steps import set_deadline, step
from rendang.storage import actions as storage
from rendang.storage.models import Placement
from rendang.storage.queries import current_placement

State, Use = Loan.State, Loan.Use


@step(
    Loan,
    label=gettext_lazy("Name the papers"),
    sources=[State.APPLIED],
    target=State.APPLIED,
    permission=Permission.LOAN_APPROVE,
    unlike=["opened_by"],
    singly=True,
    way_out=True,
    only_for={"use": [Use.DIGITAL]},
)
def name_papers(loan: Loan, *, by: Any, materials: Sequence[int], whole_classes: bool = True) -> None:
    """Which single papers of the catalogue may be read; with none, and no class, the whole dossier.

    ``whole_classes`` says whether the classes asked for stay open as a whole beside them.
    """
    assert loan.dossier
    if loan.class_marks and not whole_classes and not materials:
        # Else nothing would be named any more, and the whole dossier would be open.
        raise ValidationError({"materials": _("Name at least one paper, or leave the classes open.")})
    loan.materials.set(papers_named(loan.dossier, materials))
    if not whole_classes:
        loan.class_marks = []


@step(
    Loan,
    label=gettext_lazy("Approve"),
    sources=[State.APPLIED],
    target=State.APPROVED,
    permission=Permission.LOAN_APPROVE,
    unlike=["opened_by"],
    only_for={"needs_head": [False]},
)
def approve(loan: Loan, *, by: Any, opinion: str = "") -> None:
    """The section head approves; the dossier goes on the pick list, or is waited for when it is out."""
    _approve(loan, by, opinion)


@step(
    Loan,
    label=gettext_lazy("Endorse, and put before the head"),
    sources=[State.APPLIED],
    target=State.ENDORSED,
    permission=Permission.LOAN_APPROVE,
    unlike=["opened_by"],
    deadline="loan_decide",
    only_for={"needs_head": [True]},
)
def endorse(loan: Loan, *, by: Any, opinion: str = "") -> None:
    """科长意见: the section agrees; a cadre's dossier, a loan or a reason for the head goes on to the head."""
    loan.endorsed_by, loan.endorsed_at, loan.endorsement = by, timezone.now(), opinion.strip() or "同意，请审批。"


@step(
    Loan,
    label=gettext_lazy("Approve as head"),
    sources=[State.ENDORSED],
    target=State.APPROVED,
    permission=Permission.LOAN_APPROVE_FINALLY,
    unlike=["opened_by", "endorsed_by"],
    only_for={"needs_head": [True]},
)
def approve_finally(loan: Loan, *, by: Any, opinion: str = "") -> None:
    """分管领导审批: the head has the last word."""
    _approve(loan, by, opinion)


@step(
    Loan,
    label=gettext_lazy("Lend out"),
    sources=[State.APPROVED],
    target=State.LENT,
    permission=Permission.LOAN_HAND_OVER,
    deadline="borrow_default",
    singly=True,
    only_for={"use": [Use.LOAN]},
)
def lend(
    loan: Loan,
    *,
    by: Any,
    pages: int,
    signed_by: Any,
    identity_checked: bool = True,
    count_remark: str = "",
    signed: Any = None,
) -> None:
    """Counted together and signed by both, the dossier leaves the house until its due date."""
    due = standards.deadline("borrow_default", start=timezone.localdate(), institution=loan.institution).due
    dossier = _hand_over(loan, by, pages, count_remark.strip(), signed_by, identity_checked, due)
    take_signed(loan, "slip", signed, by=by)
    storage.lend(dossier, by=by, detail=loan.unit, case=loan)


@step(
    Loan,
    label=gettext_lazy("Hand over in the reading room"),
    sources=[State.APPROVED],
    target=State.READING,
    permission=Permission.LOAN_HAND_OVER,
    deadline="reading_room_return",
    singly=True,
    only_for={"use": [Use.CONSULTATION]},
)
def lay_out(
    loan: Loan,
    *,
    by: Any,
    pages: int,
    signed_by: Any,
    identity_checked: bool = True,
    count_remark: str = "",
    signed: Any = None,
) -> None:
    """Counted together and signed by both, the dossier is read under the eyes of staff and back the same day."""
    due = standards.deadline("reading_room_return", start=timezone.localdate(), institution=loan.institution).due
    dossier = _hand_over(loan, by, pages, count_remark.strip(), signed_by, identity_checked, due)
    take_signed(loan, "slip", signed, by=by)
    storage.put_in_reading_room(dossier, by=by, detail=loan.unit, case=loan)


@step(
    Loan,
    label=gettext_lazy("Open for reading on screen"),
    sources=[State.APPROVED],
    target=State.GRANTED,
    permission=Permission.LOAN_HAND_OVER,
    singly=True,
    only_for={"use": [Use.DIGITAL]},
)
def grant(loan: Loan, *, by: Any, identity_checked: bool = True) -> None:
    """The people are there and their papers agree: the images asked for are open for the days approved."""
    _refuse_unless_kept(loan)
    _refuse_unless_checked(identity_checked)
    assert loan.days
    last = timezone.localdate() + dt.timedelta(loan.days - 1)
    loan.granted_at = timezone.now()
    loan.granted_until = dt.datetime.combine(
        last + dt.timedelta(1), dt.time.min, tzinfo=timezone.get_current_timezone()
    )
    loan.due_date, loan.due_is_provisional, loan.due_back = last, False, last
    rule = standards.policy("digital_consultation", on=timezone.localdate(), institution=loan.institution)
    loan.due_basis = rule.basis[:200]


@step(
    Loan,
    label=gettext_lazy("Take back complete"),
    sources=[State.LENT, State.READING],
    target=State.RETURNED,
    permission=Permission.LOAN_HAND_OVER,
    deadline=None,
    singly=True,
    only_for={"use": Loan.PAPER},
)
def receive_back(loan: Loan, *, by: Any, pages: int, signed: Any = None) -> None:
    """Counted and complete: the dossier lies on the desk, and the next in line is called."""
    if pages != loan.pages_out:
        raise ValidationError(
            {
                "pages": _("%(out)d pages were handed over. If the count is right, report a discrepancy.")
                % {"out": loan.pages_out}
            }
        )
    following = lock_next(loan)
    _take_back(loan, by, pages, signed)
    call(following, by)


@step(
    Loan,
    label=gettext_lazy("Report a discrepancy"),
    sources=[State.LENT, State.READING, State.SEARCHED],
    target=State.DISCREPANT,
    permission=Permission.LOAN_HAND_OVER,
    deadline="loan_discrepancy",
    singly=True,
    way_out=True,
    only_for={"use": Loan.PAPER, "lost": [Loan.Lost.NOTHING, Loan.Lost.DOSSIER]},
)
def report_discrepancy(loan: Loan, *, by: Any, pages: int, discrepancy: str, signed: Any = None) -> None:
    """It came back other than it was handed over: what is wrong is written down and printed for both to sign."""
    if not discrepancy.strip():
        raise ValidationError({"discrepancy": _("Write down what is missing, too much or damaged.")})
    loan.discrepancy = discrepancy.strip()
    _take_back(loan, by, pages, signed)
    loan.discrepancy_file = papers.discrepancy_report(loan, by=by)


@step(
    Loan,
    label=gettext_lazy("Settle the discrepancy"),
    sources=[State.DISCREPANT],
    target=State.SETTLED,
    permission=Permission.LOAN_APPROVE,
    unlike=["taken_back_by"],
    deadline=None,
)
def settle(loan: Loan, *, by: Any, finding: str) -> None:
    """A second person writes down what came of it; only now may the dossier go back or on to the next in line."""
    if not finding.strip():
        raise ValidationError({"finding": _("Write down what came of it.")})
    loan.finding = finding.strip()
    call(lock_next(loan), by)


@step(
    Loan,
    label=gettext_lazy("Close the digital consultation"),
    sources=[State.GRANTED],
    target=State.FINISHED,
    permission=Permission.LOAN_HAND_OVER,
    deadline=None,
)
def finish(loan: Loan, *, by: Any) -> None:
    """The people have read what they came for, or the time is over."""


@step(
    Loan,
    label=gettext_lazy("Recall the digital consultation"),
    sources=[State.GRANTED],
    target=State.RECALLED,
    permission=Permission.LOAN_APPROVE,
    deadline=None,
    way_out=True,
)
def recall(loan: Loan, *, by: Any, reason: str) -> None:
    """收回: from this moment nothing is shown any more."""
    loan.end_reason = reason


@step(
    Loan,
    label=gettext_lazy("Do not approve"),
    sources=[State.APPLIED, State.ENDORSED],
    target=State.REFUSED,
    permission=Permission.LOAN_APPROVE,
    deadline=None,
    way_out=True,
)
def refuse(loan: Loan, *, by: Any, reason: str) -> None:
    """The unit is told why; it may apply again when that is put right."""
    loan.end_reason = reason


@step(
    Loan,
    label=gettext_lazy("Withdraw"),
    sources=[State.APPLIED, State.ENDORSED, State.APPROVED],
    target=State.WITHDRAWN,
    permission=Permission.LOAN_REGISTER,
    deadline=None,
    way_out=True,
)
def withdraw(loan: Loan, *, by: Any, reason: str) -> None:
    """The unit no longer needs it: off the pick list, and the next in line moves up."""
    loan.end_reason = reason
    following = lock_next(loan) if loan.state == State.APPROVED and loan.is_paper else None
    storage.no_longer_want(loan, by=by)
    call(following, by)


def _approve(loan: Loan, by: Any, opinion: str) -> None:
    dossier = _refuse_unless_kept(loan)
    loan.approved_by, loan.approved_at, loan.opinion = by, timezone.now(), opinion.strip() or "同意。"
    loan.approval_file = papers.approval_form(loan, by=by)
    if loan.is_paper:
        storage.want(dossier, by=by, purpose=f"{papers.USES[Use(loan.use)]}（{loan.number}）", case=loan)
    if loan.is_paper and queries.ahead_of(loan):
        # While another has it, this loan has no time limit: it is called when its turn comes.
        loan.due_date, loan.due_is_provisional, loan.due_basis = None, False, ""
    else:
        set_deadline(loan, "loan_collect", timezone.localdate())


def _hand_over(
    loan: Loan, by: Any, pages: int, count_remark: str, signed_by: Any, checked: bool, due: dt.date
) -> Dossier:
    dossier = _refuse_unless_kept(loan)
    _refuse_unless_checked(checked)
    _refuse_unless_at_hand(loan, dossier)
    borrower = loan.borrowers.filter(pk=signed_by.pk if isinstance(signed_by, Borrower) else signed_by).first()
    if borrower is None:
        raise ValidationError({"signed_by": _("One of the people of the application signs.")})
    if ahead := queries.ahead_of(loan):
        raise ValidationError(_("%(number)s comes before this loan.") % {"number": ahead})
    expected = queries.pages_of(dossier)
    if expected is not None and pages != expected and not count_remark:
        counted = {"expected": expected, "pages": pages}
        raise ValidationError(
            {
                "count_remark": _(
                    "By the record there are %(expected)d pages, counted were %(pages)d. Count again; if the count is"
                    " right, say what differs: it is printed on the slip."
                )
                % counted
            }
        )
    loan.pages_out, loan.count_remark = pages, count_remark
    loan.signed_by, loan.due_back = borrower, due
    loan.handed_over_at, loan.handed_over_by = timezone.now(), by
    loan.slip_file = papers.hand_over_slip(loan, by=by, due_on=due)
    return dossier


def _take_back(loan: Loan, by: Any, pages: int, signed: Any) -> None:
    assert loan.dossier
    take_signed(loan, "return", signed, by=by)
    overtake_renewal(loan)
    loan.pages_back, loan.taken_back_at, loan.taken_back_by = pages, timezone.now(), by
    storage.put_on_desk(loan.dossier, loan.institution, by=by, detail=loan.number, case=loan)


def _refuse_unless_kept(loan: Loan) -> Dossier:
    """The custody under which it was asked for still runs; the dossier is locked from here on."""
    assert loan.dossier_id
    dossier = Dossier.objects.select_for_update(no_key=True).get(pk=loan.dossier_id)
    if not Custody.objects.filter(pk=loan.custody_id, status=Custody.Status.HELD).exists():
        raise ValidationError(_("%(institution)s no longer keeps this dossier.") % {"institution": loan.institution})
    return dossier


def _refuse_unless_checked(identity_checked: bool) -> None:
    if not identity_checked:
        raise ValidationError(
            {"identity_checked": _("Compare letter and identity cards with the people before you hand over.")}
        )


def _refuse_unless_at_hand(loan: Loan, dossier: Dossier) -> None:
    place = current_placement(dossier)
    here = {Placement.Kind.SLOT, Placement.Kind.AS_WRITTEN, Placement.Kind.DESK}
    if place and (place.kind not in here or place.institution_id != loan.institution_id):
        raise ValidationError(_("The dossier is not at hand: %(place)s.") % {"place": place.label})
