"""退回: with a coded reason, and as a journey of its own that ends when the sender has the parcel again."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake import papers
from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import carriage_for
from rendang.dossiers.models import Custody
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.steps import step

State = Intake.State


@step(
    Intake,
    label=gettext_lazy("Return to the sender"),
    sources=[State.ARRIVED, State.OPENED, State.COMPARED, State.REVIEWED, State.CONTESTED],
    target=State.TO_RETURN,
    permission=Permission.INTAKE_DECIDE,
    deadline="return_dispatch",
    way_out=True,
)
def return_parcel(intake: Intake, *, by: Any, return_reason: str, return_detail: str) -> None:
    """退回 with one of the coded reasons of the rules; a missing paper is not among them (75号; domain.md §9)."""
    if intake.custody_id and intake.custody and intake.custody.status != Custody.Status.REFUTED:
        raise ValidationError(_("Supervision has not settled yet who holds this dossier. Wait for the finding."))
    if not standards.is_code("return_reason", return_reason):
        raise ValidationError({"return_reason": _("This is not a reason for which a dossier may be returned.")})
    intake.return_reason, intake.return_detail = return_reason, return_detail
    intake.return_file = papers.return_slip(intake, by=by)


@step(
    Intake,
    label=gettext_lazy("Hand the return to the carrier"),
    sources=[State.TO_RETURN],
    target=State.SENT_BACK,
    permission=Permission.INTAKE_REGISTER,
    deadline="receipt_chase",
)
def send_back(intake: Intake, *, by: Any, carrier: str, waybill: str = "") -> None:
    """The parcel goes back by a way that the rules allow, with its number; the slip in it says so."""
    if carrier not in carriage_for(intake).carriers:
        raise ValidationError({"carrier": _("A dossier may not travel this way.")})
    if carrier == "ems" and not waybill.strip():
        raise ValidationError({"waybill": _("Give the number of the consignment.")})
    intake.return_carrier, intake.return_waybill = carrier, waybill.strip().upper()
    intake.sent_back_on = timezone.localdate()
    intake.return_file = papers.return_slip(intake, by=by)


@step(
    Intake,
    label=gettext_lazy("Confirm that the sender has it"),
    sources=[State.SENT_BACK, State.MISSING],
    target=State.RETURNED,
    permission=Permission.INTAKE_REGISTER,
    deadline=None,
    singly=True,
)
def confirm_return(intake: Intake, *, by: Any, returned_on: dt.date, return_finding: str = "") -> None:
    """The carrier's proof of delivery or the sender's word: only now has the parcel left our hands for good."""
    if not (intake.sent_back_on and intake.sent_back_on <= returned_on <= timezone.localdate()):
        raise ValidationError({"returned_on": _("The day lies between the dispatch and today.")})
    intake.returned_on, intake.return_finding = returned_on, return_finding


@step(
    Intake,
    label=gettext_lazy("Report it missing"),
    sources=[State.SENT_BACK],
    target=State.MISSING,
    permission=Permission.INTAKE_REGISTER,
    deadline="return_inquiry",
    way_out=True,
)
def report_missing(intake: Intake, *, by: Any, reason: str) -> None:
    """It did not come back to the sender: an inquiry with the carrier begins."""
    intake.return_finding = reason


@step(
    Intake,
    label=gettext_lazy("Close as lost"),
    sources=[State.MISSING],
    target=State.LOST,
    permission=Permission.INTAKE_DECIDE,
    deadline=None,
    way_out=True,
    singly=True,
)
def give_up(intake: Intake, *, by: Any, reason: str) -> None:
    """The inquiry has found nothing: its result is kept, and the sender is to make the dossier anew."""
    intake.return_finding = reason
