import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from rendang.circulation.party import actions, forms
from rendang.circulation.party.models import PartyBranch, PartyTransfer
from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["party"])


class ArrivalIn(Schema):
    """An introduction letter that has come; ``branch`` is the name of the branch that takes the member."""

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    branch: str = Field(max_length=80)
    other_committee: str = Field(max_length=120)
    other_branch: str = Field("", max_length=120)
    letter_number: str = Field(max_length=40)
    letter_date: dt.date
    letter_valid_until: dt.date | None = None
    stay: str = Field(max_length=10)
    is_probationary: bool = False
    dues_paid_to: dt.date | None = None


@router.post("", response={201: CaseOut}, operation_id="register_party_arrival")
def arrival(request: HttpRequest, data: ArrivalIn) -> Status[dict[str, Any]]:
    """Register the introduction letter of a member whose dossier the caller's institution keeps. 409 with the reason
    when the letter has run out, the dossier is not here or the relation is kept already."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.PARTY_EDIT, pk=data.dossier_id)
    branches = PartyBranch.objects.visible_to(request.user, Permission.PARTY_EDIT).filter(is_active=True)
    branch = branches.filter(name=data.branch).values_list("pk", flat=True).first()
    form = forms.ArrivalForm(branches, data.dict() | {"branch": branch})
    case = actions.register_arrival(dossier.person, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(case, request.user))


add_case_routes(router, PartyTransfer, Permission.PARTY_VIEW, actions.STEPS, forms.FORMS)
