"""What rows that come in bulk refer to is there, and stays: kept by triggers once a statement (docs/adr/0031)."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.kernel.workflow.models import Case
from rendang.people.models import Employer, Person
from rendang.storage.actions import plan_compaction
from rendang.storage.models import Compaction, CompactionMove, Placement, Slot
from tests.factories import (
    CustodyFactory,
    EmployerFactory,
    PersonFactory,
    PlacementFactory,
    SlotFactory,
    StoreFactory,
)

pytestmark = pytest.mark.django_db
NOBODY = 999_999_999


@pytest.fixture
def custody(clerk):
    custody = CustodyFactory()
    person = custody.dossier.person
    person.employer = EmployerFactory()
    person.save()
    Placement.objects.create(
        dossier=custody.dossier, institution=custody.institution, kind="DESK", since=timezone.now(), by=clerk
    )
    Case.objects.create(number="X-1", kind="intake", institution=custody.institution, state="OPEN", opened_by=clerk)
    return custody


def placement(custody, **changed):
    row = Placement.objects.get(dossier=custody.dossier)
    fields = {"dossier_id": row.dossier_id, "institution_id": row.institution_id, "by_id": row.by_id} | changed
    kind, thickness = ("SLOT", 20) if "slot_id" in changed else ("DESK", 0)
    return Placement(kind=kind, thickness=thickness, since=timezone.now(), until=timezone.now(), **fields)


@pytest.mark.parametrize("reference", ["dossier_id", "institution_id", "by_id", "slot_id", "case_id"])
def test_a_placement_refers_to_what_is_there(custody, reference):
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        Placement.objects.bulk_create([placement(custody), placement(custody, **{reference: NOBODY})])
    assert Placement.objects.filter(dossier=custody.dossier).count() == 1


@pytest.mark.parametrize("reference", ["dossier_id", "institution_id", "employer_id"])
def test_a_custody_refers_to_what_is_there(custody, reference):
    fields = {"dossier_id": custody.dossier_id, "institution_id": custody.institution_id} | {reference: NOBODY}
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        Custody.objects.create(archive_number="X-1", status="CLAIMED", name="某某", **fields)
    assert Custody.objects.count() == 1


def test_the_employer_of_a_custody_is_there_also_when_it_changes(custody):
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        Custody.objects.update(employer_id=NOBODY)
    assert Custody.objects.get().employer_id is None
    employer = EmployerFactory()
    Custody.objects.update(employer=employer)
    assert Custody.objects.get().employer == employer
    Custody.objects.update(employer=None)


def test_a_dossier_refers_to_a_person_who_is_there(custody):
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        Dossier.objects.create(person_id=NOBODY)
    assert Dossier.objects.count() == 1


def test_a_person_refers_to_an_employer_that_is_there_or_to_none(custody):
    person = custody.dossier.person
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(employer_id=NOBODY)
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        PersonFactory(employer_id=NOBODY)
    assert Person.objects.get().employer_id == person.employer_id
    Person.objects.update(employer=None)
    Person.objects.update(employer=EmployerFactory())


@pytest.fixture
def move(institution, keeper):
    """The one line of a plan that closes a gap."""
    store = StoreFactory(institution=institution)
    SlotFactory(institution=institution, store=store, rack="A-01", bay="", layer="1", code="A-01-1-001")
    full = SlotFactory(institution=institution, store=store, rack="A-01", bay="", layer="1", code="A-01-1-002")
    PlacementFactory(institution=institution, slot=full)
    return plan_compaction(store, method="KEEP_ORDER", by=keeper).moves.get()


@pytest.mark.parametrize("reference", ["compaction_id", "dossier_id", "origin_id", "target_id"])
def test_a_move_refers_to_what_is_there_and_keeps_to_it(move, reference):
    fields = {"compaction_id": move.compaction_id, "dossier_id": move.dossier_id, "origin_id": move.target_id}
    fields |= {"target_id": move.origin_id, "position": 2}
    with pytest.raises(IntegrityError, match="that is not there"), transaction.atomic():
        CompactionMove.objects.create(**fields | {reference: NOBODY})
    with pytest.raises(IntegrityError, match="keeps what it refers to"), transaction.atomic():
        CompactionMove.objects.update(**{reference: NOBODY})
    assert CompactionMove.objects.get() == move


def test_a_slot_and_a_plan_that_moves_refer_to_stay(move):
    for table, said in (("storage_slot", "names stays"), ("storage_compaction", "never deleted")):
        key = move.target_id if table == "storage_slot" else move.compaction_id
        with pytest.raises(IntegrityError, match=said), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])
        with (
            pytest.raises(IntegrityError, match="keeps its number"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {table} SET id = id + 1000000 WHERE id = %s", [key])
    assert (Slot.objects.count(), Compaction.objects.count()) == (2, 1)


def test_a_slot_in_which_a_dossier_has_lain_stays(institution, keeper):
    store = StoreFactory(institution=institution)
    used, free = SlotFactory(institution=institution, store=store), SlotFactory(institution=institution, store=store)
    placement = PlacementFactory(institution=institution, slot=used)
    Placement.objects.filter(pk=placement.pk).update(until=timezone.now())
    for key, stays in ((used.pk, True), (free.pk, False)):
        with transaction.atomic(), connection.cursor() as cursor:
            if stays:
                with pytest.raises(IntegrityError, match="has lain stays"), transaction.atomic():
                    cursor.execute("DELETE FROM storage_slot WHERE id = %s", [key])
            else:
                cursor.execute("DELETE FROM storage_slot WHERE id = %s", [key])
    assert Slot.objects.get() == used


@pytest.mark.parametrize("model", [Person, Employer, Dossier, Institution, User, Case])
def test_what_is_referred_to_is_neither_deleted_nor_renumbered(custody, model):
    table, before = model._meta.db_table, model._base_manager.count()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000000"):
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert model._base_manager.count() == before > 0


@pytest.mark.parametrize(
    ("model", "reference"),
    [
        (Dossier, "person"),
        (Custody, "dossier"),
        (Custody, "institution"),
        (Placement, "institution"),
        (Placement, "by"),
    ],
)
def test_a_row_keeps_what_it_refers_to(custody, model, reference):
    row = model._base_manager.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        model._base_manager.filter(pk=row.pk).update(**{f"{reference}_id": getattr(row, f"{reference}_id") + 1})
    assert getattr(model._base_manager.get(), f"{reference}_id") == getattr(row, f"{reference}_id")
