import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.camera import reads_labels
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.views import case_context, case_list, keys_ticked, step_page, way_back
from rendang.storage.models import Store
from rendang.storage.stocktakes import actions, forms, queries
from rendang.storage.stocktakes.models import DISCREPANCIES, Finding, Scan, Stocktake, Verdict

State = Stocktake.State
SHOWN = ("institution", "concluded_by", "signed_by", "report")


@require_safe
@requires(Permission.STOCKTAKE_VIEW)
def stocktakes(request: HttpRequest) -> HttpResponse:
    """What is due, and every stocktake there was."""
    rows = Stocktake.objects.visible_to(request.user, Permission.STOCKTAKE_VIEW)
    may_plan = can(request.user, Permission.STOCKTAKE_RUN)
    extra = {
        "due": queries.next_due(institutions_where(request.user, Permission.STOCKTAKE_VIEW)),
        "today": timezone.localdate(),
        "may_plan": may_plan,
        "empty": {
            "icon": "clipboard-check",
            "title": _("No stocktake yet"),
            "text": _("A keeper plans it for a day; when it starts, the record is frozen and labels are read."),
            "url": reverse("stocktakes:plan") if may_plan else "",
            "label": _("Plan a stocktake"),
        },
    }
    return case_list(request, rows, "stocktakes/list.html", extra)


