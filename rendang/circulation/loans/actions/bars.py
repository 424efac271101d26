"""停止借阅: a unit or a person may not borrow for a time."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.loans.models import Bar
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import mask_id_number
from rendang.people.actions import checked_number
from rendang.people.models import Person
from rendang.people.queries import canonical_number


@transaction.atomic
def bar(institution: Institution, *, by: Any, name: str, reason: str, until: dt.date, id_number: str = "") -> Bar:
    """Bar a unit (by its name) or a person (by the number) until a day. Who is overdue is barred without this."""
    if not can(by, Permission.LOAN_APPROVE, at=institution):
        raise PermissionDenied
    today = timezone.localdate()
    row = Bar(institution=institution, name=" ".join(name.split()), reason=reason.strip(), until=until)
    row.barred_on, row.barred_by = today, by
    if not row.name:
        raise ValidationError({"name": _("Name the unit or the person.")})
    if not row.reason:
        raise ValidationError({"reason": _("Say why.")})
    if until < today:
        raise ValidationError({"until": _("The last day lies in the past.")})
    if id_number.strip():
        number = canonical_number(checked_number(Person.IdentityKind.ID_CARD, id_number))
        row.id_index, row.id_masked = blind_index(number), mask_id_number(number)
    row.save()
    audit.record("bar.add", row, by=by, reason=row.reason, detail={"until": [None, until.isoformat()]})
    return row


@transaction.atomic
def lift_bar(row: Bar, *, by: Any, reason: str) -> Bar:
    row = Bar.objects.select_for_update().get(pk=row.pk)
    if not can(by, Permission.LOAN_APPROVE, at=row.institution_id):
        raise PermissionDenied
    today = timezone.localdate()
    if row.lifted_on or row.until < today:
        raise ValidationError(_("This bar is over already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    row.lifted_on, row.lift_reason = today, reason.strip()
    row.save(update_fields=["lifted_on", "lift_reason"])
    audit.record("bar.lift", row, by=by, reason=row.lift_reason, detail={"until": [row.until.isoformat(), None]})
    return row
