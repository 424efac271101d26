"""What loans know of a dossier that is to leave the institution (``dossiers.queries.departure``)."""

from collections.abc import Iterable

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.queries.line import NOT_THERE
from rendang.dossiers.queries.departure import Obstacle, before_departure
from rendang.kernel.standards.telling import say


@before_departure
def on_loan(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """Lent out, being read or not in order: it cannot leave. Applied for or open for reading: a warning."""
    found: dict[int, list[Obstacle]] = {}
    for loan in Loan.objects.open().filter(dossier__in=list(dossiers)).order_by("pk"):
        assert loan.dossier_id
        hard = loan.state in NOT_THERE
        said = say(f"in_the_way.loan.{loan.state if hard else 'under_way'}")
        found.setdefault(loan.dossier_id, []).append(Obstacle(said, "loans:detail", loan.pk, warning=not hard))
    return found
