"""What loans know of a dossier that is to leave the institution (``dossiers.queries.departure``)."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.queries.line import NOT_THERE
from rendang.dossiers.queries.departure import Obstacle, before_departure

IN_THE_WAY = {
    Loan.State.LENT: _("It is lent out and has to come back first."),
    Loan.State.READING: _("It is being read and has to come back first."),
    Loan.State.SEARCHED: _("A borrower has lost it or pages of it; it is being looked for."),
    Loan.State.REBUILDING: _("A borrower has lost it or pages of it; it is being reconstructed."),
    Loan.State.DISCREPANT: _("It has come back with a discrepancy, which has to be settled first."),
}


@before_departure
def on_loan(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """Lent out, being read or not in order: it cannot leave. Applied for or open for reading: a warning."""
    found: dict[int, list[Obstacle]] = {}
    for loan in Loan.objects.open().filter(dossier__in=list(dossiers)).order_by("pk"):
        assert loan.dossier_id
        hard = loan.state in NOT_THERE
        text = IN_THE_WAY[Loan.State(loan.state)] if hard else _("A consultation or loan of it is under way.")
        found.setdefault(loan.dossier_id, []).append(Obstacle(text, "loans:detail", loan.pk, warning=not hard))
    return found
