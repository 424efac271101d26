"""Putting a store in order: by number, or by employer and number; no step overfills a slot, rings are broken."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Compaction, Slot
from rendang.storage.queries.sorting import filled, steps
from tests.factories import CustodyFactory, EmployerFactory, PlacementFactory, SlotFactory, StoreFactory

pytestmark = pytest.mark.django_db
NUMBER, EMPLOYER = Compaction.Method.NUMBER, Compaction.Method.EMPLOYER


@pytest.fixture
def store(institution):
    return StoreFactory(institution=institution, code="K01", name="一号库")


def shelf(store, *numbers, capacity=1, employers=()):
    """Slots in a row, in each the dossier with this archive number; none means an empty slot."""
    firms = dict(zip(numbers, employers, strict=False))
    slots, dossiers = [], {}
    for n, number in enumerate(numbers, start=1):
        slot = SlotFactory(
            institution=store.institution, store=store, rack="A-01", bay="", layer="1", code=f"K01-A-01-1-{n:03}",
            capacity=capacity,
        )  # fmt: skip
        slots.append(slot)
        if number:
            held = CustodyFactory(
                institution=store.institution, archive_number=number, employer=firms.get(number), status="HELD"
            )
            dossiers[number] = PlacementFactory(institution=store.institution, slot=slot, dossier=held.dossier).dossier
    return slots, dossiers


def lie(dossiers):
    """Archive numbers as they lie on the shelf."""
    found = {queries.current_placement(one).slot.code: number for number, one in dossiers.items()}
    return [found[code] for code in sorted(found)]


def lines(plan):
    return [
        (line.dossier.custodies.get().archive_number, line.origin.number, line.target.number)
        for line in plan.moves.select_related("origin", "target")
    ]


def test_a_ring_is_broken_by_a_free_slot(store, keeper):
    _slots, dossiers = shelf(store, "C", "A", "B", None)
    plan = actions.plan_compaction(store, method=NUMBER, by=keeper)
    assert lines(plan) == [("C", "001", "004"), ("A", "002", "001"), ("B", "003", "002"), ("C", "004", "003")]
    assert lie(dossiers) == ["C", "A", "B"]  # nothing has moved yet

    assert actions.work_off_lines(plan, plan.moves.values_list("pk", flat=True), by=keeper) == {}

    assert lie(dossiers) == ["A", "B", "C"]
    plan.refresh_from_db()
    assert plan.closed_at
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "compaction.plan", *["placement.move"] * 4, "compaction.finish",
    ]  # fmt: skip


def test_by_employer_then_number_and_without_an_employer_last(institution, store, keeper):
    ya, bo = EmployerFactory(name="乙公司"), EmployerFactory(name="丙公司")
    _slots, dossiers = shelf(store, "D", "C", "B", "A", None, employers=[None, ya, bo, ya])
    plan = actions.plan_compaction(store, method=EMPLOYER, by=keeper)
    actions.work_off_lines(plan, plan.moves.values_list("pk", flat=True), by=keeper)
    assert lie(dossiers) == ["B", "A", "C", "D"]


def test_it_is_interrupted_in_the_middle_of_a_ring_and_taken_up_again_by_scan(store, keeper):
    _slots, dossiers = shelf(store, "B", "A", None)
    plan = actions.plan_compaction(store, method=NUMBER, by=keeper)
    assert lines(plan) == [("B", "001", "003"), ("A", "002", "001"), ("B", "003", "002")]
    assert "is full" in actions.work_off(plan, [dossiers["A"].pk], by=keeper)[dossiers["A"].pk]
    for number, expected in (("B", ["A", "B"]), ("A", ["A", "B"]), ("B", ["A", "B"])):
        assert actions.work_off(plan, [dossiers[number].pk], by=keeper) == {}
        assert lie(dossiers) == expected
    plan.refresh_from_db()
    assert plan.closed_at
    assert queries.current_placement(dossiers["B"]).slot.number == "002"


def test_a_second_line_waits_for_the_first_and_falls_away_with_it(store, keeper):
    _slots, dossiers = shelf(store, "B", "A", None)
    plan = actions.plan_compaction(store, method=NUMBER, by=keeper)
    first, _other, second = plan.moves.all()
    assert actions.work_off_lines(plan, [second.pk], by=keeper) == {
        second.pk: "It has to be moved aside first, as an earlier line says."
    }
    assert plan.moves.waiting().count() == 3
    actions.take_out(dossiers["B"], by=keeper, detail="阅档室")
    assert actions.work_off_lines(plan, [first.pk], by=keeper) == {
        first.pk: "It has left its slot meanwhile; the line falls away."
    }
    assert list(plan.moves.filter(overtaken=True)) == [first, second]
    assert actions.work_off(plan, [dossiers["A"].pk], by=keeper) == {}
    plan.refresh_from_db()
    assert plan.closed_at


def test_where_the_store_is_full_another_of_the_same_sort_lends_a_slot(institution, store, keeper):
    _slots, dossiers = shelf(store, "B", "A")
    SlotFactory(institution=institution, store=StoreFactory(institution=institution, purpose="SECRET"))
    with pytest.raises(ValidationError, match="no other store has room"):
        actions.plan_compaction(store, method=NUMBER, by=keeper)
    assert not Compaction.objects.exists()
    spare = SlotFactory(institution=institution, store=StoreFactory(institution=institution))
    plan = actions.plan_compaction(store, method=NUMBER, by=keeper)
    assert spare in [line.target for line in plan.moves.all()]
    actions.work_off_lines(plan, plan.moves.values_list("pk", flat=True), by=keeper)
    assert lie(dossiers) == ["A", "B"]
    spare.refresh_from_db()
    assert spare.occupied == 0


def test_what_is_in_order_is_not_planned_again(store, keeper):
    shelf(store, "A", "B", None)
    for method in (NUMBER, EMPLOYER):
        with pytest.raises(ValidationError, match="in this order already"):
            actions.plan_compaction(store, method=method, by=keeper)
    assert not AuditEvent.objects.exists()


def test_planning_asks_the_same_however_large_the_store(store, django_assert_max_num_queries):
    shelf(store, "C", "B", "A", None, None)
    with django_assert_max_num_queries(4):
        found = queries.outlines(store, Compaction.Method.values)
    assert {method: len(outline.moves) for method, outline in found.items()} == {
        "KEEP_ORDER": 0, "FEWEST": 0, "NUMBER": 3, "EMPLOYER": 3,
    }  # fmt: skip


def test_on_the_page_a_plan_in_order_is_chosen_and_worked_off(signed_in, store, keeper):
    _slots, dossiers = shelf(store, "B", "A", None)
    desk = signed_in(keeper)
    page = desk.get(reverse("storage:compact", args=[store.pk])).text
    assert "In order of archive number" in page
    assert "3 moves" in page
    assert "has no gaps to close" in page
    desk.post(reverse("storage:compact", args=[store.pk]), {"method": "NUMBER"})
    plan = Compaction.objects.get()
    url = reverse("storage:compaction", args=[plan.pk])
    assert "K01-A-01-1-003" in desk.post(url, {"dossier": dossiers["B"].barcode}).text
    desk.post(url, {"move": list(plan.moves.waiting().values_list("pk", flat=True))})
    assert lie(dossiers) == ["A", "B"]
    assert "Closed" in desk.get(url).text


SHELVES = st.lists(
    st.tuples(st.integers(1, 4), st.one_of(st.none(), st.integers(30, 90)), st.lists(st.integers(5, 30), max_size=4)),
    min_size=1,
    max_size=12,
)


@given(SHELVES, st.randoms(use_true_random=False))
@settings(max_examples=120, suppress_health_check=list(HealthCheck))
def test_taken_in_order_every_step_finds_room_and_all_lie_where_they_are_wanted(shelves, chance):
    """Slots of any capacity and width, anything in them, any order: no step ever overfills a slot."""
    slots, lying, thickness = [], {}, {}
    for number, (capacity, width, thick) in enumerate(shelves):
        while thick and (len(thick) > capacity or (width is not None and sum(thick) > width)):
            thick = thick[1:]
        slots.append(Slot(pk=number, capacity=capacity, width=width))
        for at, each in enumerate(thick):
            lying[100 * number + at], thickness[100 * number + at] = number, each
    order = list(lying)
    chance.shuffle(order)
    wanted = filled(slots, order, thickness)
    if wanted is None:
        return
    slots.append(Slot(pk=99, capacity=4, width=None))
    moves = steps(slots, lying, wanted, thickness, aside=[len(slots) - 1])
    now = dict(lying)
    for dossier, origin, target in moves or []:
        assert now[dossier] == origin != target
        now[dossier] = target
        there = [thickness[one] for one, slot in now.items() if slot == target]
        assert len(there) <= slots[target].capacity
        assert slots[target].width is None or sum(there) <= slots[target].width
    if moves is not None:
        assert now == wanted
        assert max([0, *map([move[0] for move in moves].count, order)]) <= 2
