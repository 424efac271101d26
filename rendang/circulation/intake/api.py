from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status

from rendang.circulation.intake import actions, forms
from rendang.circulation.intake.models import Intake
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import institutions_where
from rendang.kernel.workflow.api import CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["intake"])


class ApplyIn(Schema):
    """An application to keep a dossier; ``reason`` is a code of the table intake_reason.

    ``identity_check`` says how it was seen who asks: CARD or AGENT.
    """

    institution: str
    name: str
    id_number: str
    mobile: str = ""
    identity_check: str = Intake.IdentityCheck.CARD
    personal_identity: str = ""
    reason: str
    archive_type: str = "personal"
    sender: str
    sender_address: str = ""


@router.post("", response={201: CaseOut}, operation_id="apply_for_intake")
def apply(request: HttpRequest, data: ApplyIn) -> Status[dict[str, Any]]:
    """Open an intake. 409 when the institution keeps the dossier already, or it is on its way there.

    If another institution of the city keeps it, that one is asked when the recall letter is issued (``issue_letter``,
    scope intake.call; also ``call_inside`` and ``ask_again``). What is found in the parcel people attest and decide:
    no scope opens, reviews, accepts or returns.
    """
    allowed = institutions_where(request.user, Permission.INTAKE_REGISTER)
    institution = allowed.filter(code=data.institution).first()
    if institution is None:
        raise Http404
    form = forms.ApplyForm(data.dict() | {"institution": institution.pk}, institutions=allowed)
    intake = actions.apply(by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(intake, request.user))


add_case_routes(router, Intake, Permission.INTAKE_VIEW, actions.STEPS, forms.FORMS)
