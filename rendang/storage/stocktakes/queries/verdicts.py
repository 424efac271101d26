"""Record and shelf compared, all of it in the database: a hundred thousand dossiers in one statement."""

from dataclasses import dataclass

from django.db import connection

from rendang.storage.queries.walking import shelf_order
from rendang.storage.stocktakes.models import Scan, Stocktake, Verdict

# One row for each dossier that was expected or seen: its verdict, where the record says it is, where it was seen.
# Where a dossier was seen follows from the numbers of its device alone, so it does not matter in what order, or how
# often, scans arrive. A dossier that was seen on no shelf was there, wherever the record says.
VERDICTS_SQL = f"""
    scanned AS (
        SELECT dossier_id, at, by_id, nullif((max(ARRAY[number, coalesce(slot_id, 0)])
            FILTER (WHERE slot_id IS NOT NULL OR text = '{Scan.NO_SLOT}')
            OVER (PARTITION BY device ORDER BY number))[2], 0) AS slot_id
        FROM stocktakes_scan WHERE stocktake_id = %(stocktake)s
    ), seen AS (
        SELECT dossier_id, min(slot_id) AS first_slot, max(slot_id) AS last_slot, max(at) AS at
        FROM scanned WHERE dossier_id IS NOT NULL GROUP BY dossier_id
    ), expected AS (
        SELECT dossier_id, slot_id, state FROM stocktakes_expecteddossier WHERE stocktake_id = %(stocktake)s
    ), verdicts AS (
        SELECT coalesce(expected.dossier_id, seen.dossier_id) AS dossier_id, expected.state, expected.slot_id,
            CASE WHEN first_slot <> last_slot AND first_slot = expected.slot_id THEN last_slot ELSE first_slot END
                AS seen_slot,
            CASE WHEN first_slot = last_slot THEN NULL
                WHEN first_slot = expected.slot_id THEN first_slot ELSE last_slot END AS other_slot,
            seen.dossier_id IS NOT NULL AS is_seen, seen.at,
            CASE
                WHEN first_slot <> last_slot THEN '{Verdict.TWICE}'
                WHEN expected.dossier_id IS NULL THEN '{Verdict.UNEXPECTED}'
                WHEN seen.dossier_id IS NULL THEN CASE expected.state
                    WHEN 'ON_LOAN' THEN '{Verdict.ON_LOAN}' WHEN 'IN_TRANSIT' THEN '{Verdict.IN_TRANSIT}'
                    WHEN 'AT_HAND' THEN '{Verdict.AT_HAND}' ELSE '{Verdict.MISSING}' END
                WHEN expected.state IN ('ON_LOAN', 'IN_TRANSIT') THEN '{Verdict.UNEXPECTED}'
                WHEN expected.state = 'SLOT' AND first_slot <> expected.slot_id THEN '{Verdict.MISPLACED}'
                WHEN expected.state <> 'SLOT' AND first_slot IS NOT NULL THEN '{Verdict.MISPLACED}'
                WHEN expected.state = 'MISSING' THEN '{Verdict.MISPLACED}'
                ELSE '{Verdict.FOUND}'
            END AS verdict
        FROM expected FULL JOIN seen ON seen.dossier_id = expected.dossier_id
    )
"""
_TOTALS = f"WITH {VERDICTS_SQL} SELECT verdict, count(*) FROM verdicts GROUP BY verdict"
_UNKNOWN = f"""
    SELECT text FROM stocktakes_scan WHERE stocktake_id = %(stocktake)s AND text NOT IN ('', '{Scan.NO_SLOT}')
    GROUP BY text ORDER BY text
"""
_PROGRESS = f"""
    WITH {VERDICTS_SQL}, counted AS (
        SELECT slot_id, count(*) AS expected, count(*) FILTER (WHERE is_seen) AS seen,
            count(*) FILTER (WHERE verdict = '{Verdict.FOUND}') AS found
        FROM verdicts WHERE state = 'SLOT' GROUP BY slot_id
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


def unknown_labels(stocktake: Stocktake) -> list[str]:
    """What was read and is neither a slot nor a dossier of the institution."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"stocktake": stocktake.pk})
        return [text for (text,) in cursor.fetchall()]


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
