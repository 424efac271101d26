"""Changing policies and service items on screen."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.standards.actions.periods import begins_today_or_later, end, make_room, may_edit, withdraw
from rendang.kernel.standards.models import CHOSEN_UNITS, CODED_UNITS, TIME_UNITS, Policy, ServiceItem
from rendang.kernel.standards.queries import forget, is_code


def _versions(code: str, institution: Institution | None) -> QuerySet[Policy]:
    return Policy.objects.filter(code=code, institution=institution)


def checked_value(value: Any, unit: str, like: Any) -> Any:
    """The value, if it has the shape of the one it replaces: a number stays a number, a list of codes such a list."""
    if isinstance(like, list):
        if not isinstance(value, list) or not value:
            raise ValidationError({"value": _("Write at least one entry, one a line.")})
        if all(isinstance(entry, int) for entry in like) and not all(isinstance(entry, int) for entry in value):
            raise ValidationError({"value": _("Write whole numbers, one a line.")})
        if unit in CODED_UNITS:
            for entry in value:
                if not is_code(unit, entry):
                    raise ValidationError(
                        {"value": _("“{code}” is no code of the table {table}.").format(code=entry, table=unit)}
                    )
    elif isinstance(like, int):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValidationError({"value": _("Write a whole number from 1.")})
    elif unit in CHOSEN_UNITS:
        if value not in CHOSEN_UNITS[unit].values:
            known = ", ".join(f"{choice.value} ({choice.label})" for choice in CHOSEN_UNITS[unit])
            raise ValidationError(
                {"value": _("“{value}” is no rule here. Choose one of: {known}.").format(value=value, known=known)}
            )
    elif not isinstance(value, str) or not value.strip():
        raise ValidationError({"value": _("Write a value.")})
    return value


@transaction.atomic
def set_policy(
    code: str,
    *,
    by: Any,
    value: Any,
    unit: str,
    basis: str,
    valid_from: dt.date,
    reason: str,
    institution: Institution | None = None,
) -> Policy:
    """Give a policy a new value from a day on, for all or for one institution; the former value ends the day before.

    Cases that began under the former value keep it.
    """
    may_edit(by)
    begins_today_or_later(valid_from)
    # Locking the general versions makes two changes of one policy wait for each other.
    general = list(Policy.objects.select_for_update().filter(code=code, institution=None).order_by("-valid_from"))
    if not general:
        raise ValidationError(_("There is no such policy."))
    pattern = general[0]
    if unit != pattern.unit and not (unit in TIME_UNITS and pattern.unit in TIME_UNITS):
        raise ValidationError({"unit": _("This policy cannot be counted in that unit.")})
    former, last = make_room(_versions(code, institution), valid_from)
    row = Policy(
        code=code,
        name=pattern.name,
        english_name=pattern.english_name,
        value=checked_value(value, unit, pattern.value),
        unit=unit,
        basis=basis,
        confidence=Policy.Confidence.FOUND,
        institution=institution,
        valid_from=valid_from,
        valid_to=last,
        order=pattern.order,
    )
    row.full_clean()
    row.save()
    audit.record(
        "policy.set",
        row,
        by=by,
        reason=reason,
        detail={
            "code": code,
            "value": [former.value if former else None, value],
            "unit": [former.unit if former else None, unit],
            "valid_from": valid_from,
            "basis": basis,
        },
    )
    forget()
    return row


@transaction.atomic
def withdraw_policy(row: Policy, *, by: Any, reason: str) -> None:
    """Take back a value that is planned but not yet in force."""
    may_edit(by)
    row = Policy.objects.select_for_update(of=("self",)).get(pk=row.pk)
    audit.record(
        "policy.withdraw",
        row,
        by=by,
        reason=reason,
        detail={"code": row.code, "value": [row.value, None], "valid_from": row.valid_from},
    )
    withdraw(row, _versions(row.code, row.institution))
    forget()


@transaction.atomic
def end_policy(row: Policy, *, by: Any, valid_to: dt.date, reason: str) -> Policy:
    """Let an institution's own value end; from then on the general one holds for it again."""
    may_edit(by)
    row = Policy.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.institution_id is None:
        raise ValidationError(_("The general value does not end by itself; give the policy a new value instead."))
    before = audit.snapshot(row)
    end(row, valid_to)
    audit.record("policy.end", row, by=by, before=before, reason=reason)
    forget()
    return row


@transaction.atomic
def change_service_item(code: str, *, by: Any, valid_from: dt.date, reason: str, **values: Any) -> ServiceItem:
    """A new version of a service item from a day on; the former ends the day before. It stays free of charge."""
    may_edit(by)
    begins_today_or_later(valid_from)
    versions = ServiceItem.objects.filter(code=code)
    pattern = versions.order_by("-valid_from").first()
    if pattern is None:
        raise ValidationError(_("There is no such service item."))
    if values.get("time_limit") and not Policy.objects.filter(code=values["time_limit"]).exists():
        raise ValidationError({"time_limit": _("There is no such policy.")})
    former, last = make_room(versions, valid_from)
    row = ServiceItem.objects.get(pk=(former or pattern).pk)
    before = audit.snapshot(row)
    row.pk = None
    row._state.adding = True
    for name, value in values.items():
        setattr(row, name, value)
    row.valid_from, row.valid_to, row.source = valid_from, last, "SCREEN"
    row.full_clean()
    row.save()
    audit.record("service_item.change", row, by=by, before=before, reason=reason)
    forget()
    return row


@transaction.atomic
def withdraw_service_item(row: ServiceItem, *, by: Any, reason: str) -> None:
    """Take back a version that is planned but not yet in force."""
    may_edit(by)
    row = ServiceItem.objects.select_for_update().get(pk=row.pk)
    audit.record(
        "service_item.withdraw", row, by=by, reason=reason, detail={"code": row.code, "valid_from": row.valid_from}
    )
    withdraw(row, ServiceItem.objects.filter(code=row.code))
    forget()
