"""到件登记单: what was seen before the parcel was opened, and through whose hands it went."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.utils import timezone

from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import SEALS
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.qr import qr_svg
from rendang.kernel.documents.typesetting import render
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True)
class Hand:
    """One line of the chain: who gave it, who took it, when."""

    given_by: str
    taken_by: str
    at: str
    remarks: str = ""


@dataclass(frozen=True, kw_only=True)
class ArrivalSlip:
    """到件登记单 (domain.md §5.2, 5): signed by who brought it and who took it; stays with the parcel."""

    number: str
    institution: str
    arrived_on: str
    carrier: str
    waybill: str
    sender: str
    seal: str
    announced: int
    names: str
    remarks: str
    photos: int
    hands: Sequence[Hand]
    printed_on: str


def render_arrival_slip(paper: ArrivalSlip) -> bytes:
    return render("circulation.parcels/slip", 1, {**asdict(paper), "qr": qr_svg(paper.number)})


def arrival_slip(parcel: Parcel) -> bytes:
    """Printed afresh each time: the chain of hands grows."""
    hands = [
        Hand(one.given_by, one.taken_by.name, f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", one.remarks)
        for one in parcel.hand_overs.select_related("taken_by")
    ]
    return render_arrival_slip(
        ArrivalSlip(
            number=parcel.number,
            institution=parcel.institution.name,
            arrived_on=chinese_date(parcel.arrived_on),
            carrier=standards.code_name("carrier", parcel.carrier),
            waybill=parcel.waybill,
            sender=parcel.sender,
            seal=SEALS[parcel.seal],
            announced=parcel.announced,
            names="、".join(one.name for one in parcel.enclosures.all()),
            remarks=parcel.set_aside or parcel.remarks,
            photos=parcel.photos.count(),
            hands=hands,
            printed_on=chinese_date(timezone.localdate()),
        )
    )
