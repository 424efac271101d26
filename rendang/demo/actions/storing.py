"""The keepers' days: buildings, rooms for special dossiers, wanted and returned dossiers, a compaction half done."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.utils import timezone

from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.workflow.models import Case
from rendang.storage import actions as storage
from rendang.storage.models import Building, Compaction, Placement, Slot, Store
from rendang.storage.ranges import Plan, expand

Purpose, Shelving = Store.Purpose, Store.Shelving
# office → the buildings, and which store stands where: building, floor, purpose, shelving.
BUILDINGS = {"RCSC": ("主楼", "副楼"), "JYZX": ("业务楼",), "TXRY": ("老干部活动中心",)}
ROOMS = {
    "RCSC": {"K01": (0, 2, Purpose.CUSTODY, Shelving.MOBILE), "K02": (1, -1, Purpose.CUSTODY, Shelving.MOBILE)},
    "JYZX": {"J1": (0, 1, Purpose.CUSTODY, Shelving.FIXED), "J2": (0, 1, Purpose.CUSTODY, Shelving.FIXED)},
    "TXRY": {"T01": (0, 1, Purpose.CUSTODY, Shelving.FIXED), "T02": (0, 1, Purpose.DECEASED, Shelving.FIXED)},
}
# Rooms for dossiers of a special sort, empty at first; their slots are measured.
SPECIAL = (
    ("K03", "待整理档案库", 0, 1, Purpose.ARRANGEMENT),
    ("K04", "涉密档案库", 0, 3, Purpose.SECRET),
    ("K05", "待转出档案库", 0, 1, Purpose.TRANSFER),
    ("K06", "失联人员档案库", 1, -1, Purpose.LOST_CONTACT),
)
WANTED = (
    ("政审查阅：征兵", 0),
    ("退休审批：核定工龄", 1),
    ("补充材料归档", None),
    ("职称评审复印", 2),
    ("数字化扫描", None),
)


def _mine(city: City) -> Dossier | None:
    """The last dossier of the first store about which nothing else is told."""
    here = Placement.objects.current().filter(
        institution=city.institutions["RCSC"],
        kind=Placement.Kind.SLOT,
        slot__store__code="K01",
        dossier__custodies__status=Custody.Status.HELD,
        dossier__custodies__institution=city.institutions["RCSC"],
    )
    free = here.exclude(dossier__person__in=city.reserved).exclude(
        dossier__in=Case.objects.filter(dossier__isnull=False).values("dossier")
    )
    found = free.select_related("dossier__person").order_by("-pk").first()
    if found is None:
        return None
    city.reserved.add(found.dossier.person_id)
    return found.dossier


def scenes(city: City) -> Iterator[Scene]:
    for office in ROOMS:
        yield _rooms(city, office)
    yield _special_rooms(city)
    for purpose, days in WANTED:
        yield _wanted(city, purpose, days)
    yield _waited_for(city)
    for room in ("阅档室 2 号桌", "阅档室 5 号桌", "扫描室"):
        yield _returned(city, room)
    yield _compaction(city)
    yield _sorting(city)
    yield _labels(city)


def _rooms(city: City, office: str) -> Scene:
    yield 60
    institution, by = city.institutions[office], city.by("keeper", office)
    buildings = [
        storage.add_building(institution, name=name, position=n, by=by)
        for n, name in enumerate(BUILDINGS[office], start=1)
    ]
    for code, (building, floor, purpose, shelving) in ROOMS[office].items():
        store = Store.objects.get(institution=institution, code=code)
        storage.describe_store(
            store, by=by, building=buildings[building], floor=floor, purpose=purpose, shelving=shelving
        )


def _special_rooms(city: City) -> Scene:
    yield 20
    institution, by = city.institutions["RCSC"], city.by("keeper", "RCSC")
    buildings = Building.objects.filter(institution=institution).order_by("position")
    for code, name, building, floor, purpose in SPECIAL:
        plan = Plan(code, ("A-01", "A-02"), (), expand("1-4"), expand("01-04"), capacity=30, width=450)
        storage.create_store(
            institution, code=code, name=name, plan=plan, by=by,
            building=buildings[building], floor=floor, purpose=purpose, shelving=Shelving.FIXED,
        )  # fmt: skip
    yield 12
    for n, (code, thickness, purpose) in enumerate(
        (("K04", 32, Purpose.SECRET), ("K04", 28, Purpose.SECRET), ("K06", 12, Purpose.LOST_CONTACT),
         *[("K03", 41 - thinner, Purpose.ARRANGEMENT) for thinner in range(8)])
    ):  # fmt: skip
        if dossier := _mine(city):
            storage.set_keeping(dossier, thickness=thickness, purpose=purpose, by=by)
            slots = Slot.objects.filter(institution=institution, store__code=code).order_by("code")
            storage.move(dossier, slots[n], by=by)


def _wanted(city: City, purpose: str, days: int | None) -> Scene:
    yield 1
    if dossier := _mine(city):
        needed = timezone.localdate() + dt.timedelta(days) if days is not None else None
        storage.want(dossier, purpose=purpose, needed_on=needed, by=city.by("clerk", "RCSC"))


def _waited_for(city: City) -> Scene:
    """Lent to an office of the city; another one waits for it."""
    yield 6
    dossier = _mine(city)
    if dossier:
        storage.take_out(dossier, by=city.by("keeper", "RCSC"), detail="调卷台")
        storage.lend(dossier, by=city.by("keeper", "RCSC"), detail="市社会保险事业中心")
        yield 2
        storage.want(dossier, purpose="职称评审复印", by=city.by("clerk", "RCSC"))


def _returned(city: City, room: str) -> Scene:
    yield 2
    if dossier := _mine(city):
        storage.put_in_reading_room(dossier, by=city.by("keeper", "RCSC"), detail=room)


def _compaction(city: City) -> Scene:
    """Half of the store's gaps are closed; the rest waits for another day."""
    yield 3
    institution, by = city.institutions["RCSC"], city.by("keeper", "RCSC")
    store = Store.objects.get(institution=institution, code="K01")
    here: list[Dossier] = [dossier for _ in range(12) if (dossier := _mine(city))]
    free = iter(Slot.objects.free().filter(institution=institution, store__code="K02").order_by("code")[: len(here)])
    for dossier in here:
        if dossier.placements.filter(until=None, slot__store=store).exists() and (slot := next(free, None)):
            storage.move(dossier, slot, by=by)
    plan = storage.plan_compaction(store, method=Compaction.Method.FEWEST, by=by)
    moves = list(plan.moves.waiting().values_list("dossier_id", flat=True))
    yield 1
    storage.work_off(plan, moves[: len(moves) // 2], by=by)


def _sorting(city: City) -> Scene:
    """The store of the retired is being put in order of archive number; some moves are done, the rest waits."""
    yield 2
    by = city.by("keeper", "TXRY")
    store = Store.objects.get(institution=city.institutions["TXRY"], code="T01")
    with suppress(ValidationError):  # a very small city may have nothing to sort
        plan = storage.plan_compaction(store, method=Compaction.Method.NUMBER, by=by)
        yield 1
        lines = list(plan.moves.values_list("pk", flat=True))
        storage.work_off_lines(plan, lines[: min(12, len(lines) // 2)], by=by)


def _labels(city: City) -> Scene:
    yield 4
    institution, by = city.institutions["RCSC"], city.by("keeper", "RCSC")
    slots = list(
        Slot.objects.filter(institution=institution, store__code="K03").select_related("store").order_by("code")
    )
    storage.print_slot_labels(slots, institution, by=by, symbol="code128")
    yield 2
    storage.print_slot_labels(slots[:3], institution, by=by, stock="2x7", reason="标签脱落")
