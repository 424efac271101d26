"""One decorator turns a function into a step of a workflow.

A step is declared once. From that one declaration it is permitted, locked, refused in the wrong state, recorded in
the audit log, given its time limit, and offered as a button, in the API and in the diagrams: they cannot drift apart.

Order of locks, everywhere: case → dossier → custody → slot → placement → counters.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, is_the_system
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from, validate, what_refuses
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case

# The step leaves the time limit as it is.
UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Step:
    """One way a case moves on: who may take it, from where to where, and how long the next has."""

    name: str
    label: str | Promise
    sources: frozenset[str]
    target: str
    permission: Permission
    at: str  # the case's field that names the institution at which the permission must be held
    unlike: tuple[str, ...]  # fields naming people who may not be the one who takes this step
    deadline: str | None  # policy code of the time limit that starts now; None ends it
    applicant_may: bool  # the citizen whose case it is may take it, too
    way_out: bool  # leaves the usual course: returned, withdrawn, refused
    singly: bool  # attests something of one case alone: never taken for many at once
    only_for: tuple[tuple[str, frozenset[Any]], ...]  # what the case's fields must say for it to go this way at all
    offered_if: str  # the case's property without which there is no button; the step itself says in words why not
    offered_where: Callable[[], Any] | None  # the same asked of rows of ``Case``, for the to-do
    summary: str

    def applies(self, case: Any) -> bool:
        """Whether a case, in its own kind, goes this way at all."""
        return all(getattr(case, field) in values for field, values in self.only_for)

    def is_offered(self, case: Any) -> bool:
        """Whether there is a button for it, where it is possible at all."""
        return not self.offered_if or bool(getattr(case, self.offered_if))


STEPS: dict[type[Case], dict[str, Step]] = {}


class InTheWay(str):
    """Why a step is certain to be refused: ``parts`` are its sentences, each with where that can be cleared."""

    parts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, *parts: tuple[str, str]) -> "InTheWay":
        """Of sentences with an address each; an empty one says that there is nowhere else to go."""
        said = cls(" ".join(text for text, _url in parts))
        said.parts = parts
        return said


# Of the cases of one kind those that are certain to be refused, by their keys, with why.
Beforehand = Callable[[Sequence[Any]], Mapping[int, str]]
BEFOREHAND: dict[tuple[type[Case], str], Beforehand] = {}


def before_step(model: type[Case], name: str) -> Callable[[Beforehand], Beforehand]:
    """Ask ``check(cases) -> {key of a case: why not}`` before the step ``name`` is offered: of one case on its page,
    of all that are ticked on the page of many.

    An answer ``InTheWay.of((sentence, address), …)`` leads to where it can be cleared; a plain text leads nowhere.
    Set-based: its queries do not grow with the cases. It only spares people the way; the step itself says no all the
    same. Declared by the app of the kind; imported by its pages.
    """

    def declare(check: Beforehand) -> Beforehand:
        BEFOREHAND[model, name] = check
        return check

    return declare


def step(
    model: type[Case],
    *,
    label: str | Promise,
    sources: Iterable[str],
    target: str,
    permission: Permission,
    at: str = "institution",
    unlike: Iterable[str] = (),
    deadline: str | None = UNCHANGED,
    applicant_may: bool = False,
    way_out: bool = False,
    singly: bool = False,
    only_for: Mapping[str, Iterable[Any]] | None = None,
    offered_if: str = "",
    offered_where: Callable[[], Any] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Declare ``change(case, *, by, **inputs)`` as a step; its body holds only what is particular to it.

    ``only_for`` (field → values) tells cases of one kind apart that go different ways: lent out or read in the house,
    approved by one or by two. ``offered_if`` names a property, asked last and only of who may take the step: without
    it there is no button, and whoever takes the step all the same is refused by its body, in words. A step that leads
    on says the same once more of rows of ``Case``, as a condition (``offered_where``): then it is somebody's to do.
    """

    def decorate(change: Callable[..., None]) -> Callable[..., Any]:
        rule = Step(
            name=change.__name__,
            label=label,
            sources=frozenset(sources),
            target=target,
            permission=permission,
            at=at,
            unlike=tuple(unlike),
            deadline=deadline,
            applicant_may=applicant_may,
            way_out=way_out,
            singly=singly,
            only_for=tuple((field, frozenset(values)) for field, values in (only_for or {}).items()),
            offered_if=offered_if,
            offered_where=offered_where,
            summary=(change.__doc__ or "").strip().split("\n")[0],
        )
        STEPS.setdefault(model, {})[rule.name] = rule

        @wraps(change)
        def take(case: Any, *, by: Any, **inputs: Any) -> Any:
            try:
                with transaction.atomic():
                    return _take(model, rule, change, case, by, inputs)
            except IntegrityError as broken:  # a promise of the database, broken by somebody who came first
                raise refusal_from(broken) from broken

        return take

    return decorate


