"""Closing batches of events under a signature, every minute, without ever making a writer wait."""

import logging

from django.db import connection, transaction
from django.utils import timezone

from rendang.kernel.audit import canonical, merkle, witness
from rendang.kernel.audit.actions.recording import record
from rendang.kernel.audit.canonical import BEGINNING, END, NO_SEAL, Span
from rendang.kernel.audit.models import AuditSeal
from rendang.kernel.audit.verification import Verdict, verify
from rendang.kernel.core import keys
from rendang.kernel.core.jobs import job, scheduled

logger = logging.getLogger(__name__)
BATCH = 10_000  # events a seal: half a megabyte of ids and digests
_SEALERS = 0x5EA1  # advisory lock; only sealers take it


@scheduled(cron="* * * * *")
@job(queue="audit", queueing_lock="audit.seal")
def seal_every_minute(timestamp: int) -> None:
    seal_events()


@scheduled(cron="17 3 * * *")
@job(queue="audit", queueing_lock="audit.verify")
def verify_every_night(timestamp: int) -> None:
    verify_log()


def verify_log() -> Verdict:
    """Recompute the whole log and write down the outcome, where the audit administrator sees it."""
    verdict = verify()
    finding = None
    if verdict.finding is not None:
        found = verdict.finding
        finding = f"{found.kind}: event {found.event}, seal {found.seal}: {found.explanation}"
        logger.error("The audit log is not intact: %s", finding)
    with transaction.atomic():
        newest = AuditSeal.objects.defer("leaves", "event_ids").order_by("-number").first() or AuditSeal()
        record(
            "audit.verify",
            newest,
            by=None,
            detail={"events": verdict.events, "seals": verdict.seals, "head": verdict.head, "finding": finding},
        )
    return verdict


def seal_events() -> int:
    """Seal everything that can be sealed now. Returns the number of events sealed."""
    count = 0
    while (seal := seal_batch()) is not None:
        count += len(seal.event_ids)
    _tell_the_witness()
    return count


@transaction.atomic
def seal_batch() -> AuditSeal | None:
    """Seal the next batch; ``None`` when there is nothing to seal or another sealer is at work.

    Only events of transactions older than the oldest one still running are taken: below that line nothing can appear
    any more, so that no late commit slips between two seals. Must not run inside a longer transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALERS])
        if not cursor.fetchone()[0]:
            return None
    # A statement of its own: whatever is finished here is visible to every later statement.
    oldest_running = horizon()
    server = canonical.server()
    last = AuditSeal.objects.order_by("-number").defer("leaves", "event_ids").first()
    span, server = _next_span(last, server, oldest_running)
    batch = list(canonical.entries(span, BATCH))
    if not batch:
        return None
    # With nothing left, all of the span is closed: what appears in it later was never there.
    up_to = span.up_to if len(batch) < BATCH else (batch[-1].transaction, batch[-1].id)
    sealed_at = timezone.now()
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        server=server,
        floor=span.floor,
        after_transaction=span.after[0],
        after_id=span.after[1],
        up_to_transaction=up_to[0],
        up_to_id=up_to[1],
        next_transaction=_own_transaction() + 1,
        event_ids=[entry.id for entry in batch],
        leaves=b"".join(entry.digest for entry in batch),
        root=merkle.root([entry.digest for entry in batch]),
        previous=canonical.digest(AuditSeal.objects.get(pk=last.pk)) if last else NO_SEAL,
        sealed_at=sealed_at,
    )
    seal.signature = keys.sign(canonical.message(seal))
    seal.save(force_insert=True)
    return seal


def horizon() -> int:
    """The oldest transaction still running on the whole server."""
    return _number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def _own_transaction() -> int:
    """The newest number there is: it is given out at this moment."""
    return _number("SELECT pg_current_xact_id()::text::bigint")


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _next_span(last: AuditSeal | None, server: int, oldest_running: int) -> tuple[Span, int]:
    """Where the next seal begins and how far it may go, and the server it counts by."""
    settled = (oldest_running - 1, END)
    if last is None:
        return Span(BEGINNING, END, (BEGINNING, BEGINNING), settled), server
    after = (last.up_to_transaction, last.up_to_id)
    if last.server == server:
        return Span(last.floor, END, after, settled), server
    # A dump restored on another server. Everything it brought along is committed: first the rest of the old count,
    # then a new count above it.
    floor = canonical.brought_along()
    rest = Span(last.floor, floor, after, (END, END))
    if next(canonical.entries(rest, 1), None):
        return rest, last.server
    return Span(floor, END, (BEGINNING, BEGINNING), settled), server


def _tell_the_witness() -> None:
    """Write down outside the database which seals exist; also those of a run that was cut off before it could."""
    new = AuditSeal.objects.filter(number__gt=witness.last_remembered()).order_by("number").defer("leaves")
    if lines := [(seal.number, canonical.digest(seal).hex()) for seal in new.iterator(chunk_size=50)]:
        witness.remember(lines)
