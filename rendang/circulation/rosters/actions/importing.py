"""From a file to judged or committed rows: the work of the jobs and of the command."""

import datetime as dt
import queue
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from rendang.circulation.rosters.actions.statements import CLAIM, DIFFERS, SAME, TAKEN
from rendang.circulation.rosters.actions.writing import Memory, examine_chunk, write_chunk
from rendang.circulation.rosters.chunks import Chunk, ahead, chunks
from rendang.circulation.rosters.judging import CODED, Judge
from rendang.circulation.rosters.layout import Layout, layouts
from rendang.circulation.rosters.models import Roster, RosterLayout, RosterRow
from rendang.circulation.rosters.report import (
    ALREADY_HELD,
    ARCHIVE_NUMBER_TAKEN,
    HELD_ELSEWHERE,
    Tally,
)
from rendang.circulation.rosters.report import DIFFERS as DIFFERS_FROM_RECORD
from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import listed
from rendang.kernel.core.sheets import Sheet, UnreadableTable
from rendang.kernel.standards import queries as standards

# Transactions at once: while one waits for the disk or for its foreign keys, the other goes on.
WRITERS = 2

_VERDICT_OF_FATE = {
    CLAIM: HELD_ELSEWHERE,
    SAME: ALREADY_HELD,
    TAKEN: ARCHIVE_NUMBER_TAKEN,
    DIFFERS: DIFFERS_FROM_RECORD,
}
_VERDICT_NAMES: dict[str, str] = {
    RosterRow.Verdict.ALREADY_HELD: ALREADY_HELD,
    RosterRow.Verdict.DIFFERS: DIFFERS_FROM_RECORD,
}


# Seconds after which the thread that reads makes room for one that has an answer from the database.
_MAKE_ROOM_AFTER = 0.001


@contextmanager
def _no_writer_waits() -> Iterator[None]:
    """Python for as long as a file is read: no writer is kept waiting."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_MAKE_ROOM_AFTER)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


class CancelledError(Exception):
    """Somebody stopped the import; what is committed stays."""


Sheets = Sequence[tuple[str | None, Layout | None]]


def recognised(tables: Iterable[Sheet], institution: Institution) -> Sheets:
    """Each sheet's name and layout, the columns as the institution corrected them last time."""
    remembered = dict(RosterLayout.objects.filter(institution=institution).values_list("fingerprint", "columns"))
    found = []
    for sheet, layout in layouts(tables):
        if layout and layout.headings and (columns := remembered.get(layout.fingerprint)):
            layout = layout.with_columns({int(column): field for column, field in columns.items()})
        found.append((sheet.name, layout))
    return found


def must_be_roster(sheets: Sheets) -> None:
    """Raises ``UnreadableTable`` when nobody knows what the columns of any sheet mean."""
    if not any(layout for _name, layout in sheets):
        raise UnreadableTable(_("The file holds no rows. Choose the file with the list."))
    if not any(layout and layout.columns for _name, layout in sheets):
        if any(layout and layout.turned for _name, layout in sheets):
            raise UnreadableTable(
                _(
                    "The headings stand beside the people and not above them. Where people stand side by side, copy "
                    "the sheet and paste it transposed; where each has a form, write a list with one row a person."
                )
            )
        if unread := [name for name, layout in sheets if name and layout is None]:
            raise UnreadableTable(
                _(
                    "The headings are not understood: the name and the identity number must be recognised. "
                    "Correct the columns, or write 姓名 and 公民身份号码 above the people. "
                    "Empty, or hidden and not read: %(sheets)s."
                ),
                params={"sheets": listed(unread)},
            )
        raise UnreadableTable(
            _(
                "The headings are not understood: at least the name and the identity number must be recognised. "
                "Correct the columns, or write the headings 姓名 and 公民身份号码 in a row above the people."
            )
        )


def as_json(sheets: Sheets) -> list[dict[str, Any]]:
    """Layouts as they are kept with the roster."""
    return [{"name": name, "layout": asdict(layout) if layout else None} for name, layout in sheets]


def from_json(sheets: Sequence[Mapping[str, Any]]) -> list[tuple[str | None, Layout | None]]:
    return [(sheet["name"], _layout(sheet["layout"]) if sheet["layout"] else None) for sheet in sheets]


def _layout(kept: Mapping[str, Any]) -> Layout:
    return Layout(
        title_rows=tuple(kept["title_rows"]),
        header_rows=tuple(kept["header_rows"]),
        headings=tuple(kept["headings"]),
        columns={field: tuple(columns) for field, columns in kept["columns"].items()},
        samples=tuple(map(tuple, kept["samples"])),
        left=kept.get("left", False),
        several=kept.get("several", False),
        employer=kept.get("employer", ""),
        turned=kept.get("turned", False),
    )


