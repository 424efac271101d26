"""Two schools' lists: one whose dossiers have come in part, with a stranger among them, and one still awaited."""

import datetime as dt
import io
from collections.abc import Iterator

from django.utils import timezone

from rendang.circulation.graduates import actions as graduates
from rendang.circulation.parcels import actions as parcels
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.kernel.core.identifiers import make_id_number

_OFFICE = "RCSC"
_NAMES = (
    "韩雨桐",
    "李思远",
    "王可欣",
    "张子墨",
    "刘诗涵",
    "陈浩然",
    "杨雅琪",
    "赵一鸣",
    "黄梓萱",
    "周俊杰",
    "吴佳怡",
    "徐天佑",
)
_MAJORS = ("会计学", "法学", "软件工程", "护理学")


def scenes(city: City) -> Iterator[Scene]:
    yield _school(city, "虚构大学", "本科", 0, comes=7)
    yield _school(city, "海岱职业技术学院", "大专", 12, comes=0)


def _school(city: City, school: str, education: str, first: int, *, comes: int) -> Scene:
    clerk, year = city.by("clerk", _OFFICE), timezone.localdate().year
    numbers = [
        make_id_number("370200", dt.date(2003, 1, 5) + dt.timedelta(31 * at + first), 601 + at) for at in range(12)
    ]
    rows = [
        f"{name},{number},{year - 4}{first + at + 1:04d},{education},{_MAJORS[at % 4]}"
        for at, (name, number) in enumerate(zip(_NAMES, numbers, strict=True))
    ]
    yield 24
    content = "\n".join(
        [f"{school}{year}届毕业生名册", "姓名,身份证号,学号,学历,专业", *rows, "孙某,37020020030101,,,"]
    )
    announced = graduates.import_list(
        io.BytesIO(content.encode()),
        institution=city.institutions[_OFFICE],
        by=clerk,
        school=school,
        year=year,
        file_name=f"{school}毕业生名册.csv",
    )
    if not comes:
        yield 8
        graduates.strike_off(announced.graduates.order_by("row")[0], by=clerk, reason="升学，档案转录取院校")
        return
    yield 11
    parcel = parcels.register(
        city.institutions[_OFFICE],
        by=clerk,
        arrived_on=timezone.localdate(),
        carrier="confidential",
        waybill=f"JY{year}0731",
        sender=school,
        seal="INTACT",
        announced=comes + 1,
    )
    yield 11
    graduates.take_arrivals(parcel, [*numbers[:comes], "冯某某"], by=clerk)
