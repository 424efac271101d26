"""转出 after the carrier has it: the receipt awaited, chased, returned; or the parcel comes back."""

import datetime as dt
from collections.abc import Collection
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from rendang.circulation.transfers.actions.applying import close, going, tell
from rendang.circulation.transfers.actions.packing import drop_what_is_not_ours, hand_on, still_kept
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.papers import leaving as papers
from rendang.dossiers import actions as dossiers
from rendang.kernel.access.permissions import Permission
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import Said, code, say
from rendang.kernel.workflow.steps import step
from rendang.storage.models import Placement

State, Outcome = Departure.State, DepartingDossier.Outcome


@step(
    Departure,
    label=gettext_lazy("Receipt has come back"),
    sources=[*Departure.AWAY, State.SEARCHED],
    target=State.CONFIRMED,
    permission=Permission.TRANSFER_SEND,
    deadline=None,
    singly=True,
)
def confirm(departure: Departure, *, by: Any, receipt: BinaryIO, received_on: dt.date) -> None:
    """With the scanned receipt: custody ends in this moment, and the dossiers have left for good."""
    ours = still_kept(departure)
    if departure.sent_on and not departure.sent_on <= received_on <= timezone.localdate():
        raise ValidationError({"received_on": _("It was received after it was sent and not in the future.")})
    departure.received_on = received_on
    departure.receipt_file = keep_receipt(departure, receipt, by=by)
    arrived(departure, ours, say("departure.arrived", receiver=departure.goes_to), by=by)


def keep_receipt(departure: Departure, receipt: BinaryIO, *, by: Any) -> StoredFile:
    return files.store(
        receipt, name=receipt.name or "receipt", kind=Kind.ATTACHMENT, institution=departure.institution, by=by
    )


def arrived(departure: Departure, ours: list[DepartingDossier], said: Said, *, by: Any) -> None:
    """The receiver has signed: custody ends, the dossiers have left for good, their people are told."""
    whom = departure.goes_to
    dossiers.end_custodies([line.custody_id for line in ours], by=by, reason=departure.reason, sent_to=whom)
    hand_on(departure, ours, Placement.Kind.ELSEWHERE, by=by, detail=whom)
    tell(departure, ours, said, by=by)
    drop_what_is_not_ours(departure, ours, by=by)
    close(departure, ours, Outcome.GONE, by=by)


@step(
    Departure,
    label=gettext_lazy("Chase the receipt"),
    sources=Departure.AWAY,
    target=State.CHASED,
    permission=Permission.TRANSFER_OFFER,
    deadline="receipt_chase_again",
    way_out=True,
)
def chase(departure: Departure, *, by: Any) -> None:
    """催办 — a letter to the receiver; somebody also telephones. Taken by the system when the limit has passed."""
    departure.times_chased += 1
    departure.chasing_file = papers.chasing_letter(departure, going(departure), by=by)


@scheduled(cron="10 6 * * *")
@job(name="transfers.chase", queueing_lock="transfers.chase", pass_context=False)
def chase_every_morning(timestamp: int) -> int:
    """Print a chasing letter for every departure whose receipt is overdue; it then waits in the to-do to be posted."""
    by, chased = system_actor(), 0
    late = Departure.objects.overdue(timezone.localdate()).filter(state__in=Departure.AWAY).order_by("pk")
    with override("zh-hans"):
        for departure in late:
            chase(departure, by=by)
            chased += 1
    return chased


@step(
    Departure,
    label=gettext_lazy("Some came back"),
    sources=Departure.AWAY,
    target=State.IN_TRANSIT,
    permission=Permission.TRANSFER_SEND,
    only_for={"dossier_id": [None]},
    singly=True,
    way_out=True,
)
def take_some_back(
    departure: Departure, *, by: Any, lines: Collection[DepartingDossier], refusal_reason: str, refusal_detail: str
) -> None:
    """The receiver has kept most of a list and sent some dossiers back: those are on our desk again."""
    back = {line.pk for line in lines}
    came = [line for line in still_kept(departure) if line.pk in back]
    if not came or len(came) == len(going(departure)):
        raise ValidationError(_("Choose those that came back. If all did, the parcel was refused."))
    _refuse_unless_reason(refusal_reason)
    why = say("departure.sent_back", reason=code("return_reason", refusal_reason), detail=refusal_detail.strip())
    hand_on(departure, came, Placement.Kind.DESK, by=by)
    close(departure, came, Outcome.STAYED, by=by, said=[why])


@step(
    Departure,
    label=gettext_lazy("Refused by the receiver"),
    sources=Departure.AWAY,
    target=State.RETURNING,
    permission=Permission.TRANSFER_SEND,
    deadline="departure_return",
    way_out=True,
)
def note_refusal(departure: Departure, *, by: Any, refusal_reason: str, refusal_detail: str) -> None:
    """The receiver sends everything back; we have been the keeper all the time and still are."""
    _refuse_unless_reason(refusal_reason)
    departure.refusal_reason, departure.refusal_detail = refusal_reason, refusal_detail


@step(
    Departure,
    label=gettext_lazy("Take back"),
    sources=[State.RETURNING, State.SEARCHED],
    target=State.RETURNED,
    permission=Permission.TRANSFER_SEND,
    deadline=None,
    singly=True,
)
def take_back(departure: Departure, *, by: Any) -> None:
    """It has come back: onto the desk, to be put back into stock. What is another's by now is theirs to place."""
    ours = still_kept(departure, or_nothing=True)
    hand_on(departure, ours, Placement.Kind.DESK, by=by)
    drop_what_is_not_ours(departure, ours, by=by)
    close(departure, ours, Outcome.STAYED, by=by)
    tell(departure, ours, say("departure.came_back"), by=by)


def _refuse_unless_reason(code: str) -> None:
    if not standards.is_code("return_reason", code):
        raise ValidationError({"refusal_reason": _("This is not a reason for which a dossier may be returned.")})
