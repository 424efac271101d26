from contextlib import suppress

import pytest
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from rendang.kernel.access.models import Role
from rendang.storage.stocktakes import actions, queries
from rendang.storage.stocktakes.models import Scan
from tests.factories import PlacementFactory, SlotFactory, staff
from tests.journeys.conftest import PHONE, TOUCH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(transactional_db, institution, at_desk):
    """A keeper's telephone on the scanning page of a running count, and what stands on the shelf."""
    keeper = staff(institution, Role.KEEPER, with_password=True)
    places = [PlacementFactory(institution=institution) for _place in range(3)]
    planned = actions.plan(institution, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())
    case = actions.start(planned, by=keeper)
    own = at_desk(keeper)
    own.page.set_viewport_size(PHONE)
    own.open(f"/desk/stocktakes/{case.pk}/scan/")
    return own, places


def read(own, label):
    own.type(str(label))
    own.key("Enter")


def waiting(own, number):
    expect(own.page.locator("[data-waiting]")).to_have_text(str(number))


@pytest.fixture
def telephone(transactional_db, institution, at_desk):
    """A keeper's telephone, touched, on the scanning page; twenty dossiers in five slots of four."""
    keeper = staff(institution, Role.KEEPER, with_password=True)
    slots = [SlotFactory(institution=institution, capacity=4) for _slot in range(5)]
    shelf = [
        (slot, [PlacementFactory(institution=institution, slot=slot).dossier for _ in range(4)]) for slot in slots
    ]
    planned = actions.plan(institution, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())
    case = actions.start(planned, by=keeper)
    own = at_desk(keeper, PHONE, **TOUCH)
    own.open(f"/desk/stocktakes/{case.pk}/scan/")
    own.page.evaluate("navigator.serviceWorker.ready")
    own.page.wait_for_function("async () => (await (await caches.open('stocktake')).keys()).length > 2")
    return own, case, shelf


def test_thirty_labels_outlive_a_reload_without_a_connection_and_count_once_however_often_upload_is_tapped(telephone):
    own, case, shelf = telephone
    own.page.context.set_offline(True)
    labels = [str(label) for slot, dossiers in shelf for label in (slot, *dossiers)]
    for label in [*labels[:15], *labels[12:15], *labels[15:], labels[-1], labels[-1]]:
        read(own, label)
    waiting(own, 30)

    own.page.reload()  # or the telephone has thrown the page away meanwhile
    own.shows("没有网络")
    waiting(own, 30)
    own.troubles.clear()  # that there is no network
    own.look()

    own.page.route("**/upload/", lambda route: (own.page.wait_for_timeout(300), route.continue_()))
    own.page.context.set_offline(False)
    for _impatient in range(4):
        own.page.get_by_role("button", name="立即上传").tap()
    waiting(own, 0)
    own.page.get_by_role("button", name="立即上传").tap()
    waiting(own, 0)
    assert Scan.objects.count() == 30
    assert Scan.objects.filter(dossier__isnull=False).values("dossier").distinct().count() == 20
    assert {verdict: many for verdict, many in queries.totals(case).items() if many} == {"FOUND": 20}


@pytest.mark.parametrize("suffix", ["Enter", "NumpadEnter", "Tab"])
def test_a_scanner_types_faster_than_anybody_and_ends_its_code_in_its_own_way(phone, suffix):
    own, places = phone
    labels = [str(label) for place in places for label in (place.slot, place.dossier)]
    for label in labels:
        own.page.keyboard.type(label)  # a sign every millisecond or so
        own.page.keyboard.press(suffix)
    waiting(own, 0)
    assert own.page.locator(".scan-log .unknown").count() == 0
    assert list(Scan.objects.order_by("number").values_list("slot", "dossier")) == [
        pair for place in places for pair in ((place.slot_id, None), (None, place.dossier_id))
    ]


def test_what_a_scanner_says_in_small_letters_wide_or_with_something_before_it_is_understood(phone):
    own, (first, second, third) = phone
    wide = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in "RD0123456789"}
    told = (
        f"{first.slot}".lower(), f"{first.dossier}".lower(), f"]C1{second.slot}", f"]Q3{second.dossier}",
        f"。{third.slot}", f"{third.dossier}".translate(wide), f"·日{third.dossier}",
    )  # fmt: skip
    for label in told:
        read(own, label)
    waiting(own, 0)
    assert own.page.locator(".scan-log .unknown").count() == 0
    assert list(Scan.objects.order_by("number").values_list("slot", "dossier")) == [
        (first.slot_id, None), (None, first.dossier_id), (second.slot_id, None), (None, second.dossier_id),
        (third.slot_id, None), (None, third.dossier_id), (None, third.dossier_id),
    ]  # fmt: skip


def test_an_input_method_that_takes_the_scanners_enter_for_itself_glues_no_labels_together(phone):
    own, (first, second, _third) = phone
    keys = own.page.context.new_cdp_session(own.page)
    for label in (str(first.slot), str(second.dossier)):
        # As with a Chinese input method on: the signs are composed, and Enter only lets go of them.
        for end in range(1, len(label) + 1):
            keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Process", "windowsVirtualKeyCode": 229})
            keys.send("Input.imeSetComposition", {"text": label[:end], "selectionStart": end, "selectionEnd": end})
        own.key("Enter")
        keys.send("Input.insertText", {"text": label})
        expect(own.page.locator(".scan-code")).to_have_value("")
    waiting(own, 0)
    assert list(Scan.objects.order_by("number").values_list("slot", "dossier")) == [
        (first.slot_id, None), (None, second.dossier_id),
    ]  # fmt: skip


def test_labels_read_without_a_connection_are_uploaded_later(phone):
    own, (first, second, _third) = phone
    read(own, first.slot)
    read(own, first.dossier)
    waiting(own, 0)
    own.page.context.set_offline(True)
    read(own, second.slot)
    read(own, second.dossier)
    waiting(own, 2)
    own.shows("没有网络")
    own.page.context.set_offline(False)
    waiting(own, 0)
    assert list(Scan.objects.order_by("number").values_list("slot", "dossier")) == [
        (first.slot_id, None),
        (None, first.dossier_id),
        (second.slot_id, None),
        (None, second.dossier_id),
    ]


def test_an_upload_whose_answer_is_lost_counts_once_even_after_the_page_was_opened_anew(phone):
    own, (first, _second, third) = phone

    def lose_the_answer(route):
        with suppress(PlaywrightError):  # the page may have given up on the answer by itself
            route.fetch()
            route.abort()

    own.page.route("**/upload/", lose_the_answer)
    read(own, first.slot)
    read(own, first.dossier)
    read(own, "what is this")
    own.shows("没有网络")
    own.page.unroute("**/upload/")
    own.troubles.clear()
    own.open(own.page.url.removeprefix(own.server))
    waiting(own, 0)
    read(own, third.dossier)  # in front of which slot, the page opened anew does not know
    own.shows("未计入：请先扫格位。")
    for label in (third.slot, third.dossier):
        read(own, label)
    waiting(own, 0)
    assert "未计入" not in own.page.get_by_role("main").inner_text()
    assert list(Scan.objects.order_by("pk").values_list("slot", "dossier", "text")) == [
        (first.slot_id, None, ""), (None, first.dossier_id, ""), (None, None, "what is this"),
        (third.slot_id, None, ""), (None, third.dossier_id, ""),
    ]  # fmt: skip
