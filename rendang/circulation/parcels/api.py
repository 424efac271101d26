import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema, Status

from rendang.circulation.parcels import actions, forms
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import parcels_with_enclosures, waits
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where
from rendang.kernel.workflow.api import MAX_KEY, clean

router = Router(tags=["parcels"])


class ParcelIn(Schema):
    """A parcel as it arrived; ``carrier`` is a code of the table carrier, ``seal`` INTACT, BROKEN or MISSING."""

    institution: str
    arrived_on: dt.date
    carrier: str
    sender: str
    seal: str
    waybill: str = ""
    handed_over_by: str = ""
    announced: int = 1
    names: str = ""
    remarks: str = ""


class ParcelOut(Schema):
    number: str
    institution: str
    arrived_on: dt.date
    carrier: str
    waybill: str
    sender: str
    seal: str
    waits: bool
    cases: list[str]


class ParcelFilter(Schema):
    """``waiting``: only those that nobody has matched; ``after`` and ``limit`` page through, newest first."""

    waiting: bool = False
    after: int | None = Field(None, ge=1, le=MAX_KEY)
    limit: int = Field(50, ge=1, le=200)


def parcel_out(parcel: Parcel) -> dict[str, Any]:
    enclosures = list(parcel.enclosures.all())
    return {
        "number": parcel.number,
        "institution": parcel.institution.code,
        "arrived_on": parcel.arrived_on,
        "carrier": parcel.carrier,
        "waybill": parcel.waybill,
        "sender": parcel.sender,
        "seal": parcel.seal,
        "waits": waits(parcel, enclosures),
        "cases": [one.case.number for one in enclosures if one.case],
    }


@router.get("", response=list[ParcelOut], operation_id="list_parcels")
def parcels(request: HttpRequest, asked: Query[ParcelFilter]) -> list[dict[str, Any]]:
    """What has arrived at the caller's institution."""
    rows = Parcel.objects.visible_to(request.user, Permission.INTAKE_VIEW)
    if asked.waiting:
        rows = rows.waiting()
    if asked.after:
        rows = rows.filter(pk__lt=asked.after)
    return [parcel_out(parcel) for parcel in parcels_with_enclosures(rows).order_by("-pk")[: asked.limit]]


@router.get("/{number}", response=ParcelOut, operation_id="get_parcel")
def parcel(request: HttpRequest, number: str) -> dict[str, Any]:
    rows = parcels_with_enclosures(Parcel.objects.all())
    return parcel_out(get_visible_or_404(rows, request.user, Permission.INTAKE_VIEW, number=number))


@router.post("", response={201: ParcelOut}, operation_id="register_parcel")
def register(request: HttpRequest, data: ParcelIn) -> Status[dict[str, Any]]:
    """到件登记 from a mail room's own system. 409 when this consignment has been registered already."""
    allowed = institutions_where(request.user, Permission.INTAKE_REGISTER)
    institution = allowed.filter(code=data.institution).first()
    if institution is None:
        raise Http404
    form = forms.RegisterForm(data.dict() | {"institution": institution.pk}, institutions=allowed)
    return Status(201, parcel_out(actions.register(by=request.user, **clean(form))))
