"""How thick a dossier is, where it belongs, when it was last seen; and a slot that is never fuller than it is wide."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Keeping, Placement, Sighting, Slot, Store
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(institution):
    """100 mm wide, for as many as go in."""
    return SlotFactory(institution=institution, capacity=50, width=100)


@pytest.fixture
def dossier(institution):
    return held_dossier(institution, name="李雷")


def used(slot):
    return Slot.objects.get(pk=slot.pk).used


def thick(dossier, millimetres, by):
    actions.set_keeping(dossier, thickness=millimetres, by=by)
    return dossier


def test_a_dossier_nobody_has_measured_takes_what_the_policy_says(keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    assert (queries.thickness_of(dossier, slot.institution), used(slot)) == (15, 15)
    actions.take_out(dossier, by=keeper, detail="阅档室")
    assert used(slot) == 0


def test_a_slot_is_full_when_its_width_is_used_up(institution, keeper, slot):
    for millimetres in (60, 30):
        actions.place(thick(held_dossier(institution), millimetres, keeper), slot, by=keeper)
    fat = thick(held_dossier(institution), 11, keeper)
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="too narrow: 10 of 100 mm are free, the dossier takes 11 mm"):
        actions.place(fat, slot, by=keeper)

    assert used(slot) == 90
    assert queries.current_placement(fat) is None
    assert AuditEvent.objects.count() == events
    actions.place(thick(held_dossier(institution), 10, keeper), slot, by=keeper)
    assert used(slot) == 100


def test_many_at_once_are_refused_by_width_one_by_one(institution, keeper, slot):
    dossiers = [thick(held_dossier(institution), millimetres, keeper) for millimetres in (70, 40, 30)]

    refused = actions.place_all({one.pk: slot.pk for one in dossiers}, by=keeper)

    assert list(refused) == [dossiers[1].pk]
    assert used(slot) == 100


def test_a_dossier_grows_where_it_lies_as_long_as_there_is_room(institution, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    actions.place(thick(held_dossier(institution), 60, keeper), slot, by=keeper)

    thick(dossier, 40, keeper)

    assert used(slot) == 100
    with pytest.raises(ValidationError, match="100 mm wide and full"):
        thick(dossier, 41, keeper)
    assert (used(slot), Keeping.objects.get(dossier=dossier).thickness) == (100, 40)
    thick(dossier, None, keeper)
    assert used(slot) == 75


def test_what_is_said_of_a_dossier_is_an_event(keeper, dossier):
    actions.set_keeping(dossier, thickness=22, purpose="SECRET", by=keeper)
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject_id, event.person_id) == ("keeping.set", dossier.pk, dossier.person_id)
    assert event.changes == {"thickness": [None, 22], "purpose": ["", "SECRET"]}


@pytest.mark.parametrize("said", [{"thickness": 0}, {"thickness": 2001}, {"thickness": 5, "purpose": "ATTIC"}])
def test_nonsense_is_refused(keeper, dossier, said):
    with pytest.raises(ValidationError):
        actions.set_keeping(dossier, by=keeper, **said)
    assert not Keeping.objects.exists()


def test_only_its_keeper_says_it(institution, other_institution, dossier):
    for stranger in (staff(institution, Role.CLERK), staff(other_institution, Role.KEEPER)):
        with pytest.raises(PermissionDenied):
            actions.set_keeping(dossier, thickness=20, by=stranger)
    assert not Keeping.objects.exists()


def test_the_database_itself_refuses_what_is_too_wide(institution, slot):
    PlacementFactory(institution=institution, slot=slot, thickness=90)
    with pytest.raises(IntegrityError, match="a_slot_holds_no_more_than_its_width"), transaction.atomic():
        PlacementFactory(institution=institution, slot=slot, thickness=11)
    with pytest.raises(IntegrityError, match="a_slot_holds_no_more_than_its_width"), transaction.atomic():
        Placement.objects.current().update(thickness=101)
    with pytest.raises(IntegrityError, match="what_lies_in_a_slot_takes_its_room"), transaction.atomic():
        PlacementFactory(institution=institution, slot=slot, thickness=0)
    assert used(slot) == 90


def test_where_a_dossier_belongs_follows_its_person_unless_it_was_said(institution, keeper):
    living, dead, secret = held_dossier(institution), held_dossier(institution, died="2020"), held_dossier(institution)
    actions.set_keeping(secret, thickness=None, purpose="SECRET", by=keeper)
    ids = [living.pk, dead.pk, secret.pk]
    assert [queries.belongs_in(ids)[pk] for pk in ids] == ["CUSTODY", "DECEASED", "SECRET"]


def test_a_dossier_in_a_store_of_another_sort_is_a_warning_not_a_refusal(institution, keeper, dossier):
    store = StoreFactory(institution=institution, purpose=Store.Purpose.DECEASED, code="T02", name="已故")
    slot = SlotFactory(institution=institution, store=store)
    said = queries.warnings_of({dossier.pk: slot})
    assert said == {dossier.pk: "T02 已故 is a store “Of the deceased”; this dossier belongs in one “In custody”."}
    actions.place(dossier, slot, by=keeper)
    assert queries.warnings_of({held_dossier(institution, died="2020-01").pk: slot}) == {}


def test_whoever_handles_a_dossier_has_seen_it(institution, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    seen = queries.last_seen(dossier)
    assert (seen.slot, seen.by, seen.institution, seen.at) == (
        slot, keeper, institution, queries.current_placement(dossier).since,
    )  # fmt: skip
    actions.take_out(dossier, by=keeper, detail="阅档室")
    seen = queries.last_seen(dossier)
    assert (seen.slot, seen.detail) == (None, "阅档室")
    before = seen.at
    actions.report_missing(dossier, by=keeper, detail="盘点未见")
    assert queries.last_seen(dossier).at == before


def test_a_later_look_counts_whatever_comes_in_first(institution, keeper, slot, dossier):
    now = timezone.now()
    late, early = (actions.Seen(dossier.pk, now - dt.timedelta(hours=hours), slot.pk) for hours in (1, 2))
    assert actions.note_seen([early, late, early], institution, by=keeper) == 1
    assert queries.last_seen(dossier).at == late.at
    assert actions.note_seen([early], institution, by=keeper) == 0
    assert queries.last_seen(dossier).at == late.at


def test_noting_many_is_one_statement(institution, keeper):
    dossiers = [held_dossier(institution) for _ in range(30)]
    with CaptureQueriesContext(connection) as captured:
        actions.note_seen([actions.Seen(one.pk, timezone.now()) for one in dossiers], institution, by=keeper)
    assert len(captured) == 1
    assert Sighting.objects.count() == 30


def test_many_move_in_turn_into_what_the_first_of_them_leaves(institution, keeper):
    slots = [SlotFactory(institution=institution) for _ in range(3)]
    first, second = (PlacementFactory(institution=institution, slot=slot).dossier for slot in slots[1:])

    refused = actions.place_all({first.pk: slots[0].pk, second.pk: slots[1].pk}, by=keeper, moving=True)

    assert refused == {}
    assert [Slot.objects.get(pk=slot.pk).occupied for slot in slots] == [1, 1, 0]
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["placement.move"] * 2


@pytest.mark.django_db(transaction=True)
def test_two_scanners_reach_for_the_last_millimetres_and_one_is_told(institution, keeper):
    slot = SlotFactory(institution=institution, capacity=50, width=40)
    dossiers = [held_dossier(institution) for _ in range(2)]
    for dossier in dossiers:
        actions.set_keeping(dossier, thickness=25, by=keeper)
    outcomes = []
    together = threading.Barrier(2, timeout=10)

    def scan(dossier):
        try:
            translation.activate("en")
            together.wait()
            refused = actions.place_all({dossier.pk: slot.pk}, by=keeper)
            outcomes.append(refused.get(dossier.pk, "placed"))
        finally:
            connection.close()

    threads = [threading.Thread(target=scan, args=[dossier]) for dossier in dossiers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.partition(":")[0] for one in outcomes) == [f"{slot.code} is too narrow", "placed"]
    assert used(slot) == 25
    assert Placement.objects.count() == 1
