from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.institutions import actions, forms
from rendang.institutions.models import OutsideKeeper
from rendang.institutions.queries import directory, find_keepers, notices_for
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, institutions_where, requires
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.standards import queries as standards


@require_safe
@requires(Permission.DESK_USE)
def institution_list(request: HttpRequest) -> HttpResponse:
    """The registry: who keeps dossiers in this city, and how they are reached."""
    editable = set(institutions_where(request.user, Permission.INSTITUTION_EDIT).values_list("pk", flat=True))
    if not can(request.user, Permission.INSTITUTION_EDIT):
        editable = set()
    return render(request, "institutions/list.html", {"institutions": directory(), "editable": editable})


@require_http_methods(["GET", "POST"])
@requires(Permission.INSTITUTION_EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    institution = institutions_where(request.user, Permission.INSTITUTION_EDIT).filter(pk=pk).first()
    if institution is None:
        raise Http404
    initial = {name: getattr(institution, name) for name in forms.InstitutionForm.base_fields}
    form = forms.InstitutionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_institution(institution, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The directory is corrected."))
            return go_to(request, "institutions:list")
    context = {"institution": institution, "form": form}
    return render_page(request, "institutions/edit.html", context, partial="form")


@require_safe
@requires(Permission.DESK_USE)
def notice_list(request: HttpRequest) -> HttpResponse:
    rows = notices_for(request.user, timezone.localdate())
    context = {
        "page": Paginator(rows, 20).get_page(request.GET.get("page")),
        "may_publish": can(request.user, Permission.NOTICE_PUBLISH),
    }
    return render(request, "institutions/notices.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.NOTICE_PUBLISH)
def publish(request: HttpRequest) -> HttpResponse:
    form = forms.NoticeForm(request.POST or None)
    field = form.fields["institution"]
    field.queryset = institutions_where(request.user, Permission.NOTICE_PUBLISH)  # type: ignore[attr-defined]
    if institution_ids_where(request.user, Permission.NOTICE_PUBLISH) is not None:
        field.required, field.empty_label = True, None  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish_notice(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The notice is published."))
            return go_to(request, "institutions:notices")
    return render_page(request, "institutions/publish.html", {"form": form}, partial="form")


@require_safe
@requires(Permission.TRANSFER_VIEW)
def keeper_list(request: HttpRequest) -> HttpResponse:
    """外地存档机构地址簿: to whom dossiers may be sent outside the city; one book for all institutions."""
    form = forms.KeeperFilterForm(request.GET)
    page = Paginator(form.apply(find_keepers(request.GET.get("text", ""))), 50).get_page(request.GET.get("page"))
    kinds = dict(standards.choices("employer_kind")())
    context = {
        "page": page,
        "entries": [(keeper, kinds.get(keeper.kind, keeper.kind)) for keeper in page],
        "filter": form,
        "may_edit": can(request.user, Permission.TRANSFER_OFFER),
    }
    return render_page(request, "institutions/keepers.html", context, partial="rows")


@require_safe
@requires(Permission.TRANSFER_VIEW)
def keeper(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutsideKeeper.objects.select_related("entered_by", "verified_by"), pk=pk)
    context = {
        "keeper": found,
        "kind": standards.code_label("employer_kind", found.kind),
        "may_edit": can(request.user, Permission.TRANSFER_OFFER),
        "may_verify": can(request.user, Permission.TRANSFER_DECIDE) and not found.is_verified,
    }
    return render(request, "institutions/keeper.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_OFFER)
def keeper_add(request: HttpRequest) -> HttpResponse:
    form = forms.KeeperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_keeper(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The address is entered. A second person verifies it before it is used."))
            return go_to(request, "institutions:keeper", made.pk)
    return render_page(request, "institutions/keeper_form.html", {"form": form}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_OFFER)
def keeper_correct(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutsideKeeper, pk=pk)
    initial = {name: getattr(found, name) for name in forms.CorrectKeeperForm.base_fields}
    form = forms.CorrectKeeperForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_keeper(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The address is corrected."))
            return go_to(request, "institutions:keeper", pk)
    return render_page(request, "institutions/keeper_form.html", {"keeper": found, "form": form}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_DECIDE)
def keeper_verify(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutsideKeeper, pk=pk)
    form = forms.VerifyKeeperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.verify_keeper(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The address is verified. Dossiers may be sent there."))
            return go_to(request, "institutions:keeper", pk)
    context = {"keeper": found, "form": form, "verifies": True}
    return render_page(request, "institutions/keeper_form.html", context, partial="form")
