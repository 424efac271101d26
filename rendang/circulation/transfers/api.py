import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.forms import leaving, moving, requesting
from rendang.circulation.transfers.models import DepartingDossier, Departure, DepartureRequest, Transfer
from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["transfers"])
departures = Router(tags=["departures"])
requests = Router(tags=["requests from outside"])


class OfferIn(Schema):
    """``to`` is the code of an institution, ``reason`` a code of the table transfer_reason.

    ``letter_number`` is that of a recall letter of the receiver, if there is one; it is checked.
    """

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    to: str
    reason: str
    remarks: str = ""
    letter_number: str = ""


@router.post("", response={201: CaseOut}, operation_id="offer_transfer")
def offer(request: HttpRequest, data: OfferIn) -> Status[dict[str, Any]]:
    """Offer a dossier of the caller's institution to another. 409 when it is already on its way."""
    rows = Dossier.objects.all()
    dossier = get_visible_or_404(rows, request.user, Permission.TRANSFER_OFFER, pk=data.dossier_id)
    to = Institution.objects.filter(code=data.to).values_list("pk", flat=True).first()
    form = moving.OfferForm(
        {"to": to, "reason": data.reason, "remarks": data.remarks, "letter_number": data.letter_number}
    )
    transfer = actions.offer(dossier, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(transfer, request.user))


class DepartureIn(Schema):
    """``to`` is a name of the address book, ``reason`` a code of the table transfer_reason.

    ``applied_by`` is PERSON, EMPLOYER or RECEIVER. The letter itself is kept by the caller's institution.
    """

    dossier_ids: list[int] = Field(min_length=1, max_length=actions.MOST_AT_ONCE)
    to: str
    reason: str
    letter_number: str
    letter_date: dt.date
    letter_issuer: str = ""
    applied_by: str = Departure.AppliedBy.RECEIVER
    remarks: str = ""


@departures.post("", response={201: CaseOut}, operation_id="apply_for_departure")
def apply(request: HttpRequest, data: DepartureIn) -> Status[dict[str, Any]]:
    """Dossiers of the caller's institution are to leave for a keeper outside. 409 when one is leaving already."""
    keys = sorted({key for key in data.dossier_ids if 1 <= key <= MAX_KEY})
    found = [
        get_visible_or_404(Dossier.objects.all(), request.user, Permission.TRANSFER_OFFER, pk=key) for key in keys
    ]
    form = leaving.DepartureForm(data.dict(exclude={"dossier_ids"}))
    departure = actions.apply(found, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(departure, request.user))


class FoundIn(Schema):
    """What was found of one dossier: volumes, papers, and of papers that differ, by their id, the pages.

    ``identity`` is a code of the table personal_identity, if the papers show one that asks for tier A.
    """

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    principal_volumes: int = Field(ge=0, le=99)
    duplicate_volumes: int = Field(ge=0, le=99)
    papers_counted: int = Field(ge=0, le=9999)
    pages: dict[int, Annotated[int, Field(ge=0, le=9999)]] = {}
    explanation: str = Field("", max_length=400)
    identity: str = Field("", max_length=2)


class ChecksIn(Schema):
    dossiers: list[FoundIn] = Field(min_length=1, max_length=actions.MOST_AT_ONCE)


class ChecksOut(Schema):
    """How many dossiers were checked now, and how many of the list are still to be."""

    number: str
    checked: int
    left: int


@departures.post("/{number}/checks", response=ChecksOut, operation_id="check_dossiers_of_departure")
def check(request: HttpRequest, number: str, data: ChecksIn) -> dict[str, Any]:
    """Note many dossiers of a list as checked, all or none. 409 names those which cannot be."""
    departure = get_visible_or_404(Departure.objects.all(), request.user, Permission.TRANSFER_VIEW, number=number)
    lines = dict(departure.lines.values_list("dossier", "pk"))
    keys = [one.dossier_id for one in data.dossiers]
    if len(set(keys)) != len(keys) or not set(keys) <= lines.keys():
        raise ValidationError(_("Choose dossiers of this list."))
    found = {lines[one.dossier_id]: actions.Found(**one.dict(exclude={"dossier_id"})) for one in data.dossiers}
    checked = actions.check_dossiers(departure, found, by=request.user)
    left = departure.lines.filter(outcome=DepartingDossier.Outcome.GOING, checked_by=None).count()
    return {"number": departure.number, "checked": len(checked), "left": left}


# What a second person attests, and a receipt, which is a paper with a stamp, belong to the desk.
AT_THE_DESK = {
    "dispatch", "seal", "name_receivers", "name_others", "hand_over", "not_fetched", "confirm", "take_some_back",
}  # fmt: skip
add_case_routes(
    router,
    Transfer,
    Permission.TRANSFER_VIEW,
    {name: take for name, take in actions.STEPS.items() if name not in AT_THE_DESK},
    moving.FORMS,
)
add_case_routes(
    departures,
    Departure,
    Permission.TRANSFER_VIEW,
    {name: take for name, take in actions.DEPARTURE_STEPS.items() if name not in AT_THE_DESK},
    leaving.DEPARTURE_FORMS,
)
# They come from the portal alone, where a person has answered for them; here they are read and taken up.
add_case_routes(requests, DepartureRequest, Permission.TRANSFER_VIEW, actions.REQUEST_STEPS, requesting.REQUEST_FORMS)
