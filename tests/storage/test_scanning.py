"""With a scanner: a suggestion that Enter accepts, and twenty dossiers in twenty-one scans."""

import pytest
from django.urls import reverse

from rendang.kernel.audit.models import AuditEvent
from rendang.storage import queries
from rendang.storage.models import Store
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(signed_in, keeper):
    return signed_in(keeper)


@pytest.fixture
def slot(institution):
    store = StoreFactory(institution=institution, code="K01", name="一号库")
    return SlotFactory(institution=institution, store=store, code="K01-A-03-4-012", capacity=20)


def field(page, name):
    """The value of a field of the page, as the browser would send it back."""
    tag = page.split(f'name="{name}"')[1].split(">")[0]
    return tag.split('value="')[1].split('"')[0] if 'value="' in tag else ""


def test_a_slot_is_suggested_and_enter_accepts_it(desk, institution, slot):
    dossier = held_dossier(institution, name="李雷")
    url = reverse("storage:scan", args=["place"])

    page = desk.post(url, {"dossier": dossier.barcode, "slot": ""}).text

    assert "Suggested: <strong>K01-A-03-4-012</strong>" in page
    assert (field(page, "dossier"), field(page, "slot")) == (dossier.barcode, "K01-A-03-4-012")
    assert queries.current_placement(dossier) is None

    page = desk.post(url, {"dossier": dossier.barcode, "slot": "K01-A-03-4-012"}).text
    assert "1 of 20" in page
    assert queries.current_placement(dossier).slot == slot


def test_without_a_free_slot_the_page_says_so(desk, institution):
    dossier = held_dossier(institution)
    page = desk.post(reverse("storage:scan", args=["place"]), {"dossier": dossier.barcode, "slot": ""}).text
    assert "No slot is free for it." in page


def test_the_wrong_sort_of_store_is_a_warning(desk, institution):
    store = StoreFactory(institution=institution, purpose=Store.Purpose.SECRET)
    slot = SlotFactory(institution=institution, store=store)
    page = desk.post(
        reverse("storage:scan", args=["place"]), {"dossier": held_dossier(institution).barcode, "slot": slot.code}
    ).text
    assert "is a store “Secret”" in page


def test_twenty_dossiers_in_twenty_one_scans(desk, institution, slot):
    dossiers = [held_dossier(institution) for _ in range(20)]
    url, current, scans = reverse("storage:batch"), "", 0
    for code in [slot.code, *(one.barcode for one in dossiers)]:
        page = desk.post(url, {"code": code, "slot": current}).text
        current, scans = field(page, "slot"), scans + 1
    assert scans == 21
    assert {queries.current_placement(one).slot for one in dossiers} == {slot}
    assert AuditEvent.objects.filter(verb="placement.place").count() == 20

    page = desk.post(url, {"code": held_dossier(institution).barcode, "slot": current}).text
    assert "is full: it holds 20 of 20" in page
    assert field(page, "slot") == slot.code


def test_a_dossier_before_any_slot_is_refused(desk, institution):
    dossier = held_dossier(institution)
    page = desk.post(reverse("storage:batch"), {"code": dossier.barcode, "slot": ""}).text
    assert page.count("Scan a slot first.") == 3  # above the field, below it, and in the list
    assert queries.current_placement(dossier) is None


def test_the_memory_of_a_scanner_is_read_at_once_and_each_refused_by_itself(desk, institution, slot):
    other = SlotFactory(institution=institution, store=slot.store, code="K01-B-01-1-001")
    first, second = held_dossier(institution), held_dossier(institution)
    elsewhere = PlacementFactory(institution=institution).dossier
    early = held_dossier(institution)
    codes = [early.barcode, slot.code, first.barcode, "RD999", elsewhere.barcode, other.code, second.barcode]
    url = reverse("storage:batch")

    page = desk.post(url, {"codes": "\n".join(codes)}).text

    assert queries.current_placement(first).slot == slot
    assert queries.current_placement(second).slot == other
    for sentence in ("Scan a slot first.", "“RD999” is neither a slot nor a dossier.", "already lies in"):
        assert sentence in page
    assert queries.current_placement(early) is None

    desk.post(url, {"codes": f"{slot.code}\n{elsewhere.barcode}", "moving": "on"})
    assert queries.current_placement(elsewhere).slot == slot


def test_another_institutions_labels_mean_nothing_here(desk, other_institution, institution, slot):
    theirs = SlotFactory(institution=other_institution)
    page = desk.post(reverse("storage:batch"), {"code": theirs.code, "slot": ""}).text
    assert "is neither a slot nor a dossier" in page


def test_only_where_a_camera_reads_may_the_browser_compile_the_reader(signed_in, keeper):
    desk = signed_in(keeper)
    for address, may in (
        (reverse("storage:scan", args=["place"]), True),
        (reverse("storage:batch"), True),
        (reverse("storage:pick_list"), True),
        (reverse("storage:list"), False),
        (reverse("stocktakes:list"), False),
    ):
        policy = desk.get(address)["Content-Security-Policy"]
        assert ("'wasm-unsafe-eval'" in policy) is may, address
        assert "'unsafe-eval'" not in policy
        assert "'unsafe-inline'" not in policy
