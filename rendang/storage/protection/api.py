import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.workflow.api import add_case_routes
from rendang.storage.models import Store
from rendang.storage.protection import actions, forms
from rendang.storage.protection.models import Hazard, Reading

router = Router(tags=["protection"])


class ReadingIn(Schema):
    """A reading of a sensor: ℃ and % with one decimal; ``at`` is now when it is left out."""

    store: str = Field(max_length=12)
    temperature: Decimal = Field(ge=-40, le=60, max_digits=4, decimal_places=1)
    humidity: Decimal = Field(ge=0, le=100, max_digits=4, decimal_places=1)
    at: dt.datetime | None = None


class ReadingOut(Schema):
    """The reading as it is kept."""

    store: str
    at: dt.datetime
    temperature: float
    humidity: float


@router.post("/readings", response={201: ReadingOut}, operation_id="post_reading")
def post_reading(request: HttpRequest, data: ReadingIn) -> Status[dict[str, Any]]:
    """A sensor tells the climate of a store of the caller's institution, by the store's code. 409 with the reason
    when the moment is read already or lies in the future. What is outside the limits becomes a hazard."""
    store = get_visible_or_404(Store.objects.all(), request.user, Permission.PROTECTION_RECORD, code=data.store)
    at = data.at.replace(tzinfo=dt.UTC) if data.at and data.at.tzinfo is None else data.at
    reading = actions.record_reading(
        store,
        by=request.user,
        temperature=data.temperature,
        humidity=data.humidity,
        at=at,
        source=Reading.Source.SENSOR,
    )
    said = {"temperature": float(reading.temperature), "humidity": float(reading.humidity)}
    return Status(201, {"store": store.code, "at": reading.at, **said})


add_case_routes(router, Hazard, Permission.PROTECTION_VIEW, actions.STEPS, forms.FORMS)
