"""Three weeks of the stores' climate, rounds, hazards in every state, visitors and keys."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone

from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.storage.models import Store
from rendang.storage.protection import actions as protection
from rendang.storage.protection.models import Hazard, Reading

_DAYS = 21
_WARM = {6: Decimal("25.4"), 7: Decimal("25.1")}  # the air conditioning stood still


def scenes(city: City) -> Iterator[Scene]:
    for number, store in enumerate(Store.objects.order_by("institution_id", "code")):
        office = store.institution.code
        yield _climate(city, office, store, number)
        if number % 2 == 0:
            yield _rounds(city, office, store, number)
    first = Store.objects.order_by("institution_id", "code").first()
    if first:
        yield _guests(city, first.institution.code, first)


def _climate(city: City, office: str, store: Store, number: int) -> Scene:
    """The file of the logger until yesterday; the keeper types today's."""
    yield 1
    last = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)
    rows = []
    for days_ago in range(_DAYS):
        for hour, warmer in ((0, Decimal("0")), (6, Decimal("0.8"))):
            warm = (
                _WARM.get(days_ago, Decimal("19.5") + Decimal(city.random.randint(-6, 6)) / 10)
                if number == 0
                else (Decimal("20.0") + Decimal(city.random.randint(-5, 5)) / 10)
            )
            damp = Decimal("51.0") + Decimal(city.random.randint(-15, 15)) / 10
            rows.append((last - dt.timedelta(days_ago, hours=-hour), warm + warmer, damp))
    rows = [row for row in rows if row[0] <= timezone.now()]
    protection.record_readings(store, rows, by=city.by("keeper", office), source=Reading.Source.FILE)
    if number % 3 != 2:
        yield 0
        protection.record_reading(
            store, by=city.by("keeper", office), temperature=Decimal("20.1"), humidity=Decimal("52.0")
        )


def _rounds(city: City, office: str, store: Store, number: int) -> Scene:
    keeper, head = city.by("keeper", office), city.by("head", office)
    yield 12
    found = {"FIRE": "2 号灭火器压力不足", "LIGHT": "南侧遮光帘脱落"} if number == 0 else {}
    protection.inspect(store, by=keeper, made_on=timezone.localdate(), found=found)
    hazards = list(Hazard.objects.open().filter(store=store, inspection__isnull=False).order_by("pk"))
    if hazards:
        yield 9
        done = protection.note_repair(hazards[0], by=keeper, repair="已更换灭火器并贴检验标签")
        yield 8
        protection.clear(done, by=head)
        yield 3
        protection.note_repair(hazards[1], by=keeper, repair="遮光帘已重新安装")
    yield 2
    found = {"PESTS": "东北角发现衣鱼，已投放药剂待观察"} if number == 0 else {}
    protection.inspect(store, by=keeper, made_on=timezone.localdate(), found=found)


def _guests(city: City, office: str, store: Store) -> Scene:
    keeper = city.by("keeper", office)
    yield 6
    visit = protection.let_in(
        store, by=keeper, visitor="周师傅", affiliation="海岱市某空调服务公司", purpose="检修恒温恒湿机组"
    )
    key = protection.take_key(store, by=keeper, key="01")
    yield 6
    protection.let_out(visit, by=keeper)
    protection.return_key(key, by=keeper)
    yield 0
    protection.let_in(
        store, by=keeper, visitor="吴工", affiliation="海岱市消防技术服务公司", purpose="气体灭火系统年检"
    )
    protection.take_key(store, by=keeper, key="02")
