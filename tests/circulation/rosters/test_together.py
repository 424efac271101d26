"""Two imports at once, and a worker killed in the middle: nothing lost, nothing doubled."""

import threading

import pytest
from django.db import connection, connections

from rendang.circulation.rosters import actions
from rendang.circulation.rosters.actions import importing, writing
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.dossiers.models import Custody, CustodyConflict, Dossier
from rendang.kernel.access.models import Role
from rendang.people.models import Employer, Person
from rendang.storage.models import Placement
from tests.circulation.rosters.files import HEADINGS, csv_file, roster, row
from tests.factories import InstitutionFactory, SlotFactory, staff

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*imports):
    """Run imports in threads of their own; their failures."""
    failures = []
    ready = threading.Barrier(len(imports))

    def run(path, institution, by):
        try:
            ready.wait(10)
            actions.import_file(path, institution=institution, by=by)
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=arguments) for arguments in imports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


@pytest.fixture
def offices(monkeypatch):
    monkeypatch.setattr("rendang.circulation.rosters.chunks.CHUNK_ROWS", 25)
    institutions = [InstitutionFactory(), InstitutionFactory()]
    return [(institution, staff(institution, Role.CLERK)) for institution in institutions]


def test_two_institutions_importing_the_same_people_make_one_person_and_one_conflict_each(offices, tmp_path):
    people = range(1, 101)
    headings = (*HEADINGS, "工作单位")
    forwards = csv_file(tmp_path / "a.csv", [headings, *[(*row(n), f"厂{n % 7}") for n in people]])
    backwards = csv_file(tmp_path / "b.csv", [headings, *[(*row(n), f"厂{n % 7}") for n in reversed(people)]])
    assert at_once((forwards, *offices[0]), (backwards, *offices[1])) == []
    assert (Person.objects.count(), Dossier.objects.count(), Employer.objects.count()) == (100, 100, 7)
    assert Custody.objects.filter(status="HELD").count() == 100
    assert Custody.objects.filter(status="CLAIMED").count() == 100
    assert CustodyConflict.objects.count() == 100
    assert Placement.objects.count() == 100
    assert RosterRow.objects.filter(reasons__contains=["held_elsewhere"]).count() == 100


def test_the_same_file_twice_at_once_is_imported_once(offices, tmp_path):
    path = roster(tmp_path / "r.csv", range(1, 101))
    assert at_once((path, *offices[0]), (path, *offices[0])) == []
    assert (Person.objects.count(), Custody.objects.count(), CustodyConflict.objects.count()) == (100, 100, 0)
    verdicts = RosterRow.objects.values_list("verdict", flat=True)
    assert sorted(verdicts) == ["ALREADY_HELD"] * 100 + ["IMPORTED"] * 100


def test_a_slot_is_never_filled_beyond_its_room(offices, tmp_path):
    (institution, clerk) = offices[0]
    slot = SlotFactory(institution=institution, capacity=30)
    paths = [roster(tmp_path / f"{first}.csv", range(first, first + 40), 存放位置=slot.code) for first in (1, 101)]
    assert at_once(*[(path, institution, clerk) for path in paths]) == []
    slot.refresh_from_db()
    assert slot.occupied == Placement.objects.filter(slot=slot).count() == 30
    assert Placement.objects.count() == 80


def test_a_crash_in_the_middle_is_finished_by_the_next_worker(offices, tmp_path, monkeypatch):
    (institution, clerk) = offices[0]
    path = roster(tmp_path / "r.csv", range(1, 201))
    real, lock = writing.write_chunk, threading.Lock()
    written = []

    def die(roster, chunk, *, by, memory):
        with lock:
            written.append(chunk.first)
            if len(written) > 3:
                raise SystemExit
        real(roster, chunk, by=by)

    monkeypatch.setattr(importing, "write_chunk", die)
    with pytest.raises(SystemExit):
        actions.import_file(path, institution=institution, by=clerk)
    stopped = Roster.objects.get()
    assert stopped.state == "IMPORTING"
    assert 0 < Person.objects.count() == stopped.rows_done == RosterRow.objects.count() < 200
    monkeypatch.setattr(importing, "write_chunk", real)
    actions.import_roster(roster_id=stopped.pk)
    stopped.refresh_from_db()
    assert (stopped.state, stopped.rows_done) == ("DONE", 200)
    assert Person.objects.count() == Custody.objects.count() == Placement.objects.count() == 200
    assert stopped.report["sheets"][0]["already_held"] == []


def test_a_job_leaves_a_roster_alone_that_another_is_working_on(offices, tmp_path):
    (institution, clerk) = offices[0]
    path = roster(tmp_path / "r.csv", [1])
    imported = actions.import_file(path, institution=institution, by=clerk)
    Roster.objects.filter(pk=imported.pk).update(state="IMPORTING")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('roster'), %s)", [imported.pk])
    failures = []

    def job():
        try:
            actions.import_roster(roster_id=imported.pk)
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    other = threading.Thread(target=job)
    other.start()
    other.join(30)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('roster'), %s)", [imported.pk])
    imported.refresh_from_db()
    assert (failures, imported.state) == ([], "IMPORTING")
