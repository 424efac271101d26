"""The house of the power-cut test: ``live(day)`` is one process of an installation of its own.

It forks a clerk, a worker and a sealer. What one of them was told is done, it writes down in
``confirmed``; where the power is to be cut, it says so in ``ready`` and waits. The last day finishes everything and
prints as JSON what the house then holds.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from procrastinate.contrib.django import app

from rendang.circulation.rosters import actions as rosters
from rendang.circulation.rosters import chunks
from rendang.circulation.rosters.actions import importing, writing
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.circulation.transfers import actions as transfers
from rendang.circulation.transfers.models import Transfer
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution, Role
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.actions import sealing
from rendang.kernel.audit.models import AuditEvent, AuditSeal
from rendang.kernel.audit.verification import verify
from rendang.kernel.core.actions import give_back_lost_jobs
from rendang.kernel.files import actions as files
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file
from rendang.kernel.standards.actions import load_standards
from rendang.people.models import Person
from rendang.storage.models import Placement
from tests.circulation.rosters.files import id_number, roster, row
from tests.circulation.transfers.conftest import COUNTED
from tests.factories import InstitutionFactory, PlacementFactory, staff

CHUNK = 25
ROWS = 200  # eight chunks
NAMELESS = 3  # rows of them that are rejected
SECOND = 40  # rows of the roster that comes in just before the cut
MOVES = 5
chunks.CHUNK_ROWS = CHUNK


def note(name: str, line: str) -> None:
    """A line in a file outside the house; the operating system has it when this returns."""
    with (settings.HOME.parent / name).open("a") as file:
        file.write(f"{line}\n")


def confirmed(what: str) -> None:
    note("confirmed", what)


def cut_here(who: str) -> NoReturn:
    """Wait for the power to go."""
    note("ready", who)
    while True:
        time.sleep(60)


def build() -> None:
    """Two institutions; moves on their way; a roster judged and confirmed; everything on disk."""
    call_command("migrate", interactive=False, verbosity=0)
    load_standards(by=None)
    ours, theirs = InstitutionFactory(code="T001"), InstitutionFactory(code="T002")
    clerk, approver = staff(ours, Role.CLERK, username="clerk"), staff(theirs, Role.APPROVER)
    packer, sender = staff(ours, Role.KEEPER), staff(ours, Role.APPROVER)
    staff(theirs, Role.KEEPER, username="receiver")
    for _ in range(MOVES):
        dossier = PlacementFactory(institution=ours).dossier
        transfer = transfers.offer(dossier, theirs, by=clerk, reason="internal")
        transfer = transfers.agree(transfer, by=approver)
        transfer = transfers.pack(transfer, by=packer, **COUNTED)
        transfers.dispatch(transfer, by=sender, carrier="hand")
    path = roster(settings.HOME.parent / "first.csv", range(1, ROWS + 1))
    nameless = "\n".join(",".join(row(n, 姓名="")) for n in range(901, 901 + NAMELESS))
    content = path.read_bytes() + b"\n" + nameless.encode()
    received = rosters.receive(content, name="first.csv", institution=ours, by=clerk)
    rosters.judge_roster(roster_id=received.pk)
    confirm_as_judged(Roster.objects.get(pk=received.pk))


def confirm_as_judged(taken: Roster) -> None:
    note("judged", json.dumps(taken.report))
    rosters.confirm(taken, by=User.objects.get(username="clerk"))


def receive_moves(number: int) -> None:
    """Receive this many moves, each confirmed."""
    receiver = User.objects.get(username="receiver")
    for transfer in Transfer.objects.filter(state="IN_TRANSIT").order_by("pk")[:number]:
        transfers.receive(transfer, by=receiver, seal_intact=True, **COUNTED)
        confirmed(f"move {transfer.pk}")


def work_off(queue: str) -> None:
    """What a worker does, until nothing is left."""
    call_command("procrastinate", "worker", "--one-shot", "--concurrency", "1", "--queues", queue, verbosity=0)


# ── the first day ──────────────────────────────────────────────────────────────────────────────────────────────────


def clerk_in_the_middle_of_receiving() -> None:
    receive_moves(2)
    with transaction.atomic():
        receive_moves_unconfirmed()
        cut_here("clerk")  # everything is done and the receipt is stored; only the commit is missing


def receive_moves_unconfirmed() -> None:
    transfer = Transfer.objects.filter(state="IN_TRANSIT").order_by("pk")[0]
    transfers.receive(transfer, by=User.objects.get(username="receiver"), seal_intact=True, **COUNTED)


def worker_right_after_a_chunk() -> None:
    write, written = importing.write_chunk, []

    def write_and_stop(*arguments: Any, **options: Any) -> None:
        if len(written) >= 3:
            cut_here("worker")  # the last commits were not waited for: the disk need not have them
        write(*arguments, **options)
        written.append(1)

    importing.write_chunk = write_and_stop
    work_off("rosters")


def sealer_before_the_commit() -> None:
    save = AuditSeal.save

    def save_and_stop(seal: AuditSeal, **options: Any) -> None:
        save(seal, **options)
        cut_here("sealer")

    AuditSeal.save = save_and_stop  # type: ignore[method-assign]
    sealing.seal_events()


# ── the second day ─────────────────────────────────────────────────────────────────────────────────────────────────


def clerk_right_after_the_confirmation() -> None:
    receive_moves(1)
    clerk, ours = User.objects.get(username="clerk"), Institution.objects.get(code="T001")
    path = roster(settings.HOME.parent / "second.csv", range(301, 301 + SECOND))
    taken = rosters.receive(path.read_bytes(), name="second.csv", institution=ours, by=clerk)
    confirmed(f"roster {taken.pk}")
    receive_moves(1)
    cut_here("clerk")


def worker_in_the_middle_of_a_chunk() -> None:
    write, began = writing._write, RosterRow.objects.count()

    def write_and_stop(*arguments: Any, **options: Any) -> Any:
        found = write(*arguments, **options)
        if RosterRow.objects.count() >= began + 2 * CHUNK:
            cut_here("worker")
        return found

    writing._write = write_and_stop
    work_off("rosters")


def sealer_before_it_tells_the_witness() -> None:
    def stop() -> None:
        confirmed(f"seal {AuditSeal.objects.latest('number').number}")
        cut_here("sealer")

    sealing._tell_the_witness = stop
    sealing.seal_events()


DAYS: dict[str, tuple[Callable[[], None], ...]] = {
    "first": (clerk_in_the_middle_of_receiving, worker_right_after_a_chunk, sealer_before_the_commit),
    "second": (
        clerk_right_after_the_confirmation,
        worker_in_the_middle_of_a_chunk,
        sealer_before_it_tells_the_witness,
    ),
}


def fork(person: Callable[[], None]) -> int:
    """A process with connections of its own. This one never makes a paper: a compiler's threads outlive no fork."""
    if pid := os.fork():
        return pid
    try:
        person()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def together(*people: Callable[[], None]) -> NoReturn:
    """Everybody at work at once, until the power is cut."""
    connection.close()
    connection.close_pool()
    for person in people:
        fork(person)
    os.wait()
    sys.exit("Somebody did not wait for the power to be cut.")


