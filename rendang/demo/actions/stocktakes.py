"""Stocktakes in every state: signed by two, waiting for the second, being resolved, counted, planned, called off."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.kernel.standards.queries import add_working_days
from rendang.storage.models import Placement, Store
from rendang.storage.stocktakes import actions as stocktakes
from rendang.storage.stocktakes.models import ExpectedDossier, Finding, Scan, Stocktake

_UNKNOWN = "旧标签 0417"


def scenes(city: City) -> Iterator[Scene]:
    yield _signed(city, "WQZX")
    yield _under_way(city, "RCSC")
    yield _planned(city, "JYZX")
    yield _counted(city, "LDZX", concluded=False)
    yield _counted(city, "TXRY", concluded=True)
    yield _room_counted(city, "RCSC", "K03")
    yield _cancelled(city, "RCSC")


def _signed(city: City, office: str) -> Scene:
    """The yearly one: one dossier is missing, one stands in its neighbour's slot, one label nobody knows."""
    keeper, institution = city.by("keeper", office), city.institutions[office]
    yield 50
    case = stocktakes.plan(
        institution, by=keeper, occasion="YEARLY", planned_for=add_working_days(timezone.localdate(), 5)
    )
    yield 46
    if not _lying(city, office):
        return
    case = stocktakes.start(case, by=keeper)
    labels = _round(case)
    lying = [number for number, label in enumerate(labels) if label.startswith("RD")]
    if len(lying) > 12:
        # The fourth stands beside the tenth, whose label has come off; the last one is not there.
        labels[lying[9]], labels[lying[-1]] = labels[lying[3]], _UNKNOWN
        del labels[lying[3]]
    yield 45
    _read(case, labels, keeper)
    yield 44
    case = stocktakes.finish_counting(case, by=keeper)
    for finding in case.findings.filter(resolution="").order_by("verdict", "pk"):
        if finding.verdict == "MISPLACED" and _is_where_expected(finding):
            stocktakes.resolve(finding, by=keeper, resolution="PUT_BACK", reason="夹在邻格，已归位")
        elif finding.text:
            stocktakes.resolve(finding, by=keeper, resolution="TO_REGISTER", reason="标签脱落，移交接收岗辨认")
        else:
            stocktakes.resolve(finding, by=keeper, resolution="LEFT_OPEN", reason="复查未见，继续查找")
    case = stocktakes.conclude(case, by=keeper, conclusion="账实基本相符，差异已逐项处理。")
    yield 43
    stocktakes.sign(case, by=city.by("approver", office))


def _under_way(city: City, office: str) -> Scene:
    """A single store, a third of it counted."""
    keeper, institution = city.by("keeper", office), city.institutions[office]
    yield 4
    store = Store.objects.filter(institution=institution, slots__placements__until=None).order_by("code").first()
    if store is None:
        return
    today = timezone.localdate()
    case = stocktakes.plan(institution, by=keeper, occasion="OTHER", planned_for=today, stores=[store])
    yield 2
    case = stocktakes.start(case, by=keeper)
    labels = _round(case)
    yield 1
    _read(case, labels[: max(len(labels) // 3, 1)][:1200], keeper)


def _counted(city: City, office: str, *, concluded: bool) -> Scene:
    """The half-yearly check; the one has a label nobody knows, with the other everything agrees."""
    keeper, institution = city.by("keeper", office), city.institutions[office]
    yield 12
    case = stocktakes.plan(institution, by=keeper, occasion="HALF_YEARLY", planned_for=timezone.localdate())
    yield 9
    if not _lying(city, office):
        return
    case = stocktakes.start(case, by=keeper)
    _read(case, _round(case) if concluded else [*_round(case)[:-1], _UNKNOWN], keeper)
    yield 8
    case = stocktakes.finish_counting(case, by=keeper)
    if concluded:
        for finding in case.findings.filter(resolution="").order_by("pk"):
            stocktakes.resolve(finding, by=keeper, resolution="LEFT_OPEN", reason="复查未见，继续查找")
        yield 7
        stocktakes.conclude(case, by=keeper, conclusion="账实相符。")


def _room_counted(city: City, office: str, room: str) -> Scene:
    """One room, still to be resolved: three dossiers are missing, two have changed places, one label nobody knows.

    Of a small city's few dossiers that lie there nobody has found one.
    """
    keeper, institution = city.by("keeper", office), city.institutions[office]
    yield 10
    store = Store.objects.get(institution=institution, code=room)
    lying = Placement.objects.current().filter(kind="SLOT", slot__store=store)
    if not lying.exists():
        return
    case = stocktakes.plan(institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate(), stores=[store])
    yield 9
    case = stocktakes.start(case, by=keeper)
    labels = _round(case)
    dossiers = [number for number, label in enumerate(labels) if label.startswith("RD")]
    missing = dossiers
    if len(dossiers) > 5:
        first, second, *_others, last = dossiers
        labels[first], labels[second] = labels[second], labels[first]
        labels[last], missing = _UNKNOWN, dossiers[-3:-1]
    _read(case, [label for n, label in enumerate(labels) if n not in missing], keeper)
    yield 8
    stocktakes.finish_counting(case, by=keeper)


def _cancelled(city: City, office: str) -> Scene:
    keeper = city.by("keeper", office)
    yield 20
    today = timezone.localdate()
    case = stocktakes.plan(city.institutions[office], by=keeper, occasion="YEARLY", planned_for=today)
    yield 19
    stocktakes.cancel(case, by=keeper, reason="密集架检修，改期进行")


def _planned(city: City, office: str) -> Scene:
    yield 3
    stocktakes.plan(
        city.institutions[office],
        by=city.by("keeper", office),
        occasion="HALF_YEARLY",
        planned_for=timezone.localdate() + dt.timedelta(days=9),
    )


def _is_where_expected(finding: Finding) -> bool:
    """Nobody has moved it since the count began."""
    now = Placement.objects.current().filter(dossier=finding.dossier_id, slot=finding.expected_slot_id)
    return finding.expected_slot_id is not None and finding.expected_state == "SLOT" and now.exists()


def _lying(city: City, office: str) -> bool:
    """A very small city has offices without a dossier in a slot."""
    return Placement.objects.current().filter(institution=city.institutions[office], kind="SLOT").exists()


def _round(case: Stocktake) -> list[str]:
    """The labels of everything that is in the house, slot by slot; last what lies in no slot."""
    labels, slot = [], ""
    there = ExpectedDossier.objects.filter(stocktake=case).exclude(state__in=("ON_LOAN", "IN_TRANSIT"))
    for state, code, dossier in there.order_by("slot__code", "pk").values_list("state", "slot__code", "dossier"):
        place = code if state == "SLOT" else Scan.NO_SLOT
        if place != slot:
            labels.append(place)
            slot = place
        labels.append(f"RD{dossier:09d}")
    return labels


def _read(case: Stocktake, labels: list[str], keeper: object) -> None:
    reads = [stocktakes.Read(number, label) for number, label in enumerate(labels, start=1)]
    for at in range(0, len(reads), stocktakes.MOST_AT_ONCE):
        part = reads[at : at + stocktakes.MOST_AT_ONCE]
        stocktakes.record_scans(case, by=keeper, device="handheld-1", reads=part)
