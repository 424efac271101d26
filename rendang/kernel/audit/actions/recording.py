"""Leaving a trace. Every action calls ``record`` in its own transaction; every look calls ``record_view``."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.utils import timezone

from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.core.fields import EncryptedTextField

Snapshot = dict[str, Any]
HIDDEN = "***"
# What the query builder makes of an event, made once: every change and every look writes one.
_FIELDS = [
    field for field in AuditEvent._meta.concrete_fields if not field.primary_key and field.name != "transaction_id"
]
_INSERT = f"""INSERT INTO {AuditEvent._meta.db_table} ({", ".join(field.attname for field in _FIELDS)})
VALUES ({", ".join(["%s"] * len(_FIELDS))}) RETURNING id, transaction_id"""


def snapshot(subject: models.Model) -> Snapshot:
    """The row's values before a change; encrypted ones appear only as changed or not."""
    return {field.attname: getattr(subject, field.attname) for field in subject._meta.concrete_fields}


def changes(subject: models.Model, before: Snapshot) -> dict[str, list[Any]]:
    """Field → [old, new] for what differs; the content of encrypted and binary fields is never written down."""
    found = {}
    for field in subject._meta.concrete_fields:
        old, new = before.get(field.attname), getattr(subject, field.attname)
        if old != new:
            secret = isinstance(field, (EncryptedTextField, models.BinaryField))
            found[field.attname] = [HIDDEN, HIDDEN] if secret else [old, new]
    return found


def record(
    verb: str,
    subject: Any,
    *,
    by: Any,
    before: Snapshot | None = None,
    reason: str = "",
    institution: Any = None,
    person: Any = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Note who did what, and which fields it changed, in the caller's transaction.

    No change without its trace, no trace without its change. ``before`` is the ``snapshot`` taken first (omit it
    for a new row); ``detail`` replaces the computed changes where a row's own fields do not tell the story.
    """
    assert connection.in_atomic_block, "an audit event belongs to the transaction of its change"
    event = _event(verb, subject, by=by, institution=institution, reason=reason)
    if person:
        event.person_id = person.pk
    event.changes = detail if detail is not None else changes(subject, before or {})
    return _write(event)


def record_all(
    verb: str, subjects: Iterable[tuple[Any, dict[str, Any]]], *, by: Any, institution: Any = None, reason: str = ""
) -> None:
    """The same change of many rows: one event for each, with what changed of it; written together."""
    assert connection.in_atomic_block, "an audit event belongs to the transaction of its change"
    events = []
    for subject, detail in subjects:
        event = _event(verb, subject, by=by, institution=institution, reason=reason)
        event.changes = detail
        events.append(event)
    AuditEvent.objects.bulk_create(events)


def _event(verb: str, subject: Any, *, by: Any, institution: Any, reason: str) -> AuditEvent:
    return AuditEvent(
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        institution_id=institution.pk if institution else getattr(subject, "institution_id", None),
        person_id=getattr(subject, "person_id", None),
        actor_id=by.pk if by else None,
        actor_name=str(by) if by else "system",
        reason=reason,
    )


def _write(event: AuditEvent) -> AuditEvent:
    event.at = timezone.now()
    values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in _FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        event.pk, event.transaction_id = cursor.fetchone()
    return event


def record_view(verb: str, subject: Any, *, by: Any, reason: str = "", institution: Any = None) -> None:
    """Note that somebody looked at personal content (PIPL art. 51; 2018 regulations on cadre files, art. 31)."""
    _write(_event(verb, subject, by=by, institution=institution, reason=reason))
