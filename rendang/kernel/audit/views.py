"""The audit administrator's pages: who did what to what, and whether the log is whole. No content of any dossier."""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Func, IntegerField, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import requires
from rendang.kernel.audit import forms
from rendang.kernel.audit.actions import record_view
from rendang.kernel.audit.models import AuditEvent, AuditSeal
from rendang.kernel.audit.queries import Filters, describe, last_verification, seal_of, seal_status, search
from rendang.kernel.core.htmx import render_page
from rendang.kernel.core.pagination import keyset_page

MOST_ACTORS = 200  # people whose names fit what was typed
MANY_WAITING = 100_000  # unsealed events: the worker is not running, or a transaction has been open for long


@require_safe
@requires(Permission.AUDIT_VIEW)
def event_list(request: HttpRequest) -> HttpResponse:
    form = forms.SearchForm(request.GET or None)
    rows = AuditEvent.objects.all()
    if form.is_bound and form.is_valid():
        wanted = dict(form.cleaned_data)
        rows = search(Filters(actor_ids=_actors(wanted.pop("who")), **wanted))
        if form.has_changed() and "after" not in request.GET:
            narrowed = {name: form.cleaned_data[name] for name in form.changed_data}
            looked_for = "; ".join(f"{name}={value}" for name, value in narrowed.items())
            record_view("audit.search", request.user, by=request.user, reason=looked_for[:500])
    page, institutions = keyset_page(rows, request), _institutions()
    context = {
        "form": form,
        "page": page,
        "entries": [describe(event, institutions) for event in page.rows],
        **_state(),
    }
    return render_page(request, "audit/list.html", context, partial="rows")


def _state() -> dict[str, Any]:
    """How far the log is sealed and when it was last verified."""
    status, verification = seal_status(), last_verification()
    broken = verification.changes["finding"] if verification else None
    if verification is None:
        verified = {"value": "—", "tone": "yellow", "note": _("every night, or: ./run manage verify_audit")}
    else:
        value, tone = (_("broken"), "red") if broken else (_("intact"), "green")
        verified = {"value": value, "tone": tone, "note": _when(verification.at)}
    last = status.last
    tiles = [
        {
            "label": _("Last seal"),
            "value": intcomma(last.number) if last else "—",
            "tone": "green" if last else "yellow",
            "note": _when(last.sealed_at) if last else _("none yet; the worker seals every minute"),
        },
        {
            "label": _("Events not sealed yet"),
            "value": intcomma(status.waiting),
            "tone": "red" if status.waiting > MANY_WAITING else "blue",
        },
        {"label": _("Last verification"), **verified},
    ]
    return {"status": status, "tiles": tiles, "broken": broken}


def _when(time: dt.datetime) -> str:
    return timezone.localtime(time).strftime("%Y-%m-%d %H:%M")


def _actors(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    people = get_user_model().objects.filter(Q(name__icontains=text) | Q(username__icontains=text), kind="STAFF")
    return tuple(people.values_list("pk", flat=True)[:MOST_ACTORS])


def _institutions() -> dict[int, str]:
    return {one.pk: one.label for one in Institution.objects.only("short_name", "english_short_name")}


@require_safe
@requires(Permission.AUDIT_VIEW)
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(AuditEvent, pk=pk)
    context: dict[str, Any] = {"entry": describe(event, _institutions()), "seal": seal_of(event)}
    return render(request, "audit/detail.html", context)


@require_safe
@requires(Permission.AUDIT_VIEW)
def seal_list(request: HttpRequest) -> HttpResponse:
    seals = AuditSeal.objects.defer("leaves", "event_ids").annotate(
        count=Func("event_ids", function="cardinality", output_field=IntegerField())
    )
    context = {
        "page": keyset_page(seals, request),
        **_state(),
    }
    return render(request, "audit/seals.html", context)
