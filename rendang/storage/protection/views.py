import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.workflow.views import case_context, case_list, step_page
from rendang.storage.models import Store
from rendang.storage.protection import actions, chart, forms, queries
from rendang.storage.protection.models import Hazard, KeyHandover, Reading, Visit

DAYS_SHOWN = 30


@require_safe
@requires(Permission.PROTECTION_VIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """Every store at a glance: read today, within its limits, inspected, what is open, who is inside."""
    today = timezone.localdate()
    rows = []
    for store in queries.overview(request.user, today):
        faults = {}
        if store.read_at:
            allowed = queries.limits(store.institution_id, today)
            pair = (store.temperature, store.humidity)
            faults = queries.faults(Reading(temperature=pair[0], humidity=pair[1]), allowed, pair, pair)
        due = queries.inspection_due(store.inspected_on, store.institution_id, today)
        rows.append({"store": store, "faults": faults, "inspection_due": due})
    may_record = can(request.user, Permission.PROTECTION_RECORD)
    return render(request, "protection/list.html", {"rows": rows, "may_record": may_record})


@require_http_methods(["GET", "POST"])
@requires(Permission.PROTECTION_VIEW)
def climate(request: HttpRequest, pk: int) -> HttpResponse:
    """The climate of a store: the last days drawn against the limits, the latest readings, and a new one."""
    store = get_visible_or_404(
        Store.objects.select_related("institution"), request.user, Permission.PROTECTION_VIEW, pk=pk
    )
    may_record = can(request.user, Permission.PROTECTION_RECORD, at=store.institution_id)
    form = forms.ReadingForm(request.POST or None) if may_record else None
    if request.method == "POST" and form and form.is_valid():
        try:
            reading = actions.record_reading(store, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The reading is noted."))
            _tell_of_alarm(request, store, [reading])
            return go_to(request, "protection:climate", pk)
    today = timezone.localdate()
    first = today - dt.timedelta(DAYS_SHOWN - 1)
    days, allowed = queries.days(store, first, today), queries.limits(store.institution_id, today)
    latest = store.readings.select_related("by").order_by("-at")[:20]
    context = {
        "store": store,
        "form": form,
        "may_record": may_record,
        "limits": queries.said_of(store, today),
        "charts": _charts(days, allowed, first, today),
        "unread": queries.days_without_reading(days, today),
        "readings": [(one, _is_outside(one, allowed)) for one in latest],
        "hazards": Hazard.objects.open().filter(store=store).select_related("institution").order_by("-pk")[:20],
    }
    return render_page(request, "protection/climate.html", context, partial="form")


def _tell_of_alarm(request: HttpRequest, store: Store, readings: list[Reading]) -> None:
    """Whoever notes what is outside the limits learns at once what has become of it."""
    days = {timezone.localdate(reading.at) for reading in readings}
    allowed = {day: queries.limits(store.institution_id, day) for day in days}
    if outside := sum(_is_outside(reading, allowed[timezone.localdate(reading.at)]) for reading in readings):
        said = ngettext(
            "%(count)d reading is outside the limits. The hazard stands below until it is removed.",
            "%(count)d readings are outside the limits. The hazards stand below until they are removed.",
            outside,
        )
        messages.warning(request, said % {"count": outside})


def _charts(days: list[dict[str, Any]], allowed: queries.Limits, first: dt.date, today: dt.date) -> list[chart.Chart]:
    if not days:
        return []
    warm, damp = (allowed.temperature, allowed.temperature_change), (allowed.humidity, allowed.humidity_change)
    return [
        chart.draw(_("Temperature"), "℃", days, "cold", "warm", *warm, first, today),
        chart.draw(_("Relative humidity"), "%", days, "dry", "damp", *damp, first, today),
    ]


def _is_outside(reading: Reading, allowed: queries.Limits) -> bool:
    pair = (reading.temperature, reading.humidity)
    return bool(queries.faults(reading, allowed, pair, pair))


def _record(request: HttpRequest, pk: int, form: Any, act: Any, template: str, done: str) -> HttpResponse:
    """A page of a store that asks for something and records it."""
    rows = Store.objects.select_related("institution")
    store = get_visible_or_404(rows, request.user, Permission.PROTECTION_RECORD, pk=pk)
    if request.method == "POST" and form.is_valid():
        try:
            act(store, form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, done)
            return go_to(request, "protection:climate", pk)
    return render_page(request, template, {"store": store, "form": form}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.PROTECTION_RECORD)
def readings_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a logger: all its readings or, if one is not understood, none."""
    form = forms.ReadingsFileForm(request.POST or None, request.FILES or None)

    def act(store: Store, said: dict[str, Any]) -> None:
        made = actions.record_readings(store, said["file"], by=request.user, source=Reading.Source.FILE)
        _tell_of_alarm(request, store, made)

    return _record(request, pk, form, act, "protection/file.html", _("The readings are noted."))


@require_http_methods(["GET", "POST"])
@requires(Permission.PROTECTION_RECORD)
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """The round of the eight protections through one store."""
    form = forms.InspectionForm(request.POST or None, initial={"made_on": timezone.localdate()})

    def act(store: Store, said: dict[str, Any]) -> None:
        actions.inspect(store, by=request.user, **said)

    return _record(request, pk, form, act, "protection/inspection.html", _("The round is noted."))


@require_safe
@requires(Permission.PROTECTION_VIEW)
def hazards(request: HttpRequest) -> HttpResponse:
    rows = Hazard.objects.visible_to(request.user, Permission.PROTECTION_VIEW).select_related("store")
    empty = {
        "icon": "shield-check",
        "title": _("Nothing was found"),
        "text": _("Hazards come from the round of the eight protections and from readings outside the limits."),
        "url": reverse("protection:list"),
        "label": _("Stores"),
    }
    return case_list(request, rows, "protection/hazards.html", {"empty": empty})


@require_safe
@requires(Permission.PROTECTION_VIEW)
def hazard(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Hazard.objects.select_related("institution", "store", "inspection", "reading", "repaired_by")
    case = get_visible_or_404(rows, request.user, Permission.PROTECTION_VIEW, pk=pk)
    return render(request, "protection/hazard.html", case_context(request, case))


def _book(request: HttpRequest, rows: Any, form_class: Any, act: Any, template: str, page: str) -> HttpResponse:
    """A book: its lines, and for whoever records a form for the next one."""
    may_record = can(request.user, Permission.PROTECTION_RECORD)
    form = None
    if may_record:
        stores = Store.objects.visible_to(request.user, Permission.PROTECTION_RECORD).order_by("code")
        form = form_class(stores, request.POST or None)
    if request.method == "POST" and form and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            act(said.pop("store"), by=request.user, **said)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Noted."))
            return go_to(request, page)
    context = {"page": keyset_page(rows, request), "form": form, "may_record": may_record}
    return render_page(request, template, context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.PROTECTION_VIEW)
def visits(request: HttpRequest) -> HttpResponse:
    """The visitors' book."""
    rows = queries.visits(request.user)
    return _book(request, rows, forms.VisitForm, actions.let_in, "protection/visits.html", "protection:visits")


@require_http_methods(["GET", "POST"])
@requires(Permission.PROTECTION_VIEW)
def keys(request: HttpRequest) -> HttpResponse:
    """The key log."""
    rows = queries.key_handovers(request.user)
    return _book(request, rows, forms.KeyForm, actions.take_key, "protection/keys.html", "protection:keys")


def _end(request: HttpRequest, row: Any, act: Any, page: str) -> HttpResponse:
    with told(request, _("Noted.")):
        act(row, by=request.user)
    return redirect(page)


@require_POST
@requires(Permission.PROTECTION_RECORD)
def left(request: HttpRequest, pk: int) -> HttpResponse:
    visit = get_visible_or_404(Visit.objects.all(), request.user, Permission.PROTECTION_RECORD, pk=pk)
    return _end(request, visit, actions.let_out, "protection:visits")


@require_POST
@requires(Permission.PROTECTION_RECORD)
def key_returned(request: HttpRequest, pk: int) -> HttpResponse:
    handover = get_visible_or_404(KeyHandover.objects.all(), request.user, Permission.PROTECTION_RECORD, pk=pk)
    return _end(request, handover, actions.return_key, "protection:keys")


step = step_page(Hazard, actions.STEPS, forms.FORMS, Permission.PROTECTION_VIEW)
