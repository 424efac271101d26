from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.party import actions, forms, queries
from rendang.circulation.party.models import PartyBranch, PartyMembership, PartyTransfer
from rendang.dossiers.models import Dossier
from rendang.dossiers.queries import keeper_among
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.constraints import what_refuses
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.views import case_context, case_list, instead_of_refused, step_page


@require_safe
@requires(Permission.PARTY_VIEW)
def members(request: HttpRequest) -> HttpResponse:
    """The members whose relation is kept here; also who floats, who stays too long, who is behind with the dues."""
    today = timezone.localdate()
    form = forms.MemberFilterForm(request.GET)
    form.is_valid()
    rows = queries.narrowed(queries.members(request.user), form.cleaned_data.get("show", ""), today)
    if text := form.cleaned_data.get("text", "").strip():
        rows = rows.filter(Q(person__name__startswith=text) | Q(branch__name__contains=text))
    page = keyset_page(rows, request)
    context = {"page": page, "filter": form, "today": today, "may_edit": can(request.user, Permission.PARTY_EDIT)}
    return render_page(request, "party/list.html", context, partial="rows")


@require_safe
@requires(Permission.PARTY_VIEW)
def transfers(request: HttpRequest) -> HttpResponse:
    rows = PartyTransfer.objects.visible_to(request.user, Permission.PARTY_VIEW)
    empty = {
        "icon": "flag",
        "title": _("No transfer of a Party relation yet"),
        "text": _("Register the introduction letter on the page of the dossier, or a departure on the member's page."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "party/transfers.html", {"empty": empty})


@require_http_methods(["GET", "POST"])
@requires(Permission.PARTY_VIEW)
def branches(request: HttpRequest) -> HttpResponse:
    """The branches with the number of their members; whoever may edit adds one."""
    now = Count("memberships", filter=Q(memberships__until__isnull=True))
    rows = PartyBranch.objects.visible_to(request.user, Permission.PARTY_VIEW).select_related("institution")
    here = institutions_where(request.user, Permission.PARTY_EDIT)
    form = (
        forms.BranchForm(request.POST or None, institutions=here) if can(request.user, Permission.PARTY_EDIT) else None
    )
    if request.method == "POST" and form and form.is_valid():
        try:
            actions.found_branch(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The branch is on record."))
            return go_to(request, "party:branches")
    context = {"branches": rows.annotate(members=now).order_by("institution_id", "name"), "form": form}
    return render_page(request, "party/branches.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.PARTY_EDIT)
def arrival(request: HttpRequest, dossier: int) -> HttpResponse:
    found = get_visible_or_404(
        Dossier.objects.select_related("person"), request.user, Permission.PARTY_EDIT, pk=dossier
    )
    keeper = keeper_among(institutions_where(request.user, Permission.PARTY_EDIT), found)
    where = PartyBranch.objects.visible_to(request.user, Permission.PARTY_EDIT).filter(institution=keeper)
    form = forms.ArrivalForm(where.filter(is_active=True).order_by("name"), request.POST or None)
    in_the_way = what_refuses(actions.refuse_unless_it_may_come, found.person, keeper)
    if request.method == "POST" and not in_the_way and form.is_valid():
        try:
            case = actions.register_arrival(found.person, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The letter is registered. A second person admits the member."))
            return go_to(request, "party:detail", case.pk)
    context = {
        "dossier": found,
        "form": form,
        "in_the_way": in_the_way,
        "instead": _instead(request.user, found.person_id) if in_the_way else [],
        "no_branch": not where.exists(),
        "may_correct": not found.person.is_party_member and can(request.user, Permission.PERSON_EDIT, at=keeper),
    }
    return render_page(request, "party/arrival.html", context, partial="form")


def _instead(user: Any, person: int) -> list[tuple[str, str]]:
    members = PartyMembership.objects.filter(person=person, until=None)
    return instead_of_refused(user, Permission.PARTY_VIEW, members, PartyTransfer.objects.filter(person=person))


@require_http_methods(["GET", "POST"])
@requires(Permission.PARTY_VIEW)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One membership: branch, stay, dues, whether floating; its transfers; corrected by whoever may edit."""
    rows = PartyMembership.objects.select_related("person__dossier", "branch", "institution")
    membership = get_visible_or_404(rows, request.user, Permission.PARTY_VIEW, pk=pk)
    may_edit = can(request.user, Permission.PARTY_EDIT, at=membership.institution_id) and not membership.until
    form = None
    if may_edit:
        where = PartyBranch.objects.visible_to(request.user, Permission.PARTY_EDIT)
        where = where.filter(institution=membership.institution_id).order_by("name")
        initial = {name: getattr(membership, name) for name in forms.MembershipForm.base_fields}
        form = forms.MembershipForm(where, request.POST or None, initial=initial)
    if request.method == "POST" and form and form.is_valid():
        try:
            actions.correct_membership(membership, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return go_to(request, membership)
    record_view("partymembership.view", membership, by=request.user)
    cases = PartyTransfer.objects.visible_to(request.user, Permission.PARTY_VIEW).filter(person=membership.person_id)
    context = {
        "membership": membership,
        "form": form,
        "may_edit": may_edit,
        "is_moving": PartyTransfer.objects.open().filter(person=membership.person_id).exists(),
        "cases": cases.select_related("institution").order_by("-pk")[:20],
        "today": timezone.localdate(),
    }
    return render_page(request, "party/member.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.PARTY_EDIT)
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PartyMembership.objects.select_related("person", "branch", "institution")
    membership = get_visible_or_404(rows, request.user, Permission.PARTY_EDIT, pk=pk)
    form = forms.DepartureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = actions.register_departure(membership, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The departure is registered. A second person signs the letter."))
            return go_to(request, "party:detail", case.pk)
    context = {"membership": membership, "form": form}
    return render_page(request, "party/departure.html", context, partial="form")


@require_safe
@requires(Permission.PARTY_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PartyTransfer.objects.select_related(
        "institution", "person", "dossier", "branch", "membership", "approved_by"
    )
    case = get_visible_or_404(rows, request.user, Permission.PARTY_VIEW, pk=pk)
    record_view("partytransfer.view", case, by=request.user)
    printed = [(_("Introduction letter"), reverse("party:letter", args=[pk]))] if case.letter_file_id else []
    context = case_context(request, case) | {"papers": printed, "has_run_out": case.has_run_out(timezone.localdate())}
    return render(request, "party/detail.html", context)


@require_safe
@requires(Permission.PARTY_VIEW)
def letter(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The introduction letter as it was signed."""
    case = get_visible_or_404(PartyTransfer.objects.all(), request.user, Permission.PARTY_VIEW, pk=pk)
    if case.letter_file is None:
        raise Http404
    record_view("partytransfer.print", case, by=request.user)
    return serve(request, case.letter_file, permission=Permission.PARTY_VIEW, belongs_to=case, inline=True)


step = step_page(
    PartyTransfer, actions.STEPS, forms.FORMS, Permission.PARTY_VIEW,
    papers={"letter": ("letter_file", gettext_lazy("Introduction letter"))},
)  # fmt: skip
