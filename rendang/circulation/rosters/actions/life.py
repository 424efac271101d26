"""What people do with a roster, and the jobs that do the work."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from rendang.circulation.rosters.actions import importing
from rendang.circulation.rosters.actions.importing import CancelledError, as_json, from_json, recognised
from rendang.circulation.rosters.headings import fields
from rendang.circulation.rosters.marking import marked_workbook
from rendang.circulation.rosters.models import Roster, RosterLayout, RosterRow
from rendang.circulation.rosters.report import ALREADY_HELD, ARCHIVE_NUMBER_TAKEN, DIFFERS, HELD_ELSEWHERE, Tally
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.core.sheets import Sheet, UnreadableTable, open_table
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file

State = Roster.State
Verdict = RosterRow.Verdict
_QUEUE = "rosters"
# A job that has written nothing for so long is taken for dead.
SILENCE = dt.timedelta(minutes=3)


@transaction.atomic
def receive(content: bytes | BinaryIO, *, name: str, institution: Institution, by: Any) -> Roster:
    """Take in a file and have it judged. Raises ``ValidationError`` for a file that no roster can be."""
    _must_be_allowed(by, institution)
    stored = files.store(content, name=name, kind=Kind.ROSTER, institution=institution, by=by)
    roster = Roster.objects.create(
        institution=institution, file=stored, name=stored.name, judged_on=timezone.localdate(), uploaded_by=by
    )
    audit.record("roster.receive", roster, by=by, detail={"name": roster.name, "sha256": stored.sha256})
    judge_roster.defer(roster_id=roster.pk)
    return roster


@transaction.atomic
def correct_columns(roster: Roster, columns: Mapping[int, Mapping[int, str]], *, by: Any) -> Roster:
    """Say what the columns mean (sheet → column → field of headings.yaml, "" for none) and judge again.

    The institution's later rosters with the same headings are read the same way.
    """
    roster = _locked(roster, by)
    if roster.state not in {State.JUDGED, State.FAILED}:
        raise ValidationError(_("Columns can be corrected until the roster is imported."))
    sheets = from_json(roster.sheets)
    for number, corrected in columns.items():
        name, layout = sheets[number]
        if layout is None:
            continue
        if unknown := {field for field in corrected.values() if field and field not in fields()}:
            raise ValidationError(_("Unknown meaning of a column: %(meaning)s.") % {"meaning": ", ".join(unknown)})
        layout = layout.with_columns(corrected)
        if layout.columns and not {"name", "id_number"} <= layout.columns.keys():
            raise ValidationError(
                _("Sheet %(sheet)s: say which column is the name and which the identity number.")
                % {"sheet": name or number + 1}
            )
        sheets[number] = (name, layout)
        if not layout.headings:  # nothing to know it by next time
            continue
        RosterLayout.objects.update_or_create(
            institution=roster.institution,
            fingerprint=layout.fingerprint,
            defaults={
                "columns": {str(column): field for column, field in corrected.items() if field},
                "corrected_by": by,
            },
        )
    importing.must_be_roster(sheets)
    roster.sheets, roster.report, roster.marked = as_json(sheets), {}, None
    roster.state, roster.rows_done, roster.problem, roster.touched_at = State.READING, 0, "", timezone.now()
    roster.save()
    chosen = {number: {column: field for column, field in of.items() if field} for number, of in columns.items()}
    audit.record("roster.correct_columns", roster, by=by, detail={"columns": chosen})
    judge_roster.defer(roster_id=roster.pk)
    return roster


@transaction.atomic
def confirm(roster: Roster, *, by: Any) -> Roster:
    """Import what was judged importable, as a job that can be stopped between chunks."""
    roster = _locked(roster, by)
    if roster.state != State.JUDGED:
        raise ValidationError(_("Only a roster that has been judged can be imported, and only once."))
    if not roster.importable:
        raise ValidationError(_("No row of this roster can be imported. Correct the columns or the file."))
    before = audit.snapshot(roster)
    roster.state, roster.confirmed_by, roster.rows_done = State.IMPORTING, by, 0
    roster.touched_at = timezone.now()
    roster.save()
    RosterRow.objects.filter(roster=roster).delete()  # the dry run's; the import writes its own
    audit.record("roster.confirm", roster, by=by, before=before)
    import_roster.defer(roster_id=roster.pk)
    return roster


@transaction.atomic
def cancel(roster: Roster, *, by: Any) -> Roster:
    """Put a judged roster aside, or stop a running import after the chunks that are being written."""
    roster = _locked(roster, by)
    before = audit.snapshot(roster)
    if roster.state == State.IMPORTING:
        roster.cancel_requested = True
    elif roster.state in {State.READING, State.JUDGED, State.FAILED}:
        roster.state, roster.finished_at = State.CANCELLED, timezone.now()
    else:
        raise ValidationError(_("This roster is finished."))
    roster.save()
    audit.record("roster.cancel", roster, by=by, before=before)
    return roster


@job(name="rosters.judge", queue=_QUEUE, retry=5)
def judge_roster(*, roster_id: int) -> None:
    """The dry run: verdicts on every row, kept for the page and for the marked-up workbook."""
    with _alone_with(roster_id, State.READING) as roster:
        if roster:
            with _plain_file(roster.file) as path:
                _judge(path, roster)


@job(name="rosters.import", queue=_QUEUE, retry=5)
def import_roster(*, roster_id: int) -> None:
    """The import; after a crash it goes on behind the last committed chunk."""
    with _alone_with(roster_id, State.IMPORTING) as roster:
        if roster:
            with _plain_file(roster.file) as path:
                _import(open_table(path), roster, by=roster.confirmed_by)


@scheduled(cron="*/2 * * * *")
@job(name="rosters.resume", queue=_QUEUE, queueing_lock="rosters.resume", pass_context=False)
def resume_stopped(timestamp: int) -> None:
    """Start again what a crash left in the middle; a job that only looked dead finds the roster in use."""
    silent = Roster.objects.filter(touched_at__lt=timezone.now() - SILENCE)
    for roster_id, state in silent.filter(state__in=[State.READING, State.IMPORTING]).values_list("pk", "state"):
        again = judge_roster if state == State.READING else import_roster
        with suppress(AlreadyEnqueued):
            again.configure(queueing_lock=f"roster {roster_id}").defer(roster_id=roster_id)


@job(name="rosters.mark_up", queue=_QUEUE, retry=2)
def mark_up(*, roster_id: int) -> None:
    """Make the workbook that shows the verdict beside every row."""
    roster = Roster.objects.select_related("institution", "file", "uploaded_by").get(pk=roster_id)
    with _plain_file(roster.file) as path, NamedTemporaryFile(suffix=".xlsx") as workbook:
        marked_workbook(path, roster, Path(workbook.name))
        with transaction.atomic():
            name = f"{Path(roster.name).stem}-verdicts.xlsx"
            stored = files.store(
                cast(BinaryIO, workbook),
                name=name,
                kind=Kind.EXPORT,
                institution=roster.institution,
                by=roster.uploaded_by,
            )
            Roster.objects.filter(pk=roster.pk).update(marked=stored)


def examine_file(path: Path, *, institution: Institution, today: dt.date | None = None) -> dict[str, Any]:
    """The verdicts on a file as ``import_roster --dry-run --json`` prints them; nothing is kept."""
    tables = list(open_table(path))
    sheets = recognised(tables, institution)
    importing.must_be_roster(sheets)
    tally = Tally([name for name, _layout in sheets], [layout for _name, layout in sheets])
    for _chunk, _verdicts, tally in importing.examine(  # noqa: B007 - the last tally is the whole
        tables, sheets, institution=institution, today=today or timezone.localdate()
    ):
        pass
    return tally.report(path.name, institution.code)


def import_file(path: Path, *, institution: Institution, by: Any, today: dt.date | None = None) -> Roster:
    """Receive, judge and import a file in one go, without waiting for a worker: the command and the demonstration.

    Raises ``UnreadableTable``. Interrupted, it leaves a roster that ``resume_stopped`` finishes.
    """
    tables = list(open_table(path))
    sheets = recognised(tables, institution)
    importing.must_be_roster(sheets)
    with transaction.atomic(), path.open("rb") as content:
        stored = files.store(content, name=path.name, kind=Kind.ROSTER, institution=institution, by=by)
        roster = Roster.objects.create(
            institution=institution,
            file=stored,
            name=stored.name,
            judged_on=today or timezone.localdate(),
            sheets=as_json(sheets),
            state=State.IMPORTING,
            uploaded_by=by,
            confirmed_by=by,
        )
        audit.record("roster.receive", roster, by=by, detail={"name": roster.name, "sha256": stored.sha256})
    with _alone_with(roster.pk, State.IMPORTING):
        _import(tables, roster, by=by, name=path.name)
    return roster


def _import(tables: Iterable[Sheet], roster: Roster, *, by: Any, name: str = "") -> None:
    try:
        tally = importing.write(tables, roster, by=by)
    except CancelledError:
        _finish(roster, State.CANCELLED, by=by, verb="roster.import")
        return
    _finish(
        roster,
        State.DONE,
        by=by,
        verb="roster.import",
        report=tally.report(name or roster.name, roster.institution.code),
        data_rows=tally.data_rows,
        importable=tally.importable,
    )


def _judge(path: Path, roster: Roster) -> None:
    try:
        with translation.override(None):  # the reasons are kept in the sources' language, and told in each reader's
            tally = _judged(path, roster)
    except UnreadableTable as unreadable:
        _finish(
            roster,
            State.FAILED,
            by=roster.uploaded_by,
            sheets=roster.sheets,
            problem=str(unreadable.message)[:300],
            report={"problem": unreadable.params or {}},
        )
        return
    _finish(
        roster,
        State.JUDGED,
        by=roster.uploaded_by,
        sheets=roster.sheets,
        report=tally.report(roster.name, roster.institution.code),
        data_rows=tally.data_rows,
        importable=tally.importable,
    )


def _judged(path: Path, roster: Roster) -> Tally:
    tables = list(open_table(path))
    sheets = from_json(roster.sheets) if roster.sheets else recognised(tables, roster.institution)
    roster.sheets = as_json(sheets)
    importing.must_be_roster(sheets)
    return _examine_into_rows(tables, sheets, roster)


def _examine_into_rows(tables: Iterable[Sheet], sheets: Any, roster: Roster) -> Tally:
    tally = Tally([name for name, _layout in sheets], [layout for _name, layout in sheets])
    RosterRow.objects.filter(roster=roster).delete()
    done = 0
    for chunk, verdicts, tally in importing.examine(  # noqa: B007 - the last tally is the whole
        tables, sheets, institution=roster.institution, today=roster.judged_on
    ):
        rows = {
            (sheet, number): RosterRow(verdict=Verdict.REJECTED, reasons=[reason])
            for sheet, number, reason in chunk.rejected
        }
        rows |= {
            (sheet, number): RosterRow(verdict=Verdict.IMPORTED, reasons=list(reasons))
            for sheet, number, reasons in chunk.warned
        }
        for sheet, number, notes in chunk.notes:
            row = rows.setdefault((sheet, number), RosterRow(verdict=Verdict.IMPORTED, reasons=[]))
            row.reasons = [*row.reasons, *notes]
        for sheet, number, verdict in verdicts:
            row = rows.setdefault((sheet, number), RosterRow(verdict=Verdict.IMPORTED, reasons=[]))
            row.verdict = _VERDICTS[verdict]
            if verdict in (HELD_ELSEWHERE, ARCHIVE_NUMBER_TAKEN):
                row.reasons = [*row.reasons, verdict]
        for (row_sheet, row_number), row in rows.items():
            row.roster_id, row.sheet, row.number = roster.pk, row_sheet, row_number
        RosterRow.objects.bulk_create(rows.values())
        done += chunk.rows
        Roster.objects.filter(pk=roster.pk).update(rows_done=done, touched_at=timezone.now())
    return tally


_VERDICTS = {
    HELD_ELSEWHERE: Verdict.IMPORTED,
    ALREADY_HELD: Verdict.ALREADY_HELD,
    ARCHIVE_NUMBER_TAKEN: Verdict.REJECTED,
    DIFFERS: Verdict.DIFFERS,
}


@transaction.atomic
def _finish(roster: Roster, state: str, *, by: Any, verb: str = "roster.judge", **changed: Any) -> None:
    """Set the outcome, unless somebody has put the roster aside meanwhile."""
    current = Roster.objects.select_for_update().get(pk=roster.pk)
    if not current.is_running:
        return
    current.state = state
    for name, value in changed.items():
        setattr(current, name, value)
    if state in {State.DONE, State.CANCELLED}:
        current.finished_at = timezone.now()
    current.save()
    audit.record(
        verb,
        current,
        by=by,
        detail={
            "state": state,
            "rows": current.data_rows,
            "importable": current.importable,
            "done": current.rows_done,
        },
    )
    if state in {State.JUDGED, State.DONE}:
        mark_up.defer(roster_id=current.pk)
    roster.refresh_from_db()


def _locked(roster: Roster, by: Any) -> Roster:
    current = Roster.objects.select_for_update(of=("self",)).select_related("institution").get(pk=roster.pk)
    _must_be_allowed(by, current.institution)
    return current


def _must_be_allowed(by: Any, institution: Institution) -> None:
    if not can(by, Permission.ROSTER_IMPORT, at=institution):
        raise PermissionDenied


@contextmanager
def _alone_with(roster_id: int, state: str) -> Iterator[Roster | None]:
    """The roster while it is in this state and nobody else works on it, else ``None``.

    The lock belongs to the session: it ends with the process, however that ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('roster'), %s)", [roster_id])
        if not cursor.fetchone()[0]:
            yield None
            return
        try:
            rosters = Roster.objects.select_related("institution", "file", "uploaded_by", "confirmed_by")
            yield rosters.filter(pk=roster_id, state=state).first()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('roster'), %s)", [roster_id])


@contextmanager
def _plain_file(stored: StoredFile) -> Iterator[Path]:
    """The decrypted file under a name only this process can read, for as long as it is needed."""
    with NamedTemporaryFile() as file:
        for piece in open_file(stored):
            file.write(piece)
        file.flush()
        yield Path(file.name)
