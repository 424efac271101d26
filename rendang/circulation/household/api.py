import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from rendang.circulation.household import actions, forms, queries
from rendang.circulation.household.models import CollectiveHousehold, HouseholdMember, HouseholdMove, PageLoan
from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, PageAsked, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["household"])
page_router = Router(tags=["household"])
member_router = Router(tags=["household"])


class ArrivalIn(Schema):
    """Somebody whose dossier is kept here asks to be registered; ``household`` is the number of the book."""

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    household: str = Field(max_length=30)
    other_address: str = Field(max_length=200)


class MemberIn(Schema):
    """Which member: the number of the household book and of the page in it."""

    household: str = Field(max_length=30)
    page: str = Field(max_length=20)


class DepartureIn(MemberIn):
    """Where the registration of a member goes, and why."""

    other_address: str = Field(max_length=200)
    reason: str = Field("", max_length=200)


class LoanIn(MemberIn):
    """For what the member takes the page away."""

    purpose: str = Field(max_length=100)
    with_head_page: bool = False


def _member(request: HttpRequest, data: MemberIn) -> HouseholdMember:
    """Whoever stands on the page now."""
    rows = HouseholdMember.objects.filter(until__isnull=True)
    where = {"household__number": data.household, "page": data.page}
    return get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_EDIT, **where)


@router.post("", response={201: CaseOut}, operation_id="apply_to_move_in")
def arrival(request: HttpRequest, data: ArrivalIn) -> Status[dict[str, Any]]:
    """Register that somebody asks to move in. 409 with the reason when the dossier is not here, or the person is
    registered in a collective household already."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_EDIT, pk=data.dossier_id)
    households = CollectiveHousehold.objects.visible_to(request.user, Permission.HOUSEHOLD_EDIT)
    books = households.filter(is_active=True)
    book = books.filter(number=data.household).values_list("pk", flat=True).first()
    form = forms.ArrivalForm(books, data.dict() | {"household": book})
    case = actions.apply_to_move_in(dossier.person, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(case, request.user))


@router.post("/departures", response={201: CaseOut}, operation_id="apply_to_move_out")
def departure(request: HttpRequest, data: DepartureIn) -> Status[dict[str, Any]]:
    """Register that a member leaves for another household. 409 when a move of the registration is under way."""
    member = _member(request, data)
    form = forms.DepartureForm(data.dict())
    case = actions.apply_to_move_out(member, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(case, request.user))


@page_router.post("", response={201: CaseOut}, operation_id="lend_member_page")
def lend(request: HttpRequest, data: LoanIn) -> Status[dict[str, Any]]:
    """Lend a member the own page until the day the policy sets; its slip is printed. 409 when it is lent already."""
    member = _member(request, data)
    form = forms.LendForm(data.dict())
    case = actions.lend_page(member, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(case, request.user))


class MemberFilter(PageAsked):
    """``show``: separated (the dossier is kept elsewhere) or page_out (the member page is lent); ``household`` is the
    number of a book; ``after`` and ``limit`` page through."""

    show: Literal["", "separated", "page_out"] = ""
    household: str = Field("", max_length=30)


class MemberOut(Schema):
    """Who stands on which page of which book, since when; the identity number is masked. ``page_issued_on`` of a page
    that is not the first; ``told_parted_on`` when the person was told that household and dossier part."""

    id: int
    institution: str
    household: str
    page: str
    name: str
    id_masked: str
    dossier_id: int | None
    since: dt.date
    dossier_here: bool
    page_out: bool
    page_lost: bool
    page_issued_on: dt.date | None
    told_parted_on: dt.date | None


class MemberPage(Schema):
    """Newest first; ``next`` goes into ``after`` for the following page."""

    items: list[MemberOut]
    next: int | None


@member_router.get("", response=MemberPage, operation_id="list_household_members")
def members(request: HttpRequest, asked: Query[MemberFilter]) -> dict[str, Any]:
    """Who is registered now in the collective households of the caller's institution."""
    rows = queries.narrowed(queries.members(request.user), asked.show)
    if asked.household:
        rows = rows.filter(household__number=asked.household)
    return asked.of(rows, _member_out)


def _member_out(one: Any) -> dict[str, Any]:
    dossier = getattr(one.person, "dossier", None)
    return {
        "id": one.pk,
        "institution": one.institution.code,
        "household": one.household.number,
        "page": one.page,
        "name": one.person.name,
        "id_masked": one.person.id_masked,
        "dossier_id": dossier.pk if dossier else None,
        "since": one.since,
        "dossier_here": one.dossier_here,
        "page_out": one.page_out,
        "page_lost": one.page_lost,
        "page_issued_on": one.page_issued_on,
        "told_parted_on": one.told_parted_on,
    }


class NewPageIn(MemberIn):
    """Another page that the police have issued: ``page_reason`` is LOSS or CHANGE; ``new_page`` its number."""

    issued_on: dt.date
    page_reason: str = Field(max_length=8)
    new_page: str = Field(max_length=20)


@member_router.post("/new-page", response=MemberOut, operation_id="note_new_member_page")
def new_page(request: HttpRequest, data: NewPageIn) -> dict[str, Any]:
    """Note that the police have issued another page, after a loss or a change. 409 while the page is lent."""
    member = _member(request, data)
    form = forms.NewPageForm(data.dict() | {"page": data.new_page})
    actions.note_new_page(member, by=request.user, **clean(form))
    return _member_out(queries.members(request.user).get(pk=member.pk))


@member_router.post("/told-of-parting", response=MemberOut, operation_id="tell_member_of_parting")
def tell(request: HttpRequest, data: MemberIn) -> dict[str, Any]:
    """Tell the person, once, that the registration stays while the dossier goes. 409 when it is here and stays."""
    member = _member(request, data)
    actions.tell_of_parting(member, by=request.user)
    return _member_out(queries.members(request.user).get(pk=member.pk))


add_case_routes(router, HouseholdMove, Permission.HOUSEHOLD_VIEW, actions.STEPS, forms.FORMS)
add_case_routes(page_router, PageLoan, Permission.HOUSEHOLD_VIEW, actions.PAGE_STEPS, forms.PAGE_FORMS)
