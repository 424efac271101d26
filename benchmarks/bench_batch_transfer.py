"""A company moves: 300 dossiers leave in one case, from the list to the returned receipt.

Beside it the rows at the bottom of it (lines, places, custodies, events), written by bare SQL in one transaction.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.city import institutions, populate, start, worker
from benchmarks.measuring import result

DOSSIERS, PEOPLE = 300, 4_000


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    """``rows`` are the people on record."""
    start()
    populate(max(rows or PEOPLE, PEOPLE))
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from benchmarks.bench_certificate import _placed
    from rendang.circulation.transfers import actions
    from rendang.institutions import actions as book
    from rendang.kernel.documents.fonts import require_characters
    from rendang.kernel.standards import queries as standards

    place = institutions()["RCSC"]
    clerk, keeper, approver = _staff(place)
    address = {"name": "海州市人才服务中心", "kind": "archive_institution", "division": "320700", "phone": "0518-1"}
    to = book.add_keeper(by=clerk, address="虚构省海州市新华路 8 号", postcode="222000", consignee="", **address)
    to = book.verify_keeper(to, by=approver, how="目录")
    dossiers = _placed(DOSSIERS)
    require_characters("档案")  # the fonts are read once a process, not once a departure
    steps, case, spent = actions.DEPARTURE_STEPS, None, {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        with standards.steady():
            began, busy = time.perf_counter(), time.process_time()
            made = work()
            spent[name] = ((time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000)
        return made

    letter = {"letter_number": "海调1号", "letter_date": timezone.localdate()}
    case = timed("apply", lambda: actions.apply(dossiers, by=clerk, to=to, reason="institution_change", **letter))
    case = timed("approve", lambda: steps["approve"](case, by=approver))
    counted = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 20}
    found = {line: actions.Found(**counted) for line in case.lines.values_list("pk", flat=True)}
    timed("check", lambda: actions.check_dossiers(case, found, by=keeper))
    case = timed("close the check", lambda: steps["check"](case, by=keeper))
    case = timed("seal", lambda: steps["seal"](case, by=approver))
    case = timed("dispatch", lambda: steps["dispatch"](case, by=approver, carrier="ems", waybill="1234567890123"))
    receipt = {"receipt": ContentFile(b"%PDF-1.7\n%%EOF\n", name="receipt.pdf"), "received_on": timezone.localdate()}
    case = timed("confirm", lambda: steps["confirm"](case, by=approver, **receipt))
    bare = _bare()
    for name, (milliseconds, processor) in spent.items():
        yield result(
            "batch_transfer",
            f"{name}: {DOSSIERS} dossiers",
            "dossiers/s",
            DOSSIERS / milliseconds * 1000,
            bare,
            "two rows and an event each, bare SQL",
            milliseconds=round(milliseconds),
            processor=round(processor),
        )


def _staff(place: Any) -> tuple[Any, Any, Any]:
    return (
        worker("bench.out.clerk", "CLERK", place),
        worker("bench.out.keeper", "KEEPER", place),
        worker("bench.out.approver", "APPROVER", place),
    )


def _bare() -> float:
    """Two rows changed and one event written for each of as many dossiers, in one transaction."""
    from django.db import connection, transaction

    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id, dossier_id FROM transfers_departingdossier ORDER BY id")
        for line, dossier in cursor.fetchall():
            cursor.execute("UPDATE transfers_departingdossier SET note = 'x' WHERE id = %s", [line])
            cursor.execute("UPDATE dossiers_custody SET sent_to = 'x' WHERE dossier_id = %s", [dossier])
            cursor.execute(
                "INSERT INTO audit_auditevent"
                " (at, actor_id, actor_name, verb, subject_type, subject_id, reason, changes)"
                " VALUES (now(), 1, 'bench', 'bench.leave', 'dossiers.dossier', %s, '', '{}')",
                [dossier],
            )
    return DOSSIERS / (time.perf_counter() - began)
