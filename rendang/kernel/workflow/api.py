"""The interface to a kind of case: the same rows, steps and forms as the pages."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest
from ninja import Body, Field, Query, Router, Schema

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.core.pagination import rows_after
from rendang.kernel.core.refusals import InvalidInput
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import STEPS, steps_open_to

MAX_KEY = 2**63 - 1


class StepOut(Schema):
    """A step open to the caller: its name for the address, its label for people."""

    name: str
    label: str


class CaseOut(Schema):
    """A case 办件: one piece of business."""

    id: int
    number: str
    kind: str
    institution: str
    counterpart: str | None
    person: str | None
    dossier_id: int | None
    state: str
    state_label: str
    channel: str
    opened_at: dt.datetime
    due_date: dt.date | None
    closed_at: dt.datetime | None
    steps: list[StepOut] = Field(default_factory=list)


class CasePage(Schema):
    """Newest first; ``next`` goes into ``after`` for the following page."""

    items: list[CaseOut]
    next: int | None


class PageAsked(Schema):
    """Which page of a list, newest first: ``next`` of the page before goes into ``after``."""

    after: int | None = Field(None, ge=1, le=MAX_KEY)
    limit: int = Field(50, ge=1, le=200)

    def of(self, rows: Any, out: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The page of these rows, each as ``out`` tells it."""
        page, following = rows_after(rows, self.after, self.limit)
        return {"items": [out(row) for row in page], "next": following}


class CaseFilter(PageAsked):
    """``state`` as in ``CaseOut``; ``after`` and ``limit`` page through."""

    state: str | None = Field(None, max_length=24)


def case_out(case: Any, user: Any = None) -> dict[str, Any]:
    steps = steps_open_to(user, case) if user is not None else []
    return {
        "id": case.pk,
        "number": case.number,
        "kind": case.kind,
        "institution": case.institution.code,
        "counterpart": case.counterpart.code if case.counterpart_id else None,
        "person": case.person.name if case.person_id else None,
        "dossier_id": case.dossier_id,
        "state": case.state,
        "state_label": case.state_label,
        "channel": case.channel,
        "opened_at": case.opened_at,
        "due_date": case.due_date,
        "closed_at": case.closed_at,
        "steps": [{"name": rule.name, "label": str(rule.label)} for rule in steps],
    }


def clean(form: Form) -> dict[str, Any]:
    """The form's clean values, or a refusal that names each field and what is wrong with it."""
    if not form.is_valid():
        raise InvalidInput({field: [str(message) for message in errors] for field, errors in form.errors.items()})
    return form.cleaned_data


def add_case_routes(
    router: Router,
    model: type[Case],
    view: Permission,
    take: Mapping[str, Callable[..., Any]],
    forms_of: Mapping[str, Any],
) -> None:
    """``GET /``, ``GET /{number}`` and ``POST /{number}/steps/{step}`` of a kind of case."""
    rows = model._default_manager.select_related("institution", "counterpart", "person")
    kind = model._meta.model_name

    @router.get("", response=CasePage, operation_id=f"list_{kind}", summary=f"List cases: {kind}")
    def list_cases(request: HttpRequest, asked: Query[CaseFilter]) -> dict[str, Any]:
        """The cases of the caller's institution, newest first."""
        found = rows.visible_to(request.user, view)
        if asked.state:
            found = found.filter(state=asked.state)
        return asked.of(found, case_out)

    @router.get("/{number}", response=CaseOut, operation_id=f"get_{kind}", summary=f"One case: {kind}")
    def get_case(request: HttpRequest, number: str) -> dict[str, Any]:
        """One case with the steps open to the caller. 404 outside the caller's institution."""
        return case_out(get_visible_or_404(rows, request.user, view, number=number), request.user)

    @router.post(
        "/{number}/steps/{step}",
        response=CaseOut,
        operation_id=f"take_step_of_{kind}",
        summary=f"Take a step: {kind}",
    )
    def take_step(request: HttpRequest, number: str, step: str, inputs: Body[dict[str, Any]]) -> dict[str, Any]:
        """Move the case on. ``inputs`` are the fields of the step's form; 409 when the step is not possible now."""
        case = get_visible_or_404(rows, request.user, view, number=number)
        if step not in take or step not in STEPS[model]:
            raise Http404
        form_for = forms_of.get(step, Form)
        form_class = form_for if isinstance(form_for, type) else form_for(case)
        take[step](case, by=request.user, **clean(form_class(inputs)))
        return case_out(rows.get(pk=case.pk), request.user)
