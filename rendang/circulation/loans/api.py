import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from rendang.circulation.loans import actions, forms, queries
from rendang.circulation.loans.models import PAPERS, Agency, Bar, Loan
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Dossier, Material
from rendang.dossiers.queries import custody_of
from rendang.dossiers.queries.permits import Wish
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.actions import record_view
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["loans"])
MOST = 200


class BorrowerIn(Schema):
    """One of the people of the unit, with the number of the identity card."""

    name: str = Field(max_length=60)
    id_number: str = Field(max_length=24)
    post: str = Field("", max_length=60)
    is_party_member: bool = False


class ApplyIn(Schema):
    """``use`` is CONSULTATION, LOAN or DIGITAL, ``reason`` a code of the table consultation_reason; ``agreement`` the
    number of an agency's agreement, which then stands for unit and letter."""

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    use: str
    reason: str
    scope: str
    phone: str
    borrowers: list[BorrowerIn] = Field(min_length=1, max_length=forms.MOST_PEOPLE)
    unit: str = ""
    letter_number: str = ""
    agreement: str = ""
    class_marks: list[str] = Field(default_factory=list)
    materials: list[int] = Field(default_factory=list, max_length=500)
    days: int | None = None
    may_print: bool = False
    may_download: bool = False
    remarks: str = ""


class GrantOut(Schema):
    """What a digital consultation allows now; nothing when it is not open."""

    is_open: bool
    until: dt.datetime | None
    class_marks: list[str]
    materials: list[int]
    may_print: bool
    may_download: bool


class PermitOut(Schema):
    """Whether the paper may be seen now, until when, and what may be done with it; ``denial`` is a code: EXPIRED,
    RECALLED, CLOSED, PAUSED, NOT_OPENED, NOT_GRANTED, NOT_NAMED, NO_PRINTING, NO_DOWNLOAD, REMOVED, LEFT, OWN …"""

    allowed: bool
    denial: str
    until: dt.datetime | None
    may_print: bool
    may_download: bool


class LoanOut(Schema):
    """A loan as its page shows it. ``place`` is its place in the line for the dossier, 1 for the next; ``turn`` is
    CALLED when the dossier is held for the unit, TOLD when the unit knows; ``renewal`` what became of the last asking
    (ASKED, GRANTED, REFUSED, OVERTAKEN); ``papers`` can be fetched by name."""

    number: str
    state: str
    use: str
    unit: str
    reason: str
    place: int | None
    turn: str
    held_until: dt.date | None
    due_back: dt.date | None
    renewals: int
    renewal: str
    renewal_wished: dt.date | None
    renewal_refusal: str
    pages_out: int | None
    pages_back: int | None
    lost: str
    overdue_notices: int
    papers: list[str]


class AgreementOut(Schema):
    """An agency that borrows under an agreement, and how many loans are under way with it."""

    agreement_number: str
    name: str
    kind: str
    valid_from: dt.date
    valid_to: dt.date
    reasons: list[str]
    most_out: int
    under_way: int


class BarOut(Schema):
    """Who may not borrow here, until when and why; of a person the masked number."""

    name: str
    id_masked: str
    reason: str
    until: dt.date


def _loans_out(rows: Any) -> list[dict[str, Any]]:
    loans = list(rows.annotate(notice_count=Count("notices"))[:MOST])
    line = queries.places_in_line([loan.dossier_id for loan in loans if loan.dossier_id])
    return [
        {
            "number": loan.number,
            "state": loan.state,
            "use": loan.use,
            "unit": loan.unit,
            "reason": loan.reason,
            "place": line.get(loan.pk),
            "turn": loan.turn,
            "held_until": loan.held_until,
            "due_back": loan.due_back,
            "renewals": loan.renewals,
            "renewal": loan.renewal,
            "renewal_wished": loan.renewal_wished,
            "renewal_refusal": loan.renewal_refusal,
            "pages_out": loan.pages_out,
            "pages_back": loan.pages_back,
            "lost": loan.lost,
            "overdue_notices": loan.notice_count,
            "papers": [name for name, field in PAPERS.items() if getattr(loan, f"{field}_id")],
        }
        for loan in loans
    ]


@router.get("/waiting", response=list[LoanOut], operation_id="list_loans_waiting")
def list_waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """Approved and not handed over, in the order of approval; at most 200."""
    return _loans_out(queries.waiting(Loan.objects.visible_to(request.user, Permission.LOAN_VIEW)))


@router.get("/overdue", response=list[LoanOut], operation_id="list_loans_overdue")
def list_overdue(request: HttpRequest) -> list[dict[str, Any]]:
    """What should have come back, the longest first; at most 200."""
    rows = Loan.objects.visible_to(request.user, Permission.LOAN_VIEW)
    return _loans_out(queries.overdue(rows, timezone.localdate()))


