"""A stocktake of a whole institution: the record is frozen, labels are uploaded, record and shelf are compared.

Ours are the actions and queries themselves, with their checks, constraints and trace. Beside them the bare engine: the
same lines into a table without constraints, and a plain join of the two.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.city import institutions, populate, shelve, start, worker
from benchmarks.measuring import rate, reads, result

ROWS = 100_000
A_SLOT = 20  # dossiers in a slot
AT_ONCE = 5_000


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    start()
    from django.db import connection
    from django.utils import timezone

    from rendang.storage.stocktakes import actions, queries

    rows = rows or ROWS
    place = institutions()["RCSC"]
    populate(rows, (("RCSC", 100),))
    keeper = worker("bench.keeper", "KEEPER", place)
    shelve(place, keeper, A_SLOT)
    case = actions.plan(place, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())
    took, case = _timed(lambda: actions.start(case, by=keeper))
    count = case.expected.count()
    bare = rate(lambda: _run("CREATE TEMP TABLE bare_line AS " + _LINES, ["DROP TABLE bare_line"]), count=count)
    yield result(
        "stocktake", f"freeze the record, {count:,} dossiers", "dossiers/s", count / took, bare,
        "INSERT … SELECT without constraints", seconds=round(took, 2),
    )  # fmt: skip
    labels = _labels(place.pk)
    took, _none = _timed(lambda: _upload(actions, case, labels, keeper))
    bare = rate(lambda: _copy(labels), count=len(labels))
    yield result(
        "stocktake", f"upload, {AT_ONCE:,} labels at once", "labels/s", len(labels) / took, bare,
        "COPY into a bare table", seconds=round(took, 2),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stocktakes_scan")
    ours = rate(lambda: queries.totals(case), count=count)
    bare = rate(lambda: _run(_JOIN), count=count)
    yield result(
        "stocktake", f"verdicts, {count:,} dossiers", "dossiers/s", ours, bare,
        "one FULL JOIN, bare SQL", seconds=round(count / ours, 2), reads=reads(lambda: queries.totals(case)),
    )  # fmt: skip
    took, _none = _timed(lambda: queries.progress(case))
    yield result(
        "stocktake", "progress of every rack", "dossiers/s", count / took, bare,
        "one FULL JOIN, bare SQL", seconds=round(took, 2),
    )  # fmt: skip
    took, case = _timed(lambda: actions.finish_counting(case, by=keeper))
    yield result(
        "stocktake", f"finish, {sum(case.totals.values()) - case.totals['FOUND']:,} findings", "dossiers/s",
        count / took, bare, "one FULL JOIN, bare SQL", seconds=round(took, 2),
    )  # fmt: skip


_LINES = "SELECT dossier_id, slot_id, 'SLOT' AS state FROM storage_placement WHERE kind = 'SLOT' AND until IS NULL"
_JOIN = """
    SELECT seen.dossier_id IS NULL, count(*) FROM stocktakes_expecteddossier line
    FULL JOIN (SELECT DISTINCT dossier_id FROM stocktakes_scan WHERE dossier_id IS NOT NULL) seen
        ON seen.dossier_id = line.dossier_id
    GROUP BY 1
"""


def _labels(place: int) -> list[str]:
    """A round through the stores in which of a hundred dossiers one is not seen and one lies in the next slot."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slot.code, array_agg(dossier_id)"
            " FROM storage_placement JOIN storage_slot slot ON slot.id = slot_id"
            " WHERE storage_placement.institution_id = %s AND until IS NULL GROUP BY slot.code ORDER BY slot.code",
            [place],
        )
        shelf = cursor.fetchall()
    labels, late = [], []
    for code, dossiers in shelf:
        labels.append(code)
        labels += late
        late = [f"RD{one:09d}" for one in dossiers if one % 100 == 1]
        labels += [f"RD{one:09d}" for one in dossiers if one % 100 > 1]
    return labels


def _upload(actions: Any, case: Any, labels: list[str], keeper: Any) -> None:
    reads = [actions.Read(number, label) for number, label in enumerate(labels, start=1)]
    for at in range(0, len(reads), AT_ONCE):
        actions.record_scans(case, by=keeper, device="bench", reads=reads[at : at + AT_ONCE])


def _copy(labels: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare_scan (number int, code text)")
        with cursor.copy("COPY bare_scan FROM STDIN") as copy:
            for number, label in enumerate(labels):
                copy.write_row((number, label))
        cursor.execute("DROP TABLE bare_scan")


def _run(statement: str, after: list[str] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        for following in after or []:
            cursor.execute(following)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer
