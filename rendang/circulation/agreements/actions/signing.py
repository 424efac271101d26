"""An agreement from its draft to its end."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.agreements.actions.people import all_become_individual
from rendang.circulation.agreements.models import Agent, Agreement
from rendang.circulation.agreements.papers import agreement_paper
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.actions import next_in_series, open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.people.models import Employer

State = Agreement.State


@transaction.atomic
def draft(
    institution: Institution,
    *,
    by: Any,
    employer: str,
    credit_code: str,
    contact_name: str,
    contact_phone: str,
    address: str = "",
    valid_to: dt.date | None = None,
    remarks: str = "",
    channel: str = Case.Channel.WINDOW,
) -> Agreement:
    """An employer wants to entrust its people's dossiers: name, credit code, and who acts for it."""
    if not can(by, Permission.AGREEMENT_EDIT, at=institution):
        raise PermissionDenied
    if not credit_code.strip():
        raise ValidationError({"credit_code": _("Give the unified social credit code: it tells employers apart.")})
    entrusting = people.find_or_create_employer(employer, credit_code=credit_code, by=by)
    _refuse_a_second(institution, entrusting)
    agreement = Agreement(
        institution=institution,
        employer=entrusting,
        state=State.DRAFTED,
        address=address,
        valid_to=valid_to,
        remarks=remarks,
        channel=channel,
    )
    agreement = open_case(agreement, by=by, permission=None)
    Agent.objects.create(
        agreement=agreement, name=contact_name.strip(), phone=contact_phone.strip(), since=timezone.localdate()
    )
    return agreement


@step(
    Agreement,
    label=gettext_lazy("Put into force"),
    sources=[State.DRAFTED],
    target=State.IN_FORCE,
    permission=Permission.AGREEMENT_APPROVE,
    unlike=["opened_by"],
    deadline=None,
)
def put_in_force(agreement: Agreement, *, by: Any, signed_on: dt.date) -> None:
    """Both sides have signed: number, day, and the agreement as a paper."""
    if signed_on > timezone.localdate():
        raise ValidationError({"signed_on": _("The day of signing lies in the future.")})
    Employer.objects.select_for_update().get(pk=agreement.employer_id)
    _refuse_a_second(agreement.institution, agreement.employer, agreement)
    (number,) = next_in_series("agreement", agreement.institution, f"{signed_on:%Y}")
    agreement.agreement_number = f"{agreement.institution.code}-DW-{signed_on:%Y}-{number:04d}"
    agreement.signed_on, agreement.approver = signed_on, by
    agreement.file = agreement_paper(agreement, by=by)


@step(
    Agreement,
    label=gettext_lazy("End the agreement"),
    sources=[State.IN_FORCE],
    target=State.ENDED,
    permission=Permission.AGREEMENT_APPROVE,
    deadline=None,
    way_out=True,
    singly=True,
)
def end(agreement: Agreement, *, by: Any, ended_on: dt.date, reason: str) -> None:
    """销户: whoever is on the roster becomes individual custody, and each is told."""
    assert agreement.signed_on
    if not agreement.signed_on <= ended_on <= timezone.localdate():
        raise ValidationError({"ended_on": _("The day lies between the signing and today.")})
    agreement.ended_on, agreement.end_reason = ended_on, reason
    all_become_individual(agreement, by=by, left_on=ended_on, reason=reason)


@step(
    Agreement,
    label=gettext_lazy("Withdraw"),
    sources=[State.DRAFTED],
    target=State.WITHDRAWN,
    permission=Permission.AGREEMENT_EDIT,
    deadline=None,
    way_out=True,
)
def withdraw(agreement: Agreement, *, by: Any, reason: str) -> None:
    """It was not signed after all."""


@transaction.atomic
def add_agent(agreement: Agreement, *, by: Any, name: str, phone: str) -> Agent:
    """Who acts for the employer from today."""
    if not can(by, Permission.AGREEMENT_EDIT, at=agreement.institution_id):
        raise PermissionDenied
    agent = Agent(agreement=agreement, name=name.strip(), phone=phone.strip(), since=timezone.localdate())
    agent.full_clean()
    agent.save()
    audit.record("agreement.add_agent", agent, by=by)
    return agent


@transaction.atomic
def end_agent(agent: Agent, *, by: Any) -> None:
    """No longer acts for the employer; an agreement in force keeps at least one."""
    agent = Agent.objects.select_for_update(of=["self"]).select_related("agreement").get(pk=agent.pk)
    if not can(by, Permission.AGREEMENT_EDIT, at=agent.institution_id):
        raise PermissionDenied
    if not agent.agreement.agents.filter(until=None).exclude(pk=agent.pk).exists():
        raise ValidationError(_("Name another agent first: somebody must act for the employer."))
    before = audit.snapshot(agent)
    agent.until = timezone.localdate()
    agent.save(update_fields=["until"])
    audit.record("agreement.end_agent", agent, by=by, before=before)


def _refuse_a_second(institution: Institution, employer: Employer, own: Agreement | None = None) -> None:
    others = Agreement.objects.filter(institution=institution, employer=employer)
    others = others.filter(state__in=[State.DRAFTED, State.IN_FORCE])
    if own is not None:
        others = others.exclude(pk=own.pk)
    if others.exists():
        raise ValidationError(_("This employer has an agreement with this institution already, or the draft of one."))