@router.get("/agreements", response=list[AgreementOut], operation_id="list_agreements")
def list_agreements(request: HttpRequest) -> list[dict[str, Any]]:
    """The agreements that are in force today."""
    today = timezone.localdate()
    rows = Agency.objects.visible_to(request.user, Permission.LOAN_VIEW)
    rows = rows.filter(ended_on=None, valid_from__lte=today, valid_to__gte=today)
    under_way = Count("loans", filter=Q(loans__closed_at=None, loans__isnull=False))
    return [
        {
            "agreement_number": one.agreement_number,
            "name": one.name,
            "kind": one.kind,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "reasons": one.reasons,
            "most_out": one.most_out,
            "under_way": one.under_way,
        }
        for one in rows.annotate(under_way=under_way).order_by("name", "pk")[:MOST]
    ]


@router.get("/bars", response=list[BarOut], operation_id="list_bars")
def list_bars(request: HttpRequest) -> list[dict[str, Any]]:
    """Who is barred from borrowing today."""
    rows = Bar.objects.visible_to(request.user, Permission.LOAN_VIEW)
    rows = rows.filter(until__gte=timezone.localdate(), lifted_on=None).order_by("until", "pk")
    return [
        {"name": one.name, "id_masked": one.id_masked, "reason": one.reason, "until": one.until} for one in rows[:MOST]
    ]


@router.post("", response={201: CaseOut}, operation_id="apply_for_loan")
def apply(request: HttpRequest, data: ApplyIn) -> Status[dict[str, Any]]:
    """Apply to read or borrow a dossier. 409 when the unit is barred, overdue, or asks for a relative's."""
    rows = Dossier.objects.select_related("person__employer")
    dossier = get_visible_or_404(rows, request.user, Permission.LOAN_REGISTER, pk=data.dossier_id)
    custody = custody_of(dossier)
    institution = custody.institution_id if custody else 0
    given = data.dict(exclude={"dossier_id", "borrowers", "agreement"})
    for number, one in enumerate(data.borrowers, start=1):
        given |= {f"name_{number}": one.name, f"id_number_{number}": one.id_number, f"post_{number}": one.post}
        given[f"party_{number}"] = one.is_party_member
    agencies = queries.agencies_of(institution, timezone.localdate()) if data.agreement else None
    if agencies is not None:
        found = agencies.filter(agreement_number=data.agreement).values_list("pk", flat=True).first()
        given["agency"] = found or data.agreement
    form = forms.ApplyForm(given, institution=institution, people=len(data.borrowers), papers_of=dossier)
    loan = actions.apply(dossier, by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(loan, request.user))


@router.get("/{number}/details", response=LoanOut, operation_id="get_loan_details")
def details(request: HttpRequest, number: str) -> dict[str, Any]:
    """The loan as its page shows it."""
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_VIEW, number=number)
    record_view("loan.view", loan, by=request.user)
    return _loans_out(Loan.objects.filter(pk=loan.pk))[0]


@router.get("/{number}/papers/{paper}", operation_id="get_paper_of_loan")
def paper(request: HttpRequest, number: str, paper: str) -> Any:
    """A paper of the loan, as a file. 404 when the loan has none of this name."""
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_VIEW, number=number)
    stored = getattr(loan, PAPERS[paper]) if paper in PAPERS else None
    if stored is None:
        raise Http404
    record_view("loan.print", loan, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.LOAN_VIEW, belongs_to=loan)


@router.get("/{number}/grant", response=GrantOut, operation_id="get_grant")
def grant(request: HttpRequest, number: str) -> dict[str, Any]:
    """What a digital consultation was opened for. It permits nothing: before a paper is shown, ask for that paper."""
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_VIEW, number=number)
    record_view("loan.view", loan, by=request.user)
    is_open = loan.is_open_for_reading
    return {
        "is_open": is_open,
        "until": loan.granted_until if is_open else None,
        "class_marks": loan.class_marks if is_open else [],
        "materials": [paper.pk for paper in loan.materials.all()] if is_open else [],
        "may_print": is_open and loan.may_print,
        "may_download": is_open and loan.may_download,
    }


@router.get("/{number}/grant/materials/{material}", response=PermitOut, operation_id="ask_to_see_material")
def ask_to_see(request: HttpRequest, number: str, material: int, wish: Wish = Wish.READ) -> dict[str, Any]:
    """May this paper be shown, printed or taken along now? Either answer is noted. 404: no paper of the dossier."""
    loan = get_visible_or_404(Loan.objects.all(), request.user, Permission.LOAN_VIEW, number=number)
    papers = Material.objects.filter(dossier=loan.dossier_id, pk=min(max(material, 0), MAX_KEY))
    paper = papers.select_related("dossier").first()
    if paper is None:
        raise Http404
    answer = dossiers.ask_to_see(paper, by=request.user, wish=wish, case=loan)
    return {
        "allowed": answer.allowed,
        "denial": answer.denial,
        "until": answer.until if answer.allowed else None,
        "may_print": answer.allowed and answer.may_print,
        "may_download": answer.allowed and answer.may_download,
    }


add_case_routes(router, Loan, Permission.LOAN_VIEW, actions.STEPS, forms.FORMS)
