"""A roster in pieces: read, judged and made ready for the database, ahead of whoever writes them."""

import queue
import re
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from json import dumps
from operator import itemgetter

from django.utils import translation

from rendang.circulation.rosters.judging import Judge, Judged
from rendang.circulation.rosters.layout import Layout
from rendang.kernel.core.chinese import name_pinyin
from rendang.kernel.core.crypto import blind_index, encrypt, encrypt_all
from rendang.kernel.core.identifiers import mask_id_number
from rendang.kernel.core.sheets import Sheet

# Rows a transaction. Larger is hardly faster; smaller is cancelled and resumed in finer steps. A file begins with
# small ones, so that the database does not wait until the first thousands of rows are read.
CHUNK_ROWS, FIRST_ROWS = 4000, 500

# Columns of people_person that a roster fills, as in ``Judged.values``; all are text.
PERSON_COLUMNS = (
    "former_name", "identity_kind", "sex", "birth_date", "ethnic_group", "political_status", "education", "degree",
    "marital_status", "health", "native_place", "birth_place", "household_address", "work_start", "school", "major",
    "graduated", "retired", "died", "mobile", "email", "address", "postcode", "emergency_contact", "remarks",
)  # fmt: skip
CUSTODY_COLUMNS = ("archive_number", "archive_type", "received_on", "received_reason", "received_from")
# What is staged of a row, in the order of the COPY: what is asked most often first.
STAGED = (
    "n", "sheet", "number", "id_number", "id_index", "old_number", "old_index", "old_masked",
    "employer", "entrusting", "reasons", "unknown_texts", "id_masked",
    "name", "name_pinyin", "name_initials", "name_pinyin_other",
    *CUSTODY_COLUMNS, "location", *PERSON_COLUMNS,
)  # fmt: skip
_texts_of = itemgetter(*CUSTODY_COLUMNS, "location", *PERSON_COLUMNS)
_NULL = "\\N"
_NO_OLD_NUMBER = f"{_NULL}\t{_NULL}\t{_NULL}"
# Only looked for in lines that are not plainly printable.
_TO_ESCAPE = re.compile(r"[\\\t\n\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass
class Chunk:
    """Some thousand rows, judged; what is accepted as the bytes of a COPY into the staging table."""

    sheet: int
    first: int
    last: int
    rows: int
    accepted: int
    staged: bytes
    # (name, credit code) in the order of their keys in the staging table.
    employers: list[tuple[str, str]]
    # (sheet, row, reason)
    rejected: list[tuple[int, int, str]]
    # (sheet, row, reasons) of accepted rows; only a dry run needs them apart.
    warned: list[tuple[int, int, tuple[str, ...]]]
    # (sheet, row, notes) of accepted rows
    notes: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    # Rows of the file up to the end of this chunk, for the progress bar.
    not_data: list[tuple[int, int]] = field(default_factory=list)


def chunks(tables: Iterable[Sheet], layouts: Sequence[Layout | None], judge: Judge) -> Generator[Chunk, None, None]:
    """The sheets of a file in chunks. ``layouts`` are theirs, ``None`` or without columns where there is no roster."""
    size = min(FIRST_ROWS, CHUNK_ROWS)
    for sheet_number, (sheet, layout) in enumerate(zip(tables, layouts, strict=True)):
        if layout is None or not layout.columns:
            continue
        with closing(layout.rows_of(sheet)) as rows:
            while piece := list(islice(rows, size)):
                size = min(2 * size, CHUNK_ROWS)
                judged, not_data = judge.judge(sheet_number, layout, piece)
                if judged:
                    yield _chunk(judged, [(sheet_number, number) for number in not_data])


def ahead(source: Iterable[Chunk], depth: int = 2) -> Generator[Chunk, None, None]:
    """The same chunks, produced by a thread while the caller is busy with the ones before."""
    ready: queue.Queue[Chunk | BaseException | None] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(item: Chunk | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    language = translation.get_language()

    def produce() -> None:
        try:
            with translation.override(language):  # what is refused is refused in the caller's language
                for chunk in source:
                    put(chunk)
                    if stopped.is_set():
                        return
            put(None)
        except BaseException as failure:  # handed to the caller, who raises it
            put(failure)

    thread = threading.Thread(target=produce, name="roster reader", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


def _chunk(judged: Sequence[Judged], not_data: list[tuple[int, int]]) -> Chunk:
    accepted = [row for row in judged if not row.rejection]
    employers: dict[tuple[str, str], int] = {}
    return Chunk(
        sheet=judged[0].sheet,
        first=judged[0].number,
        last=judged[-1].number,
        rows=len(judged),
        accepted=len(accepted),
        staged=_staged(accepted, employers),
        employers=list(employers),
        rejected=[(row.sheet, row.number, str(row.rejection)) for row in judged if row.rejection],
        warned=[(row.sheet, row.number, row.warnings) for row in accepted if row.warnings],
        notes=[(row.sheet, row.number, row.notes) for row in accepted if row.notes],
        not_data=not_data,
    )


def _staged(rows: Sequence[Judged], employers: dict[tuple[str, str], int]) -> bytes:
    """Lines of COPY's text format; numbers are encrypted and indexed on the way."""
    sealed = encrypt_all(row.id_number.encode() for row in rows)
    key_of = employers.setdefault
    lines = []
    for n, (row, number) in enumerate(zip(rows, sealed, strict=True)):
        values, name = row.values, row.values["name"]
        readings = name_pinyin(name)
        texts = (
            dumps(row.raw, ensure_ascii=False) if row.raw else "{}",
            mask_id_number(row.id_number),
            name,
            readings.full[:120],
            readings.initials[:30],
            readings.other_full[:120],
            *_texts_of(values),
        )
        line = "\t".join(texts)
        if line.count("\t") != len(texts) - 1 or "\\" in line or not line.replace("\t", " ").isprintable():
            line = "\t".join([_TO_ESCAPE.sub(_escaped, text) for text in texts])
        code, entrusting = values["credit_code"], values["entrusting_employer"]
        employer = values["employer"] or entrusting
        lines.append(
            f"{n}\t{row.sheet}\t{row.number}\t\\\\x{number.hex()}\t\\\\x{blind_index(row.id_number).hex()}"
            f"\t{_old_number(row.old_id_number) if row.old_id_number else _NO_OLD_NUMBER}"
            f"\t{key_of((employer, code), len(employers)) if employer else _NULL}"
            f"\t{key_of((entrusting, code), len(employers)) if entrusting else _NULL}"
            f"\t{{{','.join((*row.warnings, *row.notes))}}}\t{line}"
        )
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _old_number(old: str) -> str:
    return f"\\\\x{encrypt(old.encode()).hex()}\t\\\\x{blind_index(old).hex()}\t{mask_id_number(old)}"


def _escaped(found: re.Match[str]) -> str:
    return "\\\\" if found[0] == "\\" else " "
