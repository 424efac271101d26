"""The keeper's pages: stores, scanning, placing what rosters left, labels."""

import io

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Placement, Slot, Store
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
Kind = Placement.Kind
RANGES = {"racks": "A 01-02", "bays": "", "layers": "1-3", "numbers": "001-010", "capacity": "2"}
ABOUT = {"floor": "1", "purpose": "CUSTODY", "shelving": "MOBILE"}
SHEET = {"stock": "3x8", "symbol": "qr", "start": "1"}


@pytest.fixture
def desk(signed_in, keeper):
    return signed_in(keeper)


@pytest.fixture
def slot(institution):
    store = StoreFactory(institution=institution, code="K01", name="一号库")
    return SlotFactory(institution=institution, store=store, rack="A-03", bay="", layer="4", code="K01-A-03-4-012")


@pytest.fixture
def dossier(institution):
    return held_dossier(institution, name="李雷", custody={"archive_number": "RC-77"})


def written(institution, text, **person):
    dossier = held_dossier(institution, **person)
    return PlacementFactory(institution=institution, dossier=dossier, kind=Kind.AS_WRITTEN, slot=None, detail=text)


def cost(desk, url):
    """Queries of the page; the first look of a session reads more (roles, content types)."""
    desk.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = desk.get(url)
    assert response.status_code == 200
    return len(captured)


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


def test_more_slots_for_a_store_and_none_twice(desk, slot):
    url = reverse("storage:add", args=[slot.store_id])
    given = {**RANGES, "racks": "B 01", "seen": "K01-B-01-1-001|K01-B-01-3-010|30|2"}

    assert desk.post(url, given).url == reverse("storage:store", args=[slot.store_id])
    assert slot.store.slots.count() == 31
    refused = desk.post(url, given)
    assert "30 of these positions exist already" in refused.text
    assert slot.store.slots.count() == 31


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


def test_scanning_a_dossier_into_its_slot_and_the_next(desk, slot, dossier):
    url = reverse("storage:scan", args=["place"])

    half = desk.post(url, {"dossier": dossier.barcode, "slot": ""})
    assert f"Suggested: <strong>{slot.code}</strong>" in half.text
    assert f'value="{dossier.barcode}"' in half.text
    assert not Placement.objects.exists()

    page = desk.post(url, {"dossier": dossier.barcode, "slot": " ｋ01-a-03-4-012 "})

    assert queries.in_stock(dossier)
    for text in (dossier.barcode, "李雷", slot.code, "1 of 1"):
        assert text in page.text
    assert f'value="{dossier.barcode}"' not in page.text  # ready for the next


def test_scanning_by_htmx_answers_with_the_form_and_one_line(desk, slot, dossier):
    url = reverse("storage:scan", args=["place"])

    page = desk.post(url, {"dossier": "RC-77", "slot": slot.code}, headers={"HX-Request": "true"})

    assert "<html" not in page.text
    assert 'hx-swap-oob="afterbegin:#scanned"' in page.text
    assert queries.in_stock(dossier)


def test_the_same_slot_stays_for_the_next_dossier(desk, institution, dossier):
    slot = SlotFactory(institution=institution, capacity=3)
    url = reverse("storage:scan", args=["place"])

    page = desk.post(url, {"dossier": "李雷", "slot": slot.code, "keep_slot": "on"})

    assert f'value="{slot.code}"' in page.text
    assert "1 of 3" in page.text


def test_what_the_scanner_cannot_know_is_said_in_words(desk, institution, slot, dossier):
    url = reverse("storage:scan", args=["place"])
    held_dossier(institution, name="韩梅梅"), held_dossier(institution, name="韩梅梅")

    for given, words in [
        ({"dossier": "RD999999999", "slot": slot.code}, "No dossier found for “RD999999999”"),
        ({"dossier": "韩梅梅", "slot": slot.code}, "Several dossiers have this name"),
        ({"dossier": "RC-77", "slot": "K99-1"}, "There is no slot “K99-1”"),
    ]:
        page = desk.post(url, given)
        assert words in page.text
        assert f'value="{given["dossier"]}"' in page.text
    assert not Placement.objects.exists()


