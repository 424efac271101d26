"""The papers of an application at the desk: the same two pages for every kind of case that takes some."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files import actions
from rendang.kernel.files.forms import papers_form
from rendang.kernel.files.queries import papers_lacking, papers_shown
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.models import Case

View = Callable[..., HttpResponseBase]


def submitted_pages(model: type[Case], *, look: Permission, edit: Permission, covered: str = "") -> tuple[View, View]:
    """``…/<pk>/submitted/<paper>/`` shows a paper and notes the look; ``…/<pk>/hand-in/`` adds some."""

    @require_safe
    @requires(look)
    def submitted(request: HttpRequest, pk: int, paper: int) -> HttpResponseBase:
        case = get_visible_or_404(model._default_manager.all(), request.user, look, pk=pk)
        found = case.submitted.select_related("file", "case").filter(pk=paper).first()
        if found is None:
            raise Http404
        record_view("submittedpaper.view", found, by=request.user, reason=found.title)
        return serve(request, found.file, permission=look, belongs_to=case, inline=True)

    @require_http_methods(["GET", "POST"])
    @requires(edit)
    def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
        case = get_visible_or_404(model._default_manager.all(), request.user, look, pk=pk)
        if not can(request.user, edit, at=case.institution_id):
            raise PermissionDenied
        form = papers_form(model.SERVICE_ITEM, covered)(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                added = actions.hand_in(case, form.cleaned_data["papers"], by=request.user, permission=edit)
                if not added:
                    raise ValidationError(_("Choose at least one file."))
            except ValidationError as refused:
                show_refusal(form, refused)
            else:
                messages.success(request, _("The papers are added to the application."))
                return go_to(request, case.PAGE, pk)
        return render_page(request, "files/hand_in.html", {"case": case, "form": form}, partial="form")

    return submitted, hand_in


def submitted_context(request: HttpRequest, case: Any, *, edit: Permission, covered: str = "") -> dict[str, Any]:
    """What ``files/_submitted.html`` shows on the page of a case."""
    space = case.PAGE.partition(":")[0]
    papers = case.submitted.select_related("submitted_by")
    return {
        "submitted": [(paper, reverse(f"{space}:submitted", args=[case.pk, paper.pk])) for paper in papers],
        "submitted_lacking": papers_shown(case, papers_lacking(case, covered=covered)) if case.is_open else [],
        "hand_in_url": reverse(f"{space}:hand_in", args=[case.pk])
        if case.is_open and can(request.user, edit, at=case.institution_id)
        else "",
    }
