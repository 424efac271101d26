"""Where a dossier is: always in one place, with its history, and never more in a slot than fits."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Placement, Slot
from tests.factories import CustodyFactory, PlacementFactory, SlotFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
Kind = Placement.Kind


@pytest.fixture
def slot(institution):
    return SlotFactory(institution=institution)


@pytest.fixture
def dossier(institution):
    return held_dossier(institution, name="李雷")


def occupied(*slots):
    return [Slot.objects.get(pk=slot.pk).occupied for slot in slots]


def nothing_happened():
    return not AuditEvent.objects.exists() and not Placement.objects.exists()


def test_placing_a_dossier_makes_it_in_stock(keeper, slot, dossier):
    assert not queries.in_stock(dossier)

    placed = actions.place(dossier, slot, by=keeper)

    assert (placed.kind, placed.slot, placed.by, placed.until) == (Kind.SLOT, slot, keeper, None)
    assert queries.in_stock(dossier)
    assert queries.place_label(dossier) == slot.code
    assert occupied(slot) == [1]
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject_type, event.subject_id) == ("placement.place", "dossiers.dossier", dossier.pk)
    assert (event.person_id, event.institution_id) == (dossier.person_id, slot.institution_id)
    assert event.changes == {"place": [None, f"SLOT {slot.code}"]}


def test_a_dossier_held_elsewhere_or_by_nobody_is_not_placed(keeper, slot, other_institution):
    for stranger in (held_dossier(other_institution), CustodyFactory(status="ENDED").dossier):
        with pytest.raises(ValidationError, match="is not held by the institution"):
            actions.place(stranger, slot, by=keeper)
    assert nothing_happened()


@pytest.mark.parametrize("role", [Role.CLERK, Role.REVIEWER, Role.HEAD, Role.SUPERVISOR])
def test_only_a_keeper_places(role, institution, slot, dossier):
    with pytest.raises(PermissionDenied):
        actions.place(dossier, slot, by=staff(institution, role))
    assert nothing_happened()


def test_a_keeper_of_another_institution_does_nothing_here(other_institution, slot, dossier):
    keeper = staff(other_institution, Role.KEEPER)
    placed = PlacementFactory(dossier=dossier, slot=slot, institution=slot.institution)
    free = SlotFactory(institution=slot.institution)

    for act in (
        lambda: actions.move(dossier, free, by=keeper),
        lambda: actions.take_out(dossier, by=keeper, detail="desk"),
        lambda: actions.put_back(dossier, by=keeper),
        lambda: actions.place_all({dossier.pk: free.pk}, by=keeper),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Placement.objects.get() == placed
    assert not AuditEvent.objects.exists()


def test_a_full_slot_is_refused_in_words(institution, keeper, slot, dossier):
    PlacementFactory(institution=institution, slot=slot)

    with pytest.raises(ValidationError, match=f"{slot.code} is full: it holds 1 of 1"):
        actions.place(dossier, slot, by=keeper)

    assert occupied(slot) == [1]
    assert not AuditEvent.objects.exists()
    assert not queries.in_stock(dossier)


def test_a_placed_dossier_is_moved_not_placed_again(institution, keeper, slot, dossier):
    other = SlotFactory(institution=institution)
    actions.place(dossier, slot, by=keeper)

    with pytest.raises(ValidationError, match="already lies in"):
        actions.place(dossier, other, by=keeper)
    with pytest.raises(ValidationError, match="already"):
        actions.move(dossier, slot, by=keeper)
    actions.move(dossier, other, by=keeper)

    assert occupied(slot, other) == [0, 1]
    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["placement.place", "placement.move"]


def test_what_lies_nowhere_cannot_be_moved_taken_out_or_put_back(keeper, slot, dossier):
    for act in (
        lambda: actions.move(dossier, slot, by=keeper),
        lambda: actions.take_out(dossier, by=keeper, detail="desk"),
        lambda: actions.put_back(dossier, by=keeper),
    ):
        with pytest.raises(ValidationError):
            act()
    assert nothing_happened()


def test_out_and_back_into_the_same_slot(institution, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    actions.take_out(dossier, by=keeper, detail="阅档室")

    assert queries.place_label(dossier).endswith("阅档室")
    assert not queries.in_stock(dossier)
    assert occupied(slot) == [0]

    actions.put_back(dossier, by=keeper)

    assert queries.in_stock(dossier)
    assert occupied(slot) == [1]


def test_a_slot_taken_in_the_meantime_is_not_returned_to(institution, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    actions.take_out(dossier, by=keeper, detail="阅档室")
    PlacementFactory(institution=institution, slot=slot)
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="is full"):
        actions.put_back(dossier, by=keeper)

    assert queries.current_placement(dossier).kind == Kind.DESK
    assert AuditEvent.objects.count() == events


def test_the_whole_way_leaves_a_history_without_gaps(institution, other_institution, keeper, slot, dossier):
    theirs = staff(other_institution, Role.KEEPER)
    actions.put_on_desk(dossier, institution, by=keeper, detail="T001-20260701-0001")
    actions.place(dossier, slot, by=keeper)
    actions.take_out(dossier, by=keeper, detail="打包")
    actions.hand_to_courier(dossier, by=keeper, detail="机要 12号")
    with pytest.raises(ValidationError, match="on its way"):
        actions.hand_to_courier(dossier, by=keeper, detail="机要 12号")
    with pytest.raises(ValidationError, match="on its way"):
        actions.place(dossier, slot, by=keeper)
    actions.put_on_desk(dossier, other_institution, by=theirs, detail="收件")

    history = list(queries.place_history(dossier))[::-1]
    assert [row.kind for row in history] == ["DESK", "SLOT", "DESK", "COURIER", "DESK"]
    assert [row.institution for row in history] == [institution] * 4 + [other_institution]
    assert [row.until for row in history] == [row.since for row in history[1:]] + [None]
    assert occupied(slot) == [0]
    assert AuditEvent.objects.count() == 5


def test_a_dossier_at_another_institution_cannot_be_placed_here(institution, other_institution, keeper, slot, dossier):
    actions.put_on_desk(dossier, other_institution, by=keeper, detail="收件")

    with pytest.raises(ValidationError, match="is at another institution"):
        actions.place(dossier, slot, by=keeper)


def test_a_dossier_nobody_holds_and_nobody_saw_is_nowhere(keeper):
    with pytest.raises(ValidationError, match="not known where"):
        actions.hand_to_courier(CustodyFactory(status="ENDED").dossier, by=keeper, detail="EMS")
    assert nothing_happened()


def test_a_place_is_described_in_120_characters(keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    with pytest.raises(ValidationError, match="at most 120"):
        actions.take_out(dossier, by=keeper, detail="桌" * 121)
    assert occupied(slot) == [1]


def test_in_stock_needs_custody_and_a_slot_of_the_holder(institution, other_institution, dossier):
    assert queries.in_stock(PlacementFactory(institution=institution).dossier)
    assert not queries.in_stock(
        PlacementFactory(institution=institution, kind=Kind.AS_WRITTEN, slot=None, detail="东墙").dossier
    )
    claimed = CustodyFactory(institution=other_institution, status="CLAIMED").dossier
    assert not queries.in_stock(PlacementFactory(dossier=claimed, institution=other_institution).dossier)


def test_many_at_once_each_placed_or_refused_by_itself(institution, other_institution, keeper):
    two = SlotFactory(institution=institution, capacity=2)
    written = [
        PlacementFactory(institution=institution, kind=Kind.AS_WRITTEN, slot=None, detail=str(n)).dossier
        for n in range(3)
    ]
    lying = PlacementFactory(institution=institution).dossier
    theirs = held_dossier(other_institution)

    refused = actions.place_all({one.pk: two.pk for one in [*written, lying, theirs]}, by=keeper)

    assert sorted(refused) == sorted([written[2].pk, lying.pk, theirs.pk])
    assert "is full: it holds 2 of 2" in refused[written[2].pk]
    assert "already lies in" in refused[lying.pk]
    assert "is not held" in refused[theirs.pk]
    assert [queries.in_stock(one) for one in written] == [True, True, False]
    assert occupied(two) == [2]
    assert list(AuditEvent.objects.order_by("subject_id").values_list("verb", "subject_id")) == [
        ("placement.place", written[0].pk),
        ("placement.place", written[1].pk),
    ]
    assert AuditEvent.objects.first().changes == {"place": ["AS_WRITTEN 0", f"SLOT {two.code}"]}


def test_placing_many_costs_as_much_as_placing_one(institution, keeper):
    def cost(count):
        wanted = {
            PlacementFactory(institution=institution, kind=Kind.AS_WRITTEN, slot=None).dossier_id: SlotFactory(
                institution=institution
            ).pk
            for _ in range(count)
        }
        with CaptureQueriesContext(connection) as captured:
            assert actions.place_all(wanted, by=keeper) == {}
        return len(captured)

    cost(1)  # the keeper's roles are read once
    assert cost(10) == cost(1)


# — what the database itself promises —


def test_the_database_counts_and_refuses_a_bulk_that_does_not_fit(institution, keeper):
    slots = [SlotFactory(institution=institution, capacity=capacity) for capacity in (1, 3)]
    rows = [
        Placement(dossier=held_dossier(institution), institution=institution, kind=Kind.SLOT, slot=slot, by=keeper)
        for slot in (slots[0], slots[1], slots[1])
    ]
    for row in rows:
        row.since, row.thickness = timezone.now(), 15
    Placement.objects.bulk_create(rows)
    assert occupied(*slots) == [1, 2]

    extra = Placement(
        dossier=held_dossier(institution), institution=institution, kind=Kind.SLOT, slot=slots[0], by=keeper
    )
    extra.since, extra.thickness = timezone.now(), 15
    with pytest.raises(IntegrityError, match="a_slot_holds_no_more_than_fits"), transaction.atomic():
        Placement.objects.bulk_create([extra])
    assert occupied(*slots) == [1, 2]

    Placement.objects.current().update(until=timezone.now())
    assert occupied(*slots) == [0, 0]


def test_the_database_refuses_the_slot_of_another_institution(institution, other_institution):
    with pytest.raises(IntegrityError, match="used by its own institution"), transaction.atomic():
        PlacementFactory(institution=institution, slot=SlotFactory(institution=other_institution))


def test_the_database_refuses_two_places_at_once(institution, dossier):
    PlacementFactory(dossier=dossier, institution=institution)
    with pytest.raises(IntegrityError, match="a_dossier_is_in_one_place"), transaction.atomic():
        PlacementFactory(dossier=dossier, institution=institution)


def test_the_place_history_is_never_rewritten(institution):
    placed = PlacementFactory(institution=institution)
    rows = Placement.objects.filter(pk=placed.pk)

    for change in (
        lambda: rows.delete(),
        lambda: rows.update(detail="elsewhere"),
        lambda: rows.update(slot=SlotFactory(institution=institution)),
    ):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
            change()
    rows.update(until=timezone.now())
    for change in (lambda: rows.update(until=None), lambda: rows.delete()):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_two_keepers_reach_for_the_last_place_and_one_is_told(institution, keeper, slot):
    dossiers = [held_dossier(institution) for _ in range(2)]
    outcomes = []
    together = threading.Barrier(2, timeout=10)

    def reach(dossier):
        try:
            translation.activate("en")
            together.wait()
            actions.place(dossier, slot, by=keeper)
            outcomes.append("placed")
        except ValidationError as refused:
            outcomes.append(refused.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=reach, args=[dossier]) for dossier in dossiers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [f"{slot.code} is full: it holds 1 of 1. Choose another slot.", "placed"]
    assert occupied(slot) == [1]
    assert Placement.objects.count() == AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_keepers_reach_for_the_same_dossier_and_one_is_told(institution, keeper, dossier):
    slots = [SlotFactory(institution=institution) for _ in range(2)]
    outcomes = []
    together = threading.Barrier(2, timeout=10)

    def reach(slot):
        try:
            translation.activate("en")
            together.wait()
            actions.place(dossier, slot, by=keeper)
            outcomes.append("placed")
        except ValidationError as refused:
            outcomes.append(refused.messages[0].partition(" ")[2][:12])
        finally:
            connection.close()

    threads = [threading.Thread(target=reach, args=[slot]) for slot in slots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["already lies", "placed"]
    assert sorted(occupied(*slots)) == [0, 1]
    assert Placement.objects.count() == AuditEvent.objects.count() == 1
