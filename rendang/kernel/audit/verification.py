"""Recomputing the whole log: every event against its seal, every seal against its signature and its neighbours."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rendang.kernel.audit import canonical, merkle, witness
from rendang.kernel.audit.canonical import BEGINNING, END, EPOCH, NO_SEAL, Entry, Span
from rendang.kernel.audit.models import AuditEvent, AuditSeal
from rendang.kernel.core import keys

# How far the clocks of two machines may differ, in microseconds. An event cannot be older than its transaction.
CLOCKS_DIFFER = 300 * 1_000_000
BATCH = 10_000


class Kind(StrEnum):
    """What can be wrong. The words are part of the command's interface."""

    EVENT_ALTERED = "event altered"
    EVENT_MISSING = "event missing"
    EVENT_INSERTED = "event inserted"
    SEAL_ALTERED = "seal altered"
    SEAL_MISSING = "seal missing"
    SIGNATURE_BROKEN = "signature broken"


@dataclass(frozen=True)
class Finding:
    """The first thing that is not as it was: which event (if it is one), in which seal, and how one can tell."""

    kind: Kind
    event: int | None
    seal: int | None
    explanation: str


@dataclass
class Verdict:
    """``finding`` is ``None`` when all is as it was sealed; ``unsealed`` events are too young to be covered."""

    events: int = 0
    seals: int = 0
    unsealed: int = 0
    head: str = ""
    finding: Finding | None = None

    @property
    def intact(self) -> bool:
        return self.finding is None


class _Broken(Exception):
    def __init__(self, kind: Kind, explanation: str, *, event: int | None = None, seal: int | None = None) -> None:
        self.finding = Finding(kind, event, seal, explanation)


def verify() -> Verdict:
    """Read all events and seals once, a batch at a time, and stop at the first thing that is wrong."""
    verdict = Verdict()
    try:
        last = _verify_seals(verdict)
        verdict.unsealed = _verify_unsealed(last)
    except _Broken as broken:
        verdict.finding = broken.finding
    return verdict


def _verify_seals(verdict: Verdict) -> AuditSeal | None:
    """Seal by seal, each with its events. What was sealed after the beginning is left for the next time."""
    previous: AuditSeal | None = None
    digest = NO_SEAL
    remembered = witness.remembered()
    memory = next(remembered, None)
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    for seal, ceiling in _seals(newest):
        _verify_chain(seal, previous, digest)
        digest = canonical.digest(seal)
        while memory is not None and memory[0] <= seal.number:
            if memory[0] < seal.number or memory[1] != digest.hex():
                raise _Broken(
                    Kind.SEAL_ALTERED,
                    "this machine remembers another one (seals made anew, or an older database restored)",
                    seal=memory[0],
                )
            memory = next(remembered, None)
        same_count = previous if previous and previous.floor == seal.floor else None
        if previous is not None and previous.floor != seal.floor:
            _verify_nothing_left(previous, seal.floor)
        verdict.events += _verify_events(seal, ceiling, same_count)
        verdict.seals, verdict.head, previous = verdict.seals + 1, digest.hex(), seal
    if memory is not None and not AuditSeal.objects.filter(pk=memory[0]).exists():
        raise _Broken(
            Kind.SEAL_MISSING,
            "this machine remembers it (seals removed, or an older database restored)",
            seal=memory[0],
        )
    return previous


def _seals(newest: int) -> Iterator[tuple[AuditSeal, int]]:
    """The seals in order, each with the highest event id of its count: ``END`` for the count still running."""
    # Only floors that were signed: a forged one is reported when its seal's turn comes.
    begins = AuditSeal.objects.filter(after_transaction=BEGINNING)
    floors = sorted(seal.floor for seal in begins if keys.verify(canonical.message(seal), bytes(seal.signature)))
    last = AuditSeal.objects.filter(number=newest).first()
    # Restored from a dump and nothing sealed since: this server's own events lie above what came along.
    floors.append(END if last is None or last.server == canonical.server() else canonical.brought_along())
    seal = AuditSeal.objects.order_by("number").first()
    while seal is not None and seal.number <= newest:
        yield seal, next((floor for floor in floors if floor > seal.floor), END)
        seal = AuditSeal.objects.filter(number__gt=seal.number).order_by("number").first()


