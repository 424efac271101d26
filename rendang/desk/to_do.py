"""The to-do page: what this person can do next, what waits for others, both counted by kind and by urgency."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.http import urlencode
from django.utils.text import capfirst

from rendang.kernel.workflow.models import Urgency, kinds
from rendang.kernel.workflow.queries import Tally, standing, tallies, to_do
from rendang.kernel.workflow.steps import STEPS
from rendang.kernel.workflow.views import choices_for_many

ROWS = 50
ROWS_IF_ASKED = 400


def to_do_lists(user: Any, today: dt.date, asked: Mapping[str, str]) -> dict[str, Any]:
    """Two lists, most urgent first, narrowed by ``kind`` and ``urgency`` of the address; ``rows=all`` shows more."""
    counted = tallies(user, today)
    every = kinds()
    kind = asked.get("kind", "") if asked.get("kind") in every else ""
    urgency = asked.get("urgency", "") if asked.get("urgency") in Urgency.values else ""
    limit = ROWS_IF_ASKED if asked.get("rows") == "all" else ROWS
    rows = to_do(user, today)
    if kind:
        rows = rows.filter(kind=kind)
    if urgency:
        rows = rows.filter(urgency=urgency)
    mine, others = (list(rows.filter(is_mine=whose)[:limit]) for whose in (True, False))
    _name(mine + others)
    shown = [tally for tally in counted if urgency in ("", tally.urgency) and kind in ("", tally.kind)]
    total = _sum(shown)
    return {
        "tiles": [
            _choice(
                [tally for tally in counted if kind in ("", tally.kind) and code in ("", tally.urgency)],
                {"kind": kind, "urgency": code},
                label=label,
                current=code == urgency,
            )
            | {"urgency": code}
            for code, label in [("", ""), *Urgency.choices]
        ],
        "kinds": [
            _choice(
                [tally for tally in counted if tally.kind == code and urgency in ("", tally.urgency)],
                {"kind": code, "urgency": urgency},
                label=capfirst(str(every[code]._meta.verbose_name)),
                current=code == kind,
            )
            for code in every
            if code == kind or any(tally.kind == code for tally in counted)
        ],
        "all_kinds": _choice(
            [tally for tally in counted if urgency in ("", tally.urgency)],
            {"urgency": urgency},
            label="",
            current=not kind,
        ),
        "mine": [(case, standing(case, today), next_steps(case)) for case in mine],
        "others": [(case, standing(case, today)) for case in others],
        "mine_count": total["mine"],
        "others_count": total["cases"] - total["mine"],
        "more_url": _address({"kind": kind, "urgency": urgency, "rows": "all"})
        if limit == ROWS and max(len(mine), len(others)) == ROWS
        else "",
        # Cases of one kind can be ticked and led on together.
        "many": choices_for_many(every[kind], {case.pk: case.next_steps for case in mine}) if kind else None,
        "is_filtered": bool(kind or urgency),
    }


def next_steps(case: Any) -> list[dict[str, Any]]:
    """The steps with which the person can lead the case on, each with the address of its page."""
    rules = STEPS[kinds()[case.kind]]
    return [{"label": rules[name].label, "url": case.address_of(name)} for name in case.next_steps]


def _name(cases: Iterable[Any]) -> None:
    """Say of each case without a person what it is about: one question a kind."""
    nameless: dict[str, dict[int, Any]] = {}
    for case in cases:
        if case.person_id is None:
            nameless.setdefault(case.kind, {})[case.pk] = case
    for kind, found in nameless.items():
        model = kinds()[kind]
        for row in model._default_manager.filter(pk__in=found).select_related(*model.NAMED_BY):
            found[row.pk].about = row.named


def _sum(tallied: Iterable[Tally]) -> dict[str, int]:
    tallied = list(tallied)
    return {"mine": sum(tally.mine for tally in tallied), "cases": sum(tally.cases for tally in tallied)}


def _choice(tallied: Iterable[Tally], parameters: dict[str, str], *, label: Any, current: bool) -> dict[str, Any]:
    return {"label": label, "url": _address(parameters), "current": current, **_sum(tallied)}


def _address(parameters: dict[str, str]) -> str:
    """The page with these filters, and no other place in its lists."""
    return f"?{urlencode({name: value for name, value in parameters.items() if value})}"
