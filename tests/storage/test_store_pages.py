"""The pages of the stores: who sees them, laying them out, racks and slots as they stand."""

import pytest
from django.urls import reverse

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions
from rendang.storage.models import Slot, Store
from tests.factories import PlacementFactory, StoreFactory, staff
from tests.storage.conftest import cost

pytestmark = pytest.mark.django_db
RANGES = {"racks": "A 01-02", "bays": "", "layers": "1-3", "numbers": "001-010", "capacity": "2"}
ABOUT = {"floor": "1", "purpose": "CUSTODY", "shelving": "MOBILE"}


def addresses(slot, dossier):
    return {
        "store": reverse("storage:store", args=[slot.store_id]),
        "rack": reverse("storage:rack", args=[slot.store_id, slot.rack]),
        "slot": reverse("storage:slot", args=[slot.pk]),
        "history": reverse("storage:history", args=[dossier.pk]),
        "add": reverse("storage:add", args=[slot.store_id]),
        "edit": reverse("storage:edit", args=[slot.store_id]),
    }


def test_another_institution_finds_nothing_here(signed_in, other_institution, slot, dossier):
    PlacementFactory(dossier=dossier, slot=slot, institution=slot.institution)
    stranger = signed_in(staff(other_institution, Role.KEEPER))

    for name, url in addresses(slot, dossier).items():
        assert stranger.get(url).status_code == 404, name
    assert "K01" not in stranger.get(reverse("storage:list")).text
    for name in ("rack_capacity", "remove_slots"):
        url = reverse(f"storage:{name}", args=[slot.store_id, slot.rack])
        assert stranger.post(url, {"capacity": "9"}).status_code == 404
    assert Slot.objects.get(pk=slot.pk).capacity == 1


def test_a_clerk_looks_but_neither_plans_nor_moves(signed_in, clerk, slot, dossier):
    desk = signed_in(clerk)
    urls = addresses(slot, dossier)

    for name in ("store", "rack", "slot", "history"):
        assert desk.get(urls[name]).status_code == 200, name
    for url in (
        urls["add"],
        urls["edit"],
        reverse("storage:new"),
        reverse("storage:scan", args=["place"]),
        reverse("storage:to_place"),
        reverse("storage:labels"),
    ):
        assert desk.get(url).status_code == 403, url
    page = desk.get(urls["store"]).text
    assert reverse("storage:labels") not in page
    assert urls["add"] not in page


def test_an_administrator_sees_no_store(signed_in, security_administrator, slot):
    assert signed_in(security_administrator).get(reverse("storage:list")).status_code == 403


def test_the_first_page_says_what_to_do_next(desk):
    page = desk.get(reverse("storage:list")).text
    assert "No store yet" in page
    assert reverse("storage:new") in page


def test_a_store_is_looked_at_before_it_is_made(desk, institution, keeper):
    given = {"institution": institution.pk, "code": "k02", "name": "二号库", **ABOUT, **RANGES}
    url = reverse("storage:new")

    preview = desk.post(url, given)

    assert "60 slots would be made" in preview.text
    assert "room for 120 dossiers" in preview.text
    for code in ("K02-A-01-1-001", "K02-A-02-3-010"):
        assert code in preview.text
    assert not Store.objects.exists()

    seen = "K02-A-01-1-001|K02-A-02-3-010|60|2"
    assert f'value="{seen}"' in preview.text
    changed = desk.post(url, {**given, "numbers": "001-011", "seen": seen})
    assert "66 slots would be made" in changed.text
    assert not Store.objects.exists()

    made = desk.post(url, {**given, "seen": seen})
    store = Store.objects.get()
    assert made.url == reverse("storage:store", args=[store.pk])
    assert (store.code, store.slots.count()) == ("K02", 60)

    again = desk.post(url, {**given, "seen": seen})
    assert "already has a store with this code" in again.text
    assert Store.objects.count() == 1

    unseen = desk.post(url, {**given, "racks": "B 01"}).text
    assert "already has a store with this code" in unseen
    assert "slots would be made" not in unseen


def test_more_slots_for_a_store_and_none_twice(desk, slot):
    url = reverse("storage:add", args=[slot.store_id])
    given = {**RANGES, "racks": "B 01", "seen": "K01-B-01-1-001|K01-B-01-3-010|30|2"}

    assert desk.post(url, given).url == reverse("storage:store", args=[slot.store_id])
    assert slot.store.slots.count() == 31
    refused = desk.post(url, given)
    assert "30 of these positions exist already" in refused.text
    assert slot.store.slots.count() == 31
    unseen = desk.post(url, {**RANGES, "racks": "B 01", "numbers": "009-012"}).text
    assert "6 of these positions exist already" in unseen
    assert "slots would be made" not in unseen


def test_a_wrong_range_is_explained_and_kept(desk, institution):
    given = {"institution": institution.pk, "code": "K-2", "name": "", **RANGES, "layers": "7-1"}

    page = desk.post(reverse("storage:new"), given).text

    assert "“7-1” runs backwards." in page
    assert "Only letters and digits" in page
    assert 'value="7-1"' in page


def test_the_pages_of_a_store_cost_the_same_however_large(desk, institution, keeper):
    urls = {}

    def grow(code, racks, numbers):
        store = StoreFactory(institution=institution, code=code)
        plan = actions.planning.Plan(code, racks, (), ("1", "2"), numbers)
        actions.add_slots(store, plan, by=keeper)
        for slot in store.slots.all()[:5]:
            PlacementFactory(institution=institution, slot=slot)
        urls[code] = [
            reverse("storage:store", args=[store.pk]),
            reverse("storage:rack", args=[store.pk, racks[0]]),
            reverse("storage:slot", args=[store.slots.first().pk]),
        ]

    grow("S1", ("A",), ("1", "2", "3"))
    few = cost(desk, reverse("storage:list"))
    grow("S2", ("A", "B", "C"), tuple(str(n) for n in range(1, 30)))

    assert cost(desk, reverse("storage:list")) == few <= 40
    assert [cost(desk, url) for url in urls["S1"]] == [cost(desk, url) for url in urls["S2"]]


def test_a_large_rack_is_shown_layer_by_layer(desk, institution, keeper, monkeypatch):
    monkeypatch.setattr("rendang.storage.views.stores.MOST_SHOWN", 4)
    store = StoreFactory(institution=institution, code="S1")
    actions.add_slots(store, actions.planning.Plan("S1", ("A",), (), ("1", "2"), ("1", "2", "3")), by=keeper)
    url = reverse("storage:rack", args=[store.pk, "A"])

    first, second = desk.get(url).text, desk.get(f"{url}?layer=2").text

    assert "S1-A-1-1" in first
    assert "S1-A-2-1" not in first
    assert "S1-A-2-1" in second
    assert desk.get(f"{url}?layer=%00").status_code == 200
    assert desk.get(reverse("storage:rack", args=[store.pk, "Z"])).status_code == 404


def test_the_page_of_a_slot_says_who_lies_there_and_the_look_is_recorded(desk, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    before = AuditEvent.objects.count()

    page = desk.get(reverse("storage:slot", args=[slot.pk])).text

    for text in (dossier.barcode, "李雷", "RC-77", keeper.name):
        assert text in page
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.subject_id, AuditEvent.objects.count()) == ("slot.view", slot.pk, before + 1)
