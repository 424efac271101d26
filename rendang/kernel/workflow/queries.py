"""What pages ask about cases and about the workflows themselves."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards.queries import working_days_between
from rendang.kernel.workflow.models import SOON, Case, CaseQuerySet, Urgency, kind_of
from rendang.kernel.workflow.steps import STEPS


@dataclass(frozen=True)
class FlowState:
    """One state in the drawing of a workflow; ``status`` is done, current, next or off (a way out)."""

    code: str
    label: str
    status: str


@dataclass(frozen=True)
class Standing:
    """How a case stands against its time limit; ``days`` are working days left, negative when overdue."""

    light: str
    days: int | None
    due: dt.date | None
    provisional: bool


def main_path(model: type[Case]) -> list[str]:
    """The states from the first on, following each first-declared step: how it goes when all goes well."""
    path = [next(iter(model.State)).value]
    while onward := [
        rule.target for rule in STEPS[model].values() if path[-1] in rule.sources and rule.target not in path
    ]:
        path.append(onward[0])
        if onward[0] in model.CLOSED:
            break
    return path


def course(model: type[Case]) -> list[FlowState]:
    """How a kind of case goes when all goes well, for the service guide: no state is marked."""
    return [FlowState(code, str(model.State(code).label), "next") for code in main_path(model)]


def flow_of(case: Case) -> list[FlowState]:
    """The flow of a case of any kind, without reading the kind's own row."""
    return _flow(kind_of(case.kind), case)


def flow(case: Any) -> list[FlowState]:
    """The case's workflow as a line of states, the current one marked; a way out replaces what would have followed."""
    return _flow(type(case), case)


def _flow(model: type[Case], case: Case) -> list[FlowState]:
    path = main_path(model)
    if case.state not in path:
        return [
            FlowState(path[0], str(model.State(path[0]).label), "done"),
            FlowState(
                case.state,
                str(model.State(case.state).label),
                "current" if case.is_open else "done" if case.state in model.GOOD_ENDS else "off",
            ),
        ]
    here = path.index(case.state)
    return [
        FlowState(
            code,
            str(model.State(code).label),
            "done" if place < here or (place == here and case.closed_at) else "current" if place == here else "next",
        )
        for place, code in enumerate(path)
    ]


def standing(case: Case, today: dt.date) -> Standing:
    """Green, yellow, red or paused, and the working days left."""
    if case.closed_at or (case.due_date is None and not case.paused_at):
        return Standing("", None, None, False)
    if case.paused_at:
        return Standing("paused", None, case.due_date, case.due_is_provisional)
    assert case.due_date is not None
    if case.due_date < today:
        return Standing("red", -working_days_between(case.due_date, today), case.due_date, case.due_is_provisional)
    light = "yellow" if case.due_date <= today + SOON else "green"
    return Standing(light, working_days_between(today, case.due_date), case.due_date, case.due_is_provisional)


def tone(case: Case) -> str:
    """The colour of a state: under way, well ended, or ended otherwise."""
    if case.is_open:
        return "blue"
    model = kind_of(case.kind)
    return "green" if case.state in main_path(model) or case.state in model.GOOD_ENDS else "grey"


def to_do(user: Any, today: dt.date) -> CaseQuerySet:
    """The open cases of the person's institutions, the most urgent first."""
    return (
        Case.objects.visible_to(user, Permission.CASE_VIEW)
        .open()
        .with_urgency(today)
        .select_related("institution", "counterpart", "person")
        .order_by("due_date", "pk")
    )


def urgency_counts(user: Any, today: dt.date) -> dict[str, int]:
    """How many open cases stand at each urgency."""
    rows = to_do(user, today).order_by().values("urgency").annotate(cases=Count("pk"))
    return {urgency.value: 0 for urgency in Urgency} | {row["urgency"]: row["cases"] for row in rows}
