"""Stores from ranges: made in one go or not at all, and taken away only while nobody has used them."""

import time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions
from rendang.storage.models import Slot, Store
from rendang.storage.ranges import Plan, expand, expand_racks
from tests.factories import PlacementFactory, StoreFactory, staff

pytestmark = pytest.mark.django_db


def small_plan(store="K01", racks="A 01-02 L,R", capacity=1):
    return Plan(store, expand_racks(racks), expand("05-06"), expand("1-3"), expand("001-004"), capacity)


def codes():
    return list(Slot.objects.order_by("pk").values_list("code", flat=True))


def test_a_store_is_made_with_its_slots_in_the_order_of_the_shelf(institution, keeper):
    plan = small_plan(capacity=2)

    store = actions.create_store(institution, code="K01", name="一号库", plan=plan, by=keeper)

    assert codes() == list(plan.codes())
    slot = Slot.objects.get(code="K01-A-02-R-06-3-004")
    assert (slot.store, slot.institution, slot.rack, slot.bay, slot.layer) == (store, institution, "A-02-R", "06", "3")
    assert (slot.capacity, slot.occupied, slot.number) == (2, 0, "004")
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject_id) == ("store.create", store.pk)
    assert event.changes == {
        "code": [None, "K01"],
        "slots": [0, 96],
        "positions": ["K01-A-01-L-05-1-001", "K01-A-02-R-06-3-004"],
        "capacity": [None, 2],
    }


@pytest.mark.parametrize("role", [Role.CLERK, Role.HEAD, Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR])
def test_only_a_keeper_plans(institution, role):
    person = staff(institution, role)
    store = StoreFactory(institution=institution)
    for act in (
        lambda: actions.create_store(institution, code="K09", name="九号库", by=person),
        lambda: actions.add_slots(store, small_plan(store.code), by=person),
        lambda: actions.describe_store(store, name="新名", by=person),
        lambda: actions.set_capacity(store, rack="A", capacity=2, by=person),
        lambda: actions.remove_unused_slots(store, rack="A", by=person),
        lambda: actions.remove_store(store, by=person),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert list(Store.objects.all()) == [store]
    assert not Slot.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_code_is_used_once_in_an_institution(institution, other_institution, keeper):
    actions.create_store(institution, code="K01", name="一号库", by=keeper)
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="already has a store with this code"):
        actions.create_store(institution, code="K01", name="又一库", by=keeper)
    assert (Store.objects.count(), AuditEvent.objects.count()) == (1, events)

    theirs = staff(other_institution, Role.KEEPER)
    actions.create_store(other_institution, code="K01", name="一号库", plan=small_plan(), by=theirs)
    assert Store.objects.count() == 2


def test_more_slots_later_but_none_twice(institution, keeper):
    store = actions.create_store(institution, code="K01", name="一号库", plan=small_plan(), by=keeper)
    assert actions.add_slots(store, small_plan(racks="B 01"), by=keeper) == 24
    before = codes()
    events = AuditEvent.objects.count()

    overlapping = small_plan(racks="B 01-02")
    with pytest.raises(ValidationError, match=r"24 of these positions exist already, for instance K01-B-01-05-1-001"):
        actions.add_slots(store, overlapping, by=keeper)

    assert codes() == before
    assert AuditEvent.objects.count() == events


def test_two_stores_cannot_share_a_position(institution, keeper):
    """K01 with rack A-01 and K01A… are told apart by their hyphens; a code of a store holds none."""
    actions.create_store(institution, code="K01", name="一号库", plan=small_plan(), by=keeper)
    second = StoreFactory(institution=institution, code="K01-A")

    with pytest.raises(ValidationError, match="exist already"):
        actions.add_slots(second, small_plan("K01-A", racks="01-02 L"), by=keeper)
    assert not second.slots.exists()


def test_a_hundred_thousand_slots_take_seconds(institution, keeper):
    plan = Plan("K9", expand_racks("A-E 01-10"), expand("01-10"), expand("1-5"), expand("001-040"), 1)
    assert plan.count == 100_000

    began = time.perf_counter()
    store = actions.create_store(institution, code="K9", name="大库", plan=plan, by=keeper)

    assert time.perf_counter() - began < 15
    assert store.slots.count() == 100_000
    assert store.slots.order_by("-pk").first().code == plan.last


def test_the_capacity_of_a_rack_never_falls_below_what_lies_there(institution, keeper):
    store = actions.create_store(institution, code="K01", name="一号库", plan=small_plan(capacity=3), by=keeper)
    slot = Slot.objects.get(code="K01-A-01-L-05-1-001")
    for _ in range(2):
        PlacementFactory(institution=institution, slot=slot)
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="K01-A-01-L-05-1-001 holds 2"):
        actions.set_capacity(store, rack="A-01-L", capacity=1, by=keeper)
    with pytest.raises(ValidationError, match="no rack"):
        actions.set_capacity(store, rack="Z", capacity=5, by=keeper)
    assert AuditEvent.objects.count() == events

    assert actions.set_capacity(store, rack="A-01-L", capacity=2, by=keeper) == 24
    assert set(store.slots.filter(rack="A-01-L").values_list("capacity", flat=True)) == {2}
    assert set(store.slots.exclude(rack="A-01-L").values_list("capacity", flat=True)) == {3}


def test_slots_that_held_a_dossier_stay_with_their_history(institution, keeper):
    store = actions.create_store(institution, code="K01", name="一号库", plan=small_plan(), by=keeper)
    used = Slot.objects.get(code="K01-A-01-L-05-1-001")
    dossier = PlacementFactory(institution=institution, slot=used).dossier
    actions.take_out(dossier, by=keeper, detail="阅档室")

    assert actions.remove_unused_slots(store, rack="A-01-L", by=keeper) == 23
    assert list(store.slots.filter(rack="A-01-L")) == [used]
    events = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="its history stays"):
        actions.remove_unused_slots(store, rack="A-01-L", by=keeper)
    with pytest.raises(ValidationError, match="still has slots"):
        actions.remove_store(store, by=keeper)
    assert AuditEvent.objects.count() == events


def test_an_empty_store_is_renamed_and_removed(institution, keeper):
    store = actions.create_store(institution, code="K01", name="一号库", by=keeper)

    actions.describe_store(store, name="东库", by=keeper)
    assert AuditEvent.objects.latest("pk").changes == {"name": ["一号库", "东库"]}

    actions.remove_store(store, by=keeper)
    assert not Store.objects.exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.subject_id) == ("store.remove", store.pk)