def test_moving_taking_out_and_putting_back_by_scanner(desk, institution, keeper, slot, dossier):
    other = SlotFactory(institution=institution)
    actions.place(dossier, slot, by=keeper)

    def scan(mode, **given):
        page = desk.post(reverse("storage:scan", args=[mode]), {"dossier": dossier.barcode, **given})
        return page, queries.place_label(dossier)

    assert scan("move", slot=other.code)[1] == other.code
    page, place = scan("take_out", detail="阅档室")
    assert place.endswith("阅档室")
    assert 'value="阅档室"' in page.text  # the next goes there, too
    assert scan("put_back")[1] == other.code
    assert "is not at the desk" in scan("put_back")[0].text
    assert desk.get(reverse("storage:scan", args=["burn"])).status_code == 404


def test_what_is_in_the_way_is_said_beside_its_field(desk, institution, keeper, slot, dossier):
    url = reverse("storage:scan", args=["place"])
    PlacementFactory(institution=institution, slot=slot)

    full = desk.post(url, {"dossier": dossier.barcode, "slot": slot.code})
    assert full.context["form"].errors == {"slot": ["K01-A-03-4-012 is full: it holds 1 of 1. Choose another slot."]}

    actions.place(dossier, SlotFactory(institution=institution), by=keeper)
    lying = desk.post(url, {"dossier": dossier.barcode, "slot": slot.code})
    assert list(lying.context["form"].errors) == ["dossier"]
    assert "already lies in" in lying.text


def test_dossiers_of_another_institution_are_not_known_to_the_scanner(desk, other_institution, slot):
    theirs = held_dossier(other_institution)
    foreign = SlotFactory(institution=other_institution)

    page = desk.post(reverse("storage:scan", args=["place"]), {"dossier": theirs.barcode, "slot": foreign.code})

    assert "No dossier found" in page.text
    assert "There is no slot" in page.text
    assert not Placement.objects.exists()


def test_what_rosters_left_is_placed_where_it_belongs(desk, institution, slot):
    free = SlotFactory(institution=institution, store=slot.store, rack="B", code="K01-B-01-1-001")
    named = written(institution, "Ｋ01－A－03－4－012", name="甲某")
    vague = written(institution, "东墙第三柜", name="乙某")
    third = written(institution, "西墙", name="丙某")
    url = reverse("storage:to_place")

    page = desk.get(url).text

    for text in ("甲某", "东墙第三柜", slot.code, free.code, "as written", "nearest free", "no slot is free"):
        assert text in page
    assert AuditEvent.objects.latest("pk").verb == "placement.list"

    answer = desk.post(
        url,
        {
            "dossier": [named.dossier_id, vague.dossier_id, third.dossier_id],
            f"slot_{named.dossier_id}": slot.code,
            f"slot_{vague.dossier_id}": "K99",
            f"slot_{third.dossier_id}": slot.code,
        },
    )

    assert "There is no slot “K99”" in answer.text
    assert "is full" in answer.text
    assert "1 dossier is placed" in answer.text
    assert [row.dossier_id for row in queries.unplaced(institution)] == [vague.dossier_id, third.dossier_id]
    done = desk.post(url, {"dossier": [vague.dossier_id], f"slot_{vague.dossier_id}": free.code})
    assert done.status_code == 302
    assert Slot.objects.get(pk=free.pk).occupied == 1


def test_only_our_own_waiting_dossiers_are_placed(desk, other_institution, slot):
    theirs = written(other_institution, "东墙")
    url = reverse("storage:to_place")

    desk.post(url, {"dossier": [theirs.dossier_id, "x", "9" * 30], f"slot_{theirs.dossier_id}": slot.code})

    assert list(Placement.objects.all()) == [theirs]
    assert desk.get(f"{url}?institution={other_institution.pk}").status_code == 404