# ── the last day ───────────────────────────────────────────────────────────────────────────────────────────────────


def come_back() -> None:
    """As ``./run`` does after a restart: no worker of before lives, so their jobs are taken up again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    async_to_sync(give_back_lost_jobs)(app.job_manager, silence=0)


def found_in_the_morning() -> dict[str, Any]:
    """What the cut left."""
    return {
        "moves": list(Transfer.objects.filter(state="RECEIVED").order_by("pk").values_list("pk", flat=True)),
        "moved": Custody.objects.filter(status="HELD", institution__code="T002").count(),
        "rosters": list(Roster.objects.order_by("pk").values_list("pk", flat=True)),
        "seals": AuditSeal.objects.count(),
        "rows": RosterRow.objects.count(),
        "held": Custody.objects.filter(status="HELD", institution__code="T001").count(),
        "files": [opens_as_stored(stored) for stored in StoredFile.objects.all()],
    }


def what_is_there() -> dict[str, Any]:
    """Everything the test asks for, as a reader finds it."""
    verdict = verify()
    first, second = Roster.objects.order_by("pk")
    held, current = Custody.objects.filter(status="HELD"), Placement.objects.current()
    people = Person.objects.filter(dossier__custodies__roster_rows__isnull=False)
    blobs_before = files.default_storage.listdir(files.FOLDER)[0]
    files.ORPHAN_AGE *= 0
    return {
        "swept": files.sweep(timestamp=0),
        "folders": len(blobs_before),
        "files": [opens_as_stored(stored) for stored in StoredFile.objects.order_by("pk")],
        "kinds": sorted(StoredFile.objects.values_list("kind", flat=True)),
        "audit": {"intact": verdict.intact, "finding": str(verdict.finding), "unsealed": verdict.unsealed},
        "seals": list(AuditSeal.objects.order_by("number").values_list("number", flat=True)),
        "dossiers": Dossier.objects.count(),
        "held": [held.count(), held.values("dossier").distinct().count()],
        "placed": [current.count(), current.values("dossier").distinct().count()],
        "moves": dict(Transfer.objects.values_list("pk", "state")),
        "moved": held.filter(institution__code="T002").count(),
        "events": {
            verb: AuditEvent.objects.filter(verb=verb).count()
            for verb in ("transfer.receive", "roster.receive", "roster.import", "custody.end")
        },
        "rosters": [[each.state, each.data_rows, each.importable, each.report] for each in (first, second)],
        "rows": [RosterRow.objects.filter(roster=each, custody__isnull=False).count() for each in (first, second)],
        "people": sorted(people.values_list("id_number", flat=True)) == sorted(expected_numbers()),
        "archive_numbers": held.values("archive_number", "institution").distinct().count(),
    }


def expected_numbers() -> list[str]:
    return [id_number(n) for n in (*range(1, ROWS + 1), *range(301, 301 + SECOND))]


def opens_as_stored(stored: StoredFile) -> bool:
    return files._is_as_stored(stored) and sum(map(len, open_file(stored))) == stored.size


def live(day: str) -> None:
    if day == "first":
        if os.waitstatus_to_exitcode(os.waitpid(fork(build), 0)[1]) != 0:
            sys.exit("The house could not be built.")
    else:
        note("mornings", json.dumps(found_in_the_morning()))
        come_back()
    if day in DAYS:
        together(*DAYS[day])
    work_off("rosters")
    confirm_as_judged(Roster.objects.latest("pk"))
    receive_moves(MOVES)
    work_off("rosters")
    sealing.seal_events()
    json.dump(what_is_there(), sys.stdout)
