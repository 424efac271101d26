"""The labels read during a count, from any number of devices, online or later; and the end of the count."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.steps import step
from rendang.storage import actions as storage
from rendang.storage import queries as places
from rendang.storage.stocktakes import queries
from rendang.storage.stocktakes.models import DISCREPANCIES, OUT, Finding, Scan, Stocktake
from rendang.storage.stocktakes.queries import VERDICTS_SQL

State = Stocktake.State
MOST_AT_ONCE = 5_000
GREATEST = 2**31 - 1
_DEVICE = re.compile(r"^[A-Za-z0-9-]{1,36}$")
_KEEP = """
    INSERT INTO stocktakes_scan (stocktake_id, device, number, slot_id, dossier_id, text, at, by_id)
    SELECT %(stocktake)s, %(device)s, number, nullif(slot, 0), nullif(dossier, 0), text, at, %(by)s
    FROM unnest(%(numbers)s::int[], %(slots)s::bigint[], %(dossiers)s::bigint[], %(texts)s::text[],
        %(times)s::timestamptz[]) AS reads (number, slot, dossier, text, at)
    ON CONFLICT (stocktake_id, device, number) DO NOTHING
"""
# What disagrees, to be resolved; and what is out, or was moved meanwhile, and is explained by that.
_FIND = f"""
    WITH {VERDICTS_SQL}
    INSERT INTO stocktakes_finding (stocktake_id, verdict, dossier_id, text, expected_state, expected_slot_id,
        seen_slot_id, other_slot_id, movement_id, resolution, reason)
    SELECT %(stocktake)s, verdict, dossier_id, '', state, slot_id, seen_slot, other_slot, movement_id,
        CASE WHEN verdict = ANY(%(discrepancies)s) THEN '' ELSE 'EXPLAINED' END, ''
    FROM verdicts WHERE verdict = ANY(%(discrepancies)s)
        OR (movement_id IS NOT NULL AND (is_moved OR verdict = ANY(%(out)s)))
    ORDER BY dossier_id
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Read:
    """One label as a device read it: the device's running number from 1, what stood there, and when."""

    number: int
    code: str
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Received:
    """What became of an upload: how many were new, and which labels mean nothing here."""

    received: int
    new: int
    unknown: list[str]


@transaction.atomic
def record_scans(stocktake: Stocktake, *, by: Any, device: str, reads: Iterable[Read]) -> Received:
    """Keep what a device has read, at most ``MOST_AT_ONCE`` at a time, in one statement.

    A number of a device that is there already changes nothing: an upload may come twice, in parts and in any order.
    Refused in words once the count is over, unless all of it had arrived before.
    """
    stocktake = Stocktake.objects.select_for_update(of=("case_ptr",), no_key=True).get(pk=stocktake.pk)
    if not can(by, Permission.STOCKTAKE_RUN, at=stocktake.institution_id):
        raise PermissionDenied
    reads = _checked(device, reads)
    if stocktake.state != State.COUNTING:
        there = Scan.objects.filter(stocktake=stocktake, device=device, number__in=[read.number for read in reads])
        if reads and there.count() == len({read.number for read in reads}):
            return Received(len(reads), 0, [])
        raise ValidationError(
            _("Nothing is counted now: the stocktake is “%(state)s”. What the device has read stays on it.")
            % {"state": stocktake.state_label}
        )
    texts = {read.code for read in reads} - {Scan.NO_SLOT}
    slots = places.known_slots(stocktake.institution, texts)
    ours = Custody.objects.filter(dossier=OuterRef("pk"), institution=stocktake.institution_id)
    dossiers = places.dossiers_by_code(Dossier.objects.filter(Exists(ours)), texts - slots.keys())
    now = timezone.now()
    assert stocktake.started_at
    # The clock of a device may be wrong; nothing was read before the start or after now.
    times = [min(max(read.at or now, stocktake.started_at), now) for read in reads]
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "stocktake": stocktake.pk,
                "device": device,
                "by": by.pk,
                "numbers": [read.number for read in reads],
                "slots": [slots.get(read.code, 0) for read in reads],
                "dossiers": [dossiers.get(read.code, 0) for read in reads],
                "texts": ["" if read.code in slots or read.code in dossiers else read.code for read in reads],
                "times": times,
            },
        )
        new = cursor.rowcount
    if new:
        _note_seen(stocktake, device, list(zip(reads, times, strict=True)), slots, dossiers, by)
        audit.record("stocktake.scan", stocktake, by=by, detail={"scans": [0, new]})
    unknown = sorted(texts - slots.keys() - dossiers.keys())
    return Received(len(reads), new, unknown)


