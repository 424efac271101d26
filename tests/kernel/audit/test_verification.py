"""Tampering as the owner of the database: whatever is done to a sealed log is found, and named."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendang.kernel.audit import canonical, witness
from rendang.kernel.audit.actions import seal_events, sealing
from rendang.kernel.audit.models import AuditEvent, AuditSeal
from rendang.kernel.audit.verification import Kind, verify

Write = Callable[[int], list[int]]
Tamper = Callable[..., None]


@pytest.fixture
def log(events: Write, alone: None, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ten events in four seals, and two that are not sealed yet."""
    monkeypatch.setattr(sealing, "BATCH", 3)
    sealed = events(10)
    assert seal_events() == 10
    events(2)
    return sealed


def found() -> tuple[str, int | None, int | None] | None:
    finding = verify().finding
    return finding and (str(finding.kind), finding.event, finding.seal)


def test_an_untouched_log_is_intact(log: list[int]) -> None:
    verdict = verify()
    assert (verdict.events, verdict.seals, verdict.unsealed, verdict.finding) == (10, 4, 2, None)
    assert verdict.head == canonical.digest(AuditSeal.objects.get(number=4)).hex()


def test_an_empty_log_is_intact(db: None) -> None:
    assert (verify().intact, verify().head) == (True, "")


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = '别人'",
        "actor_id = 5",
        "verb = 'dossier.export'",
        "subject_type = 'people.person'",
        "subject_id = subject_id + 1",
        "person_id = 9",
        "institution_id = 9",
        "reason = 'because'",
        "changes = '{\"a\": [1, 2]}'",
        "at = at + interval '1 microsecond'",
    ],
)
def test_every_column_of_an_event_is_covered(log: list[int], as_owner: Tamper, change: str) -> None:
    as_owner(f"UPDATE audit_auditevent SET {change} WHERE id = %s", log[4])
    assert found() == ("event altered", log[4], 2)


def test_a_removed_event_is_named(log: list[int], as_owner: Tamper) -> None:
    as_owner("DELETE FROM audit_auditevent WHERE id = ANY(%s)", [log[8], log[5]])
    assert found() == ("event missing", log[5], 2)


@pytest.mark.parametrize("place", [0, 4, 9])
def test_an_event_slipped_into_the_past_is_named(log: list[int], as_owner: Tamper, place: int) -> None:
    as_owner(
        "INSERT INTO audit_auditevent (at, actor_name, verb, subject_type, reason, changes, transaction_id)"
        " SELECT at, actor_name, verb, subject_type, reason, changes, transaction_id FROM audit_auditevent"
        " WHERE id = %s",
        log[place],
    )
    assert found() == ("event inserted", log[-1] + 3, place // 3 + 1)


@pytest.mark.usefixtures("own_horizon")
def test_an_event_with_a_false_time_is_named_before_and_after_it_is_sealed(events: Write, as_owner: Tamper) -> None:
    events(2)
    assert seal_events() == 2
    as_owner(
        "INSERT INTO audit_auditevent (at, actor_name, verb, subject_type, reason, changes)"
        " SELECT min(at) - interval '1 day', '王芳', 'dossier.view', '', '', '{}' FROM audit_auditevent"
    )
    forged = AuditEvent.objects.latest("pk").pk
    assert found() == ("event inserted", forged, None)
    assert seal_events() == 1
    assert found() == ("event inserted", forged, 2)


def test_two_events_that_change_places_are_named(log: list[int], as_owner: Tamper) -> None:
    as_owner(
        "UPDATE audit_auditevent AS a SET transaction_id = b.transaction_id FROM audit_auditevent AS b"
        " WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
        *(log[3], log[5], log[5], log[3]),
    )
    assert found() == ("event altered", log[3], 2)


def test_an_event_moved_behind_the_seals_is_named(log: list[int], as_owner: Tamper) -> None:
    as_owner("UPDATE audit_auditevent SET transaction_id = transaction_id + 1000 WHERE id = %s", log[3])
    assert found() == ("event altered", log[3], 2)


def test_events_before_the_first_are_found(log: list[int], as_owner: Tamper) -> None:
    as_owner("UPDATE audit_auditevent SET id = -5, transaction_id = -1 WHERE id = %s", log[9])
    assert found() == ("event inserted", -5, 1)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("leaves = decode(repeat('00', 96), 'hex')", "seal altered"),
        ("event_ids = event_ids[1:2]", "seal altered"),
        ("event_ids = array_reverse", "signature broken"),
        ("root = sha256(root)", "seal altered"),
        ("previous = sha256(previous)", "signature broken"),
        ("signature = sha512(signature)", "signature broken"),
        ("signature = ''", "signature broken"),
        ("sealed_at = sealed_at + interval '1 second'", "signature broken"),
        ("up_to_id = up_to_id + 1", "signature broken"),
        ("floor = floor + 1", "signature broken"),
    ],
)
def test_an_altered_seal_is_named(log: list[int], as_owner: Tamper, change: str, kind: str) -> None:
    change = change.replace("array_reverse", "ARRAY(SELECT id FROM unnest(event_ids) AS id ORDER BY id DESC)")
    as_owner(f"UPDATE audit_auditseal SET {change} WHERE number = 2")
    assert found() == (kind, None, 2)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_removed_seal_is_named(log: list[int], as_owner: Tamper, number: int) -> None:
    as_owner("DELETE FROM audit_auditseal WHERE number = %s", number)
    assert found() == ("seal missing", None, number)


def test_removing_all_seals_and_sealing_anew_does_not_hide_a_change(log: list[int], as_owner: Tamper) -> None:
    as_owner("UPDATE audit_auditevent SET actor_name = '别人' WHERE id = %s", log[7])
    as_owner("DELETE FROM audit_auditseal")
    assert seal_events() == 12
    assert found() == ("seal altered", None, 1)
    witness.path().unlink()  # why the head of the chain should also be noted elsewhere
    assert found() is None


def test_the_command_names_the_finding_and_fails(
    log: list[int], as_owner: Tamper, capsys: pytest.CaptureFixture[str]
) -> None:
    as_owner("DELETE FROM audit_auditevent WHERE id = %s", log[0])
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    assert ended.value.code == 1
    assert f"NOT INTACT: event missing: event {log[0]} (seal 1)" in capsys.readouterr().out


EVENT_CHANGES = [
    "UPDATE audit_auditevent SET actor_name = actor_name || 'x' WHERE id = ANY(%s)",
    "UPDATE audit_auditevent SET at = at - interval '1 hour' WHERE id = ANY(%s)",
    "UPDATE audit_auditevent SET changes = changes || '{\"x\": 1}' WHERE id = ANY(%s)",
    "DELETE FROM audit_auditevent WHERE id = ANY(%s)",
]


@given(
    places=st.sets(st.integers(0, 9), min_size=1),
    change=st.sampled_from(EVENT_CHANGES),
    tamper_with_seal=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_tampered_event_is_the_one_named(
    log: list[int], as_owner: Tamper, places: set[int], change: str, tamper_with_seal: bool
) -> None:
    with transaction.atomic():
        as_owner(change, [log[place] for place in places])
        first = log[min(places)]
        if tamper_with_seal:  # forging its digest too, without the key
            as_owner("UPDATE audit_auditseal SET leaves = sha256('') || substring(leaves FROM 33)")
            assert found() == ("seal altered", None, 1)
        else:
            kind = Kind.EVENT_MISSING if change.startswith("DELETE") else Kind.EVENT_ALTERED
            assert found() == (kind, first, log.index(first) // 3 + 1)
        transaction.set_rollback(True)
    assert found() is None
