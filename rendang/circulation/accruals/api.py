"""The interface to accruals: a list of papers is registered at once, then identified and filed by steps."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from rendang.circulation.accruals import actions, forms, judging
from rendang.circulation.accruals.models import Accrual, Chase
from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where
from rendang.kernel.audit.actions import record_view
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out, clean
from rendang.kernel.workflow.models import Case

router = Router(tags=["accruals"])
chases = Router(tags=["chases"])


class PaperIn(Schema):
    """A loose paper, of the person with this ID number; ``form`` is a code or name of the table material_copy."""

    name: str = Field("", max_length=60)
    id_number: str = Field(max_length=24)
    title: str = Field(max_length=200)
    formed_on: str = Field("", max_length=20)
    pages: str = Field("1", max_length=8)
    copies: str = Field("1", max_length=8)
    class_mark: str = Field("", max_length=8)
    form: str = Field("original", max_length=20)


class DeliveryIn(Schema):
    """All papers are registered, or none."""

    sender: str = Field(min_length=1, max_length=120)
    deliverer: str = Field("", max_length=60)
    received_on: dt.date | None = None
    papers: list[PaperIn] = Field(min_length=1, max_length=2000)


class PaperOut(Schema):
    """``outcome``: empty, ACCEPTED, REFUSED (``refusal``: code table accrual_refusal) or FILED (``number``)."""

    id: int
    dossier_id: int
    title: str
    class_mark: str
    form: str
    outcome: str
    refusal: str
    number: str
    submit_by: dt.date | None
    is_late: bool


class VerdictOut(Schema):
    """What would become of a row: registered, or not and why."""

    line: int
    is_good: bool
    reasons: list[str]


class SendingOut(Schema):
    """一次催要: the first letter is number 1."""

    number: int
    sent_on: dt.date
    answer_by: dt.date


class ChaseIn(Schema):
    """``addressee_kind`` is PERSON, EMPLOYER or SCHOOL; ``titles`` are the papers asked for."""

    dossier_id: int = Field(ge=1, le=MAX_KEY)
    addressee_kind: str
    addressee: str
    titles: list[str] = Field(min_length=1, max_length=40)


@router.post("", response={201: CaseOut}, operation_id="register_accrual")
def register_accrual(request: HttpRequest, data: DeliveryIn) -> Status[dict[str, Any]]:
    """Register a delivery. 409 names each row that cannot be registered, and why."""
    institution = institutions_where(request.user, Permission.ACCRUAL_REGISTER).first()
    if institution is None:
        raise PermissionDenied
    verdicts = judging.judge([paper.dict() for paper in data.papers], institution)
    if bad := [f"{one.line}: {' '.join(one.reasons)}" for one in verdicts if not one.is_good]:
        raise ValidationError(bad)
    accrual = actions.register(
        institution,
        by=request.user,
        sender=data.sender,
        deliverer=data.deliverer,
        received_on=data.received_on,
        rows=[(one.dossier_id or 0, one.facts) for one in verdicts],
        channel=Case.Channel.INTERFACE,
    )
    return Status(201, case_out(accrual, request.user))


@router.post("/check", response=list[VerdictOut], operation_id="check_accrual")
def check(request: HttpRequest, data: DeliveryIn) -> list[dict[str, Any]]:
    """Judge the rows of a delivery as ``register_accrual`` would; nothing is kept."""
    institution = institutions_where(request.user, Permission.ACCRUAL_REGISTER).first()
    if institution is None:
        raise PermissionDenied
    verdicts = judging.judge([paper.dict() for paper in data.papers], institution)
    return [{"line": one.line, "is_good": one.is_good, "reasons": one.reasons} for one in verdicts]


@chases.get("/{number}/sendings", response=list[SendingOut], operation_id="list_sendings_of_chase")
def list_sendings(request: HttpRequest, number: str) -> Any:
    """How often the letter went out, and by when an answer was asked for each time. Never its link."""
    rows = Chase.objects.all()
    return get_visible_or_404(rows, request.user, Permission.ACCRUAL_VIEW, number=number).sendings.order_by("number")


@chases.post("", response={201: CaseOut}, operation_id="write_chasing_letter")
def write_chase(request: HttpRequest, data: ChaseIn) -> Status[dict[str, Any]]:
    """Write a chasing letter; 409 when it asks for what must not be asked of this person."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.ACCRUAL_REGISTER, pk=data.dossier_id)
    given = {"addressee_kind": data.addressee_kind, "addressee": data.addressee, "titles": "\n".join(data.titles)}
    letter = actions.chase(dossier, by=request.user, **clean(forms.ChaseForm(given)))
    return Status(201, case_out(letter, request.user))


@router.get("/{number}/papers", response=list[PaperOut], operation_id="list_papers_of_accrual")
def list_papers(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The papers of a delivery, and what became of each; a look at what dossiers hold."""
    accrual = get_visible_or_404(Accrual.objects.all(), request.user, Permission.ACCRUAL_VIEW, number=number)
    record_view("accrual.view", accrual, by=request.user)
    return [
        {
            "id": item.pk,
            "dossier_id": item.dossier_id,
            "title": item.title,
            "class_mark": item.class_mark,
            "form": item.form,
            "outcome": item.outcome,
            "refusal": item.refusal,
            "number": item.material.number if item.material else "",
            "submit_by": item.submit_by,
            "is_late": item.is_late,
        }
        for item in accrual.items.select_related("material")
    ]


add_case_routes(router, Accrual, Permission.ACCRUAL_VIEW, actions.STEPS, forms.FORMS)
add_case_routes(chases, Chase, Permission.ACCRUAL_VIEW, actions.CHASE_STEPS, forms.CHASE_FORMS)
