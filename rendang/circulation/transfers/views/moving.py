from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.forms import moving as forms
from rendang.circulation.transfers.models import Departure, DepartureRequest, Transfer
from rendang.circulation.transfers.queries.obstacles import shown
from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import CaseQuerySet
from rendang.kernel.workflow.views import case_context, case_list, step_page

PAPERS = {
    "notice": ("notice_file", gettext_lazy("Transfer notice")),
    "receipt": ("receipt_file", gettext_lazy("Receipt")),
}


@require_safe
@requires(Permission.TRANSFER_VIEW)
def transfer_list(request: HttpRequest) -> HttpResponse:
    rows = Transfer.objects.visible_to(request.user, Permission.TRANSFER_VIEW)
    empty = {
        "icon": "transfer",
        "title": _("No transfer yet"),
        "text": _("A transfer begins on the page of a dossier: find it, then offer it to another institution."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "transfers/list.html", {"empty": empty})


@require_safe
@requires(Permission.TRANSFER_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Transfer.objects.select_related(
        "institution", "counterpart", "person", "dossier", "custody", "new_custody", "packed_by"
    )
    transfer = get_visible_or_404(rows, request.user, Permission.TRANSFER_VIEW, pk=pk)
    record_view("transfer.view", transfer, by=request.user)
    # What somebody has asked for is the sender's business alone.
    asked: list[CaseQuerySet] = [Departure.objects.all(), DepartureRequest.objects.all()]
    applications = [
        rows.visible_to(request.user, Permission.TRANSFER_VIEW).filter(transfer_offered=pk) for rows in asked
    ]
    context = case_context(request, transfer) | {
        "application": next((found for rows in applications if (found := rows.first())), None),
        "reason": standards.code_label("transfer_reason", transfer.reason),
        "carrier": transfer.carrier and standards.code_label("carrier", transfer.carrier),
        "refusal_reason": transfer.refusal_reason and standards.code_label("return_reason", transfer.refusal_reason),
        "papers": [
            (label, reverse("transfers:paper", args=[pk, name]))
            for name, (field, label) in PAPERS.items()
            if getattr(transfer, f"{field}_id")
        ],
    }
    return render(request, "transfers/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_OFFER)
def offer(request: HttpRequest, dossier: int) -> HttpResponse:
    found = get_visible_or_404(
        Dossier.objects.select_related("person"), request.user, Permission.TRANSFER_OFFER, pk=dossier
    )
    form = forms.OfferForm(request.POST or None)
    to = form.fields["to"]
    held = Custody.objects.filter(dossier=found, status=Custody.Status.HELD)
    to.queryset = to.queryset.exclude(pk__in=held.values("institution"))  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            transfer = actions.offer(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The dossier is offered. The other institution decides next."))
            return go_to(request, "transfers:detail", transfer.pk)
    context = {"dossier": found, "form": form, "obstacles": shown(obstacles([found.pk])[found.pk])}
    return render_page(request, "transfers/offer.html", context, partial="form")


@require_safe
@requires(Permission.TRANSFER_VIEW)
def paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    """A printed paper of the transfer: the three-part notice or the receipt."""
    transfer = get_visible_or_404(Transfer.objects.all(), request.user, Permission.TRANSFER_VIEW, pk=pk)
    stored = getattr(transfer, PAPERS[paper][0]) if paper in PAPERS else None
    if stored is None:
        raise Http404
    record_view("transfer.print", transfer, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.TRANSFER_VIEW, belongs_to=transfer, inline=True)


step = step_page(Transfer, actions.STEPS, forms.FORMS, Permission.TRANSFER_VIEW, papers=PAPERS)
