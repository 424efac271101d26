import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where
from rendang.kernel.core.pagination import rows_after
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case
from rendang.storage.models import Placement, Store
from rendang.storage.stocktakes import actions, forms, queries
from rendang.storage.stocktakes.models import Finding, Scan, Stocktake, Verdict

router = Router(tags=["stocktakes"])
rows = Stocktake.objects.select_related("institution", "counterpart", "person")


class PlanIn(Schema):
    """A stocktake to be planned; ``stores`` are codes, none means the whole institution."""

    institution: str = Field(max_length=8)
    occasion: str = Field(max_length=12)
    planned_for: dt.date
    stores: list[str] = Field(default_factory=list, max_length=200)


class ScanIn(Schema):
    """A label as the device read it; ``number`` is the device's own, from 1."""

    number: int = Field(ge=1, le=actions.GREATEST)
    code: str = Field(min_length=1, max_length=200)
    at: AwareDatetime | None = None


class ScansIn(Schema):
    """What a device has read. The same upload may come again, in parts and in any order."""

    device: str = Field(pattern=r"^[A-Za-z0-9-]{1,36}$")
    scans: list[ScanIn] = Field(min_length=1, max_length=actions.MOST_AT_ONCE)


class ScansOut(Schema):
    """How many came, how many of them were new, and which labels mean nothing here."""

    received: int
    new: int
    unknown: list[str]


class VerdictsOut(Schema):
    """How many dossiers have each verdict, and how far each rack is."""

    totals: dict[str, int]
    racks: list[dict[str, Any]]


class MovementOut(Schema):
    """What the record says happened to a dossier: since the count began, or why it is in no slot."""

    place: str
    since: dt.datetime
    case: str | None


class FindingOut(Schema):
    """Where record and shelf disagree; positions are those on the shelf."""

    id: int
    verdict: str
    dossier_id: int | None
    label: str
    expected: str | None
    expected_state: str
    seen: list[str]
    movement: MovementOut | None
    resolution: str
    reason: str


class ResolveIn(Schema):
    """One resolution for findings of one verdict."""

    findings: list[int] = Field(min_length=1, max_length=200)
    resolution: str = Field(max_length=12)
    reason: str = Field(min_length=1, max_length=200)


class ResolvedOut(Schema):
    """Which findings were resolved, and of the others why not."""

    resolved: list[int]
    refused: dict[int, str]


class FindingsPage(Schema):
    """``next`` goes into ``after`` for the following page."""

    items: list[FindingOut]
    next: int | None


class FindingFilter(Schema):
    """``verdict`` as in ``VerdictsOut``; ``after`` and ``limit`` page through."""

    verdict: Verdict | None = None
    after: int | None = Field(None, ge=1, le=MAX_KEY)
    limit: int = Field(50, ge=1, le=200)


@router.post("", response={201: CaseOut}, operation_id="plan_stocktake")
def plan(request: HttpRequest, data: PlanIn) -> Status[dict[str, Any]]:
    """Plan a stocktake. 409 when the day is over."""
    here = institutions_where(request.user, Permission.STOCKTAKE_RUN)
    stores = Store.objects.visible_to(request.user, Permission.STOCKTAKE_RUN)
    place = Institution.objects.filter(code=data.institution).values_list("pk", flat=True).first()
    chosen = stores.filter(institution=place, code__in=data.stores)
    keys = list(chosen.values_list("pk", flat=True))
    if len(keys) < len(set(data.stores)):
        keys.append(0)  # a code that names no store: the form says so
    form = forms.PlanForm(data.dict() | {"institution": place, "stores": keys}, institutions=here, stores=stores)
    case = actions.plan(by=request.user, channel=Case.Channel.INTERFACE, **clean(form))
    return Status(201, case_out(case, request.user))


@router.post("/{number}/scans", response=ScansOut, operation_id="upload_scans")
def scans(request: HttpRequest, number: str, data: ScansIn) -> Any:
    """Upload what a device has read, at most 5,000 labels at once. 409 when nothing is counted now."""
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_RUN, number=number)
    reads = [actions.Read(one.number, one.code[: Scan.LONGEST], one.at) for one in data.scans]
    return actions.record_scans(case, by=request.user, device=data.device, reads=reads)


@router.get("/{number}/verdicts", response=VerdictsOut, operation_id="get_verdicts")
def verdicts(request: HttpRequest, number: str) -> dict[str, Any]:
    """How many of each verdict; while it is counted, as of now, with the progress of each rack."""
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_VIEW, number=number)
    counting = case.state == Stocktake.State.COUNTING
    racks = queries.progress(case) if counting else []
    return {"totals": queries.totals(case) if counting else case.totals, "racks": [vars(rack) for rack in racks]}


@router.get("/{number}/findings", response=FindingsPage, operation_id="list_findings")
def findings(request: HttpRequest, number: str, asked: Query[FindingFilter]) -> dict[str, Any]:
    """What disagrees, and what was done about it; what is out or was moved meanwhile, and under which case."""
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_VIEW, number=number)
    found = queries.findings_of(case)
    if asked.verdict:
        found = found.filter(verdict=asked.verdict)
    page, following = rows_after(found, asked.after, asked.limit, oldest_first=True)
    return {"items": [_finding(one) for one in page], "next": following}


@router.post("/{number}/findings/resolve", response=ResolvedOut, operation_id="resolve_findings")
def resolve(request: HttpRequest, number: str, data: ResolveIn) -> dict[str, Any]:
    """Resolve findings alike, each by itself. 409 when they are of several verdicts."""
    case = get_visible_or_404(rows, request.user, Permission.STOCKTAKE_RUN, number=number)
    found = list(queries.findings_of(case).filter(pk__in=data.findings).order_by("pk"))
    refused = actions.resolve_all(found, by=request.user, resolution=data.resolution, reason=data.reason)
    unknown = {pk: _("No such finding.") for pk in data.findings if pk not in {one.pk for one in found}}
    return {"resolved": [one.pk for one in found if one.pk not in refused], "refused": refused | unknown}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "id": one.pk,
        "verdict": one.verdict,
        "dossier_id": one.dossier_id,
        "label": str(one),
        "expected": one.expected_slot.code if one.expected_slot else None,
        "expected_state": one.expected_state,
        "seen": [slot.code for slot in (one.seen_slot, one.other_slot) if slot],
        "movement": _movement(one.movement),
        "resolution": one.resolution,
        "reason": one.reason,
    }


def _movement(placement: Placement | None) -> dict[str, Any] | None:
    if placement is None:
        return None
    case = placement.case.number if placement.case else None
    return {"place": placement.kind, "since": placement.since, "case": case}


add_case_routes(router, Stocktake, Permission.STOCKTAKE_VIEW, actions.STEPS, forms.FORMS)
