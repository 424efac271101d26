from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.forms import leaving as forms
from rendang.circulation.transfers.models import DepartingDossier, Departure, DepartureRequest
from rendang.circulation.transfers.queries import tier_in_words
from rendang.circulation.transfers.queries.letters import verdict_on
from rendang.circulation.transfers.queries.listing import find_listed, listed_in, of_employer
from rendang.circulation.transfers.queries.obstacles import in_the_way_of, shown
from rendang.dossiers.models import Dossier
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.files.views import submitted_context, submitted_pages
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.views import case_context, case_list, step_page

PAPERS = {
    "letter": ("letter_file", gettext_lazy("Recall letter")),
    "list": ("list_file", gettext_lazy("List of materials")),
    "packet": ("packet_file", gettext_lazy("Notice, cover, seal strips and label")),
    "chasing": ("chasing_file", gettext_lazy("Chasing letter")),
    "slip": ("slip_file", gettext_lazy("Hand-over slip")),
    "receipt": ("receipt_file", gettext_lazy("Receipt")),
}
# Those that others have made; all others were printed here.
RECEIVED = {"letter", "receipt"}
SIGNED = gettext_lazy("Signed hand-over slip")
MOST_LINES = 100  # on the page of a case; the list as a whole is printed


@require_safe
@requires(Permission.TRANSFER_VIEW)
def departure_list(request: HttpRequest) -> HttpResponse:
    rows = Departure.objects.visible_to(request.user, Permission.TRANSFER_VIEW).select_related("keeper", "moves_to")
    rows = rows.annotate(listed=Count("lines"))
    may_open = can(request.user, Permission.TRANSFER_OFFER)
    empty = {
        "icon": "package-export",
        "title": _("No departure yet"),
        "text": _("A dossier leaves on a recall letter: find it, then let it be transferred out."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    waiting = DepartureRequest.objects.visible_to(request.user, Permission.TRANSFER_VIEW).open().count()
    extra = {"empty": empty, "may_open": may_open, "waiting": waiting}
    return case_list(request, rows, "departures/list.html", extra)


@require_safe
@requires(Permission.TRANSFER_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Departure.objects.select_related(
        "institution",
        "person",
        "dossier",
        "keeper",
        "moves_to",
        "transfer_offered",
        "examined_by",
        "checked_by",
        "sealed_by",
    )
    departure = get_visible_or_404(rows, request.user, Permission.TRANSFER_VIEW, pk=pk)
    record_view("departure.view", departure, by=request.user)
    lines = list(
        departure.lines.select_related("dossier__person", "custody", "checked_by").order_by(
            "outcome", F("checked_by").asc(nulls_first=True), "pk"
        )[:MOST_LINES]
    )
    to_check = departure.lines.filter(outcome=DepartingDossier.Outcome.GOING, checked_by=None)
    going = [line.dossier_id for line in lines if line.outcome == DepartingDossier.Outcome.GOING]
    before_packing = departure.state in {Departure.State.APPLIED, Departure.State.APPROVED}
    found = in_the_way_of(departure, going) if before_packing else {}
    papers = [
        (
            name,
            (
                SIGNED if name == "receipt" and departure.is_fetched else label,
                reverse("departures:paper", args=[pk, name]),
            ),
        )
        for name, (field, label) in PAPERS.items()
        if getattr(departure, f"{field}_id")
    ]
    context = case_context(request, departure)
    context |= submitted_context(request, departure, edit=Permission.TRANSFER_OFFER, covered=actions.LETTER)
    context |= {
        "reason": standards.code_label("transfer_reason", departure.reason),
        "carrier": departure.carrier and standards.code_label("carrier", departure.carrier),
        "refusal_reason": departure.refusal_reason and standards.code_label("return_reason", departure.refusal_reason),
        "letter_verdict": verdict_on(departure.letter_read),
        "receivers": list(departure.receivers.all()),
        "tier_in_words": departure.tier and tier_in_words(departure),
        "lines": [(line, shown(found.get(line.dossier_id, []))) for line in lines],
        "next_to_check": to_check.order_by("pk").first(),
        "left_to_check": to_check.count(),
        "all_lines": departure.lines.count(),
        "may_check": departure.state == Departure.State.APPROVED
        and can(request.user, Permission.TRANSFER_SEND, at=departure.institution_id),
        "may_leave_out": departure.addresses_many
        and departure.state in {Departure.State.APPLIED, Departure.State.APPROVED, Departure.State.CHECKED}
        and can(request.user, Permission.TRANSFER_OFFER, at=departure.institution_id),
        "papers": [paper for name, paper in papers if name not in RECEIVED],
        "received": [paper for name, paper in papers if name in RECEIVED],
    }
    return render(request, "departures/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_OFFER)
def apply(request: HttpRequest, dossier: int) -> HttpResponse:
    """One dossier is to leave: the obstacles, and the recall letter."""
    rows = Dossier.objects.select_related("person")
    found = get_visible_or_404(rows, request.user, Permission.TRANSFER_OFFER, pk=dossier)
    form = forms.DepartureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            departure = actions.apply([found], by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The application is entered. A second person approves it."))
            if verdict := verdict_on(departure.letter_read):
                messages.info(request, verdict.text)
            return go_to(request, "departures:detail", departure.pk)
    in_the_way = obstacles([found.pk])[found.pk]
    context = {
        "dossier": found,
        "form": form,
        "obstacles": shown(in_the_way),
        "held_back": any(not one.warning for one in in_the_way),
    }
    return render_page(request, "departures/apply.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_OFFER)
def apply_many(request: HttpRequest) -> HttpResponse:
    """Many dossiers leave together: those of an employer, or those of a list."""
    institutions = institutions_where(request.user, Permission.TRANSFER_OFFER)
    form = forms.ManyForm(request.POST or None, request.FILES or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        institution, employer = asked.pop("institution"), asked.pop("employer")
        numbers, table = asked.pop("numbers"), asked.pop("table")
        try:
            if employer:
                listed = of_employer(institution, employer)
            else:
                typed = numbers.splitlines() + (listed_in(table, most=actions.MOST_AT_ONCE) if table else [])
                listed = find_listed(institution, typed)
            departure = actions.apply(listed, by=request.user, **asked)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The list is entered. What stands in the way of each dossier is beside it."))
            return go_to(request, "departures:detail", departure.pk)
    return render_page(request, "departures/apply_many.html", {"form": form}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSFER_OFFER)
def leave_out(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Take one dossier out of a list of many."""
    departure = get_visible_or_404(Departure.objects.all(), request.user, Permission.TRANSFER_OFFER, pk=pk)
    found = departure.lines.select_related("dossier__person").filter(pk=line).first()
    if found is None:
        raise Http404
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.leave_out(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The dossier is left out of the list."))
            return go_to(request, "departures:detail", pk)
    return render_page(
        request, "departures/leave_out.html", {"case": departure, "line": found, "form": form}, partial="form"
    )


@require_safe
@requires(Permission.TRANSFER_VIEW)
def paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    """A paper of the departure: the letter that came, the list, the packet, the chasing letter, the receipt."""
    departure = get_visible_or_404(Departure.objects.all(), request.user, Permission.TRANSFER_VIEW, pk=pk)
    stored = getattr(departure, PAPERS[paper][0]) if paper in PAPERS else None
    if stored is None:
        raise Http404
    record_view("departure.print", departure, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.TRANSFER_VIEW, belongs_to=departure, inline=True)


submitted, hand_in = submitted_pages(
    Departure, look=Permission.TRANSFER_VIEW, edit=Permission.TRANSFER_OFFER, covered=actions.LETTER
)
step = step_page(Departure, actions.DEPARTURE_STEPS, forms.DEPARTURE_FORMS, Permission.TRANSFER_VIEW, papers=PAPERS)
