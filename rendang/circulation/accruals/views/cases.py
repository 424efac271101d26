from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.accruals import actions, forms
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.circulation.accruals.queries import (
    SUBMIT,
    as_listed,
    collected_by_month,
    late_by_sender,
    out_of_reach,
)
from rendang.dossiers.queries.classify import suggested_mark
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.queries import add_months
from rendang.kernel.workflow.steps import STEPS, refuse_unless_possible
from rendang.kernel.workflow.views import case_context, case_list, known_of, step_page

PAPERS = {
    "receipt": ("receipt_file", gettext_lazy("List of what was received")),
    "slip": ("slip_file", gettext_lazy("Return slip")),
}


UPLOADED = "uploaded"
# Papers identified on one page.
AT_ONCE = 50


@dataclass(frozen=True)
class Line:
    """One paper as the pages show it."""

    item: AccrualItem
    form: str
    refusal: str
    out: str | None  # where the dossier is, while the paper waits for it
    mark: str = ""
    sent: Any = None  # what was chosen for it on the page that was refused


def lines_of(items: Iterable[AccrualItem], accrual: Accrual, sent: Any = None) -> list[Line]:
    items = list(items)
    waiting = [item for item in items if item.outcome == AccrualItem.Outcome.ACCEPTED]
    out = out_of_reach(waiting, accrual.institution) if waiting else {}
    return [
        Line(
            item,
            standards.code_label("material_copy", item.form),
            standards.code_label("accrual_refusal", item.refusal) if item.refusal else "",
            out.get(item.dossier_id) if item.outcome == AccrualItem.Outcome.ACCEPTED else None,
            item.class_mark or suggested_mark(item.title),
            (sent or {}).get(str(item.pk)),
        )
        for item in items
    ]


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def accrual_list(request: HttpRequest) -> HttpResponse:
    rows = as_listed(Accrual.objects.visible_to(request.user, Permission.ACCRUAL_VIEW))
    empty = {
        "icon": "file-plus",
        "title": _("No accrual yet"),
        "text": _("Register a list of papers of many people, or one paper on the page of its dossier."),
        "url": reverse("accruals:register_list"),
        "label": _("Register a list"),
    }
    may_register = can(request.user, Permission.ACCRUAL_REGISTER)
    return case_list(
        request, rows, "accruals/list.html", {"empty": empty, "may_register": may_register}, forms.AccrualFilterForm
    )


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Accrual.objects.select_related("institution", "person", "dossier", "opened_by", "asked_by")
    accrual = get_visible_or_404(rows, request.user, Permission.ACCRUAL_VIEW, pk=pk)
    record_view("accrual.view", accrual, by=request.user)
    items = accrual.items.select_related("dossier__person", "material")
    context = case_context(request, accrual) | {
        "lines": lines_of(items, accrual),
        "papers": [
            (label, reverse("accruals:paper", args=[pk, name]))
            for name, (field, label) in PAPERS.items()
            if getattr(accrual, f"{field}_id")
        ]
        + [
            (label, reverse("accruals:paper", args=[pk, name]))
            for name, label, _file in _uploaded(accrual)
            if can(request.user, Permission.ACCRUAL_REGISTER, at=accrual.institution_id)
        ],
    }
    return render(request, "accruals/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCRUAL_IDENTIFY)
def identify(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of a delivery, page by page: accept each with its class, or refuse it with a reason."""
    rows = Accrual.objects.select_related("institution", "person")
    accrual = get_visible_or_404(rows, request.user, Permission.ACCRUAL_IDENTIFY, pk=pk)
    rule = STEPS[Accrual]["identify"]
    pages = Paginator(accrual.items.select_related("dossier__person"), AT_ONCE)
    page = pages.get_page(request.GET.get("page"))
    items = list(page.object_list)
    refusal: ValidationError | None = None
    sent = {
        str(item.pk): {"refusal": item.refusal, "detail": item.refusal_detail, "form": item.form} for item in items
    }
    if request.method == "POST":
        names = ("class_mark", "form", "refusal", "detail")
        sent = {str(item.pk): {name: request.POST.get(f"{name}-{item.pk}", "") for name in names} for item in items}
        try:
            if onward := request.POST.get("onward", ""):
                actions.note_verdicts(accrual, by=request.user, verdicts=sent)
                return redirect(f"{request.path}?page={pages.get_page(onward).number}")
            actions.identify_all(accrual, by=request.user, verdicts=sent)
        except ValidationError as refused:
            refusal = refused
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": rule.label})
            return redirect("accruals:detail", pk)
    else:
        try:
            refuse_unless_possible(rule, accrual, request.user)
        except ValidationError as refused:
            refusal = refused
    context = {
        "case": accrual,
        "page": page,
        "lines": lines_of(items, accrual, sent),
        "marks": forms.mark_choices()[1:],
        "refusals": [one for one in standards.choices("accrual_refusal")() if one[0] != AccrualItem.MOVED],
        "copies": standards.choices("material_copy")(),
        "refused": refusal.messages if refusal else [],
        **known_of(accrual),
    }
    return render(request, "accruals/identify.html", context)


def _uploaded(accrual: Accrual) -> list[tuple[str, str, StoredFile]]:
    """What came through the link of a letter: name in the address, label, file."""
    stored = accrual.attachments.order_by("pk")
    label = _("Uploaded by the addressee, file %(number)d")
    return [(f"{UPLOADED}-{number}", label % {"number": number}, file) for number, file in enumerate(stored, start=1)]


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def figures(request: HttpRequest) -> HttpResponse:
    """What was collected month by month, how much of it late, and who hands in late."""
    rows = Accrual.objects.visible_to(request.user, Permission.ACCRUAL_VIEW)
    today = timezone.localdate()
    since = add_months(today.replace(day=1), -11)
    context = {
        "months": collected_by_month(rows, since),
        "senders": late_by_sender(rows, since),
        "since": since,
        "rule": standards.policy(SUBMIT, on=today),
    }
    return render(request, "accruals/figures.html", context)


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    """A printed paper of the delivery, or what was uploaded for it."""
    accrual = get_visible_or_404(Accrual.objects.all(), request.user, Permission.ACCRUAL_VIEW, pk=pk)
    if paper.startswith(UPLOADED) and not can(request.user, Permission.ACCRUAL_REGISTER, at=accrual.institution_id):
        raise PermissionDenied  # the content of a paper is for who works with it
    uploaded = {name: file for name, _label, file in _uploaded(accrual)}
    stored = getattr(accrual, PAPERS[paper][0]) if paper in PAPERS else uploaded.get(paper)
    if stored is None:
        raise Http404
    record_view("accrual.print", accrual, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.ACCRUAL_VIEW, belongs_to=accrual, inline=True)


step = step_page(Accrual, actions.STEPS, forms.FORMS, Permission.ACCRUAL_VIEW, papers=PAPERS)
