from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.loans import actions, forms, queries
from rendang.circulation.loans.actions.signed import SIGNED
from rendang.circulation.loans.models import PAPERS, Loan
from rendang.circulation.loans.views.tabs import tabs
from rendang.dossiers.models import Dossier
from rendang.dossiers.queries import custody_of
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.queries import standing
from rendang.kernel.workflow.views import case_context, case_list, step_page
from rendang.storage.queries import current_placement, current_placements

LABELS = {
    "letter": gettext_lazy("Introduction letter"),
    "approval": gettext_lazy("Application with approval"),
    "availability": gettext_lazy("Notice of availability"),
    "slip": pgettext_lazy("loan", "Hand-over slip"),
    "signed-slip": gettext_lazy("Hand-over slip, signed"),
    "renewal": gettext_lazy("Answer to the renewal"),
    "discrepancy": gettext_lazy("Discrepancy report"),
    "loss-report": gettext_lazy("Report of the loss"),
    "loss-notice": gettext_lazy("Notice of the loss to the unit"),
    "statement": gettext_lazy("Statement of the unit"),
    "signed-return": gettext_lazy("Count of the return, signed"),
}


@require_safe
@requires(Permission.LOAN_VIEW)
def loan_list(request: HttpRequest) -> HttpResponse:
    rows = Loan.objects.visible_to(request.user, Permission.LOAN_VIEW)
    empty = {
        "icon": "book-upload",
        "title": _("No loan yet"),
        "text": _(
            "A loan or consultation begins with the dossier: find it, then enter who applies with which letter."
        ),
        "url": reverse("loans:begin") if can(request.user, Permission.LOAN_REGISTER) else reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    context = {
        "empty": empty,
        "tabs": tabs("list"),
        "may_register": can(request.user, Permission.LOAN_REGISTER),
        "may_hand_over": can(request.user, Permission.LOAN_HAND_OVER),
    }
    return case_list(request, rows, "loans/list.html", context)


@require_safe
@requires(Permission.LOAN_VIEW)
def waiting(request: HttpRequest) -> HttpResponse:
    """Approved and not handed over: who is called, who waits for whom."""
    rows = queries.waiting(Loan.objects.visible_to(request.user, Permission.LOAN_VIEW))
    page = keyset_page(rows, request)
    holders = queries.holders_of([loan.dossier_id for loan in page.rows])
    today = timezone.localdate()
    line = queries.places_in_line([loan.dossier_id for loan in page.rows])
    wanted = [loan.dossier_id for loan in page.rows if loan.dossier_id]
    lies = {placement.dossier_id: placement for placement in current_placements(wanted)}
    entries = [
        {
            "loan": loan,
            "holder": holders.get(loan.dossier_id),
            "place": line.get(loan.pk, 1),
            "lies": lies.get(loan.dossier_id),
            "standing": standing(loan, today),
            "may_tell": loan.turn == Loan.Turn.CALLED
            and can(request.user, Permission.LOAN_REGISTER, at=loan.institution_id),
        }
        for loan in page.rows
    ]
    context = {"page": page, "entries": entries, "tabs": tabs("waiting")}
    return render(request, "loans/waiting.html", context)


@require_safe
@requires(Permission.LOAN_VIEW)
def overdue(request: HttpRequest) -> HttpResponse:
    """What should have come back: since when, how often chased."""
    today = timezone.localdate()
    rows = queries.overdue(Loan.objects.visible_to(request.user, Permission.LOAN_VIEW), today)
    page = keyset_page(rows.prefetch_related("notices"), request)
    entries = [
        (
            loan,
            standing(loan, today),
            list(loan.notices.all()),
            can(request.user, Permission.LOAN_HAND_OVER, at=loan.institution_id),
        )
        for loan in page.rows
    ]
    context = {"page": page, "entries": entries, "tabs": tabs("overdue"), "today": today}
    return render(request, "loans/overdue.html", context)


@require_safe
@requires(Permission.LOAN_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Loan.objects.select_related(
        "institution", "counterpart", "person", "dossier", "custody", "agency", "endorsed_by", "approved_by",
        "handed_over_by", "signed_by", "taken_back_by", "opened_by", "told_by", "lost_reported_by",
        "renewal_asked_by", "renewal_answered_by",
    )  # fmt: skip
    loan = get_visible_or_404(rows, request.user, Permission.LOAN_VIEW, pk=pk)
    record_view("loan.view", loan, by=request.user)
    notices = list(loan.notices.order_by("number"))
    ahead = queries.ahead_of(loan) if loan.state == Loan.State.APPROVED and loan.is_paper else None
    late = loan.state in Loan.IN_HAND and loan.due_back is not None and loan.due_back < timezone.localdate()
    context = case_context(request, loan) | {
        "reason": standards.code_label("consultation_reason", loan.reason, short=False),
        "borrowers": loan.borrowers.order_by("pk"),
        "classes": loan.class_marks,
        "named": [one.number for one in loan.materials.order_by("scheme", "class_mark", "position")],
        "to_sign": _to_sign(loan) if can(request.user, Permission.LOAN_HAND_OVER, at=loan.institution_id) else [],
        "ahead": ahead,
        "renewal": _renewal(loan) if loan.state == Loan.State.LENT else "",
        "may_chase": late and can(request.user, Permission.LOAN_HAND_OVER, at=loan.institution_id),
        "papers": [
            *(
                (LABELS[name], reverse("loans:paper", args=[pk, name]))
                for name, field in PAPERS.items()
                if getattr(loan, f"{field}_id")
            ),
            *(
                (
                    _("Overdue notice %(number)d of %(day)s") % {"number": one.number, "day": one.issued_on},
                    reverse("loans:paper", args=[pk, one.paper]),
                )
                for one in notices
            ),
        ],
    }
    return render(request, "loans/detail.html", context)


def _renewal(loan: Loan) -> str:
    """What to answer a unit that asks to keep the dossier longer, and who decides whether the rules allow it."""
    try:
        day, _basis = actions.renewed_until(loan)
    except ValidationError as refused:
        return " ".join(refused.messages)
    if loan.renewal == Loan.Renewal.ASKED:
        return _("Possible until %(day)s.") % {"day": day}
    return _("Possible until %(day)s: enter what the unit asks for; whoever approves loans decides.") % {"day": day}


def _to_sign(loan: Loan) -> list[tuple[str, str]]:
    """The papers that both have signed and that are not with the case yet: label and address."""
    labels = {"slip": _("Add the signed hand-over slip"), "return": _("Add the signed count of the return")}
    return [
        (labels[which], reverse("loans:signed", args=[loan.pk, which]))
        for which, (field, _name, since) in SIGNED.items()
        if getattr(loan, since) and not getattr(loan, f"{field}_id")
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_HAND_OVER)
def signed(request: HttpRequest, pk: int, which: str) -> HttpResponse:
    """The scan of a slip that was signed by both, added to its case."""
    if which not in SIGNED:
        raise Http404
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_HAND_OVER, pk=pk)
    form = forms.SignedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_signed(loan, by=request.user, which=which, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The signed paper is with the case."))
            return go_to(request, "loans:detail", pk)
    title = _("Hand-over slip, signed") if which == "slip" else _("Count of the return, signed")
    return render_page(request, "loans/signed.html", {"loan": loan, "form": form, "title": title}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_APPROVE)
def name_papers(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The papers of a digital consultation, ticked in the catalogue: a look at personal content."""
    loan = get_visible_or_404(Loan.objects.select_related("dossier"), request.user, Permission.CATALOGUE_VIEW, pk=pk)
    if request.method == "GET":
        record_view("catalogue.view", loan.dossier, by=request.user, institution=loan.institution)
    return step(request, pk, "name_papers")


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_REGISTER)
def apply(request: HttpRequest, dossier: int) -> HttpResponse:
    """The application of a unit, for one dossier."""
    found = get_visible_or_404(
        Dossier.objects.select_related("person"), request.user, Permission.LOAN_REGISTER, pk=dossier
    )
    custody = custody_of(found)
    if custody is None:
        raise Http404
    sees_catalogue = can(request.user, Permission.CATALOGUE_VIEW, at=custody.institution_id)
    if sees_catalogue and request.method == "GET":
        record_view("catalogue.view", found, by=request.user, institution=custody.institution)
    form = forms.ApplyForm(
        request.POST or None,
        request.FILES or None,
        institution=custody.institution,
        papers_of=found if sees_catalogue else None,
        initial={"use": "CONSULTATION"},
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            loan = actions.apply(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            refusal = refused
            show_refusal(form, refused)
        else:
            messages.success(request, _("The application is registered. It is approved next."))
            return go_to(request, "loans:detail", loan.pk)
    form.show_comparison_only_when_asked(refusal)
    context = {
        "dossier": found,
        "custody": custody,
        "form": form,
        "holder": queries.holder_of(found),
        "place": current_placement(found),
    }
    return render_page(request, "loans/apply.html", context, partial="form")


@require_POST
@requires(Permission.LOAN_HAND_OVER)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One more overdue notice, by hand."""
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_HAND_OVER, pk=pk)
    with told(request, _("The overdue notice is issued. Print it here and send it.")):
        actions.issue_overdue_notice(loan, by=request.user)
    return redirect(loan)


@require_safe
@requires(Permission.LOAN_VIEW)
def paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    """A paper of the loan: letter, application, hand-over slip, discrepancy report, overdue notice."""
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_VIEW, pk=pk)
    stored = _stored(loan, paper)
    if stored is None:
        raise Http404
    record_view("loan.print", loan, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.LOAN_VIEW, belongs_to=loan, inline=True)


def _stored(loan: Loan, paper: str) -> Any:
    if paper in PAPERS:
        return getattr(loan, PAPERS[paper])
    name, _dash, number = paper.partition("-")
    if name != "notice" or not number.isascii() or not number.isdecimal() or len(number) > 4:
        return None
    notice = loan.notices.select_related("file").filter(number=int(number)).first()
    return notice.file if notice else None


step = step_page(
    Loan, actions.STEPS, forms.FORMS, Permission.LOAN_VIEW,
    papers={name: (field, LABELS[name]) for name, field in PAPERS.items()}
    | {"notice": ("notices", gettext_lazy("Latest overdue notice"))},
)  # fmt: skip
