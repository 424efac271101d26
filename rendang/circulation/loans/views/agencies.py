"""Agencies that borrow under an agreement."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.loans import actions, forms
from rendang.circulation.loans.models import Agency
from rendang.circulation.loans.views.tabs import tabs
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to
from rendang.kernel.standards import queries as standards


@require_safe
@requires(Permission.LOAN_VIEW)
def agency_list(request: HttpRequest) -> HttpResponse:
    rows = Agency.objects.visible_to(request.user, Permission.LOAN_VIEW).select_related("institution")
    today = timezone.localdate()
    context = {
        "rows": [(row, _standing(row, today)) for row in rows.order_by("ended_on", "name")],
        "tabs": tabs("agencies"),
        "may_edit": can(request.user, Permission.LOAN_APPROVE),
    }
    return render(request, "loans/agencies.html", context)


def _standing(agency: Agency, today: dt.date) -> str:
    if agency.ended_on or agency.valid_to < today:
        return "over"
    return "to_come" if agency.valid_from > today else "in_force"


def _context(request: HttpRequest, found: Agency) -> dict[str, Any]:
    standing = _standing(found, timezone.localdate())
    return {
        "agency": found,
        "reasons": [standards.code_label("consultation_reason", code, short=False) for code in found.reasons],
        "open_loans": found.loans.filter(closed_at=None).select_related("person").order_by("due_date", "pk"),
        "has_run_out": standing == "over" and found.ended_on is None,
        "may_apply": standing == "in_force" and can(request.user, Permission.LOAN_REGISTER, at=found.institution_id),
        "may_edit": found.ended_on is None and can(request.user, Permission.LOAN_APPROVE, at=found.institution_id),
        "tabs": tabs("agencies"),
    }


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_VIEW)
def agency(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement, what is out under it, and for those who may: the form to change it."""
    rows = Agency.objects.select_related("institution")
    permission = Permission.LOAN_APPROVE if request.method == "POST" else Permission.LOAN_VIEW
    found = get_visible_or_404(rows, request.user, permission, pk=pk)
    context = _context(request, found)
    initial = {name: getattr(found, name) for name in forms.AgencyForm.base_fields}
    form = forms.AgencyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_agency(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The agreement is saved."))
            return go_to(request, "loans:agency", pk)
    return render(request, "loans/agency.html", context | {"form": form if context["may_edit"] else None})


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_APPROVE)
def agency_add(request: HttpRequest) -> HttpResponse:
    form = forms.NewAgencyForm(
        request.POST or None, institutions=institutions_where(request.user, Permission.LOAN_APPROVE)
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            made = actions.add_agency(facts.pop("institution"), by=request.user, **facts)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The agreement is entered. Its agency can be chosen in applications now."))
            return go_to(request, "loans:agency", made.pk)
    return render(request, "loans/form.html", {"form": form, "title": _("New agreement"), "back": "loans:agencies"})


@require_POST
@requires(Permission.LOAN_APPROVE)
def agency_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_visible_or_404(Agency.objects.all(), request.user, Permission.LOAN_APPROVE, pk=pk)
    with told(request, _("The agreement has ended.")):
        actions.end_agency(found, by=request.user)
    return redirect(found)
