"""A stocktake ends with two signatures and its report."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from rendang.kernel.access.permissions import Permission
from rendang.kernel.workflow.steps import step
from rendang.storage.stocktakes import papers
from rendang.storage.stocktakes.models import Finding, Stocktake

State = Stocktake.State


@step(
    Stocktake,
    label=gettext_lazy("Conclude and sign"),
    sources=[State.COUNTED],
    target=State.CONCLUDED,
    permission=Permission.STOCKTAKE_RUN,
    singly=True,
)
def conclude(case: Stocktake, *, by: Any, conclusion: str = "") -> None:
    """The keeper signs: every finding is resolved, or left open with a reason."""
    if waiting := Finding.objects.filter(stocktake=case, resolution="").count():
        said = ngettext(
            "%(count)d finding is not resolved yet. Resolve it, or leave it open with a reason.",
            "%(count)d findings are not resolved yet. Resolve them, or leave them open with a reason.",
            waiting,
        )
        raise ValidationError(said % {"count": waiting})
    case.concluded_by, case.concluded_at, case.conclusion = by, timezone.now(), conclusion


@step(
    Stocktake,
    label=gettext_lazy("Sign as the second"),
    sources=[State.CONCLUDED],
    target=State.SIGNED,
    permission=Permission.STOCKTAKE_SIGN,
    unlike=["concluded_by"],
    deadline=None,
    singly=True,
)
def sign(case: Stocktake, *, by: Any) -> None:
    """A second person signs; the report is made and sealed, and the stocktake is over."""
    case.signed_by, case.signed_at = by, timezone.now()
    case.report = papers.report(case, by=by)


@step(
    Stocktake,
    label=gettext_lazy("Send back"),
    sources=[State.CONCLUDED],
    target=State.COUNTED,
    permission=Permission.STOCKTAKE_SIGN,
    way_out=True,
    singly=True,
)
def send_back(case: Stocktake, *, by: Any, reason: str) -> None:
    """The second person does not sign yet: the keeper looks again, and may go on counting."""
    case.concluded_by, case.concluded_at, case.reason = None, None, reason
