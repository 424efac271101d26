"""One chunk of a roster becomes people, dossiers, custodies and places, in one transaction."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from rendang.circulation.rosters.chunks import CUSTODY_COLUMNS, PERSON_COLUMNS, STAGED, Chunk
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.dossiers.models import CustodyConflict
from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.actions import next_case_numbers, next_in_series
from rendang.kernel.workflow.steps import set_deadline
from rendang.storage.models import Slot
from rendang.storage.queries import usual_thickness

HELD_ELSEWHERE = "held_elsewhere"
ARCHIVE_NUMBER_TAKEN = "archive_number_taken"
# Two imports that meet the same people, slots or numbers: the later one looks again.
_ATTEMPTS = 5
# Employers whose ids are remembered from chunk to chunk.
_MOST_EMPLOYERS = 30_000

_BYTEA = ("id_number", "id_index", "old_number", "old_index")
_INTEGER = ("n", "sheet", "number", "employer", "entrusting")
_TYPES = dict.fromkeys(_BYTEA, "bytea") | dict.fromkeys(_INTEGER, "int")
_TYPES |= {"reasons": "varchar[]", "unknown_texts": "jsonb"}

# The staging tables live as long as the connection; every transaction finds them empty.
_TABLES = f"""
CREATE TEMP TABLE IF NOT EXISTS roster_staged (
    person_id bigint NOT NULL DEFAULT nextval('people_person_id_seq'),
    dossier_id bigint NOT NULL DEFAULT nextval('dossiers_dossier_id_seq'),
    custody_id bigint NOT NULL DEFAULT nextval('dossiers_custody_id_seq'),
    {", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in STAGED)}, PRIMARY KEY (n)
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS roster_employer (k int, id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS roster_on_record (n int PRIMARY KEY) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS roster_known (
    n int PRIMARY KEY, fate text NOT NULL, person_id bigint, dossier_id bigint, custody_id bigint, holding_id bigint,
    holder_id bigint
) ON COMMIT DELETE ROWS;
"""
_COPY = f"COPY roster_staged ({', '.join(STAGED)}) FROM STDIN"

# Fates of a row whose person or number is on record already; a row without one is new.
TAKEN, SAME, DIFFERS, CLAIM, RETURN = "TAKEN", "SAME", "DIFFERS", "CLAIM", "RETURN"

_EQUAL_PERSON = " AND ".join(
    f"(s.{name} = '' OR p.{name} = s.{name})" for name in ("name", *PERSON_COLUMNS) if name != "sex"
)
_EQUAL_CUSTODY = " AND ".join(f"(s.{name} = '' OR own.{name} = s.{name})" for name in CUSTODY_COLUMNS)
# One look-up by the index for every row, whatever the statistics of a table that has just begun to fill say: OFFSET 0
# keeps PostgreSQL from reading all that an institution holds instead.
_ON_RECORD = """
INSERT INTO roster_on_record
SELECT n FROM roster_staged s WHERE EXISTS (SELECT FROM people_person p WHERE p.id_index = s.id_index OFFSET 0)
    OR EXISTS (SELECT FROM people_otheridentity o WHERE o.number_index = s.id_index OFFSET 0)
    OR EXISTS (
        SELECT FROM dossiers_custody c
        WHERE c.institution_id = %(institution)s AND c.archive_number = s.archive_number OFFSET 0
    )
"""
# What the database already knows of the staged rows. A claim is compared by its custody only: the person's
# particulars are those of whoever came first.
_KNOWN = f"""
INSERT INTO roster_known
SELECT DISTINCT ON (s.n) s.n,
    CASE
        WHEN taken.id IS NOT NULL AND d.id IS DISTINCT FROM taken.dossier_id THEN '{TAKEN}'
        WHEN own.id IS NOT NULL AND {_EQUAL_CUSTODY} AND (own.status = 'CLAIMED' OR ({_EQUAL_PERSON})) THEN '{SAME}'
        WHEN own.id IS NOT NULL OR taken.id IS NOT NULL THEN '{DIFFERS}'
        WHEN held.id IS NOT NULL THEN '{CLAIM}'
        ELSE '{RETURN}'
    END,
    coalesce(p.id, o.person_id), d.id, coalesce(own.id, taken.id), held.id, held.institution_id
FROM roster_on_record on_record
JOIN roster_staged s ON s.n = on_record.n
LEFT JOIN people_person p0 ON p0.id_index = s.id_index
LEFT JOIN people_otheridentity o ON p0.id IS NULL AND o.number_index = s.id_index
LEFT JOIN people_person p ON p.id = coalesce(p0.id, o.person_id)
LEFT JOIN dossiers_dossier d ON d.person_id = p.id
LEFT JOIN dossiers_custody own
    ON own.dossier_id = d.id AND own.institution_id = %(institution)s AND own.status IN ('HELD', 'CLAIMED')
LEFT JOIN dossiers_custody held
    ON held.dossier_id = d.id AND held.status = 'HELD' AND held.institution_id <> %(institution)s
LEFT JOIN dossiers_custody taken
    ON taken.institution_id = %(institution)s AND taken.archive_number = s.archive_number
ORDER BY s.n, own.status DESC NULLS LAST
"""
_LOCK_KNOWN = """
SELECT d.id FROM roster_known known JOIN dossiers_dossier d ON d.id = known.dossier_id
ORDER BY d.id FOR NO KEY UPDATE OF d
"""
_NEW_EMPLOYERS = """
INSERT INTO people_employer (name, credit_code, kind, economic_type, industry, division)
SELECT name, credit_code, '', '', '', '' FROM unnest(%(names)s::text[], %(codes)s::text[]) AS given (name, credit_code)
WHERE NOT EXISTS (
    SELECT FROM people_employer e
    WHERE e.name = given.name AND (e.credit_code = given.credit_code OR given.credit_code = '')
)
ORDER BY name, credit_code
ON CONFLICT (name, credit_code) DO NOTHING
"""
# A name without a code is the employer of that name, with or without one.
_EMPLOYER_IDS = """
SELECT (
    SELECT e.id FROM people_employer e
    WHERE e.name = given.name AND (e.credit_code = given.credit_code OR given.credit_code = '')
    ORDER BY e.credit_code <> given.credit_code, e.id LIMIT 1
)
FROM unnest(%(names)s::text[], %(codes)s::text[]) WITH ORDINALITY AS given (name, credit_code, k) ORDER BY k
"""
# The ids as one text: as a list, each would be made ready for the database by itself.
_STAGE_EMPLOYERS = """
INSERT INTO roster_employer (k, id)
SELECT k - 1, id::bigint FROM string_to_table(%s, ',') WITH ORDINALITY AS given (id, k)
"""
_PEOPLE = f"""
INSERT INTO people_person (
    id, name, name_pinyin, name_initials, name_pinyin_other, id_number, id_index, id_masked, employer_id,
    unknown_texts, {", ".join(PERSON_COLUMNS)},
    household_division, major_kind, post_kind, work_division, created_at, updated_at
)
SELECT s.person_id, s.name, name_pinyin, name_initials, name_pinyin_other, id_number, id_index, id_masked, e.id,
    unknown_texts, {", ".join(PERSON_COLUMNS)}, '', '', '', '', %(now)s, %(now)s
FROM roster_staged s LEFT JOIN roster_employer e ON e.k = s.employer LEFT JOIN roster_known known ON known.n = s.n
WHERE known.n IS NULL
ORDER BY id_index
"""
_OLD_NUMBERS = """
INSERT INTO people_otheridentity (person_id, kind, number, number_index, number_masked, valid_until, reason)
SELECT s.person_id, 'ID_CARD', old_number, old_index, old_masked, '', ''
FROM roster_staged s LEFT JOIN roster_known known ON known.n = s.n
WHERE known.n IS NULL AND old_index IS NOT NULL
ORDER BY old_index
"""
_DOSSIERS = f"""
INSERT INTO dossiers_dossier (id, person_id, created_at)
SELECT s.dossier_id, coalesce(known.person_id, s.person_id), %(now)s
FROM roster_staged s LEFT JOIN roster_known known ON known.n = s.n
WHERE known.n IS NULL OR (known.fate = '{RETURN}' AND known.dossier_id IS NULL)
"""
_CUSTODIES = f"""
INSERT INTO dossiers_custody (
    id, dossier_id, institution_id, status, employer_id, {", ".join(CUSTODY_COLUMNS)},
    ended_on, ended_reason, sent_to, created_at, name, name_pinyin, name_initials, name_pinyin_other
)
SELECT s.custody_id, coalesce(known.dossier_id, s.dossier_id), %(institution)s,
    CASE WHEN known.fate = '{CLAIM}' THEN 'CLAIMED' ELSE 'HELD' END, e.id, {", ".join(CUSTODY_COLUMNS)},
    '', '', '', %(now)s,
    CASE WHEN known.n IS NULL THEN s.name ELSE '' END, s.name_pinyin, s.name_initials, s.name_pinyin_other
FROM roster_staged s LEFT JOIN roster_employer e ON e.k = s.entrusting LEFT JOIN roster_known known ON known.n = s.n
WHERE known.n IS NULL OR known.fate IN ('{RETURN}', '{CLAIM}')
ORDER BY archive_number
"""
_IS_NOWHERE = """NOT EXISTS (
    SELECT FROM storage_placement there WHERE there.dossier_id = known.dossier_id AND there.until IS NULL
)"""
_PLACES_AS_WRITTEN = f"""
INSERT INTO storage_placement (dossier_id, institution_id, kind, detail, since, by_id)
SELECT coalesce(known.dossier_id, s.dossier_id), %(institution)s, 'AS_WRITTEN', location, %(now)s, %(by)s
FROM roster_staged s LEFT JOIN roster_known known ON known.n = s.n
WHERE known.n IS NULL OR (known.fate = '{RETURN}' AND {_IS_NOWHERE})
"""
# A place that names a slot with room is that slot; the others stay as written, to be placed by hand. A slot takes as
# many as go in by number and by width, in the order of the roster.
_PLACES_IN_SLOTS = f"""
INSERT INTO storage_placement (dossier_id, institution_id, slot_id, thickness, kind, detail, since, by_id)
SELECT dossier_id, %(institution)s, CASE WHEN fits THEN slot_id END, CASE WHEN fits THEN thickness ELSE 0 END,
    CASE WHEN fits THEN 'SLOT' ELSE 'AS_WRITTEN' END, CASE WHEN fits THEN '' ELSE location END, %(now)s, %(by)s
FROM (
    SELECT coalesce(known.dossier_id, s.dossier_id) AS dossier_id, location, slot.id AS slot_id,
        coalesce(keeping.thickness, %(thickness)s) AS thickness,
        slot.id IS NOT NULL
        AND slot.occupied + count(*) OVER in_turn <= slot.capacity
        AND (
            slot.width IS NULL
            OR slot.used + sum(coalesce(keeping.thickness, %(thickness)s)) OVER in_turn <= slot.width
        ) AS fits
    FROM roster_staged s LEFT JOIN roster_known known ON known.n = s.n
    LEFT JOIN storage_slot slot ON slot.institution_id = %(institution)s AND slot.code = s.location
    LEFT JOIN storage_keeping keeping ON keeping.dossier_id = known.dossier_id
    WHERE known.n IS NULL OR (known.fate = '{RETURN}' AND {_IS_NOWHERE})
    WINDOW in_turn AS (PARTITION BY slot.id ORDER BY s.n ROWS UNBOUNDED PRECEDING)
) AS place
"""
_SOURCES = f"""
INSERT INTO rosters_rosterrow (roster_id, sheet, number, verdict, reasons, custody_id)
SELECT %(roster)s, sheet, number,
    CASE known.fate
        WHEN '{TAKEN}' THEN 'REJECTED' WHEN '{SAME}' THEN 'ALREADY_HELD' WHEN '{DIFFERS}' THEN 'DIFFERS'
        ELSE 'IMPORTED'
    END,
    reasons || CASE known.fate
        WHEN '{CLAIM}' THEN ARRAY['{HELD_ELSEWHERE}']::varchar[]
        WHEN '{TAKEN}' THEN ARRAY['{ARCHIVE_NUMBER_TAKEN}']::varchar[]
        ELSE '{{}}'
    END,
    CASE WHEN known.fate = '{TAKEN}' THEN NULL ELSE coalesce(known.custody_id, s.custody_id) END
FROM roster_staged s LEFT JOIN roster_known known ON known.n = s.n
"""
_REJECTED = """
INSERT INTO rosters_rosterrow (roster_id, sheet, number, verdict, reasons)
SELECT %(roster)s, sheet, number, 'REJECTED', ARRAY[reason]
FROM unnest(%(sheets)s::int[], %(numbers)s::int[], %(reasons)s::varchar[]) AS rejected (sheet, number, reason)
"""


_CLAIMS = f"""
SELECT s.custody_id, known.holding_id, known.holder_id, known.person_id, known.dossier_id
FROM roster_staged s JOIN roster_known known ON known.n = s.n WHERE known.fate = '{CLAIM}' ORDER BY known.dossier_id
"""
# A table that has grown from nothing within the minute: PostgreSQL still plans for an empty one.
_GROWN = """
SELECT pg_relation_size(oid) > 200000 AND reltuples < 1000 FROM pg_class WHERE oid = 'dossiers_custody'::regclass
"""
_COUNT = "ANALYZE people_person, people_employer, dossiers_dossier, dossiers_custody"
# Every look-up goes by an index, whatever the statistics of a table that has just begun to fill say.
_BY_INDEX = "SET LOCAL jit = off; " + "; ".join(
    f"SET LOCAL enable_{plan} = off" for plan in ("hashjoin", "mergejoin", "seqscan")
)
_ANY_PLAN = "; ".join(f"SET LOCAL enable_{plan} = on" for plan in ("hashjoin", "mergejoin", "seqscan"))


Employers = dict[tuple[str, str], int]


def write_chunk(roster: Roster, chunk: Chunk, *, by: Any, employers: Employers | None = None) -> None:
    """Write the rows of one chunk in one transaction, without those that an import before a crash has written.

    Everything comes with it: people, dossiers, custodies, places, conflicts, sources. Two imports at once never make
    two people of one: the database refuses the second, and the chunk is looked at again. ``employers`` remembers the
    ids of (name, credit code) from chunk to chunk.
    """
    remembered = {} if employers is None else employers
    is_whole_transaction = not connection.in_atomic_block
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            # Ahead of the transaction: the next chunk's writer does not wait for the end of this one to count again.
            _count_what_has_grown()
            with transaction.atomic(), connection.cursor() as cursor:
                if is_whole_transaction:
                    # Nobody waits for the disk after every chunk: what a power cut takes is taken whole, source rows
                    # included, and imported again; the event that ends the import is waited for, and with it
                    # everything before. A caller's transaction may confirm more than that, and is waited for.
                    cursor.execute("SET LOCAL synchronous_commit = off")
                found = _write(cursor, roster, chunk, by, remembered)
        except (IntegrityError, OperationalError):
            if attempt == _ATTEMPTS:
                raise
        else:
            if len(remembered) > _MOST_EMPLOYERS:
                remembered.clear()
            remembered.update(found)
            return


def examine_chunk(institution: Institution, chunk: Chunk) -> list[tuple[int, int, str]]:
    """(sheet, row, fate) of the rows whose person or archive number is on record; nothing is changed."""
    if not chunk.accepted:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        _stage(cursor, chunk)
        _look(cursor, institution)
        cursor.execute("SELECT sheet, number, fate FROM roster_staged JOIN roster_known USING (n) ORDER BY n")
        fates: list[tuple[int, int, str]] = cursor.fetchall()
        transaction.set_rollback(True)
    return fates


def _count_what_has_grown() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GROWN)
        if cursor.fetchone()[0]:
            cursor.execute(_COUNT)


def _stage(cursor: Any, chunk: Chunk) -> None:
    cursor.execute("SET LOCAL lock_timeout = '60s'")
    # Foreign keys are checked as each statement ends, not all at the end while others wait for this chunk.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(_TABLES)
    cursor.execute(
        "DELETE FROM roster_staged; DELETE FROM roster_employer; DELETE FROM roster_on_record;DELETE FROM roster_known"
    )
    with cursor.copy(_COPY) as copy:
        copy.write(chunk.staged)


def _look(cursor: Any, institution: Institution, *, lock: bool = False) -> None:
    """Fill ``roster_known``; with ``lock``, the dossiers in it stay as they are until the transaction ends."""
    cursor.execute(_BY_INDEX)
    cursor.execute(_ON_RECORD, {"institution": institution.pk})
    if cursor.rowcount:
        cursor.execute(_KNOWN, {"institution": institution.pk})
        if lock:
            cursor.execute(_LOCK_KNOWN)
            cursor.execute("DELETE FROM roster_known")
            cursor.execute(_KNOWN, {"institution": institution.pk})
    cursor.execute(_ANY_PLAN)


def _write(cursor: Any, roster: Roster, chunk: Chunk, by: Any, employers: Employers) -> Employers:
    found: Employers = {}
    written = _written(roster, chunk)
    if len(written) == chunk.rows:
        return found
    if chunk.accepted:
        _stage(cursor, chunk)
        if written:
            cursor.execute("DELETE FROM roster_staged WHERE number = ANY (%s)", [list(written)])
        _look(cursor, roster.institution, lock=True)
        now = timezone.now()
        names = {"institution": roster.institution_id, "roster": roster.pk, "now": now, "by": by.pk}
        found = _name_employers(cursor, chunk.employers, employers)
        _give_archive_numbers(cursor, roster.institution, now)
        for statement in (_PEOPLE, _OLD_NUMBERS, _DOSSIERS, _CUSTODIES):
            cursor.execute(statement, names)
        names["thickness"] = usual_thickness(roster.institution_id)
        has_slots = Slot.objects.filter(institution=roster.institution_id).exists()
        cursor.execute(_PLACES_IN_SLOTS if has_slots else _PLACES_AS_WRITTEN, names)
        _open_conflicts(cursor, roster.institution, by)
        cursor.execute(_SOURCES, names)
    if rejected := [row for row in chunk.rejected if row[1] not in written]:
        sheets, numbers, reasons = map(list, zip(*rejected, strict=True))
        cursor.execute(_REJECTED, {"roster": roster.pk, "sheets": sheets, "numbers": numbers, "reasons": reasons})
    done = chunk.rows - len(written)
    Roster.objects.filter(pk=roster.pk).update(rows_done=F("rows_done") + done, touched_at=timezone.now())
    return found


def _written(roster: Roster, chunk: Chunk) -> set[int]:
    """Rows of the chunk that were committed before a crash, whatever the chunks were then."""
    rows = RosterRow.objects.filter(roster=roster, sheet=chunk.sheet, number__range=(chunk.first, chunk.last))
    return set(rows.values_list("number", flat=True))


def _name_employers(cursor: Any, employers: list[tuple[str, str]], known: dict[tuple[str, str], int]) -> Employers:
    """Stage the ids of a chunk's employers, by the keys it gives them; the ids that were not known before."""
    unknown = [employer for employer in employers if employer not in known]
    found: Employers = {}
    if unknown:
        given = {"names": [name for name, _code in unknown], "codes": [code for _name, code in unknown]}
        cursor.execute(_NEW_EMPLOYERS, given)
        cursor.execute(_EMPLOYER_IDS, given)
        found = dict(zip(unknown, (employer_id for (employer_id,) in cursor.fetchall()), strict=True))
    if employers:
        both = known | found if found else known
        cursor.execute(_STAGE_EMPLOYERS, [",".join(str(both[employer]) for employer in employers)])
    return found


def _give_archive_numbers(cursor: Any, institution: Institution, now: dt.datetime) -> None:
    """Dossiers without a number get the institution's next ones."""
    cursor.execute(
        "SELECT s.n FROM roster_staged s LEFT JOIN roster_known known ON known.n = s.n"
        " WHERE s.archive_number = '' AND (known.n IS NULL OR known.fate IN (%s, %s)) ORDER BY s.n",
        [CLAIM, RETURN],
    )
    rows = [n for (n,) in cursor.fetchall()]
    if rows:
        numbers = _free_archive_numbers(cursor, institution, f"{timezone.localdate(now):%Y}", len(rows))
        cursor.execute(
            "UPDATE roster_staged SET archive_number = given.number"
            " FROM unnest(%s::int[], %s::text[]) AS given (n, number) WHERE roster_staged.n = given.n",
            [rows, numbers],
        )


def _free_archive_numbers(cursor: Any, institution: Institution, year: str, count: int) -> list[str]:
    """As ``dossiers.actions.next_archive_number`` writes them; numbers that rosters brought along are passed over."""
    free: list[str] = []
    while len(free) < count:
        running = next_in_series("archive", institution, year, count - len(free))
        numbers = [f"{institution.code}{year}{number:06d}" for number in running]
        cursor.execute(
            "SELECT archive_number FROM dossiers_custody WHERE institution_id = %s AND archive_number = ANY (%s)"
            " UNION SELECT archive_number FROM roster_staged WHERE archive_number = ANY (%s)",
            [institution.pk, numbers, numbers],
        )
        used = {number for (number,) in cursor.fetchall()}
        free += [number for number in numbers if number not in used]
    return free


def _open_conflicts(cursor: Any, institution: Institution, by: Any) -> None:
    """One case for each dossier that another institution holds, too; supervision settles it."""
    cursor.execute(_CLAIMS)
    claims = cursor.fetchall()
    if not claims:
        return
    today = timezone.localdate()
    for number, (claim, holding, holder, person, dossier) in zip(
        next_case_numbers(institution, today, len(claims)), claims, strict=True
    ):
        conflict = CustodyConflict(
            number=number,
            kind=str(CustodyConflict._meta.model_name),
            service_item=CustodyConflict.SERVICE_ITEM,
            institution=institution,
            counterpart_id=holder,
            person_id=person,
            dossier_id=dossier,
            channel=CustodyConflict.Channel.SYSTEM,
            state=CustodyConflict.State.OPEN,
            opened_by=by,
            claim_id=claim,
            holding_id=holding,
        )
        set_deadline(conflict, "custody_conflict_settle", today)
        conflict.save()
        audit.record("custodyconflict.open", conflict, by=by)
