"""Record and shelf compared, all of it in the database: a hundred thousand dossiers in one statement."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef

from rendang.storage.queries.walking import shelf_order
from rendang.storage.stocktakes.models import ExpectedDossier, Scan, Stocktake, Verdict

# One row for each dossier that was expected or seen: its verdict, where the record says it is, where it was seen, and
# the movement that explains it. Where a dossier was seen follows from the numbers of its device alone, so it does not
# matter in what order, or how often, scans arrive. A slot is right when the record has the dossier there now, or had
# it there until after it was seen; what is recorded after the last look at a dossier stands above that look. A dossier
# that was seen on no shelf was there, wherever the record says.
VERDICTS_SQL = f"""
    taken AS (
        SELECT started_at, institution_id
        FROM stocktakes_stocktake JOIN workflow_case ON workflow_case.id = case_ptr_id
        WHERE case_ptr_id = %(stocktake)s
    ), scanned AS (
        SELECT dossier_id, at, by_id, nullif((max(ARRAY[number, coalesce(slot_id, 0)])
            FILTER (WHERE slot_id IS NOT NULL OR text = '{Scan.NO_SLOT}')
            OVER (PARTITION BY device ORDER BY number))[2], 0) AS slot_id
        FROM stocktakes_scan WHERE stocktake_id = %(stocktake)s
    ), looked AS (
        SELECT slot_id, max(at) AS at FROM stocktakes_scan
        WHERE stocktake_id = %(stocktake)s AND slot_id IS NOT NULL GROUP BY slot_id
    ), sighted AS (
        SELECT dossier_id, slot_id, max(at) AS at FROM scanned WHERE dossier_id IS NOT NULL
        GROUP BY dossier_id, slot_id
    ), judged AS (
        SELECT sighted.*, sighted.slot_id IS NULL OR coalesce(sighted.slot_id = place.slot_id, false) OR EXISTS (
            SELECT 1 FROM storage_placement earlier WHERE earlier.dossier_id = sighted.dossier_id
            AND earlier.slot_id = sighted.slot_id AND earlier.until > sighted.at) AS is_right
        FROM sighted
        LEFT JOIN storage_placement place ON place.dossier_id = sighted.dossier_id AND place.until IS NULL
    ), seen AS (
        SELECT dossier_id, max(at) AS at, count(slot_id) AS slots, count(*) FILTER (WHERE NOT is_right) AS wrong,
            min(slot_id) AS first_slot, min(slot_id) FILTER (WHERE NOT is_right) AS wrong_slot,
            max(slot_id) FILTER (WHERE NOT is_right) AS last_wrong_slot,
            min(slot_id) FILTER (WHERE is_right) AS right_slot
        FROM judged GROUP BY dossier_id
    ), expected AS (
        SELECT dossier_id, slot_id, state, placement_id FROM stocktakes_expecteddossier
        WHERE stocktake_id = %(stocktake)s
    ), compared AS (
        SELECT coalesce(expected.dossier_id, seen.dossier_id) AS dossier_id, expected.state AS frozen_state,
            expected.slot_id AS frozen_slot, expected.placement_id AS frozen_placement,
            seen.dossier_id IS NOT NULL AS is_seen, seen.at, slots, wrong, first_slot,
            wrong_slot, last_wrong_slot, right_slot
        FROM expected FULL JOIN seen ON seen.dossier_id = expected.dossier_id
    ), standing AS (
        SELECT compared.*, place.id AS placement_id, place.since, place.slot_id AS now_slot,
            CASE WHEN place.institution_id = taken.institution_id THEN place.kind ELSE 'ELSEWHERE' END AS now,
            CASE WHEN frozen_placement IS NULL THEN place.since > started_at ELSE place.id <> frozen_placement END
                AS is_moved
        FROM compared CROSS JOIN taken
        LEFT JOIN storage_placement place ON place.dossier_id = compared.dossier_id AND place.until IS NULL
    ), verdicts AS (
        SELECT dossier_id, frozen_state, frozen_slot, is_seen, standing.at, coalesce(is_moved, false) AS is_moved,
            CASE now WHEN 'SLOT' THEN 'SLOT' WHEN 'BORROWER' THEN 'ON_LOAN' WHEN 'COURIER' THEN 'IN_TRANSIT'
                WHEN 'AS_WRITTEN' THEN 'UNPLACED' WHEN 'MISSING' THEN 'MISSING' WHEN 'ELSEWHERE' THEN ''
                WHEN 'LOST' THEN ''
                ELSE 'AT_HAND' END AS state,
            CASE WHEN now = 'SLOT' THEN now_slot WHEN frozen_state IS NOT NULL OR now = 'ELSEWHERE' THEN frozen_slot
                ELSE (SELECT earlier.slot_id FROM storage_placement earlier CROSS JOIN taken
                    WHERE earlier.dossier_id = standing.dossier_id AND earlier.slot_id IS NOT NULL
                    AND earlier.institution_id = taken.institution_id
                    ORDER BY earlier.since DESC, earlier.id DESC LIMIT 1) END AS slot_id,
            CASE WHEN is_moved OR now NOT IN ('SLOT', 'AS_WRITTEN') THEN placement_id END AS movement_id,
            coalesce(wrong_slot, first_slot) AS seen_slot,
            CASE WHEN slots > 1 THEN coalesce(right_slot, last_wrong_slot) END AS other_slot,
            CASE
                WHEN is_seen AND now = 'MISSING' THEN '{Verdict.MISPLACED}'
                WHEN is_seen AND now = 'LOST' THEN '{Verdict.UNEXPECTED}'
                WHEN slots > 0 AND wrong = 0 THEN '{Verdict.FOUND}'
                WHEN slots = 0 AND now IN ('DESK', 'READING_ROOM', 'AS_WRITTEN') THEN '{Verdict.FOUND}'
                WHEN slots = 0 AND now = 'SLOT' AND (frozen_state IS NOT NULL OR is_moved AND since > standing.at)
                    THEN '{Verdict.FOUND}'
                WHEN NOT is_seen OR is_moved AND since > standing.at THEN CASE
                    WHEN now = 'BORROWER' THEN '{Verdict.ON_LOAN}'
                    WHEN now = 'COURIER' THEN '{Verdict.IN_TRANSIT}'
                    WHEN now IN ('DESK', 'READING_ROOM') THEN '{Verdict.AT_HAND}'
                    WHEN now IN ('ELSEWHERE', 'LOST') THEN '{Verdict.MOVED}'
                    WHEN now = 'SLOT' AND is_moved AND (looked.at IS NULL OR looked.at <= since) THEN '{Verdict.MOVED}'
                    ELSE '{Verdict.MISSING}' END
                WHEN slots > 1 THEN '{Verdict.TWICE}'
                WHEN now IS NULL OR now IN ('BORROWER', 'COURIER', 'ELSEWHERE') THEN '{Verdict.UNEXPECTED}'
                ELSE '{Verdict.MISPLACED}'
            END AS verdict
        FROM standing LEFT JOIN looked ON looked.slot_id = now_slot
    )
