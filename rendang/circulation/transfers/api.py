from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from rendang.circulation.transfers import actions, forms
from rendang.circulation.transfers.models import Transfer
from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["transfers"])


class OfferIn(Schema):
    """``to`` is the code of an institution, ``reason`` a code of the table transfer_reason."""

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    to: str
    reason: str
    remarks: str = ""


@router.post("", response={201: CaseOut}, operation_id="offer_transfer")
def offer(request: HttpRequest, data: OfferIn) -> Status[dict[str, Any]]:
    """Offer a dossier of the caller's institution to another. 409 when it is already on its way."""
    rows = Dossier.objects.all()
    dossier = get_visible_or_404(rows, request.user, Permission.TRANSFER_OFFER, pk=data.dossier_id)
    to = Institution.objects.filter(code=data.to).values_list("pk", flat=True).first()
    form = forms.OfferForm({"to": to, "reason": data.reason, "remarks": data.remarks})
    transfer = actions.offer(dossier, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(transfer, request.user))


add_case_routes(router, Transfer, Permission.TRANSFER_VIEW, actions.STEPS, forms.FORMS)
