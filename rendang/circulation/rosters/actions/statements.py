"""What is asked of PostgreSQL to turn a staged chunk of a roster into records."""

from functools import cache

from rendang.circulation.rosters.chunks import CUSTODY_COLUMNS, PERSON_COLUMNS, STAGED
from rendang.circulation.rosters.report import ARCHIVE_NUMBER_TAKEN, HELD_ELSEWHERE

_BYTEA = ("id_number", "id_index", "old_number", "old_index")
_INTEGER = ("n", "sheet", "number", "employer", "entrusting")
_TYPES = dict.fromkeys(_BYTEA, "bytea") | dict.fromkeys(_INTEGER, "int")
_TYPES |= {"reasons": "varchar[]", "unknown_texts": "jsonb"}

# Foreign keys are checked as each statement ends, not all at the end while others wait for this chunk. The staging
# tables live as long as the connection; every transaction finds them empty.
BEGIN = f"""
SET LOCAL lock_timeout = '60s';
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TEMP TABLE IF NOT EXISTS roster_staged (
    person_id bigint NOT NULL DEFAULT nextval('people_person_id_seq'),
    dossier_id bigint NOT NULL DEFAULT nextval('dossiers_dossier_id_seq'),
    custody_id bigint NOT NULL DEFAULT nextval('dossiers_custody_id_seq'),
    {", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in STAGED)}
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS roster_on_record (staged tid) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS roster_known (
    n int PRIMARY KEY, fate text NOT NULL, person_id bigint, dossier_id bigint, custody_id bigint, holding_id bigint,
    holder_id bigint
) ON COMMIT DELETE ROWS;
DELETE FROM roster_staged; DELETE FROM roster_on_record; DELETE FROM roster_known
"""
COPY = f"COPY roster_staged ({', '.join(STAGED)}) FROM STDIN"

# Fates of a row whose person or number is on record already; a row without one is new.
TAKEN, SAME, DIFFERS, CLAIM, RETURN = "TAKEN", "SAME", "DIFFERS", "CLAIM", "RETURN"

_EQUAL_PERSON = " AND ".join(
    f"(s.{name} = '' OR p.{name} = s.{name})" for name in ("name", *PERSON_COLUMNS) if name != "sex"
)
_EQUAL_CUSTODY = " AND ".join(f"(s.{name} = '' OR own.{name} = s.{name})" for name in CUSTODY_COLUMNS)
# One look-up by the index for every row, whatever the statistics of a table that has just begun to fill say: OFFSET 0
# keeps PostgreSQL from reading all that an institution holds instead.
BY_ANOTHER_NUMBER = "EXISTS (SELECT FROM people_otheridentity o WHERE o.number_index = s.id_index OFFSET 0)"
ON_RECORD = f"""
INSERT INTO roster_on_record
SELECT s.ctid FROM roster_staged s WHERE EXISTS (SELECT FROM people_person p WHERE p.id_index = s.id_index OFFSET 0)
    OR {BY_ANOTHER_NUMBER}
    OR EXISTS (
        SELECT FROM dossiers_custody c
        WHERE c.institution_id = %(institution)s AND c.archive_number = s.archive_number OFFSET 0
    )
"""
# What the database already knows of the staged rows. A claim is compared by its custody only: the person's
# particulars are those of whoever came first.
KNOWN = f"""
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
JOIN roster_staged s ON s.ctid = on_record.staged
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
LOCK_KNOWN = """
SELECT d.id FROM roster_known known JOIN dossiers_dossier d ON d.id = known.dossier_id
ORDER BY d.id FOR NO KEY UPDATE OF d
"""
NEW_EMPLOYERS = """
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
EMPLOYER_IDS = """
SELECT (
    SELECT e.id FROM people_employer e
    WHERE e.name = given.name AND (e.credit_code = given.credit_code OR given.credit_code = '')
    ORDER BY e.credit_code <> given.credit_code, e.id LIMIT 1
)
FROM unnest(%(names)s::text[], %(codes)s::text[]) WITH ORDINALITY AS given (name, credit_code, k) ORDER BY k
"""
# What ``roster_known`` knows of a row; and, where nobody was met, a row of nothing that is planned away.
_AND_KNOWN = "LEFT JOIN roster_known known ON known.n = s.n"
_AND_NOTHING = """CROSS JOIN (
    SELECT NULL::int AS n, NULL::text AS fate, NULL::bigint AS person_id, NULL::bigint AS dossier_id,
        NULL::bigint AS custody_id
) AS known"""


@cache
def of_all_new(statement: str) -> str:
    """The same statement for a chunk of which nobody is on record."""
    return statement.replace(_AND_KNOWN, _AND_NOTHING)


def _id_of(key: str) -> str:
    """The id of the employer with a key; the ids of a chunk's employers go along in the order of their keys."""
    return f"(%(employers)s::bigint[])[s.{key} + 1]"