"""
_TOTALS = f"WITH {VERDICTS_SQL} SELECT verdict, count(*) FROM verdicts GROUP BY verdict"
_UNKNOWN = f"""
    SELECT DISTINCT ON (text) text, slot_id FROM (
        SELECT text, at, nullif((max(ARRAY[number, coalesce(slot_id, 0)])
            FILTER (WHERE slot_id IS NOT NULL OR text = '{Scan.NO_SLOT}')
            OVER (PARTITION BY device ORDER BY number))[2], 0) AS slot_id
        FROM stocktakes_scan WHERE stocktake_id = %(stocktake)s
    ) AS scanned WHERE text NOT IN ('', '{Scan.NO_SLOT}') ORDER BY text, at DESC
"""
_PROGRESS = f"""
    WITH {VERDICTS_SQL}, counted AS (
        SELECT frozen_slot AS slot_id, count(*) AS expected, count(*) FILTER (WHERE is_seen) AS seen,
            count(*) FILTER (WHERE verdict = '{Verdict.FOUND}') AS found
        FROM verdicts WHERE frozen_state = 'SLOT' GROUP BY frozen_slot
    )
    SELECT store.code, slot.rack, sum(expected), sum(seen), sum(found)
    FROM counted JOIN storage_slot slot ON slot.id = slot_id JOIN storage_store store ON store.id = slot.store_id
    GROUP BY store.code, slot.rack
"""


def totals(stocktake: Stocktake) -> dict[str, int]:
    """How many dossiers have each verdict; every verdict is named. Labels that mean nothing count as unexpected."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"stocktake": stocktake.pk})
        counted = dict(cursor.fetchall())
    found = {verdict.value: counted.get(verdict.value, 0) for verdict in Verdict}
    found[Verdict.UNEXPECTED] += len(unknown_labels(stocktake))
    return found


def missing_before(stocktake: Stocktake) -> int:
    """How many the record knew as missing when the count began and nobody has read: they belong to no rack."""
    read = Scan.objects.filter(stocktake=stocktake, dossier=OuterRef("dossier"))
    known = ExpectedDossier.objects.filter(stocktake=stocktake, state=ExpectedDossier.State.MISSING)
    return known.exclude(Exists(read)).count()


def unknown_labels(stocktake: Stocktake) -> dict[str, int | None]:
    """What was read and is neither a slot nor a dossier of the institution → the slot it was last read in, if any."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"stocktake": stocktake.pk})
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class RackProgress:
    """How far the count of a rack is; ``found`` lie where the record says."""

    store: str
    rack: str
    expected: int
    seen: int
    found: int

    @property
    def percent(self) -> int:
        return 100 * self.seen // self.expected if self.expected else 0


def progress(stocktake: Stocktake) -> list[RackProgress]:
    """Of every rack on which the record expects something, in the order of the shelf. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"stocktake": stocktake.pk})
        rows = [RackProgress(store, rack, int(a), int(b), int(c)) for store, rack, a, b, c in cursor.fetchall()]
    return sorted(rows, key=lambda row: (shelf_order(row.store), shelf_order(row.rack)))
