from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.views import case_context, case_list, step_page
from rendang.services.certificates import actions, forms
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import status_of
from rendang.storage.queries import in_stock


@require_safe
@requires(Permission.CERTIFICATE_VIEW)
def register(request: HttpRequest) -> HttpResponse:
    """登记簿: every certificate of one's institutions."""
    rows = Certificate.objects.visible_to(request.user, Permission.CERTIFICATE_VIEW)
    empty = {
        "icon": "certificate",
        "title": _("No certificate yet"),
        "text": _("A certificate is drafted on the page of a dossier, or applied for online by the person."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "certificates/list.html", {"empty": empty})


@require_safe
@requires(Permission.CERTIFICATE_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Certificate.objects.select_related("institution", "person", "dossier", "custody", "issued_by")
    certificate = get_visible_or_404(rows, request.user, Permission.CERTIFICATE_VIEW, pk=pk)
    record_view("certificate.view", certificate, by=request.user)
    context = case_context(request, certificate) | {
        "status": status_of(certificate) if certificate.issued_at else None,
        "in_stock": in_stock(certificate.dossier),
        "papers": [(_("Certificate of custody"), reverse("certificates:paper", args=[pk]))]
        if certificate.file_id
        else [],
    }
    return render(request, "certificates/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.CERTIFICATE_DRAFT)
def draft(request: HttpRequest, dossier: int) -> HttpResponse:
    found = get_visible_or_404(
        Dossier.objects.select_related("person"), request.user, Permission.CERTIFICATE_DRAFT, pk=dossier
    )
    form = forms.DraftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            certificate = actions.draft(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("The certificate is drafted from the record."))
            return go_to(request, "certificates:detail", certificate.pk)
    context = {"dossier": found, "form": form, "in_stock": in_stock(found)}
    return render_page(request, "certificates/draft.html", context, partial="form")


@require_safe
@requires(Permission.CERTIFICATE_VIEW)
def paper(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The signed PDF."""
    certificate = get_visible_or_404(Certificate.objects.all(), request.user, Permission.CERTIFICATE_VIEW, pk=pk)
    if certificate.file is None:
        raise Http404
    record_view("certificate.print", certificate, by=request.user)
    return serve(
        request, certificate.file, permission=Permission.CERTIFICATE_VIEW, belongs_to=certificate, inline=True
    )


step = step_page(
    Certificate, actions.STEPS, forms.FORMS, Permission.CERTIFICATE_VIEW,
    papers={"certificate": ("file", gettext_lazy("Certificate of custody"))},
)  # fmt: skip