PEOPLE = f"""
INSERT INTO people_person (
    id, name, name_pinyin, name_initials, name_pinyin_other, id_number, id_index, id_masked, employer_id,
    unknown_texts, {", ".join(PERSON_COLUMNS)},
    household_division, major_kind, post_kind, work_division, created_at, updated_at
)
SELECT s.person_id, s.name, name_pinyin, name_initials, name_pinyin_other, id_number, id_index, id_masked,
    {_id_of("employer")}, unknown_texts, {", ".join(PERSON_COLUMNS)}, '', '', '', '', %(now)s, %(now)s
FROM roster_staged s {_AND_KNOWN}
WHERE known.n IS NULL
ORDER BY id_index
"""
OLD_NUMBERS = f"""
INSERT INTO people_otheridentity (person_id, kind, number, number_index, number_masked, valid_until, reason)
SELECT s.person_id, 'ID_CARD', old_number, old_index, old_masked, '', ''
FROM roster_staged s {_AND_KNOWN}
WHERE known.n IS NULL AND old_index IS NOT NULL
ORDER BY old_index
"""
DOSSIERS = f"""
INSERT INTO dossiers_dossier (id, person_id, created_at)
SELECT s.dossier_id, coalesce(known.person_id, s.person_id), %(now)s
FROM roster_staged s {_AND_KNOWN}
WHERE known.n IS NULL OR (known.fate = '{RETURN}' AND known.dossier_id IS NULL)
"""
CUSTODIES = f"""
INSERT INTO dossiers_custody (
    id, dossier_id, institution_id, status, employer_id, {", ".join(CUSTODY_COLUMNS)},
    ended_on, ended_reason, sent_to, created_at, name, name_pinyin, name_initials, name_pinyin_other
)
SELECT s.custody_id, coalesce(known.dossier_id, s.dossier_id), %(institution)s,
    CASE WHEN known.fate = '{CLAIM}' THEN 'CLAIMED' ELSE 'HELD' END,
    {_id_of("entrusting")}, {", ".join(CUSTODY_COLUMNS)},
    '', '', '', %(now)s,
    CASE WHEN known.n IS NULL THEN s.name ELSE '' END, s.name_pinyin, s.name_initials, s.name_pinyin_other
FROM roster_staged s {_AND_KNOWN}
WHERE known.n IS NULL OR known.fate IN ('{RETURN}', '{CLAIM}')
ORDER BY archive_number
"""
_IS_NOWHERE = """NOT EXISTS (
    SELECT FROM storage_placement there WHERE there.dossier_id = known.dossier_id AND there.until IS NULL
)"""
PLACES_AS_WRITTEN = f"""
INSERT INTO storage_placement (dossier_id, institution_id, kind, detail, since, by_id)
SELECT coalesce(known.dossier_id, s.dossier_id), %(institution)s, 'AS_WRITTEN', location, %(now)s, %(by)s
FROM roster_staged s {_AND_KNOWN}
WHERE known.n IS NULL OR (known.fate = '{RETURN}' AND {_IS_NOWHERE})
"""
# A place that names a slot with room is that slot; the others stay as written, to be placed by hand. A slot takes as
# many as go in by number and by width, in the order of the roster.
PLACES_IN_SLOTS = f"""
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
    FROM roster_staged s {_AND_KNOWN}
    LEFT JOIN storage_slot slot ON slot.institution_id = %(institution)s AND slot.code = s.location
    LEFT JOIN storage_keeping keeping ON keeping.dossier_id = known.dossier_id
    WHERE known.n IS NULL OR (known.fate = '{RETURN}' AND {_IS_NOWHERE})
    WINDOW in_turn AS (PARTITION BY slot.id ORDER BY s.n ROWS UNBOUNDED PRECEDING)
) AS place
"""
SOURCES = f"""
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
FROM roster_staged s {_AND_KNOWN}
"""
REJECTED = """
INSERT INTO rosters_rosterrow (roster_id, sheet, number, verdict, reasons)
SELECT %(roster)s, sheet, number, 'REJECTED', ARRAY[reason]
FROM unnest(%(sheets)s::int[], %(numbers)s::int[], %(reasons)s::varchar[]) AS rejected (sheet, number, reason)
"""


CLAIMS = f"""
SELECT s.custody_id, known.holding_id, known.holder_id, known.person_id, known.dossier_id
FROM roster_staged s JOIN roster_known known ON known.n = s.n WHERE known.fate = '{CLAIM}' ORDER BY known.dossier_id
"""
# A table that has grown from nothing within the minute: PostgreSQL still plans for an empty one.
GROWN = """
SELECT pg_relation_size(oid) > 200000 AND reltuples < 1000 FROM pg_class WHERE oid = 'dossiers_custody'::regclass
"""
COUNT = "ANALYZE people_person, people_employer, dossiers_dossier, dossiers_custody"
# Every look-up goes by an index, whatever the statistics of a table that has just begun to fill say.
BY_INDEX = "SET LOCAL jit = off; " + "; ".join(
    f"SET LOCAL enable_{plan} = off" for plan in ("hashjoin", "mergejoin", "seqscan")
)
ANY_PLAN = "; ".join(f"SET LOCAL enable_{plan} = on" for plan in ("hashjoin", "mergejoin", "seqscan"))
