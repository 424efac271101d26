"""续借: the unit asks at the window or by telephone, and who approves loans grants or refuses it.

The dossier stays where it is meanwhile, and its day stands: an asking is no state of its own but lies on the loan, as
its turn and its loss do; one at a time.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rendang.circulation.loans import papers, queries
from rendang.circulation.loans.models import Loan
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.steps import step

State, Renewal = Loan.State, Loan.Renewal


@step(
    Loan,
    label=gettext_lazy("Ask for a renewal"),
    sources=[State.LENT],
    target=State.LENT,
    permission=Permission.LOAN_REGISTER,
    singly=True,
    way_out=True,
    offered_if="may_ask_for_renewal",
)
def ask_renewal(loan: Loan, *, by: Any, reason: str, until: dt.date) -> None:
    """The unit wants to keep it longer: until when and why is put before who approves loans."""
    may_be_asked_until(loan)
    if not reason.strip():
        raise ValidationError({"reason": _("Write down why the unit needs it longer.")})
    _refuse_unless_within(loan, until)
    loan.renewal, loan.renewal_wished, loan.renewal_reason = Renewal.ASKED, until, reason.strip()
    loan.renewal_asked_on, loan.renewal_asked_by = timezone.localdate(), by
    loan.renewal_answered_on = loan.renewal_answered_by = None
    loan.renewal_refusal = ""


@step(
    Loan,
    label=gettext_lazy("Grant the renewal"),
    sources=[State.LENT],
    target=State.LENT,
    permission=Permission.LOAN_APPROVE,
    unlike=["renewal_asked_by"],
    only_for={"renewal": [Renewal.ASKED]},
)
def renew(loan: Loan, *, by: Any, until: dt.date | None = None) -> None:
    """The borrower keeps it until the day wished for, or a nearer one: as often and as long as the rules allow."""
    assert loan.renewal_wished
    until = until or loan.renewal_wished
    basis = _refuse_unless_within(loan, until)
    loan.renewals += 1
    loan.due_back = loan.due_date = until
    loan.due_is_provisional, loan.due_basis = False, basis
    _answer(loan, Renewal.GRANTED, by)


@step(
    Loan,
    label=gettext_lazy("Refuse the renewal"),
    sources=[State.LENT],
    target=State.LENT,
    permission=Permission.LOAN_APPROVE,
    unlike=["renewal_asked_by"],
    way_out=True,
    only_for={"renewal": [Renewal.ASKED]},
)
def refuse_renewal(loan: Loan, *, by: Any, reason: str) -> None:
    """The dossier comes back by the day agreed; the unit is told why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write down why it is not renewed.")})
    loan.renewal_refusal = reason.strip()
    _answer(loan, Renewal.REFUSED, by)


def overtake_renewal(loan: Loan) -> None:
    """The dossier is back or lost: what was asked for and not answered needs no answer. The caller saves the loan."""
    if loan.renewal == Renewal.ASKED:
        loan.renewal = Renewal.OVERTAKEN


def may_be_asked_until(loan: Loan) -> tuple[dt.date, str]:
    """One asking at a time, and none that cannot be granted; otherwise as ``renewed_until``."""
    if loan.renewal == Renewal.ASKED:
        raise ValidationError(
            _("A renewal until %(day)s has been asked for already and waits for an answer.")
            % {"day": loan.renewal_wished}
        )
    return renewed_until(loan)


def renewed_until(loan: Loan) -> tuple[dt.date, str]:
    """The last day to which a loan may be renewed now, and by which rule; ``ValidationError``: it may not be.

    Whoever has asked before it was overdue does not lose by an answer that takes its time.
    """
    today = timezone.localdate()
    assert loan.due_back and loan.handed_over_at and loan.dossier
    asked = loan.renewal_asked_on if loan.renewal == Renewal.ASKED else None
    if (asked or today) > loan.due_back:
        raise ValidationError(_("The loan is overdue: the dossier comes back first."))
    most = int(standards.policy("borrow_renewals", on=today, institution=loan.institution).value)
    if loan.renewals >= most:
        said = ngettext(
            "A loan is renewed %(most)d time at most: the dossier comes back by %(day)s.",
            "A loan is renewed %(most)d times at most: the dossier comes back by %(day)s.",
            most,
        )
        raise ValidationError(said % {"most": most, "day": loan.due_back})
    if following := queries.first_in_line(loan.dossier):
        raise ValidationError(
            _("%(number)s waits for this dossier: it comes back by %(day)s.")
            % {"number": following, "day": loan.due_back}
        )
    start = timezone.localdate(loan.handed_over_at)
    longest = standards.deadline("borrow_max", start=start, institution=loan.institution)
    usual = standards.deadline("borrow_default", start=loan.due_back, institution=loan.institution)
    last = min(longest.due, usual.due)
    if last <= loan.due_back or last < today:
        day = max(last, loan.due_back)
        raise ValidationError(_("The longest loan that the rules allow ends on %(day)s.") % {"day": day})
    return last, longest.policy.basis[:200]


def _refuse_unless_within(loan: Loan, until: dt.date) -> str:
    """The rule by which it may be renewed to that day."""
    last, basis = renewed_until(loan)
    assert loan.due_back
    first = max(loan.due_back + dt.timedelta(1), timezone.localdate())
    if not first <= until <= last:
        raise ValidationError({"until": _("Name a day from %(first)s to %(last)s.") % {"first": first, "last": last}})
    return basis


def _answer(loan: Loan, answer: str, by: Any) -> None:
    loan.renewal, loan.renewal_answered_on, loan.renewal_answered_by = answer, timezone.localdate(), by
    loan.renewal_file = papers.renewal_answer(loan, by=by)
