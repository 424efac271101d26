"""The page of a step, the same for every kind of case, and what every case page shows."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.queries import timeline
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.workflow import actions, forms
from rendang.kernel.workflow.models import Case, CaseQuerySet
from rendang.kernel.workflow.queries import flow, standing, tone
from rendang.kernel.workflow.steps import STEPS, may_take, steps_open_to

FormFor = type[Form] | Callable[[Any], type[Form]]


# The first way on stands out; ways out of the usual course are plain.
WAYS_OUT = {"return_parcel", "withdraw", "decline", "refuse", "revoke", "take_back", "compare_again"}


def case_context(request: HttpRequest, case: Any) -> dict[str, Any]:
    """What ``workflow/case.html`` shows of any kind: its course, its time limit, the steps open to this person."""
    buttons = [
        {
            "label": rule.label,
            "url": reverse(f"{case.PAGE.split(':')[0]}:step", args=[case.pk, rule.name]),
            "style": "outline-secondary" if rule.name in WAYS_OUT else "primary",
        }
        for rule in steps_open_to(request.user, case)
    ]
    return {
        "case": case,
        "steps": buttons,
        "flow": flow(case),
        "standing": standing(case, timezone.localdate()),
        "tone": tone(case),
        "may_pause": can(request.user, Permission.CASE_PAUSE, at=case.institution_id),
        # Who only looked is in the audit log; here stands what was done.
        "events": [event for event in timeline(case) if event.icon != "eye"],
    }


def step_page(
    model: type[Case], take: Mapping[str, Callable[..., Any]], forms_of: Mapping[str, FormFor], view: Permission
) -> Callable[..., HttpResponseBase]:
    """The page ``…/<pk>/<step>/`` of a kind: a form if the step asks for something, else a confirmation.

    ``take`` are the step functions by name; ``forms_of`` their forms (none: nothing is asked).
    """

    @require_http_methods(["GET", "POST"])
    @requires(view)
    def page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
        case = get_visible_or_404(model._default_manager.all(), request.user, view, pk=pk)
        rule = STEPS[model].get(step)
        if rule is None or step not in take:
            raise Http404
        if not may_take(request.user, rule, case):
            raise PermissionDenied
        form_for = forms_of.get(step, Form)
        form_class = form_for if isinstance(form_for, type) else form_for(case)
        form = form_class(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                take[step](case, by=request.user, **form.cleaned_data)
            except ValidationError as refused:
                form.add_error(None, refused.messages)
            else:
                messages.success(request, _("Done: %(step)s.") % {"step": rule.label})
                return go_to(request, case.PAGE, pk)
        context = {"case": case, "rule": rule, "form": form}
        return render_page(request, "workflow/step.html", context, partial="form")

    return page


def case_list(request: HttpRequest, rows: CaseQuerySet, template: str, extra: Mapping[str, Any]) -> HttpResponse:
    """The list of a kind: filtered by state, urgency and text (in the address), newest first, page by page.

    ``extra`` holds what the kind's template adds, and ``empty``: what to say when there is nothing yet.
    """
    today = timezone.localdate()
    form = forms.CaseFilterForm(rows.model, request.GET)
    rows = form.apply(rows.with_urgency(today)).select_related("institution", "counterpart", "person")
    page = keyset_page(rows, request)
    entries = [(row, standing(row, today), tone(row)) for row in page.rows]
    context = {"page": page, "entries": entries, "filter": form, **extra}
    return render_page(request, template, context, partial="rows")


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_PAUSE)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_visible_or_404(Case.objects.all(), request.user, Permission.CASE_PAUSE, pk=pk)
    form = forms.PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.pause(case, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The case is paused."))
            return redirect(case)
    return render_page(request, "workflow/pause.html", {"case": case, "form": form}, partial="form")


@require_POST
@requires(Permission.CASE_PAUSE)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_visible_or_404(Case.objects.all(), request.user, Permission.CASE_PAUSE, pk=pk)
    try:
        actions.resume(case, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("The case goes on."))
    return redirect(case)


@require_http_methods(["GET"])
@requires(Permission.CASE_VIEW)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Any case by its key: on to the page of its kind."""
    found = get_object_or_404(Case.objects.visible_to(request.user, Permission.CASE_VIEW), pk=pk)
    return redirect(found)