def _judge(today: dt.date) -> Judge:
    tables = {*CODED, "sex", "archive_type"}
    return Judge({table: standards.synonyms(table) for table in tables}, standards.normalised, today)


def examine(
    tables: Iterable[Sheet], sheets: Sheets, *, institution: Institution, today: dt.date
) -> Iterator[tuple[Chunk, list[tuple[int, int, str]], Tally]]:
    """Dry run: each chunk with what the record says of its rows, (sheet, row, verdict); nothing is changed."""
    tally = Tally([name for name, _layout in sheets], [layout for _name, layout in sheets])
    with (
        _no_writer_waits(),
        closing(_judge(today)) as judge,
        closing(ahead(chunks(tables, tally.layouts, judge))) as source,
    ):
        for chunk in source:
            verdicts = [
                (sheet, number, _VERDICT_OF_FATE[fate])
                for sheet, number, fate in examine_chunk(institution, chunk)
                if fate in _VERDICT_OF_FATE
            ]
            tally.add(chunk)
            tally.note(verdicts)
            yield chunk, verdicts, tally


def write(tables: Iterable[Sheet], roster: Roster, *, by: Any) -> Tally:
    """Import a file, whose sheets are ``tables``, chunk by chunk; chunks committed before a crash are passed over.

    Raises ``CancelledError`` when somebody asked for a stop between two chunks.
    """
    sheets = from_json(roster.sheets)
    tally = Tally([name for name, _layout in sheets], [layout for _name, layout in sheets])
    with (
        _no_writer_waits(),
        closing(_judge(roster.judged_on)) as judge,
        closing(ahead(chunks(tables, tally.layouts, judge))) as source,
        closing(_Writers(roster, by)) as writers,
    ):
        for chunk in source:
            if Roster.objects.filter(pk=roster.pk, cancel_requested=True).exists():
                writers.finish()
                raise CancelledError
            writers.write(chunk)
            tally.add(chunk)
        writers.finish()
    tally.note(_of_the_record(roster))
    return tally


def _of_the_record(roster: Roster) -> Iterator[tuple[int, int, str]]:
    """(sheet, row, verdict) of the rows whose person or archive number was on record."""
    taken_or_held = Q(reasons__overlap=[HELD_ELSEWHERE, ARCHIVE_NUMBER_TAKEN])
    of_the_record = taken_or_held | Q(verdict__in=_VERDICT_NAMES)
    rows = RosterRow.objects.filter(of_the_record, roster=roster).order_by("sheet", "number")
    for sheet, number, verdict, reasons in rows.values_list("sheet", "number", "verdict", "reasons"):
        for reason in (HELD_ELSEWHERE, ARCHIVE_NUMBER_TAKEN):
            if reason in reasons:
                yield sheet, number, reason
        if name := _VERDICT_NAMES.get(verdict):
            yield sheet, number, name


class _Writers:
    """Threads that commit chunks, each with a connection of its own; in a caller's transaction, the caller itself."""

    def __init__(self, roster: Roster, by: Any) -> None:
        self._roster, self._by = roster, by
        self._failure: BaseException | None = None
        self._memory = Memory()
        self._waiting: queue.Queue[Chunk | None] = queue.Queue(maxsize=1)
        self._threads = [
            threading.Thread(target=self._work, name=f"roster writer {number}", daemon=True)
            for number in range(0 if connection.in_atomic_block else WRITERS)
        ]
        for thread in self._threads:
            thread.start()

    def write(self, chunk: Chunk) -> None:
        if self._threads:
            self._hand_over(chunk)
        else:
            write_chunk(self._roster, chunk, by=self._by, memory=self._memory)

    def finish(self) -> None:
        """Wait until everything handed over is committed; raises what went wrong."""
        for _thread in self._threads:
            self._hand_over(None)
        for thread in self._threads:
            thread.join()
        self._threads = []
        if self._failure:
            raise self._failure

    def close(self) -> None:
        """After a failure elsewhere: let the threads end after the chunk they are at."""
        if self._threads:
            self._failure = self._failure or CancelledError()
            for thread in self._threads:
                thread.join()

    def _hand_over(self, chunk: Chunk | None) -> None:
        while self._failure is None:
            try:
                self._waiting.put(chunk, timeout=0.2)
            except queue.Full:
                continue
            return
        if chunk is not None:
            raise self._failure

    def _work(self) -> None:
        memory = Memory()
        try:
            while self._failure is None:
                try:
                    chunk = self._waiting.get(timeout=0.2)
                except queue.Empty:
                    continue
                if chunk is None:
                    return
                write_chunk(self._roster, chunk, by=self._by, memory=memory)
        except BaseException as failure:  # raised again by the thread that reads
            self._failure = failure
        finally:
            connection.close()
