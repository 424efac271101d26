from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from rendang.circulation.agreements import actions, forms
from rendang.circulation.agreements.models import Agreement
from rendang.circulation.agreements.queries import with_status
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.actions import record_view
from rendang.kernel.workflow.api import add_case_routes

router = Router(tags=["agreements"])


class EntrustedOut(Schema):
    """A person of a roster and where the dossier stands; nothing of what is in it."""

    name: str
    id_number: str
    status: str
    contract_from: str
    contract_to: str
    left_on: str


@router.get("/{number}/people", response=list[EntrustedOut], operation_id="list_entrusted")
def people(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The roster with masked identity numbers: what the employer may be told."""
    agreement = get_visible_or_404(Agreement.objects.all(), request.user, Permission.AGREEMENT_VIEW, number=number)
    record_view("agreement.export", agreement, by=request.user)
    return [
        {
            "name": entry.person.name,
            "id_number": entry.person.id_masked,
            "status": entry.status,
            "contract_from": entry.contract_from,
            "contract_to": entry.contract_to,
            "left_on": f"{entry.left_on or ''}",
        }
        for entry in with_status(agreement.people.select_related("person")).order_by("pk")
    ]


add_case_routes(router, Agreement, Permission.AGREEMENT_VIEW, actions.STEPS, forms.FORMS)
