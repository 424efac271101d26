"""What is asked about the protection of the stores: the climate against its limits, what is open, who is inside."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import Said, say
from rendang.storage.models import Store
from rendang.storage.protection.models import Hazard, Inspection, KeyHandover, Protection, Reading, Visit


@dataclass(frozen=True)
class Limits:
    """What the climate of a store must keep to on a day (policies; domain.md §3.4)."""

    temperature: tuple[Decimal, Decimal]
    humidity: tuple[Decimal, Decimal]
    temperature_change: Decimal  # at most, from the lowest to the highest of a day
    humidity_change: Decimal


def limits(institution: Institution | int, on: dt.date) -> Limits:
    def value(code: str) -> Any:
        return standards.policy(code, on=on, institution=institution).value

    low, high = value("store_temperature")
    dry, damp = value("store_humidity")
    return Limits(
        (Decimal(low), Decimal(high)),
        (Decimal(dry), Decimal(damp)),
        Decimal(value("store_temperature_change")),
        Decimal(value("store_humidity_change")),
    )


def faults(
    reading: Reading, allowed: Limits, lowest: tuple[Decimal, Decimal], highest: tuple[Decimal, Decimal]
) -> dict[str, list[Said]]:
    """Protection → what is wrong; empty: nothing is.

    ``lowest`` and ``highest`` are temperature and humidity of the reading's day, this one included.
    """
    found: dict[str, list[Said]] = {}
    for measure, protection, text, kept, change, low, high in (
        (reading.temperature, Protection.HEAT, "hazard.temperature", allowed.temperature, allowed.temperature_change,
         lowest[0], highest[0]),
        (reading.humidity, Protection.DAMP, "hazard.humidity", allowed.humidity, allowed.humidity_change,
         lowest[1], highest[1]),
    ):  # fmt: skip
        said = found.setdefault(protection, [])
        if not kept[0] <= measure <= kept[1]:
            said.append(say(text, measured=measure, low=kept[0], high=kept[1]))
        if high - low > change:
            said.append(say(f"{text}_change", change=high - low, most=change))
    return {protection: said for protection, said in found.items() if said}


def range_of_day(store: Store, at: dt.datetime) -> tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]] | None:
    """Lowest and highest temperature and humidity on record for the day of ``at``."""
    day = timezone.localdate(at)
    rows = Reading.objects.filter(store=store, at__date=day)
    found = rows.aggregate(Min("temperature"), Min("humidity"), Max("temperature"), Max("humidity"))
    if found["temperature__min"] is None:
        return None
    return (
        (found["temperature__min"], found["humidity__min"]),
        (found["temperature__max"], found["humidity__max"]),
    )


def overview(user: Any, today: dt.date) -> Any:
    """The person's stores, each with its latest reading, whether today was read, and what is open."""
    latest = Reading.objects.filter(store=OuterRef("pk")).order_by("-at")
    inspected = Inspection.objects.filter(store=OuterRef("pk")).order_by("-made_on")
    return (
        Store.objects.visible_to(user, Permission.PROTECTION_VIEW)
        .select_related("institution", "building")
        .annotate(
            temperature=Subquery(latest.values("temperature")[:1]),
            humidity=Subquery(latest.values("humidity")[:1]),
            read_at=Subquery(latest.values("at")[:1]),
            read_today=Exists(latest.filter(at__date=today)),
            inspected_on=Subquery(inspected.values("made_on")[:1]),
            open_hazards=Count("hazards", filter=Q(hazards__closed_at__isnull=True), distinct=True),
            inside=Count("visits", filter=Q(visits__left_at__isnull=True), distinct=True),
            keys_out=Count("key_handovers", filter=Q(key_handovers__returned_at__isnull=True), distinct=True),
        )
        .order_by("institution_id", "code")
    )


def inspection_due(inspected_on: dt.date | None, institution: Institution | int, today: dt.date) -> bool:
    """Whether the next round is due by the policy ``store_inspection``."""
    if inspected_on is None:
        return True
    return standards.deadline("store_inspection", start=inspected_on, institution=institution).due <= today


def visits(user: Any) -> ScopedQuerySet:
    rows = Visit.objects.visible_to(user, Permission.PROTECTION_VIEW)
    return rows.select_related("store", "institution", "accompanied_by")


def key_handovers(user: Any) -> ScopedQuerySet:
    rows = KeyHandover.objects.visible_to(user, Permission.PROTECTION_VIEW)
    return rows.select_related("store", "institution", "holder")


