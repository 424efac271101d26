from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.rosters import actions, forms
from rendang.circulation.rosters.models import Roster
from rendang.circulation.rosters.queries import findings
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.files.serving import serve

State = Roster.State
TONES = {
    State.READING: "blue",
    State.JUDGED: "yellow",
    State.IMPORTING: "blue",
    State.DONE: "green",
    State.CANCELLED: "grey",
    State.FAILED: "red",
}


@require_safe
@requires(Permission.ROSTER_IMPORT)
def roster_list(request: HttpRequest) -> HttpResponse:
    rows = Roster.objects.visible_to(request.user, Permission.ROSTER_IMPORT)
    page = keyset_page(rows.select_related("institution", "uploaded_by").defer("report", "sheets"), request)
    rosters = [(roster, TONES[State(roster.state)]) for roster in page.rows]
    return render(request, "rosters/list.html", {"page": page, "rosters": rosters})


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.ROSTER_IMPORT)
    form = forms.UploadForm(request.POST or None, request.FILES or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            roster = actions.receive(
                file, name=file.name, institution=form.cleaned_data["institution"], by=request.user
            )
        except ValidationError as refused:
            form.add_error("file", refused.messages)
        else:
            return go_to(request, "rosters:detail", roster.pk)
    return render_page(request, "rosters/upload.html", {"form": form}, partial="form")


@require_safe
@requires(Permission.ROSTER_IMPORT)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Roster.objects.select_related("institution", "uploaded_by", "confirmed_by", "file", "marked")
    roster = get_visible_or_404(rows, request.user, Permission.ROSTER_IMPORT, pk=pk)
    context = {
        "roster": roster,
        "tone": TONES[State(roster.state)],
        "findings": findings(roster),
        "rejected": roster.data_rows - roster.importable,
        "may_correct": roster.state in {State.JUDGED, State.FAILED} and roster.sheets,
        "may_cancel": roster.state in {State.READING, State.JUDGED, State.FAILED}
        or (roster.state == State.IMPORTING and not roster.cancel_requested),
        # The workbook is made after the verdicts; until it is there, the page asks again.
        "asks_again": roster.is_running or (roster.state in {State.JUDGED, State.DONE} and not roster.marked_id),
        "counts": roster.report.get("counts", {}),
        "skipped": roster.report.get("skipped_sheets", []),
    }
    return render_page(request, "rosters/detail.html", context, partial="status")


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_IMPORT)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    roster = get_visible_or_404(Roster.objects.all(), request.user, Permission.ROSTER_IMPORT, pk=pk)
    form = forms.ColumnsForm(request.POST or None, sheets=roster.sheets)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_columns(roster, form.columns, by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The columns are noted; the rows are judged again."))
            return go_to(request, "rosters:detail", pk)
    return render_page(request, "rosters/columns.html", {"roster": roster, "form": form}, partial="form")


@require_POST
@requires(Permission.ROSTER_IMPORT)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, actions.confirm)


@require_POST
@requires(Permission.ROSTER_IMPORT)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, actions.cancel)


def _change(request: HttpRequest, pk: int, action: Any) -> HttpResponse:
    roster = get_visible_or_404(Roster.objects.all(), request.user, Permission.ROSTER_IMPORT, pk=pk)
    try:
        action(roster, by=request.user)
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
    return go_to(request, "rosters:detail", pk)


@require_safe
@requires(Permission.ROSTER_IMPORT)
def download(request: HttpRequest, pk: int, which: str) -> HttpResponse:
    """The file as it came, or the workbook with the verdicts; both are full of personal content."""
    rows = Roster.objects.select_related("file", "marked")
    roster = get_visible_or_404(rows, request.user, Permission.ROSTER_IMPORT, pk=pk)
    stored = roster.file if which == "original" else roster.marked
    if stored is None:
        raise Http404
    record_view("roster.download", roster, by=request.user)
    return serve(request, stored, permission=Permission.ROSTER_IMPORT)  # type: ignore[return-value]