def _verify_chain(seal: AuditSeal, previous: AuditSeal | None, digest: bytes) -> None:
    expected = previous.number + 1 if previous else 1
    if seal.number != expected:
        raise _Broken(Kind.SEAL_MISSING, f"after it comes seal {seal.number}", seal=expected)
    leaves = bytes(seal.leaves)
    digests = [leaves[at : at + merkle.LENGTH] for at in range(0, len(leaves), merkle.LENGTH)]
    if len(digests) != len(seal.event_ids) or merkle.root(digests) != bytes(seal.root):
        raise _Broken(Kind.SEAL_ALTERED, "its digests do not give its root", seal=seal.number)
    if not keys.verify(canonical.message(seal), bytes(seal.signature)):
        raise _Broken(Kind.SIGNATURE_BROKEN, "its content and its signature do not belong together", seal=seal.number)
    if bytes(seal.previous) != digest:
        raise _Broken(Kind.SEAL_ALTERED, "it does not follow from the seal before", seal=seal.number)
    if previous is None or seal.floor != previous.floor:
        begins = (BEGINNING, BEGINNING)
    else:
        begins = (previous.up_to_transaction, previous.up_to_id)
    if (seal.after_transaction, seal.after_id) != begins:
        raise _Broken(Kind.SEAL_MISSING, "the events of two seals do not touch", seal=seal.number)


def _verify_events(seal: AuditSeal, ceiling: int, previous: AuditSeal | None) -> int:
    """The events in the seal's span against its digests, side by side; the first difference is the finding."""
    span = Span(
        seal.floor,
        ceiling,
        (seal.after_transaction, seal.after_id),
        (seal.up_to_transaction, seal.up_to_id),
    )
    sealed = dict(zip(seal.event_ids, _pieces(bytes(seal.leaves)), strict=True))
    waiting = iter(sealed.items())
    latest = canonical.microseconds(seal.sealed_at) + CLOCKS_DIFFER
    for entry in canonical.entries(span, len(sealed) + 1):
        if entry.id not in sealed:
            raise _Broken(
                Kind.EVENT_INSERTED, "no seal knows it, though its place is sealed", event=entry.id, seal=seal.number
            )
        expected, digest = next(waiting)
        if expected != entry.id:
            raise _gone(expected, seal)
        if digest != entry.digest:
            raise _Broken(Kind.EVENT_ALTERED, "it is not what was sealed", event=entry.id, seal=seal.number)
        _verify_time(entry, previous, latest, seal.number)
    if (left := next(waiting, None)) is not None:
        raise _gone(left[0], seal)
    return len(sealed)


def _gone(event: int, seal: AuditSeal) -> _Broken:
    """An event that is not in its place: removed, or changed so that it stands elsewhere."""
    if AuditEvent.objects.filter(pk=event).exists():
        return _Broken(Kind.EVENT_ALTERED, "it was moved to another transaction", event=event, seal=seal.number)
    return _Broken(Kind.EVENT_MISSING, "it was sealed and is gone", event=event, seal=seal.number)


def _verify_time(entry: Entry, previous: AuditSeal | None, latest: int, number: int | None) -> None:
    """A transaction begun after a seal was made cannot have seen anything before it; nothing comes from the future."""
    begun_later = previous is not None and entry.transaction >= previous.next_transaction
    earliest = canonical.microseconds(previous.sealed_at) - CLOCKS_DIFFER if previous and begun_later else BEGINNING
    if not earliest <= entry.at <= latest:
        written = (EPOCH + dt.timedelta(microseconds=entry.at)).isoformat()
        raise _Broken(
            Kind.EVENT_INSERTED, f"its time {written} is not that of its transaction", event=entry.id, seal=number
        )


def _verify_nothing_left(seal: AuditSeal, ceiling: int) -> None:
    """After the last seal of a server's count nothing of it may be left unsealed."""
    rest = Span(seal.floor, ceiling, (seal.up_to_transaction, seal.up_to_id), (END, END))
    for entry in canonical.entries(rest, 1):
        raise _Broken(Kind.EVENT_INSERTED, "no seal knows it, though its place is sealed", event=entry.id)


def _verify_unsealed(last: AuditSeal | None) -> int:
    """The events after the last seal: only their times can be judged. Returns how many there are."""
    if last is None:
        return _verify_times(Span(BEGINNING, END, (BEGINNING, BEGINNING), (END, END)), None)
    after = (last.up_to_transaction, last.up_to_id)
    if last.server == canonical.server():
        return _verify_times(Span(last.floor, END, after, (END, END)), last)
    floor = canonical.brought_along()
    return _verify_times(Span(last.floor, floor, after, (END, END)), last) + _verify_times(
        Span(floor, END, (BEGINNING, BEGINNING), (END, END)), None
    )


def _verify_times(span: Span, last: AuditSeal | None) -> int:
    count = 0
    latest = canonical.microseconds(dt.datetime.now(dt.UTC)) + CLOCKS_DIFFER
    while batch := list(canonical.entries(span, BATCH)):
        for entry in batch:
            _verify_time(entry, last, latest, None)
        count += len(batch)
        span = span._replace(after=(batch[-1].transaction, batch[-1].id))
    return count


def _pieces(leaves: bytes) -> Iterator[bytes]:
    return (leaves[at : at + merkle.LENGTH] for at in range(0, len(leaves), merkle.LENGTH))
