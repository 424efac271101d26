"""The check of a departure's dossiers: one by one, paper by paper; or many whose pages are all as catalogued."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.forms import checking as forms
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.queries.listing import to_be_checked
from rendang.circulation.transfers.views import leaving
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal

ON_ONE_PAGE = 50


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_VIEW)
def check_line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Check one dossier of a list; then on to the next."""
    departure = get_visible_or_404(Departure.objects.all(), request.user, Permission.TRANSFER_VIEW, pk=pk)
    if not can(request.user, Permission.TRANSFER_SEND, at=departure.institution_id):
        raise PermissionDenied
    found = departure.lines.select_related("dossier__person", "custody").filter(pk=line).first()
    if found is None:
        raise Http404
    form = forms.CheckForm(found.dossier, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_dossier(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            following = departure.lines.filter(outcome=DepartingDossier.Outcome.GOING, checked_by=None).order_by("pk")
            if (next_line := following.first()) is not None:
                messages.success(request, _("Checked. Here is the next dossier of the list."))
                return redirect("departures:check_line", pk, next_line.pk)
            messages.success(request, _("The last dossier of the list is checked. Close the check now."))
            return redirect("departures:detail", pk)
    record_view("catalogue.view", found.dossier, by=request.user, institution=departure.institution)
    context = {"case": departure, "line": found, "person": found.dossier.person, "form": form}
    return render(request, "departures/check.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_VIEW)
def check(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The check of a single dossier, paper by paper; of a list, its closing."""
    rows = Departure.objects.select_related("institution", "person", "dossier")
    departure = get_visible_or_404(rows, request.user, Permission.TRANSFER_VIEW, pk=pk)
    if departure.addresses_many:
        return leaving.step(request, pk=pk, step="check")
    if not can(request.user, Permission.TRANSFER_SEND, at=departure.institution_id):
        raise PermissionDenied
    form = forms.CheckForm(departure.dossier, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.DEPARTURE_STEPS["check"](departure, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Checked. A second person seals it now."))
            return redirect("departures:detail", pk)
    record_view("catalogue.view", departure.dossier, by=request.user, institution=departure.institution)
    return render(request, "departures/check.html", {"case": departure, "person": departure.person, "form": form})


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_VIEW)
def check_many(request: HttpRequest, pk: int) -> HttpResponse:
    """Those of a list whose pages are all as catalogued: counted, ticked and noted together."""
    departure = get_visible_or_404(Departure.objects.all(), request.user, Permission.TRANSFER_VIEW, pk=pk)
    if not can(request.user, Permission.TRANSFER_SEND, at=departure.institution_id):
        raise PermissionDenied
    waiting = to_be_checked(departure, ON_ONE_PAGE)
    lines = forms.count_forms(waiting, request.POST or None)
    if request.method == "POST":
        ticked = [line for line in lines if line.is_ticked]
        wrong = [line for line in ticked if not line.is_valid()]  # all are asked, so that every mistake is shown
        if not wrong:
            found = {line.line.pk: line.found() for line in ticked}
            try:
                actions.check_dossiers(departure, found, by=request.user)
            except ValidationError as refused:
                for said in refused.messages:
                    messages.error(request, said)
            else:
                said = ngettext("%(count)d dossier is checked.", "%(count)d dossiers are checked.", len(found))
                messages.success(request, said % {"count": len(found)})
                left = departure.lines.filter(outcome=DepartingDossier.Outcome.GOING, checked_by=None).exists()
                return redirect("departures:check_many" if left else "departures:detail", pk)
    record_view("departure.view", departure, by=request.user)
    context = {"case": departure, "lines": lines, "open": departure.state == Departure.State.APPROVED}
    return render(request, "departures/check_many.html", context)
