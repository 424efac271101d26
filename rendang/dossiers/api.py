"""The interface to dossiers: finding and reading, never the content of papers."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries import search
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.actions import record_view
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, case_out

router = Router(tags=["dossiers"])


class CustodyOut(Schema):
    """保管: an institution's episode of keeping; ``received_on`` and ``ended_on`` may be partial dates (2015-07)."""

    institution: str
    archive_number: str
    status: str
    archive_type: str
    received_on: str
    ended_on: str


class FoundOut(Schema):
    """A dossier that an institution of the caller holds; the identity number is masked."""

    key: int
    dossier_id: int
    name: str
    id_masked: str
    custody: CustodyOut


class FoundPage(Schema):
    """``next`` goes into ``after`` for the following page."""

    items: list[FoundOut]
    next: int | None


class DossierOut(Schema):
    """A dossier: whose, held by whom since when, and what is open. The identity number is masked."""

    id: int
    barcode: str
    name: str
    id_masked: str
    custodies: list[CustodyOut]
    open_cases: list[CaseOut]


class FindIn(Schema):
    """Text as in the search box: name or a part of it, pinyin, initials, ID number, archive number, label."""

    text: str = Field("", max_length=60)
    after: int | None = Field(None, ge=1, le=MAX_KEY)
    limit: int = Field(50, ge=1, le=200)


class ListIn(Schema):
    after: int | None = Field(None, ge=1, le=MAX_KEY)
    limit: int = Field(50, ge=1, le=200)


def _custody(custody: Custody) -> dict[str, Any]:
    return {
        "institution": custody.institution.code,
        "archive_number": custody.archive_number,
        "status": custody.status,
        "archive_type": custody.archive_type,
        "received_on": custody.received_on,
        "ended_on": custody.ended_on,
    }


def _page(request: HttpRequest, text: str, after: int | None, limit: int) -> dict[str, Any]:
    rows = search(request.user, text).select_related("institution", "dossier__person").order_by("-pk")
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    items = [
        {
            "key": custody.pk,
            "dossier_id": custody.dossier_id,
            "name": custody.dossier.person.name,
            "id_masked": custody.dossier.person.id_masked,
            "custody": _custody(custody),
        }
        for custody in found
    ]
    return {"items": items, "next": found[-1].pk if more else None}


@router.get("", response=FoundPage, operation_id="list_dossiers")
def list_dossiers(request: HttpRequest, asked: Query[ListIn]) -> dict[str, Any]:
    """What the caller's institution holds, latest first."""
    return _page(request, "", asked.after, asked.limit)


@router.post("/search", response=FoundPage, operation_id="find_dossiers")
def find_dossiers(request: HttpRequest, asked: FindIn) -> dict[str, Any]:
    """Find among them. By POST, so that an identity number never stands in an address."""
    return _page(request, asked.text, asked.after, asked.limit)


@router.get("/{dossier_id}", response=DossierOut, operation_id="get_dossier")
def get_dossier(request: HttpRequest, dossier_id: int) -> dict[str, Any]:
    """One dossier; the look leaves a trace. 404 outside the caller's institution."""
    rows = Dossier.objects.select_related("person")
    key = min(max(dossier_id, 0), MAX_KEY)
    dossier = get_visible_or_404(rows, request.user, Permission.DOSSIER_VIEW, pk=key)
    record_view("dossier.view", dossier, by=request.user)
    cases = dossier.cases.visible_to(request.user, Permission.CASE_VIEW).open()
    return {
        "id": dossier.pk,
        "barcode": dossier.barcode,
        "name": dossier.person.name,
        "id_masked": dossier.person.id_masked,
        "custodies": [_custody(row) for row in dossier.custodies.select_related("institution").order_by("pk")],
        "open_cases": [
            case_out(case) for case in cases.select_related("institution", "counterpart", "person").order_by("pk")
        ],
    }
