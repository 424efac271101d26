"""常设借阅单位: agencies that borrow under an agreement."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.loans.models import Agency
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.standards import queries as standards


def add_agency(institution: Institution, *, by: Any, **facts: Any) -> Agency:
    """Enter an agreement: name, kind, agreement_number, valid_from, valid_to, reasons, most_out, contacts."""
    if not can(by, Permission.LOAN_APPROVE, at=institution):
        raise PermissionDenied
    return _save(Agency(institution=institution), by, "agency.add", facts)


@transaction.atomic
def change_agency(agency: Agency, *, by: Any, **facts: Any) -> Agency:
    """Correct or prolong an agreement; loans that are out keep their due dates."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not can(by, Permission.LOAN_APPROVE, at=agency.institution_id):
        raise PermissionDenied
    if agency.ended_on:
        raise ValidationError(_("This agreement has ended. Enter the new one."))
    return _save(agency, by, "agency.change", facts)


@transaction.atomic
def end_agency(agency: Agency, *, by: Any) -> Agency:
    """The agreement ends today; what is out comes back as it was agreed."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not can(by, Permission.LOAN_APPROVE, at=agency.institution_id):
        raise PermissionDenied
    if agency.ended_on:
        raise ValidationError(_("This agreement has ended already."))
    before = audit.snapshot(agency)
    agency.ended_on = timezone.localdate()
    agency.save(update_fields=["ended_on"])
    audit.record("agency.end", agency, by=by, before=before)
    return agency


def _save(agency: Agency, by: Any, verb: str, facts: dict[str, Any]) -> Agency:
    before = audit.snapshot(agency) if agency.pk else None
    for name, value in facts.items():
        setattr(agency, name, value)
    _check_reasons(agency.reasons)
    _check_days(agency.valid_from, agency.valid_to)
    agency.full_clean()
    try:
        with transaction.atomic():
            agency.save()
            # Contacts are people: that they changed is noted, not who they are.
            changed = audit.changes(agency, before or {})
            said = {name: ["***", "***"] if name == "contacts" else _plain(value) for name, value in changed.items()}
            audit.record(verb, agency, by=by, detail=said)
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    return agency


def _plain(values: list[Any]) -> list[Any]:
    return [str(value) if isinstance(value, dt.date) else value for value in values]


def _check_reasons(reasons: Sequence[str]) -> None:
    if not reasons or not all(standards.is_code("consultation_reason", reason) for reason in reasons):
        raise ValidationError({"reasons": _("Choose the reasons that the agreement names.")})


def _check_days(first: dt.date, last: dt.date) -> None:
    if last < first:
        raise ValidationError({"valid_to": _("The agreement ends before it begins.")})
