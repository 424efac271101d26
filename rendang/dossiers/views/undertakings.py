"""告知承诺: what a person has been told is missing, and has promised."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers import actions, forms
from rendang.dossiers.models import Dossier, Undertaking
from rendang.dossiers.queries import completeness
from rendang.dossiers.queries.page import custody_of
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit import actions as audit
from rendang.kernel.audit.sentences import reason
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.queries import tone
from rendang.kernel.workflow.views import case_context, case_list, step_page

PAPERS = {
    "notice": ("notice_file", gettext_lazy("Notice and promise")),
    "signed": ("signed_file", gettext_lazy("Promise, signed by hand")),
}


@require_safe
@requires(Permission.UNDERTAKING_VIEW)
def undertaking_list(request: HttpRequest) -> HttpResponse:
    rows = Undertaking.objects.visible_to(request.user, Permission.UNDERTAKING_VIEW)
    empty = {
        "icon": "writing-sign",
        "title": _("No undertaking yet"),
        "text": _("Open a dossier and compare it with the key materials: what is missing is told to the person once."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "dossiers/undertakings.html", {"empty": empty})


@require_safe
@requires(Permission.UNDERTAKING_VIEW)
def undertaking(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Undertaking.objects.select_related("institution", "person", "dossier", "origin", "opened_by")
    found = get_visible_or_404(rows, request.user, Permission.UNDERTAKING_VIEW, pk=pk)
    audit.record_view("undertaking.view", found, by=request.user)
    context = case_context(request, found) | {
        "items": [(item, reason(item.reason)) for item in found.items.select_related("material")],
        "follow_ups": found.follow_ups.select_related("by"),
        "letters": [(letter, tone(letter)) for letter in _letters(request.user, found)],
        "is_late": found.is_open and found.promised_on < timezone.localdate(),
        # By name: letters and papers are the business of an app above this one, which also says who may register them.
        "letter_url": reverse("accruals:chase_write", args=[found.dossier_id])
        if (registers := found.is_open and _registers_papers(request.user, found))
        else "",
        "register_url": reverse("accruals:register", args=[found.dossier_id]) if registers else "",
        "may_settle": found.is_open and can(request.user, Permission.UNDERTAKING_EDIT, at=found.institution_id),
        "papers": [
            (label, reverse("dossiers:undertaking_paper", args=[pk, name]))
            for name, (field, label) in PAPERS.items()
            if getattr(found, f"{field}_id")
        ],
    }
    return render(request, "dossiers/undertaking.html", context)


def _letters(user: Any, undertaking: Undertaking) -> Any:
    """The chasing letters about it that the user may open; by name, as above."""
    letters = undertaking.chases.visible_to(user, Permission.ACCRUAL_VIEW)
    return letters.annotate(sent_on=Max("sendings__sent_on"), times=Count("sendings")).order_by("pk")


def _registers_papers(user: Any, undertaking: Undertaking) -> bool:
    """Whether the institution of the undertaking keeps the dossier, and the user registers its papers and letters."""
    custody = custody_of(undertaking.dossier) if undertaking.dossier else None
    where = undertaking.institution_id
    return custody is not None and custody.institution_id == where and can(user, Permission.ACCRUAL_REGISTER, at=where)


@require_http_methods(["GET", "POST"])
@requires(Permission.UNDERTAKING_EDIT)
def undertaking_tell(request: HttpRequest, pk: int) -> HttpResponse:
    """What the dossier lacks for the types of person chosen; told once, with the promise to sign."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.UNDERTAKING_EDIT, pk=pk)
    custody = custody_of(dossier)
    if custody is None or not can(request.user, Permission.UNDERTAKING_EDIT, at=custody.institution_id):
        raise Http404
    kinds = forms.PersonKindForm(request.GET or None, initial={"types": completeness.likely_types(dossier.person)})
    chosen = kinds.chosen()
    missing = completeness.missing_key_materials(dossier, *chosen)
    limit = standards.deadline("undertaking_promise", start=timezone.localdate(), institution=custody.institution)
    form = forms.TellForm(request.POST or None, missing=missing, last=limit.due)
    if request.method == "POST" and form.is_valid():
        try:
            told = actions.tell_once(
                dossier.person, custody.institution, dossier=dossier, by=request.user, **form.cleaned_data
            )
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The person is told. Print the notice and have the promise signed."))
            return go_to(request, "dossiers:undertaking", told.pk)
    context = {"dossier": dossier, "person": dossier.person, "kinds": kinds, "form": form, "missing": missing}
    return render_page(request, "dossiers/undertaking_tell.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.UNDERTAKING_EDIT)
def undertaking_item(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """What became of one paper that was promised."""
    rows = Undertaking.objects.select_related("person")
    found = get_visible_or_404(rows, request.user, Permission.UNDERTAKING_EDIT, pk=pk)
    paper = get_object_or_404(found.items, pk=item)
    form = forms.SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.settle_item(paper, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Noted: %(paper)s.") % {"paper": paper.name})
            return go_to(request, "dossiers:undertaking", pk)
    registers = not paper.outcome and _registers_papers(request.user, found)
    address = f"{reverse('accruals:register', args=[found.dossier_id])}?item={item}" if registers else ""
    context = {"case": found, "item": paper, "form": form, "register_url": address}
    return render_page(request, "dossiers/undertaking_item.html", context, partial="form")


@require_safe
@requires(Permission.UNDERTAKING_VIEW)
def undertaking_paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    found = get_visible_or_404(Undertaking.objects.all(), request.user, Permission.UNDERTAKING_VIEW, pk=pk)
    stored: Any = getattr(found, PAPERS[paper][0]) if paper in PAPERS else None
    if stored is None:
        raise Http404
    audit.record_view("undertaking.print", found, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.UNDERTAKING_VIEW, belongs_to=found, inline=True)


undertaking_step = step_page(
    Undertaking, actions.UNDERTAKING_STEPS, forms.UNDERTAKING_FORMS, Permission.UNDERTAKING_VIEW, papers=PAPERS
)
