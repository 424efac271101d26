from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access import actions, forms
from rendang.kernel.access.models import Membership, MembershipProposal
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import (
    can,
    get_visible_or_404,
    institution_ids_where,
    may_decide,
    proposals,
    requires,
    staff,
)

PAGE_SIZE = 50


@require_safe
@requires(Permission.STAFF_VIEW)
def staff_list(request: HttpRequest) -> HttpResponse:
    form = forms.StaffFilter(request.GET or None)
    people = staff(request.user)
    if form.is_valid():
        wanted = form.cleaned_data
        if text := wanted["name"]:
            people = people.filter(Q(name__icontains=text) | Q(username__icontains=text))
        held = {field: wanted[field] for field in ("role", "institution") if wanted[field]}
        if held:
            people = people.filter(pk__in=Membership.objects.filter(**held).values("user"))
    page = Paginator(people.order_by("username"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": form,
        "where": institution_ids_where(request.user, Permission.STAFF_VIEW),
        "may_propose": can(request.user, Permission.ROLE_PROPOSE),
        "waiting": proposals(request.user).filter(state=MembershipProposal.State.PROPOSED).count(),
    }
    return render(request, "access/staff.html", context)


@require_safe
@requires(Permission.STAFF_VIEW)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff: roles, what is proposed, and for the security administrator the account."""
    person = get_object_or_404(staff(request.user), pk=pk)
    where = institution_ids_where(request.user, Permission.STAFF_VIEW)
    held = [one for one in person.memberships.all() if where is None or one.institution_id in where]
    context = {
        "member": person,
        "held": held,
        "proposals": proposals(request.user).filter(user=person).order_by("-pk")[:20],
        "may_manage": can(request.user, Permission.ROLE_PROPOSE) and person != request.user,
    }
    return render(request, "access/member.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ROLE_PROPOSE)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a new role for somebody."""
    person = get_object_or_404(staff(request.user), pk=pk)
    form = forms.ProposeForm(request.POST or None)
    if form.is_valid() and _proposed(request, form, person, **form.cleaned_data):
        return redirect("access:member", person.pk)
    return render(request, "access/propose.html", {"form": form, "member": person})


@require_http_methods(["GET", "POST"])
@requires(Permission.ROLE_PROPOSE)
def propose_withdrawal(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Propose to take a role away that somebody holds."""
    person = get_object_or_404(staff(request.user), pk=pk)
    held = get_object_or_404(person.memberships, pk=membership_pk)
    form = forms.DeclineForm(request.POST or None)
    if form.is_valid() and _proposed(
        request, form, person, role=held.role, institution=held.institution, withdraws=True, **form.cleaned_data
    ):
        return redirect("access:member", person.pk)
    return render(request, "access/propose.html", {"form": form, "member": person, "held": held})


def _proposed(request: HttpRequest, form: Any, person: Any, **proposal: Any) -> bool:
    try:
        actions.propose_role(person, by=request.user, **proposal)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    messages.success(request, _("Proposed. It takes effect when a second person has confirmed it."))
    return True


@require_safe
@requires(Permission.STAFF_VIEW)
def proposal_list(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was decided."""
    rows = proposals(request.user).order_by("-pk")
    waiting = request.GET.get("state") != "decided"
    rows = rows.filter(state="PROPOSED") if waiting else rows.exclude(state="PROPOSED")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for proposal in page:
        proposal.may_decide = waiting and _is_for(request.user, proposal)  # type: ignore[attr-defined]
    return render(request, "access/proposals.html", {"page": page, "waiting": waiting})


def _is_for(user: Any, proposal: MembershipProposal) -> bool:
    """Whether this person is a second person for the proposal."""
    return may_decide(user, proposal.institution_id) and user.pk not in (proposal.user_id, proposal.proposed_by_id)


@require_http_methods(["GET", "POST"])
@requires(Permission.ROLE_CONFIRM)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline. A decline says why."""
    proposal = get_visible_or_404(MembershipProposal.objects.all(), request.user, Permission.ROLE_CONFIRM, pk=pk)
    declining = "decline" in request.POST
    form = forms.DeclineForm(request.POST if declining else None)
    problems: list[str] = []
    if request.method == "POST" and (not declining or form.is_valid()):
        try:
            if declining:
                actions.decline_role(proposal, by=request.user, **form.cleaned_data)
                messages.success(request, _("Declined. Nothing has changed."))
            else:
                actions.confirm_role(proposal, by=request.user)
                messages.success(request, _("Confirmed. It is in force now."))
        except ValidationError as refused:
            problems = refused.messages
        else:
            return redirect("access:proposals")
    context = {
        "proposal": proposal,
        "form": form,
        "problems": problems,
        "open": proposal.state == "PROPOSED" and _is_for(request.user, proposal),
    }
    return render(request, "access/decide.html", context)
