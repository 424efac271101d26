"""遗失: the borrower has lost the dossier, or pages of it that are never made good.

Reported at once, searched for, answered for by the unit; then found again or, by the head's decision, reconstructed
(《档案法》第四十八条; domain.md §1.12). The unit borrows nothing more meanwhile.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.loans import papers
from rendang.circulation.loans.actions.line import call, lock_next
from rendang.circulation.loans.actions.renewing import overtake_renewal
from rendang.circulation.loans.models import Loan
from rendang.kernel.access.permissions import Permission
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.storage import actions as storage

State, Lost = Loan.State, Loan.Lost
SEARCH = "loan_lost_search"


@step(
    Loan,
    label=gettext_lazy("Report it lost"),
    sources=Loan.IN_HAND,
    target=State.SEARCHED,
    permission=Permission.LOAN_HAND_OVER,
    deadline=SEARCH,
    singly=True,
    way_out=True,
    only_for={"use": Loan.PAPER},
)
def report_lost(loan: Loan, *, by: Any, done: str) -> None:
    """The borrower no longer has the dossier: superior and unit are written to, and it is looked for."""
    assert loan.dossier
    loan.lost = Lost.DOSSIER
    overtake_renewal(loan)
    _report(loan, done, by)
    storage.report_missing(loan.dossier, by=by, detail=loan.number, case=loan)


@step(
    Loan,
    label=gettext_lazy("Report the missing pages lost"),
    sources=[State.DISCREPANT],
    target=State.SEARCHED,
    permission=Permission.LOAN_HAND_OVER,
    deadline=SEARCH,
    singly=True,
    way_out=True,
    only_for={"use": Loan.PAPER},
)
def report_pages_lost(loan: Loan, *, by: Any, done: str) -> None:
    """It came back short and the unit does not make it good: an incident like the loss of the whole."""
    assert loan.pages_out is not None and loan.pages_back is not None
    if loan.pages_back >= loan.pages_out:
        raise ValidationError(_("No page is missing. Settle the discrepancy instead."))
    loan.lost = Lost.PAGES
    _report(loan, done, by)


@step(
    Loan,
    label=gettext_lazy("Note the search"),
    sources=[State.SEARCHED],
    target=State.SEARCHED,
    permission=Permission.LOAN_HAND_OVER,
    singly=True,
)
def note_search(loan: Loan, *, by: Any, done: str) -> None:
    """Whom one has asked, what they answered; all of it stays, with day and name."""
    _note(loan, done, by)


@step(
    Loan,
    label=gettext_lazy("Record the unit's statement"),
    sources=[State.SEARCHED],
    target=State.SEARCHED,
    permission=Permission.LOAN_HAND_OVER,
    singly=True,
    only_for={"statement": [""]},
)
def take_statement(loan: Loan, *, by: Any, statement: str, answerable: str, statement_file: Any = None) -> None:
    """借阅单位说明: how it was lost and who answers for it, in the unit's words; or that it gives no statement."""
    if not statement.strip():
        raise ValidationError({"statement": _("Write down what the unit says, or that it says nothing.")})
    if not answerable.strip():
        raise ValidationError({"answerable": _("Name who answers for the loss.")})
    loan.statement, loan.answerable = statement.strip(), answerable.strip()
    if statement_file:
        try:
            loan.statement_file = files.store(
                statement_file,
                name=f"借阅单位说明-{loan.number}",
                kind=Kind.ATTACHMENT,
                institution=loan.institution,
                by=by,
            )
        except ValidationError as refused:
            raise ValidationError({"statement_file": refused.messages}) from None


@step(
    Loan,
    label=gettext_lazy("Found again"),
    sources=Loan.LOST,
    target=State.FOUND,
    permission=Permission.LOAN_HAND_OVER,
    deadline=None,
    singly=True,
)
def find(loan: Loan, *, by: Any, pages: int, done: str) -> None:
    """It is back, and complete: counted together it lies on the desk, and the next in line is called."""
    if pages != loan.pages_out:
        raise ValidationError(
            {
                "pages": _("%(out)d pages were handed over. What is still missing is looked for further.")
                % {"out": loan.pages_out}
            }
        )
    following = lock_next(loan)
    _note(loan, done, by)
    _back(loan, pages, by)
    call(following, by)


@step(
    Loan,
    label=gettext_lazy("Have it reconstructed"),
    sources=[State.SEARCHED],
    target=State.REBUILDING,
    permission=Permission.LOAN_APPROVE_FINALLY,
    unlike=["lost_reported_by"],
    deadline="loan_reconstruct",
    singly=True,
    way_out=True,
)
def order_reconstruction(loan: Loan, *, by: Any, decision: str) -> None:
    """The head decides that it is lost, how what can be replaced is replaced, who answers; the person is told.

    Custody goes on: the institution answers for what it has lent.
    """
    if not loan.statement:
        raise ValidationError(_("Record the unit's statement first, or that it gives none."))
    if not decision.strip():
        raise ValidationError({"decision": _("Write down what is decided.")})
    loan.decision = decision.strip()
    assert loan.person and loan.dossier
    if loan.lost == Lost.DOSSIER:
        storage.declare_lost(loan.dossier, by=by, detail=loan.number, case=loan)
    said = say("loan.dossier_lost" if loan.lost == Lost.DOSSIER else "loan.papers_lost")
    people.tell(loan.person, said, institution=loan.institution, by=by)


@step(
    Loan,
    label=gettext_lazy("Reconstructed"),
    sources=[State.REBUILDING],
    target=State.REBUILT,
    permission=Permission.LOAN_HAND_OVER,
    deadline=None,
    singly=True,
)
def finish_reconstruction(loan: Loan, *, by: Any, pages: int, done: str) -> None:
    """补建: what could be replaced is there, counted, on the desk; the catalogue is corrected by who keeps it."""
    following = lock_next(loan)
    _note(loan, done, by)
    loan.discrepancy = loan.discrepancy or f"遗失后补建：{done.strip()}"[:400]
    _back(loan, pages, by)
    call(following, by)


def _report(loan: Loan, done: str, by: Any) -> None:
    _note(loan, done, by)
    loan.lost_on, loan.lost_reported_by = timezone.localdate(), by
    loan.loss_report_file = papers.loss_report(loan, by=by, done=done.strip())
    loan.loss_notice_file = papers.loss_notice(loan, by=by, policy=SEARCH)


def _back(loan: Loan, pages: int, by: Any) -> None:
    """Counted; where the whole dossier was away, it has come back to the desk."""
    assert loan.dossier
    loan.pages_back = pages
    if loan.taken_back_at is None:
        loan.taken_back_at, loan.taken_back_by = timezone.now(), by
        storage.put_on_desk(loan.dossier, loan.institution, by=by, detail=loan.number, case=loan)


def _note(loan: Loan, done: str, by: Any) -> None:
    if not done.strip():
        raise ValidationError({"done": _("Write down what was done.")})
    loan.search_log = storage.add_to_search(loan.search_log, done, by=by)
