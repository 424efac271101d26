"""Opening, pausing and resuming a case of any kind. What is particular to a kind are its own steps."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, is_the_system
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from, validate
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case, CaseQuerySet
from rendang.kernel.workflow.steps import Step, set_deadline


def next_in_series(series: str, institution: Institution, period: str, count: int = 1) -> range:
    """The next ``count`` running numbers of a series, taken in the caller's transaction; none is ever given twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflow_numberseries (institution_id, series, period, latest) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (institution_id, series, period)"
            " DO UPDATE SET latest = workflow_numberseries.latest + EXCLUDED.latest RETURNING latest",
            [institution.pk, series, period, count],
        )
        latest = cursor.fetchone()[0]
    return range(latest - count + 1, latest + 1)


def next_case_numbers(institution: Institution, day: dt.date, count: int = 1) -> list[str]:
    """Case numbers ``institution code + date + running number``, for instance RCSC-20260701-0001."""
    numbers = next_in_series("case", institution, f"{day:%Y%m%d}", count)
    return [f"{institution.code}-{day:%Y%m%d}-{number:04d}" for number in numbers]


def open_case(
    case: Any, *, by: Any, permission: Permission | None, at: Institution | None = None, deadline: str | None = None
) -> Any:
    """Give a new case its number and time limit and save it. ``permission=None``: the caller has checked.

    Raises ``PermissionDenied``, or ``ValidationError`` with words for the person at the screen.
    """
    if permission is not None and not can(by, permission, at=at or case.institution):
        raise PermissionDenied
    today = timezone.localdate()
    case.kind, case.service_item, case.opened_by = case._meta.model_name, case.SERVICE_ITEM, by
    if deadline:
        set_deadline(case, deadline, today)
    try:
        with transaction.atomic():
            (case.number,) = next_case_numbers(case.institution, today)
            validate(case, exclude={"number"})  # it is new
            case.save()
            audit.record(f"{case._meta.model_name}.open", case, by=by)
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    return case


@transaction.atomic
def open_cases(cases: Sequence[Any], *, by: Any, deadline: str | None = None) -> list[Any]:
    """Many cases of one kind at one institution, opened at once: numbered together and written set by set.

    The caller has checked the right to, and what each case is; the database keeps its promises all the same.
    """
    if not cases:
        return []
    today, model, institution = timezone.localdate(), type(cases[0]), cases[0].institution
    numbers = next_case_numbers(institution, today, len(cases))
    for case, number in zip(cases, numbers, strict=True):
        assert (type(case), case.institution_id) == (model, institution.pk)
        case.number, case.kind, case.service_item, case.opened_by = (
            number,
            model._meta.model_name,
            case.SERVICE_ITEM,
            by,
        )
    if deadline:
        limit = standards.deadline(deadline, start=today, institution=institution)
        for case in cases:
            case.due_date, case.due_is_provisional = limit.due, limit.provisional
            case.due_basis = limit.policy.basis[:200]
    common = [field for field in Case._meta.local_concrete_fields if not field.primary_key]
    try:
        with transaction.atomic():
            rows = [Case(**{field.attname: getattr(case, field.attname) for field in common}) for case in cases]
            for case, row in zip(cases, Case.objects.bulk_create(rows), strict=True):
                case.pk, case.case_ptr_id, case.opened_at = row.pk, row.pk, row.opened_at
                case._state.adding, case._state.db = False, row._state.db
            # Django's bulk_create knows no inheritance: the rows of the kind itself are its first half alone.
            own = model._meta.local_concrete_fields
            for start in range(0, len(cases), 500):
                model._base_manager.all()._insert(cases[start : start + 500], fields=own, using=row._state.db)
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    for case in cases:
        audit.record(f"{model._meta.model_name}.open", case, by=by)
    return list(cases)


@transaction.atomic
def pause(case: Case, *, by: Any, reason: str) -> Case:
    """Stop the clock of a case, for instance while a paper is being fetched elsewhere."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not can(by, Permission.CASE_PAUSE, at=case.institution_id):
        raise PermissionDenied
    if case.closed_at or case.paused_at:
        raise ValidationError(_("Only an open case that is running can be paused."))
    if not reason.strip():
        raise ValidationError(_("Say why the case must wait."))
    before = audit.snapshot(case)
    case.paused_at, case.pause_reason = timezone.now(), reason.strip()
    case.save(update_fields=["paused_at", "pause_reason"])
    audit.record("case.pause", case, by=by, before=before, reason=case.pause_reason)
    return case


@transaction.atomic
def resume(case: Case, *, by: Any) -> Case:
    """Let the clock run again; the time limit moves by the working days the case was paused."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not (is_the_system(by) or can(by, Permission.CASE_PAUSE, at=case.institution_id)):
        raise PermissionDenied
    if not case.paused_at:
        raise ValidationError(_("This case is not paused."))
    before = audit.snapshot(case)
    if case.due_date:
        lost = standards.working_days_between(timezone.localdate(case.paused_at), timezone.localdate())
        case.due_date = standards.add_working_days(case.due_date, lost)
    case.paused_at, case.pause_reason = None, ""
    case.save(update_fields=["paused_at", "pause_reason", "due_date"])
    audit.record("case.resume", case, by=by, before=before)
    return case


def follow_up(take: Callable[..., Any], case: Any) -> None:
    """The system takes a step because of what happened elsewhere, also of a case that was paused: it waits no more."""
    by = system_actor()
    if case.paused_at:
        resume(case, by=by)
    take(case, by=by)


def follow_up_each(take: Callable[..., Any], cases: CaseQuerySet) -> list[Any]:
    """The same in a job, for each of the cases: locked, in a transaction of its own. Returns those that were open."""
    taken = []
    for key in list(cases.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            case = cases.model._default_manager.select_for_update(of=("self", "case_ptr")).get(pk=key)
            if case.is_open:
                follow_up(take, case)
                taken.append(case)
    return taken


@dataclass(frozen=True)
class Outcome:
    """What became of one case of many: the case as it stands now, and the refusal, if it was refused.

    ``came_of`` says more than the state does; ``is_partial``: the step has not come to where it leads.
    """

    case: Any
    refusal: str = ""
    came_of: str = ""
    is_partial: bool = False


def take_each(rule: Step, take: Callable[..., Any], cases: Iterable[Any], *, by: Any, **inputs: Any) -> list[Outcome]:
    """The step for one case after the other, each in its own transaction: a refusal holds up no other case."""
    outcomes = []
    for case in cases:
        try:
            moved = take(case, by=by, **inputs)
        except ValidationError as refused:
            outcomes.append(Outcome(case, " ".join(refused.messages)))
        except PermissionDenied:
            outcomes.append(Outcome(case, _("Your role may not take this step with this case.")))
        else:
            case.state, case.closed_at = moved.state, moved.closed_at
            came_of = moved.came_of(rule.name)
            outcomes.append(Outcome(case, came_of=came_of, is_partial=bool(came_of) and moved.state != rule.target))
    return outcomes
