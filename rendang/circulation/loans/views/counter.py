"""借出与归还: at the counter, with a scanner. The label, then Enter: two things to do for each dossier."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rendang.circulation.loans import actions, forms, queries
from rendang.circulation.loans.actions.signed import SIGNED
from rendang.circulation.loans.models import PAPERS, Loan
from rendang.circulation.loans.views.cases import LABELS
from rendang.circulation.loans.views.tabs import tabs
from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.queries import standing
from rendang.people.queries import is_own_or_relative

HAND_OVER = {Loan.Use.LOAN: actions.lend, Loan.Use.CONSULTATION: actions.lay_out}


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_HAND_OVER)
def take_back(request: HttpRequest) -> HttpResponse:
    """Scan, count, Enter."""
    return _counter(request, returning=True)


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_HAND_OVER)
def hand_over(request: HttpRequest) -> HttpResponse:
    """Scan, count and compare the cards, Enter."""
    return _counter(request, returning=False)


def _counter(request: HttpRequest, *, returning: bool) -> HttpResponse:
    dossiers = Dossier.objects.visible_to(request.user, Permission.LOAN_HAND_OVER)
    scan = forms.ScanForm(request.POST if "dossier" in request.POST else None, dossiers=dossiers)
    loan, counted = None, None
    if "loan" in request.POST:
        key = request.POST["loan"]
        loans = Loan.objects.select_related("dossier", "institution", "person")
        pk = int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0
        loan = get_visible_or_404(loans, request.user, Permission.LOAN_HAND_OVER, pk=pk)
        counted = _counted_form(loan, returning, request.POST, request.FILES)
        if counted.is_valid() and _taken(request, loan, counted, returning):
            return redirect(f"{request.path}?done={loan.pk}")
    elif scan.is_bound and scan.is_valid():
        dossier = scan.cleaned_data["dossier"]
        named = queries.open_loan_of(dossier, returning=returning)
        if named is None:
            scan.add_error("dossier", _nothing_to_do(dossier, returning))
        else:
            rows = Loan.objects.select_related("dossier", "institution", "person", "signed_by", "custody")
            loan = get_visible_or_404(rows, request.user, Permission.LOAN_HAND_OVER, pk=named.pk)
            record_view("loan.view", loan, by=request.user)
            counted = _counted_form(loan, returning, None)
    context = {
        "returning": returning,
        "scan": scan,
        "loan": loan,
        "counted": counted,
        "tabs": tabs(""),
        "expected": _expected(loan, returning) if loan else None,
        "reason": standards.code_label("consultation_reason", loan.reason, short=False) if loan else "",
        "borrowers": list(loan.borrowers.order_by("pk")) if loan else [],
        "standing": standing(loan, timezone.localdate()) if loan else None,
        "done": _done(request, returning) if loan is None else None,
    }
    return render(request, "loans/counter.html", context)


def _done(request: HttpRequest, returning: bool) -> dict[str, Any] | None:
    """What was handed over or taken back last: its paper is printed and signed while the people are still here."""
    key = request.GET.get("done", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    rows = Loan.objects.visible_to(request.user, Permission.LOAN_HAND_OVER).select_related("person")
    loan = rows.filter(pk=int(key)).first()
    if loan is None or is_own_or_relative(request.user, loan):
        return None
    paper, which = ("discrepancy", "return") if returning else ("slip", "slip")
    return {
        "loan": loan,
        "paper": paper if getattr(loan, f"{PAPERS[paper]}_id") else "",
        "label": LABELS[paper],
        "to_sign": "" if getattr(loan, f"{SIGNED[which][0]}_id") else which,
    }


def _expected(loan: Loan, returning: bool) -> int | None:
    assert loan.dossier
    return loan.pages_out if returning else queries.pages_of(loan.dossier)


def _counted_form(loan: Loan, returning: bool, data: Any, files: Any = None) -> Any:
    initial = {"pages": _expected(loan, returning)}
    if returning:
        return forms.ReturnForm(data, files, initial=initial)
    return forms.hand_over_counted_form(loan)(data, files, initial=initial)


def _taken(request: HttpRequest, loan: Loan, counted: Any, returning: bool) -> bool:
    """Take the step; whether it was taken. A refusal stands in the form."""
    asked = counted.cleaned_data
    try:
        if not returning:
            # What the button says is what is confirmed with it: the cards were compared.
            step = HAND_OVER.get(Loan.Use(loan.use), actions.lend)
            step(loan, by=request.user, identity_checked=True, **asked)
            said = _("Handed over: %(name)s, %(pages)d pages.")
        elif asked["discrepancy"].strip() or asked["pages"] != loan.pages_out:
            actions.report_discrepancy(loan, by=request.user, **asked)
            said = _("Returned with a discrepancy: %(name)s. Print the report and have it signed.")
        else:
            actions.receive_back(loan, by=request.user, pages=asked["pages"], signed=asked["signed"])
            said = _("Returned complete: %(name)s, %(pages)d pages.")
    except ValidationError as refused:
        show_refusal(counted, refused)
        return False
    assert loan.person
    messages.success(request, said % {"name": loan.person.name, "pages": asked["pages"]})
    following = queries.first_in_line(loan.dossier) if returning and loan.dossier else None
    if following and following.called_on:
        messages.warning(
            request,
            _("%(number)s is the next in line: tell %(unit)s, %(phone)s.")
            % {"number": following.number, "unit": following.unit, "phone": following.phone},
        )
    return True


def _nothing_to_do(dossier: Dossier, returning: bool) -> str:
    if returning:
        return _("%(barcode)s is not lent out and not being read.") % {"barcode": dossier}
    return _("No approved loan or consultation waits for %(barcode)s.") % {"barcode": dossier}
