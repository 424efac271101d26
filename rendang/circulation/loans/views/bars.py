"""Who may not borrow: by decision, and because something is overdue."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.loans import actions, forms, queries
from rendang.circulation.loans.models import Bar, Loan
from rendang.circulation.loans.views.tabs import tabs
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to

MOST = 100


@require_safe
@requires(Permission.LOAN_VIEW)
def bar_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = Bar.objects.visible_to(request.user, Permission.LOAN_VIEW).select_related("institution", "barred_by")
    late = queries.overdue(Loan.objects.visible_to(request.user, Permission.LOAN_VIEW), today)
    context = {
        "rows": [(row, row.lifted_on is None and row.until >= today) for row in rows.order_by("-until", "-pk")[:MOST]],
        "late": late[:MOST],
        "tabs": tabs("bars"),
        "may_edit": can(request.user, Permission.LOAN_APPROVE),
    }
    return render(request, "loans/bars.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_APPROVE)
def bar_add(request: HttpRequest) -> HttpResponse:
    form = forms.NewBarForm(
        request.POST or None, institutions=institutions_where(request.user, Permission.LOAN_APPROVE)
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.bar(facts.pop("institution"), by=request.user, **facts)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Barred. Applications are refused until then."))
            return go_to(request, "loans:bars")
    return render(request, "loans/form.html", {"form": form, "title": _("Bar a borrower"), "back": "loans:bars"})


@require_POST
@requires(Permission.LOAN_APPROVE)
def bar_lift(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(Bar.objects.all(), request.user, Permission.LOAN_APPROVE, pk=pk)
    with told(request, _("The bar is lifted.")):
        actions.lift_bar(row, by=request.user, reason=request.POST.get("reason", ""))
    return redirect("loans:bars")
