from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.core.htmx import go_to
from rendang.kernel.standards import actions, forms
from rendang.kernel.standards.models import Policy, ServiceItem
from rendang.kernel.standards.queries import service_items, time_limit, value_text
from rendang.kernel.standards.views.pages import crumbs, form_page, tabs

COPIED = (
    "name",
    "english_name",
    "basis",
    "time_limit",
    "applicants",
    "applicants_english",
    "channels",
    "institution_kinds",
    "papers",
    "papers_english",
    "steps",
    "steps_english",
    "note",
    "note_english",
    "is_public",
)


def _promise(item: ServiceItem) -> str:
    limit = time_limit(item)
    return value_text(limit.value, limit.unit) if limit else ""


@require_safe
@requires(Permission.STANDARD_VIEW)
def service_list(request: HttpRequest) -> HttpResponse:
    rows = [{"item": item, "limit": _promise(item)} for item in service_items()]
    return render(request, "standards/services.html", {"rows": rows, "tabs": tabs("services")})


@require_safe
@requires(Permission.STANDARD_VIEW)
def service_detail(request: HttpRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    versions = list(ServiceItem.objects.filter(code=code).order_by("-valid_to", "-valid_from"))
    if not versions:
        raise Http404
    current = next((row for row in service_items() if row.code == code), versions[0])
    context = {
        "item": current,
        "limit": _promise(current),
        "planned": [row for row in versions if row.valid_from and row.valid_from > today],
        "past": [row for row in versions if row.valid_to and row.valid_to < today],
        "crumbs": crumbs((_("Service catalogue"), reverse("standards:services"))),
        "may_edit": can(request.user, Permission.STANDARD_EDIT),
    }
    return render(request, "standards/service.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def service_change(request: HttpRequest, code: str) -> HttpResponse:
    rows = ServiceItem.objects.filter(code=code)
    row = rows.in_force(timezone.localdate()).first() or rows.first()
    if row is None:
        raise Http404
    back = reverse("standards:service", args=[code])
    limits = Policy.objects.filter(institution=None, unit__in=("workday", "day", "month")).order_by("order")
    choices = list({limit.code: f"{limit} ({limit.code})" for limit in limits}.items())
    form = forms.ServiceItemForm(
        request.POST or None, policies=choices, initial={name: getattr(row, name) for name in COPIED}
    )
    return form_page(
        request,
        form,
        lambda values: actions.change_service_item(code, by=request.user, **values),
        title=_("New version: {item}").format(item=row),
        submit=_("Enter"),
        done=_("The new version is entered."),
        back=back,
        trail=crumbs((_("Service catalogue"), reverse("standards:services")), (str(row), back)),
        intro=_("The former version ends the day before. Every item is free of charge."),
        go_to=lambda: go_to(request, "standards:service", code),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def service_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(ServiceItem, pk=pk)
    back = reverse("standards:service", args=[row.code])
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda values: actions.withdraw_service_item(row, by=request.user, **values),
        title=_("Withdraw a planned version: {item}").format(item=row),
        submit=_("Withdraw"),
        done=_("The planned version is withdrawn."),
        back=back,
        trail=crumbs((_("Service catalogue"), reverse("standards:services")), (str(row), back)),
        intro=_("The version in force runs on."),
        go_to=lambda: go_to(request, "standards:service", row.code),
    )
