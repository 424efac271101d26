import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rendang.storage import queries
from rendang.storage.models import Placement, Slot
from rendang.storage.queries import Occupancy
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier

pytestmark = pytest.mark.django_db
Kind = Placement.Kind


def shelf(institution, *codes, **fields):
    store = StoreFactory(institution=institution, code="K01")
    return [
        SlotFactory(institution=institution, store=store, code=f"K01-{code}", rack=code[:4], layer=code[5], **fields)
        for code in codes
    ]


def written(institution, text):
    return PlacementFactory(institution=institution, kind=Kind.AS_WRITTEN, slot=None, detail=text)


def test_known_slots_whatever_the_spelling(institution, other_institution):
    (slot,) = shelf(institution, "A-03-4-012")
    SlotFactory(institution=other_institution, code="K02-A-01")
    texts = ["K01-A-03-4-012", "Ｋ０１－Ａ－０３－４－０１２", " k01 – a-03-4-012", "东墙第三柜", "", "K02-A-01"]

    with CaptureQueriesContext(connection) as captured:
        known = queries.known_slots(institution, texts)

    assert known == dict.fromkeys(texts[:3], slot.pk)
    assert len(captured) == 1
    assert queries.known_slots(institution, ["", " - "]) == {}


def test_free_slots_the_nearest_first(institution):
    full, same_layer, next_layer, next_rack = shelf(
        institution, "A-01-1-001", "A-01-1-009", "A-01-2-001", "A-02-1-001"
    )
    PlacementFactory(institution=institution, slot=full)

    assert queries.free_slots(institution, near=full) == [same_layer, next_layer, next_rack]
    assert queries.free_slots(institution, near=next_rack, limit=2) == [next_rack, same_layer]
    assert queries.free_slots(institution, limit=1) == [same_layer]


def test_a_slot_is_suggested_for_no_more_dossiers_than_fit(institution):
    named, near, far = shelf(institution, "A-01-1-001", "A-01-1-002", "B-09-1-001")
    rows = [written(institution, text) for text in ("K01-A-01-1-001", "k01-a-01-1-001", "东墙", "西墙")]

    suggested = queries.suggestions(institution, rows)

    assert [suggested.get(row.pk) for row in rows] == [named, near, far, None]


def test_suggestions_cost_the_same_however_many(institution):
    shelf(institution, *(f"A-01-1-{n:03}" for n in range(12)))
    rows = [written(institution, f"K01-A-01-1-{n:03}") for n in range(10)]

    def cost(some):
        with CaptureQueriesContext(connection) as captured:
            queries.suggestions(institution, some)
        return len(captured)

    cost(rows)  # the policies are read once
    assert cost(rows[:1]) == cost(rows)


def test_the_grid_counts_what_a_recount_finds(institution):
    slots = shelf(institution, "A-01-1-001", "A-01-1-002", "A-01-2-001", "A-10-1-001", "A-02-1-001", capacity=2)
    PlacementFactory(institution=institution, slot=slots[0])
    PlacementFactory(institution=institution, slot=slots[0])
    PlacementFactory(institution=institution, slot=slots[2])

    layers, racks = queries.occupancy_grid(slots[0].store)

    assert layers == ["1", "2"]
    assert [row.rack for row in racks] == ["A-01", "A-02", "A-10"]
    assert racks[0].cells == [("1", Occupancy(2, 4, 2)), ("2", Occupancy(1, 2, 1))]
    assert racks[1].cells == [("1", Occupancy(1, 2, 0)), ("2", None)]
    assert queries.occupancy_of(row.total for row in racks) == Occupancy(5, 10, 3)
    assert queries.occupancy_by_store([slots[0].store_id]) == {slots[0].store_id: Occupancy(5, 10, 3)}
    assert Placement.objects.current().filter(slot__store=slots[0].store).count() == 3


@pytest.mark.parametrize(
    ("occupied", "room", "tenth", "percent"),
    [(0, 0, 0, 0), (0, 10, 0, 0), (1, 1000, 1, 0), (5, 10, 5, 50), (999, 1000, 9, 100), (10, 10, 10, 100)],
)
def test_only_empty_looks_empty_and_only_full_looks_full(occupied, room, tenth, percent):
    assert (Occupancy(1, room, occupied).tenth, Occupancy(1, room, occupied).percent) == (tenth, percent)


def test_layers_and_slots_are_counted_as_people_count(institution):
    store = StoreFactory(institution=institution)
    for layer in ("10", "2", "1"):
        SlotFactory(institution=institution, store=store, rack="A", layer=layer)

    assert list(queries.occupancy_by_layer(store, "A")) == ["1", "2", "10"]
    slots = sorted(Slot.objects.filter(store=store), key=queries.place_on_shelf)
    assert [slot.layer for slot in slots] == ["1", "2", "10"]


def test_the_beginning_of_a_position_stands_for_all_of_it(institution):
    slots = shelf(institution, "A-01-1-001", "A-01-2-001", "A-02-1-001", "B-01-1-001")

    assert list(queries.slots_between(institution, "K01-A-01")) == slots[:2]
    assert list(queries.slots_between(institution, "k01-a-01", "K01-A")) == slots[:3]
    assert list(queries.slots_between(institution, "K01-A-01-2-001", "K01-A-02-1-001")) == slots[1:3]
    assert list(queries.slots_between(institution, "K01-A-01-1-001")) == slots[:1]


def test_a_dossier_is_found_by_label_number_or_name(institution):
    dossier = held_dossier(institution, name="李雷", custody={"archive_number": "RC-77"})
    twins = [held_dossier(institution, name="韩梅梅") for _ in range(2)]
    every = type(dossier).objects.all()

    for text in (dossier.barcode, dossier.barcode.lower(), f"ＲＤ{dossier.pk}", "rc-77", "李雷"):
        assert queries.dossiers_named(every, text) == [dossier], text
    assert queries.dossiers_named(every, "韩梅梅") == twins
    for text in ("", "RD", "RD999999999", "nobody"):
        assert queries.dossiers_named(every, text) == [], text


def test_many_dossiers_are_found_by_label_or_number(institution):
    first, second = (held_dossier(institution, custody={"archive_number": number}) for number in ("RC-1", "RC-2"))
    texts = [first.barcode, "ＲＣ-2", "RC-3", "RD000000000"]

    with CaptureQueriesContext(connection) as captured:
        found = queries.dossiers_by_code(type(first).objects.all(), texts)

    assert found == {first.barcode: first.pk, "ＲＣ-2": second.pk}
    assert len(captured) == 2
