"""Pages that make stores, describe them and take them away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where, requires
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.storage import actions, forms
from rendang.storage.models import Building, Store
from rendang.storage.ranges import Plan

ABOUT = ("name", "building", "floor", "purpose", "shelving")


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def new_store(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.STORAGE_PLAN)
    form = forms.StoreForm(request.POST or None, institutions=institutions)
    form.offer_buildings(Building.objects.filter(institution__in=institutions))
    plan = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        plan = data["plan"]
        try:
            if not _was_seen(request, plan):
                actions.check_plan(data["institution"], plan, new=True)
            else:
                made = actions.create_store(
                    data["institution"],
                    code=data["code"],
                    plan=plan,
                    by=request.user,
                    **{name: data[name] for name in ABOUT},
                )
                messages.success(request, _said_made(plan.count))
                return go_to(request, "storage:store", made.pk)
        except ValidationError as refused:
            show_refusal(form, refused)
            plan = None
    return render_page(request, "storage/new.html", {"form": form, "plan": plan}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def add_slots(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Store.objects.select_related("institution")
    found = get_visible_or_404(rows, request.user, Permission.STORAGE_PLAN, pk=pk)
    form = forms.RangesForm(request.POST or None)
    form.store_code = found.code
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = form.cleaned_data["plan"]
        try:
            if not _was_seen(request, plan):
                actions.check_plan(found.institution, plan, new=False)
            else:
                actions.add_slots(found, plan, by=request.user)
                messages.success(request, _said_made(plan.count))
                return go_to(request, "storage:store", pk)
        except ValidationError as refused:
            show_refusal(form, refused)
            plan = None
    context = {"form": form, "plan": plan, "store": found}
    return render_page(request, "storage/new.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, building, floor, purpose and shelving of a store."""
    found = get_visible_or_404(Store.objects.all(), request.user, Permission.STORAGE_PLAN, pk=pk)
    form = forms.AboutStoreForm(
        request.POST or None, initial={name: getattr(found, name) for name in ABOUT} | {"building": found.building_id}
    )
    form.offer_buildings(Building.objects.filter(institution=found.institution_id))
    if request.method == "POST" and form.is_valid():
        try:
            actions.describe_store(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("What is known of the store is changed."))
            return go_to(request, "storage:store", pk)
    return render_page(request, "storage/edit.html", {"form": form, "store": found}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_PLAN)
def buildings(request: HttpRequest) -> HttpResponse:
    """The buildings of an institution, with their stores; and one more."""
    institutions = institutions_where(request.user, Permission.STORAGE_PLAN)
    form = forms.BuildingForm(request.POST or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_building(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The building is added."))
            return go_to(request, "storage:buildings")
    rows = (
        Building.objects.visible_to(request.user, Permission.STORAGE_PLAN)
        .select_related("institution")
        .prefetch_related("stores")
        .order_by("institution__pk", "position", "pk")
    )
    return render(request, "storage/buildings.html", {"form": form, "rows": rows})


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