def days(store: Store, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Per day lowest and highest temperature and humidity, for the chart."""
    rows = Reading.objects.filter(store=store, at__date__range=(first, last)).annotate(day=TruncDate("at"))
    found = rows.values("day").annotate(
        cold=Min("temperature"), warm=Max("temperature"), dry=Min("humidity"), damp=Max("humidity")
    )
    return [dict(day) for day in found.order_by("day")]


def days_without_reading(found: list[dict[str, Any]], today: dt.date) -> list[dt.date]:
    """Of the days since the first that was read, those on which nobody read; today still has time."""
    if not found:
        return []
    first, read = found[0]["day"], {day["day"] for day in found}
    passed = (first + dt.timedelta(number) for number in range((today - first).days))
    return [day for day in passed if day not in read]


@register(
    "climate",
    title="档案库房温湿度登记簿",
    label=gettext_lazy("Register of temperature and humidity"),
    permission=Permission.PROTECTION_VIEW,
    columns=[
        ("日期", 26), ("时间", 18), ("库房", 52), ("温度（℃）", 24), ("相对湿度（%）", 28), ("是否超限", 24),
        ("记录方式", 26), ("记录人", 26), ("备注", 21),
    ],
)  # fmt: skip
def register_of_climate(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Every reading of these days."""
    allowed = limits(institution, last)
    sources = {Reading.Source.TYPED: "人工", Reading.Source.FILE: "文件", Reading.Source.SENSOR: "传感器"}
    rows = Reading.objects.filter(institution=institution, at__date__range=(first, last))
    for one in rows.select_related("store", "by").order_by("at", "store_id"):
        at = timezone.localtime(one.at)
        pair = (one.temperature, one.humidity)
        yield [
            f"{at:%Y-%m-%d}",
            f"{at:%H:%M}",
            str(one.store),
            str(one.temperature),
            str(one.humidity),
            "超限" if faults(one, allowed, pair, pair) else "",
            sources[Reading.Source(one.source)],
            str(one.by),
            "",
        ]


@register(
    "inspections",
    title="档案库房安全检查登记簿",
    label=gettext_lazy("Register of inspections"),
    permission=Permission.PROTECTION_VIEW,
    columns=[("检查日期", 26), ("库房", 50), ("检查人", 26), ("发现隐患", 70), ("处理情况", 52), ("备注", 21)],
)
def register_of_inspections(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """The rounds of these days with what they found."""
    rows = Inspection.objects.filter(institution=institution, made_on__range=(first, last))
    for one in rows.select_related("store", "by").prefetch_related("hazards").order_by("made_on", "pk"):
        found = list(one.hazards.all())
        yield [
            f"{one.made_on}",
            str(one.store),
            str(one.by),
            "；".join(hazard.text for hazard in found) or "无",
            "；".join(hazard.repair or "待处理" for hazard in found),
            one.remarks,
        ]


@register(
    "visits",
    title="档案库房出入登记簿",
    label=gettext_lazy("Visitors' book"),
    permission=Permission.PROTECTION_VIEW,
    columns=[
        ("日期", 24), ("库房", 46), ("来访人", 26), ("单位", 52), ("事由", 44), ("陪同人", 21), ("进入", 16),
        ("离开", 16),
    ],
)  # fmt: skip
def register_of_visits(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Who was let into a store in these days."""
    rows = Visit.objects.filter(institution=institution, entered_at__date__range=(first, last))
    for one in rows.select_related("store", "accompanied_by").order_by("entered_at"):
        entered = timezone.localtime(one.entered_at)
        left = f"{timezone.localtime(one.left_at):%H:%M}" if one.left_at else ""
        yield [
            f"{entered:%Y-%m-%d}", str(one.store), one.visitor, one.affiliation, one.purpose, str(one.accompanied_by),
            f"{entered:%H:%M}", left,
        ]  # fmt: skip


@register(
    "keys",
    title="档案库房钥匙领用登记簿",
    label=gettext_lazy("Key log"),
    permission=Permission.PROTECTION_VIEW,
    columns=[("领用时间", 40), ("库房", 60), ("钥匙", 40), ("领用人", 40), ("归还时间", 40), ("备注", 25)],
)
def register_of_keys(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """The keys taken in these days."""
    rows = KeyHandover.objects.filter(institution=institution, taken_at__date__range=(first, last))
    for one in rows.select_related("store", "holder").order_by("taken_at"):
        back = f"{timezone.localtime(one.returned_at):%Y-%m-%d %H:%M}" if one.returned_at else ""
        taken = f"{timezone.localtime(one.taken_at):%Y-%m-%d %H:%M}"
        yield [taken, str(one.store), one.key, str(one.holder), back, ""]


def hazard_is_open(store: Store, protection: str) -> bool:
    """Whether the climate of a store has told of this already: one hazard until it is cleared."""
    return Hazard.objects.open().filter(store=store, protection=protection, reading__isnull=False).exists()


def said_of(store: Store, today: dt.date) -> str:
    """One line for the head of a store's climate page."""
    allowed = limits(store.institution_id, today)
    said = _(
        "Temperature %(low)s to %(high)s ℃, at most %(warmer)s ℃ of change in a day; relative humidity %(dry)s to"
        " %(damp)s %%, at most %(damper)s %% of change in a day."
    )
    return said % {
        "low": allowed.temperature[0],
        "high": allowed.temperature[1],
        "warmer": allowed.temperature_change,
        "dry": allowed.humidity[0],
        "damp": allowed.humidity[1],
        "damper": allowed.humidity_change,
    }
