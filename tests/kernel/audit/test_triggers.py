import pytest
from django.db import DatabaseError, connection, transaction

from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.audit.models import AuditEvent


@pytest.fixture
def event(institution: Institution) -> AuditEvent:
    return audit.record("institution.create", institution, by=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET reason = 'other'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "TRUNCATE audit_auditseal",
    ],
)
def test_the_database_refuses_to_change_the_log(event: AuditEvent, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER ALL")
        cursor.execute("ALTER TABLE audit_auditseal ENABLE TRIGGER ALL")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert AuditEvent.objects.get().reason == ""


def test_an_event_knows_its_transaction(event: AuditEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert cursor.fetchone() == (event.transaction_id,)
