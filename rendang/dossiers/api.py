"""The interface to dossiers: finding and reading, never the content of papers; and to undertakings."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from rendang.dossiers import actions, forms
from rendang.dossiers.models import Custody, Dossier, Undertaking
from rendang.dossiers.queries import custody_of, search
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.pagination import rows_after
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out

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
    rows = search(request.user, text).select_related("institution", "dossier__person")
    found, following = rows_after(rows, after, limit)
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
    return {"items": items, "next": following}


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


undertakings = Router(tags=["undertakings"])


class MissingIn(Schema):
    """A missing paper: the ``code`` of a key material, or a ``name`` with what is known of it."""

    code: str = Field("", max_length=12)
    name: str = Field("", max_length=60)
    class_mark: str = Field("", max_length=8)
    period: str = Field("", max_length=60)
    issuer: str = Field("", max_length=60)


class TellIn(Schema):
    """``promised_on`` left out: the last day the policy allows."""

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    missing: list[MissingIn] = Field(max_length=100)
    effects: str = Field("", max_length=400)
    promised_on: dt.date | None = None


class ItemOut(Schema):
    """One paper that was promised; ``outcome`` is empty while it is awaited."""

    id: int
    code: str
    name: str
    class_mark: str
    outcome: str
    reason: str
    settled_on: dt.date | None


class SettleIn(Schema):
    outcome: str = Field(max_length=20)
    reason: str = Field("", max_length=200)


@undertakings.post("", response={201: CaseOut}, operation_id="tell_what_is_missing")
def tell_what_is_missing(request: HttpRequest, data: TellIn) -> Status[dict[str, Any]]:
    """一次性告知: name once what a dossier lacks. 409 when the person has been told already."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.UNDERTAKING_EDIT, pk=data.dossier_id)
    custody = custody_of(dossier)
    if custody is None:
        raise Http404
    undertaking = actions.tell_once(
        dossier.person,
        custody.institution,
        dossier=dossier,
        by=request.user,
        missing=[row.dict() for row in data.missing],
        effects=data.effects,
        promised_on=data.promised_on,
    )
    return Status(201, case_out(undertaking, request.user))


@undertakings.get("/{number}/items", response=list[ItemOut], operation_id="list_promised_papers")
def list_promised_papers(request: HttpRequest, number: str) -> Any:
    rows = Undertaking.objects.all()
    return get_visible_or_404(rows, request.user, Permission.UNDERTAKING_VIEW, number=number).items.all()


@undertakings.post("/{number}/items/{item}", response=list[ItemOut], operation_id="settle_promised_paper")
def settle_promised_paper(request: HttpRequest, number: str, item: int, data: SettleIn) -> Any:
    """SUPPLEMENTED, or CANNOT_BE_OBTAINED and WAIVED with a reason. With the last paper the case ends."""
    rows = Undertaking.objects.all()
    undertaking = get_visible_or_404(rows, request.user, Permission.UNDERTAKING_EDIT, number=number)
    paper = get_object_or_404(undertaking.items, pk=min(max(item, 0), MAX_KEY))
    actions.settle_item(paper, by=request.user, outcome=data.outcome, reason=data.reason)
    return undertaking.items.all()


add_case_routes(
    undertakings, Undertaking, Permission.UNDERTAKING_VIEW, actions.UNDERTAKING_STEPS, forms.UNDERTAKING_FORMS
)
