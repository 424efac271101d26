"""The page of one dossier."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rendang.dossiers import queries
from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries.leaving import former_custodies, may_open, way_out, why_it_left
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit import actions as audit
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.queries import standing, tone

MOST = 10  # times an institution kept the same dossier


@require_safe
@requires(Permission.DOSSIER_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who, where, whose, what is open, what is missing; the look is noted. A former keeper is told when it left."""
    dossiers = Dossier.objects.select_related("person__employer")
    try:
        dossier = get_visible_or_404(dossiers, request.user, Permission.DOSSIER_VIEW, pk=pk)
    except Http404:
        return _left(request, pk)
    shown = queries.dossier_page(request.user, dossier)
    audit.record_view(
        "dossier.view", dossier, by=request.user, institution=shown.custody.institution if shown.custody else None
    )
    person, today = shown.person, timezone.localdate()
    context = {
        "shown": shown,
        "dossier": dossier,
        "person": person,
        "custody": shown.custody,
        "business": queries.business(shown.custody, person, shown.may) if shown.custody else [],
        "may": {permission.name: True for permission in shown.may},
        "facts": {
            "sex": _code("sex", person.sex),
            "ethnic_group": _code("ethnic_group", person.ethnic_group),
            "political_status": _code("political_status", person.political_status),
            "education": _code("education", person.education),
            "degree": _code("degree", person.degree),
        },
        "open_cases": [
            {"case": one.case, "steps": one.steps, "standing": standing(one.case, today), "tone": tone(one.case)}
            for one in shown.open_cases
        ],
    }
    return render(request, "dossiers/detail.html", context)


def _left(request: HttpRequest, pk: int) -> HttpResponse:
    """Its own past custody: number, from when to when, to whom, why, by which case. Nothing of contents or of now."""
    former = former_custodies(request.user, pk)
    if not former:
        raise Http404
    rows = Custody.objects.select_related("institution")
    last = get_visible_or_404(rows, request.user, Permission.DOSSIER_VIEW, pk=former[0].pk)
    audit.record_view("custody.view", last, by=request.user)
    episodes = []
    for one in former[:MOST]:
        way = way_out(one)
        opens = way is not None and may_open(way, one, request.user)
        episodes.append({"custody": one, "why": why_it_left(one), "way_out": way, "may_open": opens})
    return render(request, "dossiers/left.html", {"custody": last, "episodes": episodes})


def _code(table: str, code: str) -> str:
    return standards.code_label(table, code) if code else ""
