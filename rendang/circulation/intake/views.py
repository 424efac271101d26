from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.intake import actions, forms
from rendang.circulation.intake.models import Intake
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.views import case_context, case_list, step_page

PAPERS = {
    "letter": ("letter_file", gettext_lazy("Recall letter")),
    "receipt": ("receipt_file", gettext_lazy("Receipt")),
    "return": ("return_file", gettext_lazy("Return slip")),
}


@require_safe
@requires(Permission.INTAKE_VIEW)
def intake_list(request: HttpRequest) -> HttpResponse:
    rows = Intake.objects.visible_to(request.user, Permission.INTAKE_VIEW)
    extra = {
        "may_open": can(request.user, Permission.INTAKE_REGISTER),
        "empty": {
            "icon": "package-import",
            "title": _("No intake yet"),
            "text": _("An intake begins when somebody wants the dossier kept here."),
            "url": reverse("intake:apply"),
            "label": _("New intake"),
        },
    }
    return case_list(request, rows, "intake/list.html", extra)


@require_safe
@requires(Permission.INTAKE_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Intake.objects.select_related("institution", "person", "first_opener", "second_opener", "custody")
    intake = get_visible_or_404(rows, request.user, Permission.INTAKE_VIEW, pk=pk)
    record_view("intake.view", intake, by=request.user)
    context = case_context(request, intake) | {
        "reason": standards.code_name("intake_reason", intake.reason),
        "carrier": intake.carrier and standards.code_name("carrier", intake.carrier),
        "return_reason": intake.return_reason and standards.code_name("return_reason", intake.return_reason),
        "papers": [
            (label, reverse("intake:paper", args=[pk, name]))
            for name, (field, label) in PAPERS.items()
            if getattr(intake, f"{field}_id")
        ],
    }
    return render(request, "intake/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def apply(request: HttpRequest) -> HttpResponse:
    form = forms.ApplyForm(request.POST or None)
    field = form.fields["institution"]
    field.queryset = institutions_where(request.user, Permission.INTAKE_REGISTER)  # type: ignore[attr-defined]
    field.initial = field.queryset.first()  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            intake = actions.apply(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The intake is open. Next: the recall letter."))
            return go_to(request, "intake:detail", intake.pk)
    return render_page(request, "intake/apply.html", {"form": form}, partial="form")


@require_safe
@requires(Permission.INTAKE_VIEW)
def paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    """A printed paper of the intake: the recall letter, the receipt or the return slip."""
    intake = get_visible_or_404(Intake.objects.all(), request.user, Permission.INTAKE_VIEW, pk=pk)
    stored = getattr(intake, PAPERS[paper][0]) if paper in PAPERS else None
    if stored is None:
        raise Http404
    record_view("intake.print", intake, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.INTAKE_VIEW, belongs_to=intake, inline=True)


step = step_page(Intake, actions.STEPS, forms.FORMS, Permission.INTAKE_VIEW)
