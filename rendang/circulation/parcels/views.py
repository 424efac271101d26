from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.parcels import actions, forms, papers
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import carrier_is_allowed, parcels_with_enclosures, waits, ways_for
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.files.serving import serve, show_pdf
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import ReasonForm


@require_safe
@requires(Permission.INTAKE_VIEW)
def parcel_list(request: HttpRequest) -> HttpResponse:
    """Every parcel that arrived, newest first; those that nobody has matched yet alone, if asked."""
    rows = Parcel.objects.visible_to(request.user, Permission.INTAKE_VIEW)
    waiting = rows.waiting().count()
    form = forms.FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    if asked.get("waiting"):
        rows = rows.waiting()
    if text := asked.get("text", "").strip():
        rows = rows.filter(number__endswith=text) | rows.filter(waybill=text.upper()) | rows.filter(
            sender__startswith=text)  # fmt: skip
    page = keyset_page(parcels_with_enclosures(rows), request)
    today = timezone.localdate()
    entries = [
        {
            "parcel": parcel,
            "carrier": standards.code_label("carrier", parcel.carrier),
            "allowed": carrier_is_allowed(parcel.carrier, on=parcel.arrived_on),
            "enclosures": list(parcel.enclosures.all()),
            "waits": waits(parcel, parcel.enclosures.all()),
            "days": (today - parcel.arrived_on).days,
        }
        for parcel in page.rows
    ]
    context = {
        "page": page,
        "entries": entries,
        "filter": form,
        "waiting": waiting,
        "may_register": can(request.user, Permission.INTAKE_REGISTER),
    }
    return render_page(request, "parcels/list.html", context, partial="rows")


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.INTAKE_REGISTER)
    form = forms.RegisterForm(request.POST or None, request.FILES or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        try:
            parcel = actions.register(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The parcel is registered. Next: whose dossier is in it?"))
            return go_to(request, "parcels:detail", parcel.pk)
    return render_page(request, "parcels/register.html", {"form": form}, partial="form")


@require_safe
@requires(Permission.INTAKE_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk, Permission.INTAKE_VIEW)
    record_view("parcel.view", parcel, by=request.user)
    enclosures = list(parcel.enclosures.select_related("case", "person"))
    hands = list(parcel.hand_overs.select_related("taken_by"))
    may_register = can(request.user, Permission.INTAKE_REGISTER, at=parcel.institution_id)
    may_take = may_register or can(request.user, Permission.INTAKE_OPEN, at=parcel.institution_id)
    context = {
        "parcel": parcel,
        "carrier": standards.code_label("carrier", parcel.carrier),
        "allowed": carrier_is_allowed(parcel.carrier, on=parcel.arrived_on),
        "enclosures": enclosures,
        "waits": waits(parcel, enclosures),
        "photos": list(parcel.photos.all()),
        "hands": hands,
        "ways": [(way.label, reverse(way.page, args=[pk])) for way in ways_for(request.user, parcel)],
        "may_register": may_register,
        "may_set_aside": may_register and not parcel.set_aside and not any(one.case for one in enclosures),
        "may_take_over": may_take and hands and hands[-1].taken_by_id != request.user.pk,
    }
    return render(request, "parcels/detail.html", context)


@require_safe
@requires(Permission.INTAKE_VIEW)
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """到件登记单, as it stands now."""
    parcel = _parcel(request, pk, Permission.INTAKE_VIEW)
    record_view("parcel.print", parcel, by=request.user)
    return show_pdf(papers.arrival_slip(parcel), name=f"到件登记单-{parcel.number}.pdf")


@require_safe
@requires(Permission.INTAKE_VIEW)
def photo(request: HttpRequest, pk: int, photo: int) -> StreamingHttpResponse:
    parcel = _parcel(request, pk, Permission.INTAKE_VIEW)
    found = get_object_or_404(parcel.photos.select_related("file"), pk=photo)
    record_view("parcel.view", parcel, by=request.user)
    return serve(request, found.file, permission=Permission.INTAKE_VIEW, belongs_to=parcel, inline=True)


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def add_photos(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk, Permission.INTAKE_REGISTER)
    form = forms.PhotosForm(request.POST or None, request.FILES or None)
    return _change(request, parcel, form, _("Add pictures"), actions.add_photos)


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def name_enclosures(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk, Permission.INTAKE_REGISTER)
    return _change(request, parcel, forms.NamesForm(request.POST or None), _("Note names"), actions.name_enclosures)


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """No dossier is in it."""
    parcel = _parcel(request, pk, Permission.INTAKE_REGISTER)
    return _change(request, parcel, ReasonForm(request.POST or None), _("Set aside"), actions.set_aside)


@require_POST
@requires(Permission.INTAKE_VIEW)
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    parcel = _parcel(request, pk, Permission.INTAKE_VIEW)
    with told(request, _("You have signed for the parcel.")):
        actions.take_over(parcel, by=request.user)
    return go_to(request, "parcels:detail", pk)


def _parcel(request: HttpRequest, pk: int, permission: Permission) -> Any:
    rows = Parcel.objects.select_related("institution", "registered_by")
    return get_visible_or_404(rows, request.user, permission, pk=pk)


def _change(request: HttpRequest, parcel: Parcel, form: Any, label: str, act: Callable[..., Any]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act(parcel, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": label})
            return go_to(request, "parcels:detail", parcel.pk)
    context = {"parcel": parcel, "form": form, "label": label}
    return render_page(request, "parcels/change.html", context, partial="form")
