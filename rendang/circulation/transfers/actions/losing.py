"""An incident on the way: reported at once, searched for, found again or, by the head's decision, declared lost."""

from typing import Any

from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.actions.applying import close, tell
from rendang.circulation.transfers.actions.packing import drop_what_is_not_ours, hand_on, hand_to_carrier, still_kept
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.steps import step
from rendang.storage import actions as storage
from rendang.storage.models import Placement

State, Outcome = Departure.State, DepartingDossier.Outcome


@step(
    Departure,
    label=gettext_lazy("Report it lost"),
    sources=[*Departure.AWAY, State.RETURNING],
    target=State.SEARCHED,
    permission=Permission.TRANSFER_SEND,
    deadline="lost_search",
    singly=True,
    way_out=True,
)
def report_lost(departure: Departure, *, by: Any, done: str) -> None:
    """Neither receiver nor carrier has it: an incident begins, with what was done first (《档案法》第四十八条)."""
    ours = still_kept(departure)
    departure.search_log = storage.add_to_search(departure.search_log, done, by=by)
    hand_on(departure, ours, Placement.Kind.MISSING, by=by)


@step(
    Departure,
    label=gettext_lazy("Note the search"),
    sources=[State.SEARCHED],
    target=State.SEARCHED,
    permission=Permission.TRANSFER_SEND,
    singly=True,
)
def note_search(departure: Departure, *, by: Any, done: str) -> None:
    """Whom one has asked, what they answered; all of it stays, with day and name."""
    departure.search_log = storage.add_to_search(departure.search_log, done, by=by)


@step(
    Departure,
    label=gettext_lazy("Found on its way"),
    sources=[State.SEARCHED],
    target=State.IN_TRANSIT,
    permission=Permission.TRANSFER_SEND,
    deadline="receipt_chase_again",
    singly=True,
)
def find(departure: Departure, *, by: Any, done: str) -> None:
    """The carrier has found it and delivers it; the receipt is awaited again."""
    ours = still_kept(departure)
    departure.search_log = storage.add_to_search(departure.search_log, done, by=by)
    hand_to_carrier(departure, ours, by=by)


@step(
    Departure,
    label=gettext_lazy("Declare lost"),
    sources=[State.SEARCHED],
    target=State.LOST,
    permission=Permission.TRANSFER_DECLARE_LOST,
    deadline=None,
    singly=True,
    way_out=True,
)
def declare_lost(departure: Departure, *, by: Any, decision: str) -> None:
    """The head decides: who is told, how what can be replaced is replaced. Custody goes on: we answer for it."""
    ours = still_kept(departure, or_nothing=True)
    departure.decision = decision
    hand_on(departure, ours, Placement.Kind.LOST, by=by)
    tell(departure, ours, say("departure.lost"), by=by)
    drop_what_is_not_ours(departure, ours, by=by)
    close(departure, ours, Outcome.LOST, by=by)
