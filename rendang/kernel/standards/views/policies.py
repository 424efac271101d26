import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.standards import actions, forms
from rendang.kernel.standards.models import CODED_UNITS, Policy
from rendang.kernel.standards.queries import value_text
from rendang.kernel.standards.views.pages import crumbs, form_page, tabs


def _shown(row: Policy, today: dt.date) -> dict[str, Any]:
    """A version as the pages show it: its value in words, and whether it is past, in force or planned."""
    ended = row.valid_to is not None and row.valid_to < today
    return {
        "row": row,
        "value": value_text(row.value, row.unit),
        "state": "ended" if ended else "planned" if row.valid_from > today else "in_force",
    }


@require_safe
@requires(Permission.STANDARD_VIEW)
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every policy as it holds on a day, for all or for one institution."""
    form = forms.PolicyFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    today = timezone.localdate()
    day, institution = wanted.get("on") or today, wanted.get("institution")
    text = (wanted.get("q") or "").strip().lower()
    chosen: dict[str, Policy] = {}
    planned: set[str] = set()
    overridden: set[str] = set()
    for row in Policy.objects.select_related("institution"):
        if row.valid_from > today:
            planned.add(row.code)
        if row.valid_from > day or (row.valid_to is not None and row.valid_to < day):
            continue
        if row.institution_id is not None:
            overridden.add(row.code)
        if row.institution_id == (institution and institution.pk):
            chosen[row.code] = row
        elif row.institution_id is None:
            chosen.setdefault(row.code, row)
    rows = [
        {**_shown(row, day), "planned": row.code in planned, "override": row.code in overridden}
        for row in sorted(chosen.values(), key=lambda row: (row.order, row.code))
        if any(text in field.lower() for field in (row.code, row.name, row.english_name, row.basis))
    ]
    context = {"rows": rows, "form": form, "tabs": tabs("policies")}
    return render_page(request, "standards/policies.html", context, partial="rows")


@require_safe
@requires(Permission.STANDARD_VIEW)
def policy_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One policy: what holds now, what is planned, what held before, and who has a value of its own."""
    today = timezone.localdate()
    versions = [
        _shown(row, today)
        for row in Policy.objects.filter(code=code)
        .select_related("institution")
        .order_by("institution_id", "-valid_from")
    ]
    if not versions:
        raise Http404
    general = [shown for shown in versions if shown["row"].institution_id is None]
    context = {
        "policy": (general or versions)[0]["row"],
        "current": next((shown for shown in general if shown["state"] == "in_force"), None),
        "general": general,
        "overrides": [shown for shown in versions if shown["row"].institution_id is not None],
        "crumbs": crumbs((_("Policies"), reverse("standards:policies"))),
        "may_edit": can(request.user, Permission.STANDARD_EDIT),
    }
    return render(request, "standards/policy.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def policy_change(request: HttpRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    like = Policy.objects.filter(code=code, institution=None).order_by("-valid_from").first()
    if like is None:
        raise Http404
    like = Policy.objects.filter(code=code, institution=None).in_force(today).first() or like
    back = reverse("standards:policy", args=[code])
    value = like.value
    if isinstance(value, list) and like.unit not in CODED_UNITS:
        value = "\n".join(str(entry) for entry in value)
    form = forms.PolicyForm(
        request.POST or None, like=like, initial={"value": value, "unit": like.unit, "basis": like.basis}
    )
    return form_page(
        request,
        form,
        lambda values: actions.set_policy(code, by=request.user, **values),
        title=_("New value: {policy}").format(policy=like),
        submit=_("Enter"),
        done=_("The new value is entered."),
        back=back,
        trail=crumbs((_("Policies"), reverse("standards:policies")), (str(like), back)),
        intro=_("The former value ends the day before. Cases that began under it keep it."),
        go_to=lambda: go_to(request, "standards:policy", code),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def policy_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Policy, pk=pk)
    back = reverse("standards:policy", args=[row.code])
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda values: actions.withdraw_policy(row, by=request.user, **values),
        title=_("Withdraw a planned value: {policy}").format(policy=row),
        submit=_("Withdraw"),
        done=_("The planned value is withdrawn."),
        back=back,
        trail=crumbs((_("Policies"), reverse("standards:policies")), (str(row), back)),
        intro=_("The value in force runs on."),
        go_to=lambda: go_to(request, "standards:policy", row.code),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def policy_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Policy, pk=pk)
    back = reverse("standards:policy", args=[row.code])
    return form_page(
        request,
        forms.EndForm(request.POST or None),
        lambda values: actions.end_policy(row, by=request.user, **values),
        title=_("End an institution's own value: {policy}").format(policy=row),
        submit=_("End it"),
        done=_("The institution's own value ends."),
        back=back,
        trail=crumbs((_("Policies"), reverse("standards:policies")), (str(row), back)),
        intro=_("From the next day the general value holds for it again."),
        go_to=lambda: go_to(request, "standards:policy", row.code),
    )
