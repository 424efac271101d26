import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from rendang.circulation.party import actions, forms, queries
from rendang.circulation.party.models import PartyBranch, PartyMembership, PartyTransfer
from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, PageAsked, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["party"])
member_router = Router(tags=["party"])


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


class MemberFilter(PageAsked):
    """``show``: floating, overstaying (the time here is over) or arrears (dues two months behind); ``branch`` is the
    name of a branch; ``after`` and ``limit`` page through."""

    show: Literal["", "floating", "overstaying", "arrears"] = ""
    branch: str = Field("", max_length=80)


class MemberOut(Schema):
    """Whose relation which branch keeps, since when and how long at most; the identity number is masked."""

    id: int
    institution: str
    branch: str
    name: str
    id_masked: str
    dossier_id: int | None
    is_probationary: bool
    stay: str
    since: dt.date
    stay_until: dt.date | None
    dues_paid_to: dt.date | None
    floats_to: str
    floats_since: dt.date | None


class MemberPage(Schema):
    """Newest first; ``next`` goes into ``after`` for the following page."""

    items: list[MemberOut]
    next: int | None


@member_router.get("", response=MemberPage, operation_id="list_party_members")
def members(request: HttpRequest, asked: Query[MemberFilter]) -> dict[str, Any]:
    """The members whose Party relation is kept now at the caller's institution."""
    rows = queries.narrowed(queries.members(request.user), asked.show, timezone.localdate())
    if asked.branch:
        rows = rows.filter(branch__name=asked.branch)
    return asked.of(rows, _member_out)


def _member_out(one: PartyMembership) -> dict[str, Any]:
    dossier = getattr(one.person, "dossier", None)
    return {
        "id": one.pk,
        "institution": one.institution.code,
        "branch": one.branch.name,
        "name": one.person.name,
        "id_masked": one.person.id_masked,
        "dossier_id": dossier.pk if dossier else None,
        "is_probationary": one.is_probationary,
        "stay": one.stay,
        "since": one.since,
        "stay_until": one.stay_until,
        "dues_paid_to": one.dues_paid_to,
        "floats_to": one.floats_to,
        "floats_since": one.floats_since,
    }


add_case_routes(router, PartyTransfer, Permission.PARTY_VIEW, actions.STEPS, forms.FORMS)