def test_the_list_of_waiting_dossiers_costs_the_same_however_long(desk, institution, slot):
    url = reverse("storage:to_place")
    written(institution, "东墙")
    one = cost(desk, url)
    for n in range(8):
        written(institution, f"东墙{n}")
    assert cost(desk, url) == one <= 40
    assert "东墙7" in desk.get(f"{url}?q=墙7").text
    assert "No dossier to be placed matches" in desk.get(f"{url}?q=nothing").text


def test_an_empty_list_says_so(desk):
    assert "Everything has its place" in desk.get(reverse("storage:to_place")).text


def test_the_history_shows_other_institutions_without_their_slots(
    desk, institution, other_institution, keeper, dossier
):
    theirs = PlacementFactory(dossier=dossier, institution=other_institution, by=staff(other_institution, Role.KEEPER))
    actions.put_on_desk(dossier, institution, by=keeper, detail="收件窗口")

    page = desk.get(reverse("storage:history", args=[dossier.pk])).text

    assert "收件窗口" in page
    assert other_institution.short_name in page
    assert theirs.slot.code not in page
    assert theirs.by.name not in page
    assert AuditEvent.objects.latest("pk").verb == "dossier.places"


def pdf_text(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf", response.text
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return len(pages), "\n".join(page.extract_text() for page in pages)


def test_labels_of_the_dossiers_in_a_rack(desk, institution, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    PlacementFactory(institution=institution)  # elsewhere: not on this sheet

    count, text = pdf_text(
        desk.post(
            reverse("storage:labels"),
            {"institution": institution.pk, "subject": "dossiers", "first": "K01-A-03", **SHEET},
        )
    )

    assert count == 1
    for part in ("李雷", "RC-77", slot.code, dossier.barcode):
        assert part in text
    assert text.count("RD0") == 1
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.changes) == ("label.print_dossiers", {"dossiers": [None, [dossier.pk]]})


def test_labels_of_slots_and_of_what_is_to_be_placed_and_of_a_list(desk, institution, slot, dossier):
    url = reverse("storage:labels")
    waiting = written(institution, "东墙", name="甲某")

    def sheet(**given):
        return pdf_text(desk.post(url, {"institution": institution.pk, **SHEET, **given}))[1]

    assert "K01-A-03-4-012" in sheet(subject="slots", first="K01")
    assert waiting.dossier.barcode in sheet(subject="unplaced")
    listed = sheet(subject="listed", listed=f"{dossier.barcode}\n RC-77 ")
    assert listed.count(dossier.barcode) == 1


def test_labels_that_cannot_be_printed_are_refused_and_leave_no_trace(
    desk, institution, other_institution, slot, monkeypatch
):
    monkeypatch.setattr("rendang.storage.actions.labels.MOST_LABELS", 1)
    url = reverse("storage:labels")
    SlotFactory(institution=institution, store=slot.store, code="K01-A-03-4-013")
    theirs = held_dossier(other_institution)

    for given, words in [
        ({"subject": "slots", "first": "K01"}, "That would be"),
        ({"subject": "slots", "first": "Z"}, "Nothing here"),
        ({"subject": "slots"}, "Say from which position"),
        ({"subject": "listed", "listed": " "}, "at least one"),
        ({"subject": "listed", "listed": f"{theirs.barcode} nothing"}, "No dossier found for"),
        ({"subject": "slots", "first": "K01", "institution": other_institution.pk}, "Select a valid choice"),
    ]:
        page = desk.post(url, {"institution": institution.pk, **SHEET, **given})
        assert page["Content-Type"].startswith("text/html")
        assert words in page.text, given
    assert not AuditEvent.objects.filter(verb__startswith="label.").exists()
