from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rendang.kernel.audit.actions import sealing
from rendang.kernel.audit.models import AuditEvent


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any) -> Path:
    """The witness file of the test, and no other's."""
    settings.HOME = tmp_path
    return tmp_path


class Transactions:
    """Numbers of transactions as if every write of a test had its own, though all are in one that is rolled back."""

    def __init__(self) -> None:
        self.newest = 0

    def next(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            self.newest = max(self.newest, cursor.fetchone()[0]) + 1
        return self.newest


@pytest.fixture
def alone(db: None, monkeypatch: pytest.MonkeyPatch) -> Transactions:
    """Nobody else writes: everything this test has written can be sealed. See ``own_horizon`` for the real thing."""
    transactions = Transactions()
    monkeypatch.setattr(sealing, "horizon", transactions.next)
    monkeypatch.setattr(sealing, "_own_transaction", transactions.next)
    return transactions


@pytest.fixture
def events(db: None, request: pytest.FixtureRequest) -> Callable[[int], list[int]]:
    """Write that many events, each in a transaction of its own; returns their ids in order."""
    pretended: Transactions | None = request.getfixturevalue("alone") if "alone" in request.fixturenames else None

    def write(count: int) -> list[int]:
        return [
            AuditEvent.objects.create(
                verb="dossier.view",
                subject_type="dossiers.dossier",
                subject_id=number,
                actor_name="王芳",
                changes={},
                **({"transaction_id": pretended.next()} if pretended else {}),
            ).pk
            for number in range(count)
        ]

    return write


@pytest.fixture
def as_owner(db: None) -> Callable[..., None]:
    """Do what only the owner of the database can: change the log with its triggers switched off."""

    def tamper(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            for table in ("audit_auditevent", "audit_auditseal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            try:
                cursor.execute(statement, list(values))
            finally:
                cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER audit_event_is_append_only")
                cursor.execute("ALTER TABLE audit_auditseal ENABLE TRIGGER audit_seal_is_append_only")

    return tamper


@pytest.fixture
def own_horizon(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only transactions of this test's database hold sealing up, not those of tests that run beside it.

    The database server counts the transactions of all its databases together.
    """
    monkeypatch.setattr(sealing, "horizon", horizon_of_this_database)


def horizon_of_this_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        following = cursor.fetchone()[0]
        cursor.execute(
            "SELECT min(backend_xid::text::bigint) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0] or following
