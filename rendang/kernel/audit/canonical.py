"""What exactly is digested and signed: the one written form of an event and of a seal.

**An event** is a JSON array, as PostgreSQL prints ``jsonb`` (UTF-8, one space after each comma and colon, object keys
by length and then by bytes), of: id, time in microseconds since 1970-01-01T00:00Z, actor id, actor name, institution
id, verb, subject type, subject id, person id, reason, changes, transaction. Absent values are ``null``. Its digest is
``merkle.leaf`` of these bytes.

**A seal** is the line ``rendang audit seal 1`` and then, a line each: number, server, floor, after (transaction, id),
up to (transaction, id), next transaction, number of events, SHA-256 of the event ids (8 bytes each, big-endian), root
of the Merkle tree, digest of the previous seal (zeros for the first), time in microseconds; digests in hexadecimal.
The installation signs these bytes (Ed25519); their SHA-256 is the digest the next seal names.
"""

import datetime as dt
from collections.abc import Iterator
from hashlib import sha256
from struct import pack
from typing import NamedTuple

from django.db import connection

from rendang.kernel.audit import merkle
from rendang.kernel.audit.models import AuditSeal

# Below and above every transaction number and every event id.
BEGINNING = -(2**63)
END = 2**63 - 1
NO_SEAL = bytes(merkle.LENGTH)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# PostgreSQL writes the event, Python digests it: the database is asked for its content, never for a verdict.
_EVENTS = """
SELECT id, transaction_id, (extract(epoch FROM at) * 1000000)::bigint,
       jsonb_build_array(id, (extract(epoch FROM at) * 1000000)::bigint, actor_id, actor_name, institution_id, verb,
                         subject_type, subject_id, person_id, reason, changes, transaction_id)::text
FROM audit_auditevent
WHERE id > %s AND id <= %s AND (transaction_id, id) > (%s, %s) AND (transaction_id, id) <= (%s, %s)
ORDER BY transaction_id, id
LIMIT %s
"""


class Entry(NamedTuple):
    """An event as it is digested. ``at`` in microseconds since 1970."""

    id: int
    transaction: int
    at: int
    digest: bytes


class Span(NamedTuple):
    """The events with floor < id <= ceiling and after < (transaction, id) <= up_to."""

    floor: int
    ceiling: int
    after: tuple[int, int]
    up_to: tuple[int, int]


def entries(span: Span, limit: int) -> Iterator[Entry]:
    """The events of a span in the order in which they are sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [span.floor, span.ceiling, *span.after, *span.up_to, limit])
        for id, transaction, at, text in cursor.fetchall():
            yield Entry(id, transaction, at, merkle.leaf(text.encode()))


def brought_along() -> int:
    """After a dump was restored on another server: the highest event id that came with it.

    A visible event whose transaction this server has not reached yet can only have come with the dump.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest((SELECT max(id) FROM audit_auditseal, unnest(event_ids) AS id),"
            " (SELECT max(id) FROM audit_auditevent"
            "  WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint))"
        )
        return cursor.fetchone()[0]


def server() -> int:
    """The database server's own number (given at its creation, kept by its physical copies)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return cursor.fetchone()[0]


def microseconds(time: dt.datetime) -> int:
    return (time - EPOCH) // dt.timedelta(microseconds=1)


def message(seal: AuditSeal) -> bytes:
    """The bytes that are signed for a seal."""
    ids = sha256(pack(f">{len(seal.event_ids)}q", *seal.event_ids)).hexdigest()
    lines = [
        "rendang audit seal 1",
        seal.number,
        seal.server,
        seal.floor,
        seal.after_transaction,
        seal.after_id,
        seal.up_to_transaction,
        seal.up_to_id,
        seal.next_transaction,
        len(seal.event_ids),
        ids,
        bytes(seal.root).hex(),
        bytes(seal.previous).hex(),
        microseconds(seal.sealed_at),
    ]
    return "\n".join(map(str, lines)).encode()


def digest(seal: AuditSeal) -> bytes:
    """What the next seal names as its predecessor, and what a witness remembers."""
    return sha256(message(seal)).digest()
