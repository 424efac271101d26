"""Loading that is refused or empty, and the parts that need no database."""

import datetime as dt
import errno
from collections import Counter

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DiskFull

from rendang.demo import clock
from rendang.demo.actions import loading
from rendang.demo.actions.timeline import play
from rendang.demo.citizens import CITIZENS
from rendang.demo.city import OFFICES, firms, staff
from rendang.demo.inhabitants import counts
from rendang.demo.roster_files import rows_of_rosters
from rendang.demo.shelves import LAYOUTS, plans, positions
from rendang.dossiers.models import Custody, Material
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.core.identifiers import id_number_problem, is_valid_uscc
from rendang.kernel.workflow.models import Case
from rendang.people.models import Person
from rendang.storage.models import Placement, Slot


@pytest.mark.django_db
def test_an_empty_city_has_its_institutions_staff_and_stores_and_nobody_else(settings):
    settings.DEMONSTRATION = True
    call_command("load_demonstration", people=0, verbosity=0)
    assert Institution.objects.count() == len(OFFICES)
    assert User.objects.filter(kind="STAFF").count() == len(staff())
    assert Slot.objects.values("institution").distinct().count() == len(OFFICES)
    assert (Person.objects.count(), Case.objects.count()) == (0, 0)


def what_is_there() -> dict[str, list[tuple[object, ...]]]:
    return {
        "custodies": sorted(Custody.objects.values_list("institution__code", "archive_number", "name", "status")),
        "people": sorted(Person.objects.values_list("name", "id_masked", "birth_date")),
        "cases": sorted(Case.objects.values_list("number", "kind", "state", "person__name")),
        "materials": sorted(Material.objects.values_list("dossier__person__name", "class_mark", "position", "title")),
        "places": sorted(
            Placement.objects.current().values_list(
                "institution__code", "kind", "slot__code", "dossier__person__name"
            ),
            key=str,
        ),
    }


@pytest.mark.django_db
def test_a_handful_of_people_is_a_city_too_and_the_same_at_every_loading(settings):
    settings.DEMONSTRATION = True
    found = []
    for _time in range(2):
        with transaction.atomic():
            call_command("load_demonstration", people=40, verbosity=0)
            found.append(what_is_there())
            transaction.set_rollback(True)
    first, second = found
    assert len(first["people"]) > 40  # and those whose dossiers are only on their way to the city
    for what, rows in first.items():
        assert second[what] == rows, what


@pytest.mark.django_db
def test_outside_a_demonstration_nothing_is_loaded(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("load_demonstration", people=0, verbosity=0)
    assert (Institution.objects.count(), AuditEvent.objects.count()) == (0, 0)
    with pytest.raises(CommandError):
        call_command("demonstration_accounts")


@pytest.mark.django_db
def test_a_loading_that_is_cut_off_leaves_nothing_behind(settings, monkeypatch):
    settings.DEMONSTRATION = True

    def broken(*args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(loading, "_import_rosters", broken)
    with pytest.raises(OSError, match="disk"):
        call_command("load_demonstration", people=5, verbosity=0)
    assert (Institution.objects.count(), User.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_the_clock_tells_another_time_only_in_a_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(ImproperlyConfigured), clock.at(timezone.now()):
        pass
    settings.DEMONSTRATION = True
    real = timezone.now
    with clock.at(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)):
        assert timezone.localdate() == dt.date(2026, 3, 2)
    assert timezone.now is real


@pytest.mark.django_db
def test_scenes_are_played_in_the_order_of_their_days(settings):
    settings.DEMONSTRATION = True
    told: list[tuple[str, dt.datetime]] = []

    def scene(name: str, *days: int):
        for day in days:
            yield day
            told.append((name, timezone.now()))

    assert play([scene("old", 9, 2), scene("young", 5, 5, 0), scene("none")]) == 5
    assert [name for name, _at in told] == ["old", "young", "young", "old", "young"]
    times = [at for _name, at in told]
    assert times == sorted(times)
    assert times[1] < times[2]
    assert times[-1] <= timezone.now()


def test_rosters_are_the_same_every_time_and_hold_as_many_people_as_asked_for():
    rosters = rows_of_rosters(900)
    assert rosters == rows_of_rosters(900)
    numbers = Counter(
        row.id_written for rows in rosters.values() for row in rows if not id_number_problem(row.id_written)
    )
    assert 900 <= len(numbers) <= 900 + 12  # and the newcomers of wrong rows
    assert sum(counts(900).values()) == 900
    named = {citizen.id_number: citizen.name for citizen in CITIZENS if citizen.office}
    found = {row.id_number: row.name for rows in rosters.values() for row in rows if row.id_number in named}
    assert found == named


def test_names_are_those_of_a_real_registry():
    names = [row.name for rows in rows_of_rosters(4000).values() for row in rows]
    assert any("·" in name for name in names)
    assert any(ord(sign) > 0xFFFF or "㐀" <= sign <= "䶿" for name in names for sign in name)
    assert any(name[:2] in {"欧阳", "上官", "司马", "诸葛"} for name in names)
    assert len({name[:1] for name in names}) > 100


def test_employers_have_valid_credit_codes_and_names_of_their_own():
    assert all(is_valid_uscc(firm.credit_code) for firm in firms())
    assert len({firm.name for firm in firms()}) == len({firm.credit_code for firm in firms()}) == len(firms())


@pytest.mark.parametrize("office", LAYOUTS)
@pytest.mark.parametrize("dossiers", [0, 1, 150, 9000, 90_000])
def test_stores_have_room_for_all_dossiers_and_more(office, dossiers):
    room = 0
    for _code, _name, plan in plans(office, dossiers):
        plan.check()
        room += plan.room
    found = Counter(positions(office, dossiers))
    assert sum(found.values()) == dossiers
    assert max(found.values(), default=0) <= LAYOUTS[office].capacity
    assert room >= dossiers * 1.1


def full_database() -> Exception:
    failed = OperationalError("could not extend file")
    failed.__cause__ = DiskFull("could not extend file: No space left on device")
    return failed


@pytest.mark.parametrize("failure", [full_database(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_disk_that_becomes_full_is_named_without_a_trace(monkeypatch, failure):
    def load(people, *, tell):
        raise failure

    monkeypatch.setattr("rendang.demo.management.commands.load_demonstration.load_city", load)
    with pytest.raises(CommandError, match="The disk became full while the city was loaded; nothing"):
        call_command("load_demonstration", people=5, verbosity=0)
