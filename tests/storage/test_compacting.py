"""Closing the gaps of a store: in an order in which each move finds room, whatever is interrupted in between."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Compaction, Placement, Slot
from rendang.storage.queries import compacting
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier, staff
from tests.golden import assert_says

pytestmark = pytest.mark.django_db
KEEP, FEWEST = Compaction.Method.KEEP_ORDER, Compaction.Method.FEWEST


@pytest.fixture
def store(institution):
    return StoreFactory(institution=institution, code="K01", name="一号库")


def shelf(store, lying, capacity=1):
    """Slots in a row; how many dossiers lie in each."""
    slots = [
        SlotFactory(
            institution=store.institution, store=store, rack="A-01", bay="", layer="1", code=f"K01-A-01-1-{n:03}",
            capacity=capacity,
        )
        for n in range(len(lying))
    ]  # fmt: skip
    dossiers = [
        PlacementFactory(institution=store.institution, slot=slot).dossier
        for slot, count in zip(slots, lying, strict=True)
        for _ in range(count)
    ]
    return slots, dossiers


def lies(dossiers):
    return [queries.current_placement(one).slot.number for one in dossiers]


def test_the_order_is_kept_and_every_gap_closed(store, keeper):
    _slots, dossiers = shelf(store, [0, 1, 0, 1, 1])
    plan = actions.plan_compaction(store, method=KEEP, by=keeper)
    assert [(line.origin.number, line.target.number) for line in plan.moves.select_related("origin", "target")] == [
        ("001", "000"), ("003", "001"), ("004", "002"),
    ]  # fmt: skip
    assert lies(dossiers) == ["001", "003", "004"]  # nothing has moved yet

    assert actions.work_off(plan, [one.pk for one in dossiers], by=keeper) == {}

    assert lies(dossiers) == ["000", "001", "002"]
    plan.refresh_from_db()
    assert plan.closed_at
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "compaction.plan", *["placement.move"] * 3, "compaction.finish",
    ]  # fmt: skip


def test_the_fewest_moves_fill_the_gaps_from_the_end(store, keeper):
    _slots, dossiers = shelf(store, [0, 1, 1, 1, 1])
    plan = actions.plan_compaction(store, method=FEWEST, by=keeper)
    assert plan.moves.count() == 1
    actions.work_off(plan, [dossiers[-1].pk], by=keeper)
    assert lies(dossiers) == ["001", "002", "003", "000"]


def test_it_is_interrupted_and_taken_up_again_another_day_by_somebody_else(institution, store, keeper):
    _slots, dossiers = shelf(store, [0, 0, 1, 1])
    plan = actions.plan_compaction(store, method=KEEP, by=keeper)
    actions.work_off(plan, [dossiers[0].pk], by=keeper)

    other = staff(institution, Role.KEEPER)
    found = queries.compactions(Compaction.objects.filter(pk=plan.pk)).get()
    assert (found.planned, found.done) == (2, 1)
    assert actions.work_off(plan, [dossiers[0].pk], by=other) == {dossiers[0].pk: "It was moved by this plan already."}
    actions.work_off(plan, [dossiers[1].pk], by=other)

    assert [line.done_by for line in plan.moves.all()] == [keeper, other]
    assert lies(dossiers) == ["000", "001"]


def test_a_dossier_that_has_left_meanwhile_falls_away(store, keeper):
    _slots, dossiers = shelf(store, [0, 1, 1])
    plan = actions.plan_compaction(store, method=KEEP, by=keeper)
    actions.take_out(dossiers[0], by=keeper, detail="阅档室")
    refused = actions.work_off(plan, [one.pk for one in dossiers], by=keeper)
    assert refused == {dossiers[0].pk: "It has left its slot meanwhile; the line falls away."}
    plan.refresh_from_db()
    assert plan.closed_at
    assert plan.moves.filter(overtaken=True).count() == 1


def test_a_slot_taken_meanwhile_is_refused_and_the_line_waits(institution, store, keeper):
    slots, dossiers = shelf(store, [0, 1])
    plan = actions.plan_compaction(store, method=KEEP, by=keeper)
    PlacementFactory(institution=institution, slot=slots[0])
    refused = actions.work_off(plan, [dossiers[0].pk], by=keeper)
    assert "is full" in refused[dossiers[0].pk]
    assert plan.moves.waiting().count() == 1


def test_a_store_has_one_plan_at_a_time_and_only_if_there_is_a_gap(institution, store, keeper):
    shelf(store, [1, 0])
    with pytest.raises(ValidationError, match="has no gaps to close"):
        actions.plan_compaction(store, method=KEEP, by=keeper)
    gap = SlotFactory(institution=institution, store=store, rack="A-00", bay="", layer="1", code="K01-A-00-1-001")
    plan = actions.plan_compaction(store, method=KEEP, by=keeper)
    with pytest.raises(ValidationError, match="has a plan of moves already"):
        actions.plan_compaction(store, method=KEEP, by=keeper)
    assert plan.moves.get().target == gap

    with pytest.raises(ValidationError, match="Say why"):
        actions.stop_compaction(plan, reason=" ", by=keeper)
    actions.stop_compaction(plan, reason="改用别的库房", by=keeper)
    with pytest.raises(ValidationError, match="is closed"):
        actions.work_off(plan, [plan.moves.get().dossier_id], by=keeper)
    assert Placement.objects.filter(until=None).get().slot.code == "K01-A-01-1-000"


def test_only_a_keeper_of_the_house(other_institution, store, clerk):
    shelf(store, [0, 1])
    for stranger in (clerk, staff(other_institution, Role.KEEPER)):
        with pytest.raises(PermissionDenied):
            actions.plan_compaction(store, method=KEEP, by=stranger)
    assert not Compaction.objects.exists()


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4), st.one_of(st.none(), st.integers(30, 90)), st.lists(st.integers(5, 30), max_size=4)
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([KEEP, FEWEST]),
)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_taken_in_order_every_move_finds_room(shelves, method):
    """Slots of any capacity and width with anything in them: no move of a plan ever overfills its slot."""
    slots, lying = [], {}
    for number, (capacity, width, thick) in enumerate(shelves, start=1):
        while thick and (len(thick) > capacity or (width is not None and sum(thick) > width)):
            thick = thick[1:]
        slots.append(Slot(pk=number, capacity=capacity, width=width, occupied=len(thick), used=sum(thick)))
        lying[number] = [(100 * number + at, each) for at, each in enumerate(thick)]
    plan = compacting._in_order(slots, lying) if method == KEEP else compacting._from_the_end(slots, lying)
    now = {slot.pk: dict(lying[slot.pk]) for slot in slots}
    for dossier, origin, target in plan:
        assert target < origin
        now[slots[target].pk][dossier] = now[slots[origin].pk].pop(dossier)
        there = now[slots[target].pk]
        assert len(there) <= slots[target].capacity
        assert slots[target].width is None or sum(there.values()) <= slots[target].width
    assert len({dossier for dossier, _origin, _target in plan}) == len(plan)
    if method == KEEP:
        order = [dossier for slot in slots for dossier, _thick in lying[slot.pk]]
        places = {dossier: slot.pk for slot in slots for dossier in now[slot.pk]}
        assert [places[dossier] for dossier in order] == sorted(places[dossier] for dossier in order)


def test_the_plan_is_worked_off_by_scan_and_by_the_shelf(signed_in, store, keeper):
    _slots, dossiers = shelf(store, [0, 1, 1, 1])
    desk = signed_in(keeper)
    page = desk.get(reverse("storage:compact", args=[store.pk])).text
    assert "3 moves" in page
    assert "1 move" in page
    desk.post(reverse("storage:compact", args=[store.pk]), {"method": "KEEP_ORDER"})
    plan = Compaction.objects.get()
    url = reverse("storage:compaction", args=[plan.pk])
    assert_says(desk.get(reverse("storage:compaction_paper", args=[plan.pk])).content, ["倒架单", "移至", "共3件"])

    answer = desk.post(url, {"dossier": dossiers[0].barcode}).text
    assert "K01-A-01-1-000" in answer
    stranger = held_dossier(store.institution)
    assert "not on the list of moves" in desk.post(url, {"dossier": stranger.barcode}).text
    desk.post(url, {"move": [line.pk for line in plan.moves.waiting()]})

    assert lies(dossiers) == ["000", "001", "002"]
    assert "Closed" in desk.get(url).text


def test_of_the_ticked_moves_each_says_what_became_of_it(signed_in, store, keeper):
    slots, dossiers = shelf(store, [0, 1, 0, 0, 1, 1])
    desk = signed_in(keeper)
    desk.post(reverse("storage:compact", args=[store.pk]), {"method": "KEEP_ORDER"})
    plan = Compaction.objects.get()
    url = reverse("storage:compaction", args=[plan.pk])

    assert "No move is ticked." in desk.post(url, {"lines": "yes"}, follow=True).text
    assert plan.moves.waiting().count() == 3

    PlacementFactory(institution=store.institution, slot=slots[2])  # where the last one was to go
    actions.take_out(dossiers[1], by=keeper, detail="桌")
    said = desk.post(url, {"lines": "yes", "move": [line.pk for line in plan.moves.waiting()]}).text
    assert "1 move is done." in said
    assert f"so that their lines fall away: {dossiers[1].barcode}." in said
    assert "1 move could not be noted and stays ticked; the reason stands beside it." in said
    (box,) = re.findall(r'<input[^>]*name="move"[^>]*>', said)
    assert "checked" in box


def test_while_a_plan_is_under_way_the_page_offers_no_other(signed_in, store, keeper):
    shelf(store, [0, 1, 1, 1])
    desk, url = signed_in(keeper), reverse("storage:compact", args=[store.pk])
    page = desk.get(url).text
    assert "Close up, keeping the order — 3 moves" in page
    assert not [box for box in re.findall(r'<input[^>]*name="method"[^>]*>', page) if "checked" in box]
    assert set(desk.post(url, {"method": ""}).context["form"].errors) == {"method"}
    assert not Compaction.objects.exists()
    assert "Fill the gaps from the end, with the fewest moves — 1 move<" in " ".join(page.split()).replace(" <", "<")
    desk.post(url, {"method": "FEWEST"})
    plan = Compaction.objects.get()
    for page in (desk.get(url).text, desk.post(url, {"method": "KEEP_ORDER"}).text):
        assert "has a plan of moves already" in page
        assert f'href="{plan.get_absolute_url()}"' in page
        assert "Write down the plan" not in page
    assert Compaction.objects.get() == plan
