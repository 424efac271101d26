"""Pages of the stores: what there is, how full it is, and making more of it."""

from itertools import groupby
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.storage import forms, queries
from rendang.storage.models import Placement, Slot, Store
from rendang.storage.views.picking import institution_of

# A rack with more slots than this is shown one layer at a time.
MOST_SHOWN = 2_000


@require_safe
@requires(Permission.STORAGE_VIEW)
def store_list(request: HttpRequest) -> HttpResponse:
    stores = list(
        Store.objects.visible_to(request.user, Permission.STORAGE_VIEW).select_related("institution", "building")
    )
    stores.sort(key=lambda store: (store.institution_id, *queries.round_of(store)))
    full = queries.occupancy_by_store(store.pk for store in stores)
    waiting = (
        Placement.objects.visible_to(request.user, Permission.STORAGE_VIEW)
        .current()
        .filter(kind=Placement.Kind.AS_WRITTEN)
        .count()
    )
    context = {
        "rows": [(store, full.get(store.pk, queries.Occupancy())) for store in stores],
        "total": queries.occupancy_of(full.values()),
        "waiting": waiting,
        "may_plan": can(request.user, Permission.STORAGE_PLAN),
        "may_move": can(request.user, Permission.STORAGE_MOVE),
    }
    return render(request, "storage/list.html", context)


@require_safe
@requires(Permission.STORAGE_VIEW)
def store(request: HttpRequest, pk: int) -> HttpResponse:
    """How full each layer of each rack is."""
    rows = Store.objects.select_related("institution", "building")
    found = get_visible_or_404(rows, request.user, Permission.STORAGE_VIEW, pk=pk)
    layers, racks = queries.occupancy_grid(found)
    plans = queries.compactions(found.compactions.open())
    context = {
        "store": found,
        "layers": layers,
        "racks": racks,
        "room": queries.room_plan(found),
        "compaction": plans.first(),
        "total": queries.occupancy_of(row.total for row in racks),
        "may_plan": can(request.user, Permission.STORAGE_PLAN, at=found.institution_id),
        "may_move": can(request.user, Permission.STORAGE_MOVE, at=found.institution_id),
    }
    return render(request, "storage/store.html", context)


@require_safe
@requires(Permission.STORAGE_VIEW)
def rack(request: HttpRequest, pk: int, rack: str) -> HttpResponse:
    """Every slot of a rack as it stands: layers from top to bottom, bays from left to right."""
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_VIEW, pk=pk)
    layers = queries.occupancy_by_layer(found, rack)
    if not layers:
        raise Http404
    total = queries.occupancy_of(layers.values())
    rows = Slot.objects.filter(store=found, rack=rack)
    shown = ""
    if total.slots > MOST_SHOWN and len(layers) > 1:
        asked = request.GET.get("layer")
        shown = asked if asked in layers else next(iter(layers))
        rows = rows.filter(layer=shown)
    slots = sorted(rows, key=queries.place_on_shelf)
    shelves = [
        (layer, [(bay, list(row)) for bay, row in groupby(shelf, key=lambda slot: slot.bay)])
        for layer, shelf in groupby(slots, key=lambda slot: slot.layer)
    ]
    context = {
        "store": found,
        "rack": rack,
        "beginning": f"{found.code}-{rack}",
        "shelves": shelves[::-1],  # the first layer stands on the floor
        "tabs": [
            {
                "label": _("Layer %(layer)s") % {"layer": layer},
                "url": f"?layer={quote(layer)}",
                "active": layer == shown,
            }
            for layer in layers
            if shown
        ],
        "total": total,
        "capacity_form": forms.CapacityForm(initial={"capacity": slots[0].capacity, "width": slots[0].width}),
        "may_plan": can(request.user, Permission.STORAGE_PLAN, at=found.institution_id),
        "may_move": can(request.user, Permission.STORAGE_MOVE, at=found.institution_id),
    }
    return render(request, "storage/rack.html", context)


@require_safe
@requires(Permission.STORAGE_VIEW)
def floor_plan(request: HttpRequest) -> HttpResponse:
    """Every room of an institution, drawn from its racks: how full each is, and the keeper's round."""
    institution, form = institution_of(request, Permission.STORAGE_VIEW)
    floors = queries.floor_plans(institution)
    context = {
        "filter": form,
        "choose": len(form.only) > 1,
        "institution": institution,
        "floors": floors,
        "total": queries.occupancy_of(room.total for floor in floors for room in floor.rooms),
        "may_plan": can(request.user, Permission.STORAGE_PLAN, at=institution),
    }
    return render(request, "storage/floor_plan.html", context)
