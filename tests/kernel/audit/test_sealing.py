import json
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from rendang.kernel.audit import canonical, witness
from rendang.kernel.audit.actions import seal_batch, seal_events, sealing
from rendang.kernel.audit.models import AuditEvent, AuditSeal
from rendang.kernel.audit.verification import verify
from rendang.kernel.core import keys
from tests.kernel.audit.conftest import horizon_of_this_database

Write = Callable[[int], list[int]]


def sealed_ids() -> list[int]:
    return [event for seal in AuditSeal.objects.order_by("number") for event in seal.event_ids]


@pytest.mark.usefixtures("alone")
def test_every_event_is_in_exactly_one_seal_in_order(events: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    first = events(7)
    assert seal_events() == 7
    second = events(2)
    assert seal_events() == 2
    assert seal_events() == 0
    assert [len(seal.event_ids) for seal in AuditSeal.objects.order_by("number")] == [3, 3, 1, 2]
    assert sealed_ids() == first + second


@pytest.mark.usefixtures("alone")
def test_seals_are_chained_and_signed(events: Write) -> None:
    for _ in range(2):
        events(2)
        assert seal_events() == 2
    first, second = AuditSeal.objects.order_by("number")
    assert bytes(first.previous) == bytes(32)
    assert bytes(second.previous) == canonical.digest(first)
    assert keys.verify(canonical.message(second), bytes(second.signature))
    assert not keys.verify(canonical.message(second), bytes(first.signature))


@pytest.mark.usefixtures("alone")
def test_the_written_form_of_an_event_is_the_documented_one(events: Write) -> None:
    (pk,) = events(1)
    event = AuditEvent.objects.get()
    form = [pk, canonical.microseconds(event.at), None, "王芳", None, "dossier.view", "dossiers.dossier", 0, None, ""]
    text = json.dumps([*form, {}, event.transaction_id], ensure_ascii=False)
    assert seal_events() == 1
    assert bytes(AuditSeal.objects.get().leaves) == canonical.merkle.leaf(text.encode())


@pytest.mark.usefixtures("own_horizon")
def test_sealing_neither_waits_for_writers_nor_takes_what_they_have_not_committed(events: Write) -> None:
    before = events(2)
    written, may_commit = threading.Event(), threading.Event()
    late: list[int] = []

    def slow_writer() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:  # ten minutes ago: a long transaction is no forgery
                cursor.execute(
                    "INSERT INTO audit_auditevent (at, actor_name, verb, subject_type, reason, changes)"
                    " VALUES (now() - interval '10 minutes', '', 'roster.import', '', '', '{}') RETURNING id"
                )
                late.append(cursor.fetchone()[0])
            written.set()
            may_commit.wait(10)
        connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    written.wait(10)
    during = events(2)  # committed at once, but by a transaction younger than the slow one
    assert seal_events() == 2
    assert sealed_ids() == before
    may_commit.set()
    writer.join()
    assert seal_events() == 3
    assert sealed_ids() == before + late + during
    assert verify().intact


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_two_sealers_lose_and_double_nothing(events: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    stop = threading.Event()
    written: list[int] = []
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for turn in range(15):
                with transaction.atomic():
                    written.extend(events(3))
                    if turn % 3 == 0:
                        connection.cursor().execute("SELECT pg_sleep(0.01)")
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    def keep_sealing() -> None:
        try:
            while not stop.is_set():
                seal_batch()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(3)]
    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    assert failures == []
    monkeypatch.setattr(sealing, "horizon", horizon_of_this_database)
    seal_events()
    assert len(written) == 135
    assert sorted(sealed_ids()) == sorted(written)
    assert verify().intact


@pytest.mark.usefixtures("alone")
def test_a_second_sealer_does_nothing(events: Write) -> None:
    events(1)
    held, finished = threading.Event(), threading.Event()

    def other_sealer() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing._SEALERS])
            held.set()
            finished.wait(10)
        connections.close_all()

    thread = threading.Thread(target=other_sealer)
    thread.start()
    held.wait(10)
    assert seal_events() == 0
    finished.set()
    thread.join()
    assert seal_events() == 1


@pytest.mark.usefixtures("alone")
def test_the_witness_catches_up_after_a_power_failure(
    events: Write, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events(1)
    assert seal_events() == 1
    with monkeypatch.context() as cut:
        cut.setattr(sealing, "_tell_the_witness", lambda: None)
        events(1)
        assert seal_events() == 1  # and the power fails before the witness is told, in the middle of its line
    with witness.path().open("a") as file:
        file.write("2 0f")
    assert verify().intact
    events(1)
    assert seal_events() == 1
    assert [number for number, _ in witness.remembered()] == [1, 2, 3]
    assert [digest for _, digest in witness.remembered()] == [
        canonical.digest(seal).hex() for seal in AuditSeal.objects.order_by("number")
    ]
    assert witness.path().stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("own_horizon")
def test_a_restored_dump_goes_on_with_a_new_count(events: Write, as_owner: Callable[..., None]) -> None:
    """Elsewhere the transactions had numbers far above those this server gives out."""
    here = canonical.server()
    sealed = events(3)
    as_owner("UPDATE audit_auditevent SET transaction_id = transaction_id + 1000000")
    brought = events(2)
    as_owner("UPDATE audit_auditevent SET transaction_id = transaction_id + 2000000 WHERE id = ANY(%s)", brought)
    elsewhere = AuditSeal(
        number=1, server=here + 1, floor=canonical.BEGINNING, event_ids=sealed, previous=canonical.NO_SEAL
    )
    elsewhere.after_transaction = elsewhere.after_id = canonical.BEGINNING
    span = canonical.Span(canonical.BEGINNING, sealed[-1], (canonical.BEGINNING,) * 2, (canonical.END,) * 2)
    entries = list(canonical.entries(span, 10))
    elsewhere.up_to_transaction = elsewhere.next_transaction = entries[-1].transaction
    elsewhere.next_transaction += 1
    elsewhere.up_to_id = entries[-1].id
    elsewhere.leaves = b"".join(entry.digest for entry in entries)
    elsewhere.root = canonical.merkle.root([entry.digest for entry in entries])
    elsewhere.sealed_at = AuditEvent.objects.latest("pk").at
    elsewhere.signature = keys.sign(canonical.message(elsewhere))
    elsewhere.save(force_insert=True)

    assert (verify().finding, verify().unsealed) == (None, 2)
    own = events(4)
    assert (verify().finding, verify().unsealed) == (None, 6)
    assert seal_events() == 6
    assert [seal.event_ids for seal in AuditSeal.objects.order_by("number")] == [sealed, brought, own]
    assert [seal.server - here for seal in AuditSeal.objects.order_by("number")] == [1, 1, 0]
    own += events(1)
    assert seal_events() == 1
    assert sealed_ids() == sealed + brought + own
    assert (verify().finding, verify().events) == (None, 10)


@pytest.mark.usefixtures("alone")
def test_the_command_answers_in_json(events: Write) -> None:
    events(2)
    assert seal_events() == 2
    events(1)
    out = StringIO()
    call_command("verify_audit", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    del answer["seconds"]
    head = canonical.digest(AuditSeal.objects.get()).hex()
    assert answer == {"events": 2, "seals": 1, "unsealed": 1, "head": head, "finding": None, "intact": True}


def test_two_workers_tell_the_witness_once(db: None) -> None:
    witness.remember([(1, "aa"), (2, "bb")])
    witness.remember([(2, "bb"), (3, "cc")])
    assert list(witness.remembered()) == [(1, "aa"), (2, "bb"), (3, "cc")]
