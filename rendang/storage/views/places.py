"""Pages of the keeper: what lies where, and scanning dossiers into their places."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.htmx import go_to
from rendang.storage import forms, queries
from rendang.storage.models import Keeping, Placement, Slot
from rendang.storage.views.picking import place_chosen
from rendang.storage.views.scanning import MODES

PAGE_SIZE = 50
EARLIER = 20  # former dossiers that the page of a slot shows


@require_safe
@requires(Permission.STORAGE_VIEW)
def slot(request: HttpRequest, pk: int) -> HttpResponse:
    """Who lies in a slot, and what lay there before."""
    rows = Slot.objects.select_related("store", "institution")
    found = get_visible_or_404(rows, request.user, Permission.STORAGE_VIEW, pk=pk)
    lying = list(found.placements.current().select_related("dossier__person", "by").order_by("pk"))
    numbers = queries.archive_numbers([row.dossier_id for row in lying], found.institution_id)
    record_view("slot.view", found, by=request.user)
    context = {
        "slot": found,
        "lying": [(row, numbers.get(row.dossier_id, "")) for row in lying],
        "earlier": found.placements.filter(until__isnull=False)
        .select_related("dossier", "by")
        .order_by("-until")[:EARLIER],
        "may_move": can(request.user, Permission.STORAGE_MOVE, at=found.institution_id),
    }
    return render(request, "storage/slot.html", context)


@require_safe
@requires(Permission.STORAGE_VIEW)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a dossier has been; of other institutions only that it was there, not in which slot."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.STORAGE_VIEW, pk=pk)
    record_view("dossier.places", dossier, by=request.user)
    where = institution_ids_where(request.user, Permission.STORAGE_VIEW)
    places = list(queries.place_history(dossier))
    now = places[0] if places and places[0].until is None else None
    seen = queries.last_seen(dossier)
    movable = now is not None and can(request.user, Permission.STORAGE_MOVE, at=now.institution_id)
    context = {
        "dossier": dossier,
        "places": [(place, where is None or place.institution_id in where) for place in places],
        "now": now,
        "keeping": Keeping.objects.filter(dossier=dossier).first(),
        "thickness": queries.thickness_of(dossier, now.institution_id) if now else None,
        "belongs": queries.belongs_in([dossier.pk])[dossier.pk],
        "warning": queries.warnings_of({dossier.pk: now.slot}).get(dossier.pk) if now and now.slot and movable else "",
        "seen": seen,
        "seen_here": seen is not None and (where is None or seen.institution_id in where),
        "modes": [
            (label, f"{reverse('storage:scan', args=[mode])}?dossier={dossier.barcode}")
            for mode, label in MODES.items()
            if movable and now and mode in _modes_for(now)
        ],
        "may_print": movable,
    }
    return render(request, "storage/history.html", context)


def _modes_for(now: Placement) -> set[str]:
    return {
        Placement.Kind.SLOT: {"move", "take_out"},
        Placement.Kind.AS_WRITTEN: {"place", "take_out"},
        Placement.Kind.DESK: {"place", "put_back"},
        Placement.Kind.READING_ROOM: {"place", "put_back"},
        Placement.Kind.MISSING: {"place"},
        Placement.Kind.LOST: {"place"},
        Placement.Kind.COURIER: set(),
        Placement.Kind.BORROWER: set(),
        Placement.Kind.ELSEWHERE: set(),
    }[Placement.Kind(now.kind)]


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def to_place(request: HttpRequest) -> HttpResponse:
    """Dossiers whose place is known only as a roster wrote it, each with the slot that suits it best."""
    institutions = institutions_where(request.user, Permission.STORAGE_MOVE)
    asked = request.GET.copy()
    if "institution" not in asked and institutions:
        asked["institution"] = str(institutions[0].pk)
    form = forms.UnplacedFilterForm(asked, institutions=institutions)
    if not form.is_valid():
        raise Http404
    institution = form.cleaned_data["institution"]
    waiting = waiting_all = queries.unplaced(institution)
    if form.cleaned_data["q"]:
        waiting = waiting.filter(detail__icontains=form.cleaned_data["q"])
    typed, refused = (
        ({}, {}) if request.method == "GET" else place_chosen(request, institution, waiting_all, PAGE_SIZE)
    )
    if request.method == "POST" and not refused:
        return go_to(request, f"{request.path}?{request.GET.urlencode()}")
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    suggested = queries.suggestions(institution, rows)
    numbers = queries.archive_numbers([row.dossier_id for row in rows], institution.pk)
    if rows:
        record_view("placement.list", institution, by=request.user, institution=institution)
    context = {
        "filter": form,
        "page": page,
        "rows": [
            {
                "placement": row,
                "number": numbers.get(row.dossier_id, ""),
                "slot": typed.get(row.dossier_id) or getattr(suggested.get(row.pk), "code", ""),
                "named": _is_named(row, suggested),
                "refused": refused.get(row.dossier_id, ""),
                # Where the roster names a slot the dossier already lies there; the others somebody has to carry.
                "chosen": row.dossier_id in refused or (request.method == "GET" and _is_named(row, suggested)),
            }
            for row in rows
        ],
    }
    return render(request, "storage/to_place.html", context)


def _is_named(placement: Placement, suggested: dict[int, Slot]) -> bool:
    slot = suggested.get(placement.pk)
    return slot is not None and queries.normalised(placement.detail) == slot.code
