"""Steps of a workflow: permitted, locked, checked, validated, given their time limit, written with their audit event.

Five steps of an intake that print no paper. Beside them the two statements at the bottom of it, each pair committed.
"""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.city import institutions, populate, start, worker
from benchmarks.measuring import processes, result, span

CASES, PEOPLE = 120, 1_000
STEPS = 5


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    """``rows`` are the people on record."""
    start()
    populate(rows or PEOPLE)
    place = institutions()["RCSC"]
    staff = {role: worker(f"bench.{role}", role.upper(), place).pk for role in ("clerk", "reviewer")}
    for count in (1, 2):
        with processes(count, start) as pool:
            list(pool.map(_bare, [_called(10) for _process in range(count)]))
            steps = CASES * STEPS * count
            bare = steps / span(pool, _bare, [_called(CASES) for _process in range(count)])
            ours = steps / span(pool, _steps, [_called(CASES) for _process in range(count)], staff)
        yield result(
            "state_change",
            "one process" if count == 1 else "two processes",
            "steps/s",
            ours,
            bare,
            "UPDATE and INSERT, bare SQL, committed",
        )


def _called(count: int) -> list[int]:
    """Intakes whose recall letter has gone out; the letters themselves are not printed."""
    from django.db import transaction
    from django.utils import timezone

    from rendang.circulation.intake.models import Intake
    from rendang.kernel.accounts.actions import system_actor
    from rendang.kernel.workflow.actions import open_case
    from rendang.people.models import Person

    place, by = institutions()["RCSC"], system_actor()
    people = list(Person.objects.order_by("?")[:count])
    made = []
    for person in people:
        case = Intake(
            institution=place, person=person, state=Intake.State.CALLED, reason="flexible", sender="某市人才中心"
        )
        case.letter_date = timezone.localdate()
        with transaction.atomic():
            made.append(open_case(case, by=by, permission=None, deadline="recall_wait").pk)
    return made


def _steps(cases: list[int], staff: dict[str, int]) -> tuple[float, float]:
    from django.utils import timezone

    from rendang.circulation.intake import actions as intake
    from rendang.circulation.intake.models import Intake
    from rendang.kernel.accounts.models import User
    from rendang.kernel.standards import queries as standards

    clerk, reviewer = (User.objects.get(pk=staff[role]) for role in ("clerk", "reviewer"))
    arrived: dt.date = timezone.localdate()
    parcel = {"carrier": "ems", "parcel_sender": "某市人才中心", "seal": "INTACT", "arrived_on": arrived}
    counts = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 20}
    agreed = {"notice_agrees": True, "list_agrees": True, "right_person": True}
    begin = time.time()
    for case in Intake.objects.filter(pk__in=cases):
        for step, by, inputs in (
            (intake.register_parcel, clerk, parcel),
            (intake.open_parcel, clerk, counts),
            (intake.witness_opening, reviewer, {}),
            (intake.compare, reviewer, agreed),
            (intake.review, reviewer, {"review": "材料齐全，记载一致。"}),
        ):
            with standards.steady():  # as in a request
                case = step(case, by=by, **inputs)
    return begin, time.time()


def _bare(cases: list[int]) -> tuple[float, float]:
    """An UPDATE of the case and an INSERT into the audit log, committed together."""
    from django.db import connection, transaction

    begin = time.time()
    for case in cases:
        for _step in range(STEPS):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE workflow_case SET due_basis = %s WHERE id = %s", [str(time.time()), case])
                cursor.execute(
                    "INSERT INTO audit_auditevent"
                    " (at, actor_id, actor_name, verb, subject_type, subject_id, reason, changes)"
                    " VALUES (now(), 1, 'bench', 'bench.step', 'workflow.case', %s, '', '{}')",
                    [case],
                )
    return begin, time.time()
