"""An application that leads to an institution of the city goes on as a transfer, and the applicant follows that."""

from typing import Any

from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.actions.applying import close, going, tell
from rendang.circulation.transfers.actions.moving import offer
from rendang.circulation.transfers.models import DepartingDossier, Departure, DepartureRequest
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards.telling import say, short_name
from rendang.kernel.workflow.steps import step

State = Departure.State


@step(
    Departure,
    label=gettext_lazy("Offer the transfer"),
    sources=[State.APPLIED],
    target=State.MOVED,
    permission=Permission.TRANSFER_OFFER,
    deadline=None,
    only_for={"moves_inside": [True]},
    singly=True,
)
def offer_transfer(departure: Departure, *, by: Any, request: DepartureRequest | None = None) -> None:
    """The dossier moves inside the city, without paper to and fro; a letter of the receiver is its agreement.

    ``request``: taken up together with it, because the receiver asks for the same.
    """
    assert departure.moves_to
    lines = going(departure)
    close(departure, lines, DepartingDossier.Outcome.MOVED, by=by)
    departure.transfer_offered = offer(
        lines[0].dossier,
        departure.moves_to,
        by=by,
        reason=departure.reason,
        remarks=departure.remarks,
        letter_number=departure.letter_number,
        channel=departure.channel,
        request=request,
    )
    agreed = departure.transfer_offered.letter_number
    text = "departure.moves_as_called" if agreed else "departure.moves_if_agreed"
    tell(departure, lines, say(text, receiver=short_name(departure.moves_to)), by=by)
