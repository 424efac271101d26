from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.household import actions, forms, queries
from rendang.circulation.household.models import CollectiveHousehold, HouseholdMember, HouseholdMove, PageLoan
from rendang.dossiers.models import Dossier
from rendang.dossiers.queries import keeper_among
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.constraints import what_refuses
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.views import case_context, case_list, instead_of_refused, step_page

SLIP = gettext_lazy("Slip for the member page")


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def members(request: HttpRequest) -> HttpResponse:
    """Who is registered; also whose dossier is kept elsewhere and whose page is out."""
    form = forms.MemberFilterForm(request.GET)
    form.is_valid()
    rows = queries.narrowed(queries.members(request.user), form.cleaned_data.get("show", ""))
    if text := form.cleaned_data.get("text", "").strip():
        rows = rows.filter(Q(person__name__startswith=text) | Q(household__number__startswith=text))
    context = {"page": keyset_page(rows, request), "filter": form}
    return render_page(request, "household/list.html", context, partial="rows")


@require_http_methods(["GET", "POST"])
@requires(Permission.HOUSEHOLD_VIEW)
def households(request: HttpRequest) -> HttpResponse:
    """The household books with the number of their members; whoever may edit adds one."""
    now = Count("members", filter=Q(members__until__isnull=True))
    rows = CollectiveHousehold.objects.visible_to(request.user, Permission.HOUSEHOLD_VIEW)
    form = None
    if can(request.user, Permission.HOUSEHOLD_EDIT):
        here = institutions_where(request.user, Permission.HOUSEHOLD_EDIT)
        form = forms.HouseholdForm(request.POST or None, institutions=here)
    if request.method == "POST" and form and form.is_valid():
        try:
            actions.found_household(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The household is on record."))
            return go_to(request, "household:households")
    rows = rows.select_related("institution").annotate(registered=now).order_by("institution_id", "number")
    context = {"households": rows, "form": form}
    return render_page(request, "household/households.html", context, partial="form")


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def moves(request: HttpRequest) -> HttpResponse:
    rows = HouseholdMove.objects.visible_to(request.user, Permission.HOUSEHOLD_VIEW)
    empty = {
        "icon": "home",
        "title": _("No move of a household registration yet"),
        "text": _("A move begins on the page of the dossier, or on the member's page when somebody leaves."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "household/moves.html", {"empty": empty})


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def page_loans(request: HttpRequest) -> HttpResponse:
    rows = PageLoan.objects.visible_to(request.user, Permission.HOUSEHOLD_VIEW)
    empty = {
        "icon": "file-text",
        "title": _("No member page was lent yet"),
        "text": _("A page is lent on the member's page."),
        "url": reverse("household:list"),
        "label": _("Collective household"),
    }
    return case_list(request, rows, "household/page_loans.html", {"empty": empty})


@require_http_methods(["GET", "POST"])
@requires(Permission.HOUSEHOLD_EDIT)
def arrival(request: HttpRequest, dossier: int) -> HttpResponse:
    rows = Dossier.objects.select_related("person")
    found = get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_EDIT, pk=dossier)
    keeper = keeper_among(institutions_where(request.user, Permission.HOUSEHOLD_EDIT), found)
    where = CollectiveHousehold.objects.visible_to(request.user, Permission.HOUSEHOLD_EDIT)
    where = where.filter(institution=keeper, is_active=True).order_by("number")
    form = forms.ArrivalForm(where, request.POST or None)
    in_the_way = what_refuses(actions.refuse_unless_they_may_come, found.person, keeper)
    if request.method == "POST" and not in_the_way and form.is_valid():
        try:
            case = actions.apply_to_move_in(found.person, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The application is registered. A second person agrees."))
            return go_to(request, "household:move", case.pk)
    context = {
        "dossier": found,
        "form": form,
        "in_the_way": in_the_way,
        "instead": _instead(request.user, found.person_id) if in_the_way else [],
        "no_household": not where.exists(),
    }
    return render_page(request, "household/arrival.html", context, partial="form")


def _instead(user: Any, person: int) -> list[tuple[str, str]]:
    members = HouseholdMember.objects.filter(person=person, until=None)
    return instead_of_refused(user, Permission.HOUSEHOLD_VIEW, members, HouseholdMove.objects.filter(person=person))


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: page, moves, loans of the page, and whether the dossier is here."""
    rows = HouseholdMember.objects.select_related("person__dossier", "household", "institution", "told_parted_by")
    found = get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_VIEW, pk=pk)
    record_view("householdmember.view", found, by=request.user)
    context = {
        "member": found,
        "may_edit": can(request.user, Permission.HOUSEHOLD_EDIT, at=found.institution_id) and not found.until,
        "takes_it": (takes_it := queries.what_takes_it(found)),
        "parted": bool(takes_it) or queries.is_elsewhere(found),
        "told": queries.told_of_parting(found),
        "moves": HouseholdMove.objects.filter(person=found.person_id, institution=found.institution_id).order_by(
            "-pk"
        ),
        "moving": HouseholdMove.objects.open().filter(person=found.person_id).first(),
        "loans": (loans := list(found.page_loans.order_by("-pk")[:20])),
        "page_out": next((loan for loan in loans if loan.is_open), None),
        "page_lost": queries.lost_loan(found) if not found.until else None,
        "today": timezone.localdate(),
    }
    return render(request, "household/member.html", context)


def _begin(
    request: HttpRequest,
    pk: int,
    form_class: type[Form],
    act: Any,
    template: str,
    done: str,
    page: str,
    known: Callable[[HouseholdMember], dict[str, Any]] | None = None,
    initial: Callable[[HouseholdMember], dict[str, Any]] | None = None,
) -> HttpResponse:
    """What begins on a member's page: ask, do, and on to what came of it.

    ``known`` says what else is shown of the member, ``initial`` what the form says already.
    """
    rows = HouseholdMember.objects.select_related("person", "household", "institution")
    found = get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_EDIT, pk=pk)
    form = form_class(request.POST or None, initial=initial(found) if initial else None)
    if request.method == "POST" and form.is_valid():
        try:
            case = act(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, done)
            return go_to(request, page, case.pk)
    return render_page(
        request, template, {"member": found, "form": form, **(known(found) if known else {})}, partial="form"
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.HOUSEHOLD_EDIT)
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The application is registered. A second person agrees.")
    template, page = "household/departure.html", "household:move"
    return _begin(request, pk, forms.DepartureForm, actions.apply_to_move_out, template, done, page)


@require_http_methods(["GET", "POST"])
@requires(Permission.HOUSEHOLD_EDIT)
def lend(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The page is lent. Print the slip; the member signs it.")
    template, page = "household/lend.html", "household:page_loan"
    return _begin(request, pk, forms.LendForm, actions.lend_page, template, done, page, known=_before_lending)


def _before_lending(member: HouseholdMember) -> dict[str, Any]:
    """Until when the page would be lent, and why it cannot be."""
    limit = standards.deadline("household_page_loan", start=timezone.localdate(), institution=member.institution)
    return {"due": limit.due, "in_the_way": what_refuses(actions.refuse_unless_there_is_a_page, member)}


@require_http_methods(["GET", "POST"])
@requires(Permission.HOUSEHOLD_EDIT)
def new_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The police have issued another page: from when, why, under which number."""
    done = _("The new member page is noted.")
    template, page = "household/new_page.html", "household:member"
    return _begin(
        request, pk, forms.NewPageForm, actions.note_new_page, template, done, page, initial=_before_the_new_page
    )


def _before_the_new_page(member: HouseholdMember) -> dict[str, Any]:
    """The number it has, and why there is another: it was lost, else an entry changed."""
    why = HouseholdMember.PageReason
    return {"page": member.page, "page_reason": why.LOSS if queries.lost_loan(member) else why.CHANGE}


@require_POST
@requires(Permission.HOUSEHOLD_EDIT)
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """The person is told that the registration stays while the dossier goes."""
    found = get_visible_or_404(HouseholdMember.objects.all(), request.user, Permission.HOUSEHOLD_EDIT, pk=pk)
    with told(request, _("The person is told: a message lies on the portal.")):
        actions.tell_of_parting(found, by=request.user)
    return redirect(found)


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    rows = HouseholdMove.objects.select_related(
        "institution", "person", "dossier", "household", "member__household", "approved_by"
    )
    case = get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_VIEW, pk=pk)
    record_view("householdmove.view", case, by=request.user)
    context = {"page_out": queries.open_loans().filter(member=case.member_id).first() if case.is_open else None}
    return render(request, "household/move.html", case_context(request, case) | context)


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def page_loan(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PageLoan.objects.select_related("institution", "person", "dossier", "member__household")
    case = get_visible_or_404(rows, request.user, Permission.HOUSEHOLD_VIEW, pk=pk)
    record_view("pageloan.view", case, by=request.user)
    printed = [(SLIP, reverse("household:slip", args=[pk]))] if case.slip_file_id else []
    context = {"papers": printed, "due_back": queries.due_back(case)}
    return render(request, "household/page_loan.html", case_context(request, case) | context)


@require_safe
@requires(Permission.HOUSEHOLD_VIEW)
def slip(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """What the member signs who takes the page away."""
    loan = get_visible_or_404(PageLoan.objects.all(), request.user, Permission.HOUSEHOLD_VIEW, pk=pk)
    if loan.slip_file is None:
        raise Http404
    record_view("pageloan.print", loan, by=request.user)
    return serve(request, loan.slip_file, permission=Permission.HOUSEHOLD_VIEW, belongs_to=loan, inline=True)


step = step_page(HouseholdMove, actions.STEPS, forms.FORMS, Permission.HOUSEHOLD_VIEW)
page_loan_step = step_page(
    PageLoan, actions.PAGE_STEPS, forms.PAGE_FORMS, Permission.HOUSEHOLD_VIEW,
    papers={"slip": ("slip_file", SLIP)},
)  # fmt: skip