def _checked(device: str, reads: Iterable[Read]) -> list[Read]:
    if not _DEVICE.match(device):
        raise ValidationError(_("The device must name itself in at most 36 letters, digits and hyphens."))
    found = []
    for read in reads:
        code = unicodedata.normalize("NFKC", read.code).replace("\x00", "").strip()[: Scan.LONGEST]
        if code:
            found.append(Read(read.number, code, read.at))
    if len(found) > MOST_AT_ONCE:
        raise ValidationError(_("Send at most %(most)d scans at once.") % {"most": MOST_AT_ONCE})
    if any(not 1 <= read.number <= GREATEST for read in found):
        raise ValidationError(_("The numbers of the scans begin at 1."))
    return sorted(found, key=lambda read: read.number)


def _note_seen(
    stocktake: Stocktake,
    device: str,
    reads: list[tuple[Read, dt.datetime]],
    slots: dict[str, int],
    dossiers: dict[str, int],
    by: Any,
) -> None:
    """最近见档: in the slot whose label the device read last."""
    earlier = Scan.objects.filter(stocktake=stocktake, device=device, number__lt=reads[0][0].number)
    before = earlier.filter(Q(slot__isnull=False) | Q(text=Scan.NO_SLOT)).order_by("-number").first()
    slot, seen = before.slot_id if before else None, []
    for read, at in reads:
        if read.code in slots or read.code == Scan.NO_SLOT:
            slot = slots.get(read.code)
        elif read.code in dossiers:
            seen.append(storage.Seen(dossiers[read.code], at, slot, "" if slot else stocktake.number))
    storage.note_seen(seen, stocktake.institution_id, by=by)


@step(
    Stocktake,
    label=gettext_lazy("Finish counting"),
    sources=[State.COUNTING],
    target=State.COUNTED,
    permission=Permission.STOCKTAKE_RUN,
    singly=True,
)
def finish_counting(case: Stocktake, *, by: Any) -> None:
    """Compare shelf and record; what disagrees becomes a finding to be resolved. All devices must have uploaded."""
    if not Scan.objects.filter(stocktake=case).exists():
        raise ValidationError(_("Nothing has been scanned yet. Upload what the devices have read first."))
    with connection.cursor() as cursor:
        told = {"discrepancies": [one.value for one in DISCREPANCIES], "out": [one.value for one in OUT]}
        cursor.execute(_FIND, {"stocktake": case.pk, **told})
    unknown = [
        Finding(stocktake=case, verdict="UNEXPECTED", text=text, seen_slot_id=slot)
        for text, slot in queries.unknown_labels(case).items()
    ]
    Finding.objects.bulk_create(unknown, ignore_conflicts=True)
    case.totals, case.counted_at = queries.totals(case), timezone.now()


@step(
    Stocktake,
    label=gettext_lazy("Go on counting"),
    sources=[State.COUNTED],
    target=State.COUNTING,
    permission=Permission.STOCKTAKE_RUN,
    way_out=True,
    singly=True,
)
def count_again(case: Stocktake, *, by: Any, reason: str) -> None:
    """Something was not counted or not uploaded yet. What is resolved stays resolved; the rest is compared anew."""
    Finding.objects.filter(stocktake=case, resolution__in=("", Finding.Resolution.EXPLAINED)).delete()
    case.totals, case.counted_at = {}, None