@require_http_methods(["GET", "POST"])
@requires(Permission.STOCKTAKE_RUN)
def plan(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.STOCKTAKE_RUN)
    stores = Store.objects.visible_to(request.user, Permission.STOCKTAKE_RUN).order_by("institution", "code")
    given = {name: request.GET[name] for name in ("institution", "occasion", "planned_for") if name in request.GET}
    form = forms.PlanForm(request.POST or None, initial=given, institutions=institutions, stores=stores)
    if request.method == "POST" and form.is_valid():
        try:
            case = actions.plan(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The stocktake is planned. Start it when the count begins."))
            return go_to(request, "stocktakes:detail", case.pk)
    return render_page(request, "stocktakes/plan.html", {"form": form}, partial="form")


@require_safe
@requires(Permission.STOCKTAKE_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the count is, rack by rack; then the verdicts, what is resolved, and the report."""
    rows = Stocktake.objects.select_related(*SHOWN)
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_VIEW, pk=pk)
    counting = case.state == State.COUNTING
    totals = queries.totals(case) if counting else case.totals
    papers = [(_("Stocktake report"), reverse("stocktakes:report", args=[pk]))] if case.report_id else []
    context = case_context(request, case) | {
        "papers": papers,
        "stores": list(case.stores.order_by("code")),
        "verdicts": _verdicts(case, totals) if totals else [],
        "racks": queries.progress(case) if counting else [],
        "missing_before": queries.missing_before(case) if counting else 0,
        "waiting": case.findings.filter(resolution="").count(),
        "may_scan": counting and can(request.user, Permission.STOCKTAKE_RUN, at=case.institution_id),
    }
    return render(request, "stocktakes/detail.html", context)


def _verdicts(case: Stocktake, totals: dict[str, int]) -> list[tuple[Verdict, int, str, str]]:
    """Verdict, how many, its colour, and where its findings stand."""
    findings = reverse("stocktakes:findings", args=[case.pk])
    told = set(case.findings.values_list("verdict", flat=True).distinct()) if case.counted_at else set()
    return [
        (
            verdict,
            totals.get(verdict.value, 0),
            "green" if verdict == Verdict.FOUND else "red" if verdict in DISCREPANCIES else "grey",
            f"{findings}?verdict={verdict.value}" if case.counted_at and verdict in told else "",
        )
        for verdict in Verdict
    ]


@reads_labels
@require_http_methods(["GET", "POST"])
@requires(Permission.STOCKTAKE_RUN)
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Made for a phone or a scanner: slot, dossiers, next slot. Without JavaScript: many labels, one a line."""
    rows = Stocktake.objects.select_related("institution")
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_RUN, pk=pk)
    form = forms.ScanForm(request.POST or None, initial={"device": uuid.uuid4().hex})
    received, status = None, 200
    if request.method == "POST" and form.is_valid():
        lines = form.cleaned_data["codes"].splitlines()
        reads = [actions.Read(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
        try:
            received = actions.record_scans(case, by=request.user, device=form.cleaned_data["device"], reads=reads)
        except ValidationError as refused:
            show_refusal(form, refused)
            status = 409
        else:
            form = forms.ScanForm(initial={"device": uuid.uuid4().hex})
    context = {"case": case, "form": form, "received": received, "done": _counted(case)}
    context["open"] = case.state == State.COUNTING
    return render(request, "stocktakes/scan.html", context, status=status)


@require_safe
@requires(Permission.STOCKTAKE_RUN)
def offline(request: HttpRequest) -> HttpResponse:
    """The script that opens the scanning page where there is no connection; served here, so that it may."""
    return render(request, "stocktakes/offline.js", content_type="text/javascript")


def _counted(case: Stocktake) -> int:
    """How many dossiers have been read in this count so far, each once."""
    return Scan.objects.filter(stocktake=case, dossier__isnull=False).values("dossier").distinct().count()


@require_POST
@requires(Permission.STOCKTAKE_RUN)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """What a device has kept: ``{"device": …, "scans": [{"number": 1, "code": …, "at": …}]}``, many at once."""
    case = get_visible_or_404(Stocktake.objects.all(), request.user, Permission.STOCKTAKE_RUN, pk=pk)
    try:
        device, reads = forms.uploaded(json.loads(request.body or "{}"))
        received = actions.record_scans(case, by=request.user, device=device, reads=reads)
    except (ValueError, TypeError, KeyError, AttributeError):
        return JsonResponse({"detail": _("This upload cannot be read.")}, status=422)
    except ValidationError as refused:
        return JsonResponse({"detail": " ".join(refused.messages)}, status=409)
    answer = {"received": received.received, "new": received.new, "unknown": received.unknown}
    return JsonResponse(answer | {"counted": _counted(case)})


@require_safe
@requires(Permission.STOCKTAKE_VIEW)
def findings(request: HttpRequest, pk: int) -> HttpResponse:
    """盘亏、盘盈、错位 — where record and shelf disagree, what was done about it; what is out, under which case."""
    rows = Stocktake.objects.select_related("institution")
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_VIEW, pk=pk)
    form = forms.FindingFilterForm(request.GET)
    page = keyset_page(form.apply(queries.findings_of(case)), request)
    if page.rows:
        record_view("stocktake.findings", case, by=request.user)
    may_resolve = _may_resolve(request.user, case)
    any_open = may_resolve and any(not finding.resolution for finding in page.rows)
    context = {
        "case": case,
        "filter": form,
        "page": page,
        "may_resolve": may_resolve,
        "any_open": any_open,
        "ticked": keys_ticked(request.GET, "finding"),
    }
    return render_page(request, "stocktakes/findings.html", context, partial="rows")


def _may_resolve(user: Any, case: Stocktake) -> bool:
    return case.state == State.COUNTED and can(user, Permission.STOCKTAKE_RUN, at=case.institution_id)


@require_http_methods(["GET", "POST"])
@requires(Permission.STOCKTAKE_RUN)
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: both places, and what is done about it."""
    rows = Finding.objects.select_related(*queries.SHOWN)
    found = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_RUN, pk=pk)
    case, form = found.stocktake, None
    if not found.resolution and _may_resolve(request.user, case):
        form = forms.ResolveForm(found, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                actions.resolve(found, by=request.user, **form.cleaned_data)
            except ValidationError as refused:
                show_refusal(form, refused)
            else:
                left = case.findings.filter(resolution="").count()
                said = ngettext("Resolved. %(count)d is left.", "Resolved. %(count)d are left.", left)
                messages.success(request, said % {"count": left})
                return go_to(request, f"{reverse('stocktakes:findings', args=[case.pk])}?standing=waiting")
    if not request.htmx:  # type: ignore[attr-defined]
        record_view("finding.view", found.dossier or case, by=request.user, institution=case.institution)
    context = {"finding": found, "case": case, "form": form}
    return render_page(request, "stocktakes/finding.html", context, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.STOCKTAKE_RUN)
def resolve_many(request: HttpRequest, pk: int) -> HttpResponse:
    """The ticked findings of one verdict: one resolution for all, then what became of each.

    Also of one that a colleague has resolved since the page was opened: it is refused in words, and keeps theirs.
    """
    cases = Stocktake.objects.select_related("institution")
    case = get_visible_or_404(cases, request.user, Permission.STOCKTAKE_RUN, pk=pk)
    asked = request.POST if request.method == "POST" else request.GET
    ticked = keys_ticked(asked, "finding")
    rows = queries.findings_of(case).filter(pk__in=ticked).order_by("pk")
    found = list(rows if request.method == "POST" else rows.filter(resolution=""))
    start = reverse("stocktakes:findings", args=[case.pk])
    form = forms.ResolveAllForm(found, request.POST or None)
    verdicts = [verdict.label for verdict in Verdict if verdict.value in {one.verdict for one in found}]
    context = {
        "case": case,
        "found": found,
        "form": form,
        "verdicts": verdicts,
        "alike": len(verdicts) <= 1,
        "may_resolve": _may_resolve(request.user, case),
        "back": way_back(asked, found, name="finding", start=start),
    }
    if request.method == "POST" and found and form.is_valid():
        try:
            refused = actions.resolve_all(found, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            context |= {
                "outcomes": [(one, refused.get(one.pk, "")) for one in found],
                "done": len(found) - len(refused),
                "refused": len(refused),
                "back": way_back(asked, [one for one in found if one.pk in refused], name="finding", start=start),
            }
            return render_page(request, "stocktakes/resolved.html", context, partial="outcomes")
    if found and not request.htmx:  # type: ignore[attr-defined]
        record_view("stocktake.findings", case, by=request.user)
    return render_page(request, "stocktakes/resolve_many.html", context, partial="form")


@require_safe
@requires(Permission.STOCKTAKE_VIEW)
def report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The report as the two have signed it."""
    rows = Stocktake.objects.select_related("report")
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_VIEW, pk=pk)
    if case.report is None:
        raise Http404
    record_view("stocktake.print", case, by=request.user)
    return serve(request, case.report, permission=Permission.STOCKTAKE_VIEW, belongs_to=case, inline=True)


step = step_page(
    Stocktake, actions.STEPS, forms.FORMS, Permission.STOCKTAKE_VIEW,
    papers={"report": ("report", gettext_lazy("Stocktake report"))},
)  # fmt: skip
