"""What has arrived, and which businesses take on what is in it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.models import Enclosure, Parcel
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True)
class Way:
    """A business that takes on what arrives: its page ``<app>:…`` is opened with the parcel's key."""

    label: str | Promise
    page: str
    permission: Permission


WAYS: list[Way] = []


def takes_parcels(label: str | Promise, page: str, permission: Permission) -> None:
    """Offer a business on the page of every parcel that waits; called in ``ready()`` of its app."""
    way = Way(label, page, permission)
    if way not in WAYS:
        WAYS.append(way)


def ways_for(user: Any, parcel: Parcel) -> list[Way]:
    return [way for way in WAYS if can(user, way.permission, at=parcel.institution_id)]


def waits(parcel: Parcel, enclosures: Sequence[Enclosure]) -> bool:
    """Whether it is unknown, of all or of some that is in it, to which business it belongs."""
    return not parcel.set_aside and (not enclosures or any(one.case_id is None for one in enclosures))


def parcels_with_enclosures(rows: Any) -> Any:
    """For lists: each parcel with what is in it, in a fixed number of queries."""
    enclosed = Enclosure.objects.select_related("case")
    return rows.select_related("institution", "registered_by").prefetch_related(Prefetch("enclosures", enclosed))


@register(
    "parcels",
    title="到件登记簿",
    label=_("Register of arrivals"),
    permission=Permission.INTAKE_VIEW,
    columns=[
        ("到件日期", 22), ("到件编号", 34), ("转递方式及单号", 38), ("寄件单位", 46), ("封条", 16), ("件内", 10),
        ("姓名", 35), ("去向", 34), ("登记人", 22),
    ],
)  # fmt: skip
def register_of_arrivals(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Every parcel that arrived in these days, announced or not, in the order of registration."""
    rows = Parcel.objects.filter(institution=institution, arrived_on__range=(first, last))
    for parcel in parcels_with_enclosures(rows).order_by("arrived_on", "pk"):
        enclosed = list(parcel.enclosures.all())
        cases = [one.case.number for one in enclosed if one.case]
        yield [
            f"{parcel.arrived_on:%Y-%m-%d}",
            parcel.number,
            f"{standards.code_name('carrier', parcel.carrier)} {parcel.waybill}".strip(),
            parcel.sender,
            str(SEALS[parcel.seal]),
            str(parcel.announced),
            "、".join(one.name for one in enclosed),
            parcel.set_aside or "、".join(cases) or "待认领",
            str(parcel.registered_by),
        ]


# Printed papers are Chinese, whatever the language of the screen.
SEALS = {"INTACT": "完好", "BROKEN": "破损", "MISSING": "无封条"}
