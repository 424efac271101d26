"""Pages of the stores: what there is, how full it is, and making more of it."""

from itertools import groupby
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.core.htmx import go_to, render_page
from rendang.storage import actions, forms, queries
from rendang.storage.models import Placement, Slot, Store
from rendang.storage.ranges import Plan

# A rack with more slots than this is shown one layer at a time.
MOST_SHOWN = 2_000


@require_safe
@requires(Permission.STORAGE_VIEW)
def store_list(request: HttpRequest) -> HttpResponse:
    stores = list(
        Store.objects.visible_to(request.user, Permission.STORAGE_VIEW)
        .select_related("institution")
        .order_by("institution__pk", "code")
    )
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
    rows = Store.objects.select_related("institution")
    found = get_visible_or_404(rows, request.user, Permission.STORAGE_VIEW, pk=pk)
    layers, racks = queries.occupancy_grid(found)
    context = {
        "store": found,
        "layers": layers,
        "racks": racks,
        "total": queries.occupancy_of(row.total for row in racks),
        "may_plan": can(request.user, Permission.STORAGE_PLAN, at=found.institution_id),
        "may_move": can(request.user, Permission.STORAGE_MOVE, at=found.institution_id),
    }
    return render(request, "storage/store.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def new_store(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.STORAGE_PLAN)
    form = forms.StoreForm(request.POST or None, institutions=institutions)
    plan = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        plan = data["plan"]
        if _was_seen(request, plan):
            try:
                made = actions.create_store(
                    data["institution"], code=data["code"], name=data["name"], plan=plan, by=request.user
                )
            except ValidationError as refused:
                form.add_error(None, refused.messages)
                plan = None
            else:
                messages.success(request, _said_made(plan.count))
                return go_to(request, "storage:store", made.pk)
    return render_page(request, "storage/new.html", {"form": form, "plan": plan}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def add_slots(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    form = forms.RangesForm(request.POST or None)
    form.store_code = found.code
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = form.cleaned_data["plan"]
        if _was_seen(request, plan):
            try:
                actions.add_slots(found, plan, by=request.user)
            except ValidationError as refused:
                form.add_error(None, refused.messages)
                plan = None
            else:
                messages.success(request, _said_made(plan.count))
                return go_to(request, "storage:store", pk)
    context = {"form": form, "plan": plan, "store": found}
    return render_page(request, "storage/new.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    form = forms.RenameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.describe_store(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The store has its new name."))
            return go_to(request, "storage:store", pk)
    return render_page(request, "storage/rename.html", {"form": form, "store": found}, partial="form")


@require_POST
@requires(Permission.STORAGE_PLAN)
def remove_store(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    try:
        actions.remove_store(found, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("storage:store", pk)
    messages.success(request, _("The store is removed."))
    return redirect("storage:list")


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
        "capacity_form": forms.CapacityForm(initial={"capacity": slots[0].capacity}),
        "may_plan": can(request.user, Permission.STORAGE_PLAN, at=found.institution_id),
        "may_move": can(request.user, Permission.STORAGE_MOVE, at=found.institution_id),
    }
    return render(request, "storage/rack.html", context)


@require_POST
@requires(Permission.STORAGE_PLAN)
def rack_capacity(request: HttpRequest, pk: int, rack: str) -> HttpResponse:
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    form = forms.CapacityForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([message for errors in form.errors.values() for message in errors])
        changed = actions.set_capacity(found, rack=rack, by=request.user, **form.cleaned_data)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        said = ngettext("%(count)d slot has its new capacity.", "%(count)d slots have their new capacity.", changed)
        messages.success(request, said % {"count": changed})
    return redirect("storage:rack", pk, rack)


@require_POST
@requires(Permission.STORAGE_PLAN)
def remove_slots(request: HttpRequest, pk: int, rack: str) -> HttpResponse:
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    try:
        removed = actions.remove_unused_slots(found, rack=rack, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        said = ngettext("%(count)d slot is removed.", "%(count)d slots are removed.", removed)
        messages.success(request, said % {"count": removed})
    return redirect("storage:store", pk)


def _was_seen(request: HttpRequest, plan: Plan) -> bool:
    """Slots are made only as they were looked at: the button under the preview says which those are."""
    return request.POST.get("seen") == plan.seal


def _said_made(count: int) -> str:
    return ngettext("%(count)d slot is made.", "%(count)d slots are made.", count) % {"count": count}
