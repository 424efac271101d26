"""What pages ask about cases and about the workflows themselves."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Func, Q, Value, When
from django.urls import resolve, reverse

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import permissions
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.standards.queries import working_days_between
from rendang.kernel.workflow.models import Case, CaseQuerySet, kind_of, kinds, soon_until
from rendang.kernel.workflow.steps import STEPS, Step, leads_on, steps_open_to


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


def way_on(user: Any, case: Any) -> str:
    """Where a scan of the case's paper leads: to the step that this person takes next, else to the case's page."""
    onward = (rule for rule in steps_open_to(user, case) if leads_on(rule, type(case), case.state))
    return next((case.address_of(rule.name) for rule in onward), case.get_absolute_url())


def main_path(model: type[Case], case: Case | None = None) -> list[str]:
    """The states from the first on, following each first-declared step: how it goes when all goes well.

    Of a case, by the steps that apply to it; a way out is followed only where nothing else leads on.
    """
    rules = [rule for rule in STEPS[model].values() if case is None or rule.applies(case)]
    path = [next(iter(model.State)).value]
    rules.sort(key=lambda rule: rule.way_out)
    while onward := [rule.target for rule in rules if path[-1] in rule.sources and rule.target not in path]:
        path.append(onward[0])
        if onward[0] in model.CLOSED:
            break
    return path


def course(model: type[Case]) -> list[FlowState]:
    """How a kind of case goes when all goes well, for the service guide: no state is marked."""
    return [FlowState(code, str(model.State(code).label), "next") for code in main_path(model)]


def flow_of(case: Case) -> list[FlowState]:
    """The flow of a case of any kind, without reading the kind's own row."""
    model = kind_of(case.kind)
    return _flow(model, case, main_path(model))


def flow(case: Any) -> list[FlowState]:
    """The case's workflow as a line of states, the current one marked; a way out replaces what would have followed."""
    return _flow(type(case), case, main_path(type(case), case))


def _flow(model: type[Case], case: Case, path: list[str]) -> list[FlowState]:
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
    """Green, yellow, red or paused, and the working days left: none where only days off lie between."""
    if case.closed_at or (case.due_date is None and not case.paused_at):
        return Standing("", None, None, False)
    if case.paused_at:
        return Standing("paused", None, case.due_date, case.due_is_provisional)
    assert case.due_date is not None
    if case.due_date < today:
        light, days = "red", -working_days_between(case.due_date, today)
    else:
        light = "yellow" if case.due_date <= soon_until(today) else "green"
        days = working_days_between(today, case.due_date)
    known = days if days or case.due_date == today else None
    return Standing(light, known, case.due_date, case.due_is_provisional)


def tone(case: Case) -> str:
    """The colour of a state: under way, well ended, or ended otherwise."""
    if case.is_open:
        return "blue"
    model = kind_of(case.kind)
    return "green" if case.state in main_path(model) or case.state in model.GOOD_ENDS else "grey"


@cache
def _permission_of_page(page: str) -> Permission | None:
    """What the page of a kind of case demands of its reader."""
    return getattr(resolve(reverse(page, args=[1])).func, "access", None)


def kinds_seen_by(user: Any) -> list[str]:
    """The kinds of case whose page the person may open."""
    held = permissions(user)
    return [code for code, model in kinds().items() if _permission_of_page(model.PAGE) in held]


def _path(model: type[Case], field: str) -> str:
    """How a row of ``Case`` is asked for a field of its kind."""
    common = {each.name for each in Case._meta.concrete_fields}
    return field if field in common else f"{model._meta.model_name}__{field}"


def ways_on(user: Any) -> list[tuple[Step, Q]]:
    """Each step that leads a case on, and for which cases it is open to this person: a condition on rows of ``Case``.

    The same rules as ``steps_open_to``, asked of all cases at once; ways out of the usual course are left aside.
    """
    ways = []
    for code, model in kinds().items():
        for rule in STEPS.get(model, {}).values():
            states = sorted(state for state in rule.sources if leads_on(rule, model, state))
            where = institution_ids_where(user, rule.permission)
            if not states or where == frozenset():
                continue
            at = _path(model, rule.at)
            here = Q(**{f"{at}__isnull": False}) if where is None else Q(**{f"{at}__in": sorted(where)})
            way = Q(kind=code, state__in=states, paused_at__isnull=True) & here
            for field in rule.unlike:
                way &= ~Q(**{_path(model, field): user.pk})
            for field, values in rule.only_for:
                way &= Q(**{f"{_path(model, field)}__in": sorted(values)})
            if rule.offered_where:
                way &= Q(rule.offered_where())
            ways.append((rule, way))
    return ways


def to_do(user: Any, today: dt.date) -> CaseQuerySet:
    """The open cases of the person's institutions whose pages they may open, the most urgent first.

    Each carries ``next_steps``, the names of the steps with which this person can lead it on, and ``is_mine``,
    whether there is one.
    """
    names = [When(way, then=Value(rule.name)) for rule, way in ways_on(user)]
    each = [models.Case(name, default=None, output_field=models.CharField()) for name in names]
    steps = Func(*each, template="ARRAY_REMOVE(ARRAY[%(expressions)s]::text[], NULL)", function="")
    steps.output_field = ArrayField(models.CharField())
    return (
        Case.objects.visible_to(user, Permission.CASE_VIEW)
        .open()
        .filter(kind__in=kinds_seen_by(user))
        .with_urgency(today)
        .annotate(next_steps=steps)
        .annotate(is_mine=Q(next_steps__len__gt=0))
        .select_related("institution", "counterpart", "person")
        .order_by(F("paused_at").asc(nulls_first=True), F("due_date").asc(nulls_last=True), "pk")
    )


NUMBER = re.compile(r"[A-Z0-9]{2,12}-[0-9]{8}-[0-9]{4,}")


def cases_named(texts: Iterable[str], user: Any) -> list[Case]:
    """The cases whose numbers stand in what was said, of those that the person may open: where to go on."""
    numbers = {number for text in texts for number in NUMBER.findall(text)}
    if not numbers:
        return []
    rows = Case.objects.visible_to(user, Permission.CASE_VIEW).filter(number__in=numbers, kind__in=kinds_seen_by(user))
    return list(rows.order_by("pk"))


@dataclass(frozen=True)
class Tally:
    """How many open cases there are of a kind at an urgency, and how many of them wait for this person."""

    kind: str
    urgency: str
    mine: int
    cases: int


def tallies(user: Any, today: dt.date) -> list[Tally]:
    """The open cases counted by kind and urgency, in one query."""
    rows = to_do(user, today).order_by().values("kind", "urgency")
    counted = rows.annotate(mine=Count("pk", filter=Q(is_mine=True)), cases=Count("pk"))
    return [Tally(**row) for row in counted]
