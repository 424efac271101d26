"""Ends before the end: not approved, called off in the house, called back from its way.

Declared last, so that the usual course of a departure is drawn without them.
"""

from typing import Any

from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.actions.applying import going, stay, tell
from rendang.circulation.transfers.models import Departure
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.steps import step
from rendang.storage import actions as storage

State = Departure.State


@step(
    Departure,
    label=gettext_lazy("Do not approve"),
    sources=[State.APPLIED],
    target=State.DECLINED,
    permission=Permission.TRANSFER_DECIDE,
    deadline=None,
    way_out=True,
)
def decline(departure: Departure, *, by: Any, reason: str) -> None:
    """The applicant is told why, and what to do about it."""
    departure.closing_reason = reason
    tell(departure, going(departure), say("departure.declined", reason=reason), by=by)
    stay(departure, by=by)


@step(
    Departure,
    label=gettext_lazy("Call off"),
    sources=[State.APPLIED, State.APPROVED, State.CHECKED, State.SEALED],
    target=State.WITHDRAWN,
    permission=Permission.TRANSFER_OFFER,
    deadline=None,
    applicant_may=True,
    way_out=True,
)
def withdraw(departure: Departure, *, by: Any, reason: str) -> None:
    """Before it is handed over it can be called off: off the pick list; what lies on the desk waits to be put back."""
    departure.closing_reason = reason
    storage.no_longer_want(departure, by=by)
    stay(departure, by=by)


@step(
    Departure,
    label=gettext_lazy("Call it back"),
    sources=Departure.AWAY,
    target=State.RETURNING,
    permission=Permission.TRANSFER_DECIDE,
    deadline="departure_return",
    way_out=True,
)
def recall(departure: Departure, *, by: Any, reason: str) -> None:
    """Called off when it is on its way already: receiver and carrier are asked to send it back."""
    departure.closing_reason = reason