def _take(model: type[Case], rule: Step, change: Callable[..., None], case: Any, by: Any, inputs: dict) -> Any:
    case = model._default_manager.select_for_update(of=("self", "case_ptr")).get(pk=case.pk)
    if not may_take(by, rule, case):
        raise PermissionDenied
    refuse_unless_possible(rule, case, by)
    before = audit.snapshot(case)
    change(case, by=by, **inputs)
    case.state = rule.target
    _set_deadline(case, rule, timezone.localdate())
    if case.state in model.CLOSED:
        case.closed_at = timezone.now()
    changed = {field.name for field in case._meta.concrete_fields if before[field.attname] != _value(case, field)}
    # Only what changed is validated and written: an untouched foreign key needs no look-up.
    validate(case, exclude={field.name for field in case._meta.concrete_fields} - changed)
    case.save(update_fields=changed)
    audit.record(f"{model._meta.model_name}.{rule.name}", case, by=by, before=before, reason=inputs.get("reason", ""))
    return case


def _value(case: Any, field: Any) -> Any:
    return getattr(case, field.attname)


def refuse_unless_possible(rule: Step, case: Any, by: Any) -> None:
    """Raise ``ValidationError`` in words when the case's state, a pause or the two-person rule is in the way."""
    if not rule.applies(case):
        raise ValidationError(_("“%(step)s” is not part of this case.") % {"step": rule.label})
    if case.paused_at:
        raise ValidationError(_("“%(step)s” must wait: the case is paused.") % {"step": rule.label})
    if case.state not in rule.sources:
        raise ValidationError(
            _("“%(step)s” is not possible while the case is “%(state)s”.")
            % {"step": rule.label, "state": case.state_label}
        )
    if any(getattr(case, f"{field}_id") == by.pk for field in rule.unlike):
        raise ValidationError(
            _("“%(step)s” needs a second person: you took the step before it.") % {"step": rule.label}
        )


def what_is_in_the_way(rule: Step, cases: Sequence[Any], user: Any) -> list[str]:
    """Why this person cannot take the step with these cases of a kind now: of each in words; empty, when they can."""
    found = [
        what_refuses(refuse_unless_possible, rule, case, user)
        if may_take(user, rule, case)
        else _("Your role may not take this step with this case.")
        for case in cases
    ]
    left = [case for case, refusal in zip(cases, found, strict=True) if not refusal]
    check = BEFOREHAND.get((type(left[0]), rule.name)) if left else None
    certain = check(left) if check else {}
    return [refusal or certain.get(case.pk, "") for case, refusal in zip(cases, found, strict=True)]


def may_take(user: Any, rule: Step, case: Any) -> bool:
    """The permission at the institution the step names; the system's own jobs; the applicant where allowed."""
    if is_the_system(user):
        return True
    if rule.applicant_may and case.applicant_id == user.pk:
        return True
    where = getattr(case, f"{rule.at}_id")
    return where is not None and can(user, rule.permission, at=where)


def _set_deadline(case: Any, rule: Step, today: dt.date) -> None:
    if rule.deadline == UNCHANGED:
        return
    if rule.deadline is None:
        case.due_date, case.due_is_provisional, case.due_basis = None, False, ""
        return
    set_deadline(case, rule.deadline, today)


def set_deadline(case: Any, policy: str, today: dt.date) -> None:
    """The last day by the policy in force today at the case's institution."""
    limit = standards.deadline(policy, start=today, institution=case.institution_id)
    case.due_date, case.due_is_provisional = limit.due, limit.provisional
    case.due_basis = limit.policy.basis[:200]


def leads_on(rule: Step, model: type[Case], state: str) -> bool:
    """Whether the step is what comes next in this state: a way out is, where there is nothing but ways out."""
    return state in rule.sources and (
        not rule.way_out or all(other.way_out for other in STEPS[model].values() if state in other.sources)
    )


def waits_for_another(user: Any, case: Any) -> list[Step]:
    """What comes next and would be this person's to do, had they not taken the step before it: a second must."""
    return [
        rule
        for rule in STEPS.get(type(case), {}).values()
        if leads_on(rule, type(case), case.state)
        and rule.applies(case)
        and may_take(user, rule, case)
        and any(getattr(case, f"{field}_id") == user.pk for field in rule.unlike)
    ]


def steps_open_to(user: Any, case: Any) -> list[Step]:
    """What this person may do with this case now: the buttons on the page, the list in the API."""
    if case.paused_at:
        return []
    found = [
        rule
        for rule in STEPS.get(type(case), {}).values()
        if case.state in rule.sources
        and rule.applies(case)
        and may_take(user, rule, case)
        and not any(getattr(case, f"{field}_id") == user.pk for field in rule.unlike)
        and rule.is_offered(case)
    ]
    return sorted(found, key=lambda rule: rule.way_out)
