"""One chunk of a roster becomes people, dossiers, custodies and places, in one transaction."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from rendang.circulation.rosters.actions import statements
from rendang.circulation.rosters.actions.statements import CLAIM, RETURN
from rendang.circulation.rosters.chunks import Chunk
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.dossiers.models import CustodyConflict
from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.actions import next_case_numbers, next_in_series
from rendang.kernel.workflow.steps import set_deadline
from rendang.storage.models import Slot
from rendang.storage.queries import usual_thickness

# Two imports that meet the same people, slots or numbers: the later one looks again.
_ATTEMPTS = 5
# Employers whose ids are remembered from chunk to chunk.
_MOST_EMPLOYERS = 30_000

Employers = dict[tuple[str, str], int]


@dataclass
class Memory:
    """What is remembered from chunk to chunk."""

    # (name, credit code) → id
    employers: Employers = field(default_factory=dict)
    # Whether people or numbers of the last chunk were on record.
    met_record: bool = False


def write_chunk(roster: Roster, chunk: Chunk, *, by: Any, memory: Memory | None = None) -> None:
    """Write the rows of one chunk in one transaction, without those that an import before a crash has written.

    Everything comes with it: people, dossiers, custodies, places, conflicts, sources. Nobody is looked for who is
    probably new: the database refuses a second person of one number, a second dossier of one archive number, and the
    chunk is then looked at row by row; so it is when another import is faster.
    """
    memory = memory or Memory()
    look = memory.met_record
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
                found, met_record = _write(cursor, roster, chunk, by, memory.employers, look=look)
        except (IntegrityError, OperationalError):
            if attempt == _ATTEMPTS:
                raise
            look = True
        else:
            if len(memory.employers) > _MOST_EMPLOYERS:
                memory.employers.clear()
            memory.employers.update(found)
            memory.met_record = met_record
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
        cursor.execute(statements.GROWN)
        if cursor.fetchone()[0]:
            cursor.execute(statements.COUNT)


def _stage(cursor: Any, chunk: Chunk) -> None:
    cursor.execute(statements.BEGIN)
    with cursor.copy(statements.COPY) as copy:
        copy.write(chunk.staged)


def _look(cursor: Any, institution: Institution, *, lock: bool = False) -> bool:
    """Fill ``roster_known``; with ``lock``, the dossiers in it stay as they are until the transaction ends.

    Returns whether any person or number is on record.
    """
    cursor.execute(statements.BY_INDEX)
    cursor.execute(statements.ON_RECORD, {"institution": institution.pk})
    met_record = bool(cursor.rowcount)
    if met_record:
        cursor.execute(statements.KNOWN, {"institution": institution.pk})
        if lock:
            cursor.execute(statements.LOCK_KNOWN)
            cursor.execute("DELETE FROM roster_known")
            cursor.execute(statements.KNOWN, {"institution": institution.pk})
    cursor.execute(statements.ANY_PLAN)
    return met_record


def _knows_another_number(cursor: Any) -> bool:
    """Whether a number is on record as somebody's second one: what no constraint would refuse."""
    cursor.execute(statements.BY_INDEX)
    cursor.execute(f"SELECT EXISTS (SELECT FROM roster_staged s WHERE {statements.BY_ANOTHER_NUMBER})")
    (found,) = cursor.fetchone()
    cursor.execute(statements.ANY_PLAN)
    return bool(found)


def _write(
    cursor: Any, roster: Roster, chunk: Chunk, by: Any, employers: Employers, *, look: bool
) -> tuple[Employers, bool]:
    """The employers that were not known before, and whether anybody was on record; ``look`` for everybody, or trust
    that who is on record is refused."""
    found: Employers = {}
    met_record = False
    written = _written(roster, chunk)
    if len(written) == chunk.rows:
        return found, look
    if chunk.accepted:
        _stage(cursor, chunk)
        if written:
            cursor.execute("DELETE FROM roster_staged WHERE number = ANY (%s)", [list(written)])
        if look or _knows_another_number(cursor):
            met_record = _look(cursor, roster.institution, lock=True)
        now = timezone.now()
        found = _find_employers(cursor, [employer for employer in chunk.employers if employer not in employers])
        _give_archive_numbers(cursor, roster.institution, now)
        has_slots = Slot.objects.filter(institution=roster.institution_id).exists()
        values = {
            "institution": roster.institution_id,
            "roster": roster.pk,
            "now": now,
            "by": by.pk,
            "thickness": usual_thickness(roster.institution_id),
            "employers": _ids_of(chunk.employers, employers | found if found else employers),
        }
        for statement in (
            statements.PEOPLE,
            statements.OLD_NUMBERS,
            statements.DOSSIERS,
            statements.CUSTODIES,
            statements.PLACES_IN_SLOTS if has_slots else statements.PLACES_AS_WRITTEN,
            statements.SOURCES,
        ):
            cursor.execute(statement if met_record else statements.of_all_new(statement), values)
        if met_record:
            _open_conflicts(cursor, roster.institution, by)
    if rejected := [row for row in chunk.rejected if row[1] not in written]:
        sheets, numbers, reasons = map(list, zip(*rejected, strict=True))
        cursor.execute(
            statements.REJECTED, {"roster": roster.pk, "sheets": sheets, "numbers": numbers, "reasons": reasons}
        )
    done = chunk.rows - len(written)
    Roster.objects.filter(pk=roster.pk).update(rows_done=F("rows_done") + done, touched_at=timezone.now())
    return found, met_record


def _written(roster: Roster, chunk: Chunk) -> set[int]:
    """Rows of the chunk that were committed before a crash, whatever the chunks were then."""
    rows = RosterRow.objects.filter(roster=roster, sheet=chunk.sheet, number__range=(chunk.first, chunk.last))
    return set(rows.values_list("number", flat=True))


def _find_employers(cursor: Any, employers: list[tuple[str, str]]) -> Employers:
    """The ids of employers; those that nobody has named before are recorded."""
    if not employers:
        return {}
    given = {"names": [name for name, _code in employers], "codes": [code for _name, code in employers]}
    cursor.execute(statements.NEW_EMPLOYERS, given)
    cursor.execute(statements.EMPLOYER_IDS, given)
    return dict(zip(employers, (employer_id for (employer_id,) in cursor.fetchall()), strict=True))


def _ids_of(employers: list[tuple[str, str]], known: Employers) -> str:
    """As PostgreSQL writes an array: as a list, each id would be made ready for the database by itself."""
    return f"{{{','.join(str(known[employer]) for employer in employers)}}}"


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
    cursor.execute(statements.CLAIMS)
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
