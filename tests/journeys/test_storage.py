"""A keeper's days in the stores, on the screen: placing by scanner, putting in order, climate, visitors and keys."""

import re

import pytest
from playwright.sync_api import expect

from rendang.kernel.access.models import Role
from rendang.storage import queries
from rendang.storage.models import Compaction, Placement
from rendang.storage.protection.models import Hazard, KeyHandover, Reading, Visit
from tests.factories import CustodyFactory, PlacementFactory, SlotFactory, StoreFactory, held_dossier, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def store(transactional_db, institution):
    return StoreFactory(institution=institution, code="K01", name="一号库")


@pytest.fixture
def desk(institution, at_desk):
    """The keeper's own screen."""
    return at_desk(staff(institution, Role.KEEPER, with_password=True))


def shelf(store, *numbers):
    """Slots in a row, each with the dossier of this archive number or none."""
    dossiers = {}
    for n, number in enumerate(numbers, start=1):
        slot = SlotFactory(
            institution=store.institution, store=store, rack="A-01", bay="", layer="1", code=f"K01-A-01-1-{n:03}"
        )
        if number:
            held = CustodyFactory(institution=store.institution, archive_number=number, status="HELD")
            dossiers[number] = PlacementFactory(institution=store.institution, slot=slot, dossier=held.dossier).dossier
    return dossiers


def lie(dossiers):
    found = {queries.current_placement(one).slot.code: number for number, one in dossiers.items()}
    return [found[code] for code in sorted(found)]


def test_twenty_dossiers_are_placed_with_twenty_one_scans_and_no_other_key(store, desk, institution):
    slot = SlotFactory(institution=institution, store=store, code="K01-A-03-4-012", capacity=20)
    dossiers = [held_dossier(institution) for _each in range(20)]
    desk.open("/desk/storage/batch/")
    for label in (slot.code, *(one.barcode for one in dossiers)):
        desk.type(label)  # as fast as a scanner, and not waiting for an answer
        desk.key("Enter")
    expect(desk.page.locator(".scanned")).to_have_count(20)
    desk.look()
    assert Placement.objects.current().filter(slot=slot).count() == 20


def test_what_is_refused_or_never_sent_is_heard_and_stays_listed_while_one_scans_on(store, desk, institution):
    slot = SlotFactory(institution=institution, store=store, code="K01-A-03-4-012", capacity=20)
    one, two, three = (held_dossier(institution) for _each in range(3))
    desk.page.add_init_script(
        "window.tones = 0; window.AudioContext = class extends AudioContext {"
        " createOscillator() { window.tones++; return super.createOscillator(); } }"
    )
    desk.open("/desk/storage/batch/")
    for label in (slot.code, one.barcode, "RD999999999", two.barcode):
        desk.type(label)
        desk.key("Enter")
    listed, refused = desk.page.locator(".scanned"), desk.page.locator(".scanned-refused")
    expect(listed).to_have_count(3)
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("“RD999999999”既不是格位也不是档案。")
    assert desk.page.evaluate("tones") == 1

    desk.page.context.set_offline(True)
    for label in (three.barcode, slot.code):
        desk.type(label)
        desk.key("Enter")
    expect(refused).to_have_count(3)
    expect(refused.nth(1)).to_contain_text(f"{three.barcode}未送达：没有连接。请重新扫描。")
    desk.page.context.set_offline(False)
    desk.type(three.barcode)
    desk.key("Enter")
    expect(listed).to_have_count(6)
    assert Placement.objects.current().filter(slot=slot).count() == 3


def test_a_store_is_put_in_order_by_list_and_scanner_with_a_night_in_between(store, desk, institution, at_desk):
    dossiers = shelf(store, "C", "A", "B", None)
    desk.open(f"/desk/storage/{store.pk}/")
    desk.follow("倒架", exact=True)
    desk.page.get_by_role("radio", name="按档号排架 — 4 次移位", exact=True).check()
    desk.press("生成计划", to=r"/compactions/\d+/")
    desk.shows("K01-A-01-1-001", "K01-A-01-1-004")
    desk.type(dossiers["C"].barcode)  # aside
    desk.key("Enter")
    expect(desk.page.get_by_role("main").get_by_text("1/4", exact=True)).to_be_visible()
    assert lie(dossiers) == ["A", "B", "C"]
    plan = Compaction.objects.get()
    assert plan.closed_at is None

    other = at_desk(staff(institution, Role.KEEPER, with_password=True))
    other.open(plan.get_absolute_url())
    other.page.locator("[data-check-all=move]").check()
    other.press("所选已移位")
    other.shows("4/4", "结束")
    other.look()
    assert [queries.current_placement(dossiers[number]).slot.number for number in "ABC"] == ["001", "002", "003"]
    plan.refresh_from_db()
    assert plan.closed_at is not None
    assert plan.moves.filter(done_by=plan.by).count() == 1


def test_a_climate_typed_out_of_its_limits_alarms_and_is_repaired_before_another_persons_eyes(
    store, desk, institution, at_desk
):
    desk.open(f"/desk/protection/stores/{store.pk}/")
    desk.fill(**{"温度（℃）": "26.5", "相对湿度（%）": "50"})
    desk.press("登记", to=rf"/stores/{store.pk}/")
    desk.shows("防高温", "温度 26.5℃，超出 14～24℃", "超限")
    hazard = Hazard.objects.get()
    assert (hazard.protection, hazard.state, hazard.reading) == ("HEAT", "OPEN", Reading.objects.get())

    desk.follow("防高温")
    desk.take("已整改", 整改情况="空调已修复，降至 20℃")
    assert desk.offers() == []

    other = at_desk(staff(institution, Role.APPROVER, with_password=True))
    other.open(hazard.get_absolute_url())
    other.take("已消除")
    desk.open(f"/desk/protection/stores/{store.pk}/")
    desk.shows("没有未消除的隐患。")


def test_a_visitor_enters_and_leaves_and_a_key_goes_and_comes_back(store, desk):
    desk.open("/desk/protection/visits/")
    desk.fill(来访人="周师傅", 单位="虚构消防工程公司", 事由="检修气体灭火")
    desk.press("登记进入", to="/visits/")
    desk.shows("周师傅", "检修气体灭火")
    desk.press("已离开", to="/visits/")
    assert desk.page.get_by_role("button", name="已离开").count() == 0
    visit = Visit.objects.get()
    assert visit.left_at is not None
    assert visit.accompanied_by.name

    desk.open("/desk/protection/keys/")
    desk.fill(钥匙="K01 大门")
    desk.press("领用", to="/keys/")
    desk.fill(钥匙="K01 大门")
    desk.page.get_by_role("main").get_by_role("button", name="领用", exact=True).click()
    desk.shows("该钥匙已被领用。")
    desk.open("/desk/protection/keys/")
    desk.press("归还", to="/keys/")
    desk.shows("K01 大门")
    assert KeyHandover.objects.get().returned_at is not None
    expect(desk.page).to_have_url(re.compile("/keys/$"))
