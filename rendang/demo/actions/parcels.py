"""What lies at the desk of arrivals: nobody announced it, several names stand on it, or no dossier is in it."""

from collections.abc import Iterator

from django.utils import timezone

from rendang.circulation.parcels import actions as parcels
from rendang.circulation.parcels.models import Parcel
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene


def scenes(city: City) -> Iterator[Scene]:
    yield _arrival(city, "RCSC", 6, sender="岱东大学学生档案室", announced=3, names=3)
    yield _arrival(city, "RCSC", 2, sender="沧港县人才服务中心", announced=1, names=1)
    yield _arrival(city, "JYZX", 3, sender="寄件单位不详", announced=1, names=0, seal=Parcel.Seal.BROKEN)
    yield _arrival(
        city, "WQZX", 4, sender="海岳外贸有限公司", announced=1, names=0, aside="件内为单位来函，已交综合窗口。"
    )


def _arrival(
    city: City,
    office: str,
    days_ago: int,
    *,
    sender: str,
    announced: int,
    names: int,
    seal: str = Parcel.Seal.INTACT,
    aside: str = "",
) -> Scene:
    clerk, keeper = city.by("clerk", office), city.by("keeper", office)
    yield days_ago
    parcel = parcels.register(
        city.institutions[office],
        by=keeper,
        arrived_on=timezone.localdate(),
        carrier="confidential",
        waybill=f"JY{days_ago}{announced}0417",
        handed_over_by="机要交换员",
        sender=sender,
        seal=seal,
        announced=announced,
        names=[city.newcomer().name for _which in range(names)],
    )
    parcels.take_over(parcel, by=clerk)
    if aside:
        parcels.set_aside(parcel, by=clerk, reason=aside)
