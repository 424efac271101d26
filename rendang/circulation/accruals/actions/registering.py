"""登记: loose papers have come, one or two hundred; nothing is decided yet."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.accruals import papers
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.circulation.accruals.queries import submit_by
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, is_the_system
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case

FILE_IN = "material_file_in"


@transaction.atomic
def register(
    institution: Institution,
    *,
    by: Any,
    sender: str,
    rows: Sequence[tuple[int, dict[str, Any]]],
    deliverer: str = "",
    received_on: dt.date | None = None,
    channel: str = Case.Channel.WINDOW,
    attachments: Sequence[StoredFile] = (),
) -> Accrual:
    """Put a delivery on record. ``rows`` are papers, each with the key of its dossier: title, class_mark, formed_on,
    pages, copies, form. The month for filing (中组发〔2009〕12号) runs from the day of receipt.

    Refused when a dossier is not held here; papers are judged beforehand (``judging``) and identified afterwards.
    """
    if not may_register(by, institution):
        raise PermissionDenied
    today = timezone.localdate()
    received_on = received_on or today
    if received_on > today:
        raise ValidationError({"received_on": _("The day lies in the future.")})
    if not rows:
        raise ValidationError(_("There is no paper to register."))
    keys = {key for key, _facts in rows}
    held = Custody.objects.filter(dossier__in=keys, institution=institution, status=Custody.Status.HELD)
    if keys - set(held.values_list("dossier", flat=True)):
        raise ValidationError(_("Only papers of dossiers that this institution holds can be registered."))
    limit = standards.deadline(FILE_IN, start=received_on, institution=institution)
    accrual = Accrual(
        institution=institution,
        state=Accrual.State.REGISTERED,
        sender=sender.strip(),
        deliverer=deliverer.strip(),
        received_on=received_on,
        channel=channel,
        due_date=limit.due,
        due_is_provisional=limit.provisional,
        due_basis=limit.policy.basis[:200],
    )
    if len(keys) == 1:
        accrual.dossier = Dossier.objects.select_related("person").get(pk=keys.pop())
        accrual.person = accrual.dossier.person
    items = [AccrualItem(dossier_id=key, **facts) for key, facts in rows]
    for item in items:
        item.clean_fields(exclude=["accrual", "dossier", "material"])
    open_case(accrual, by=by, permission=None)
    accrual.attachments.set(attachments)
    _note_what_is_late(items, received_on, institution)
    for item in items:
        item.accrual = accrual
    AccrualItem.objects.bulk_create(items)
    if channel != Case.Channel.ONLINE:
        accrual.receipt_file = papers.receipt(accrual, by=by)
        accrual.save(update_fields=["receipt_file"])
    return accrual


def _note_what_is_late(items: Sequence[AccrualItem], received_on: dt.date, institution: Institution) -> None:
    """Which papers their producer should have handed in before: shown, counted, never refused. One look-up a date."""
    limits = {day: submit_by(day, institution) for day in {item.formed_on for item in items}}
    for item in items:
        item.submit_by = limits[item.formed_on]
        item.is_late = item.submit_by is not None and item.submit_by < received_on


def may_register(by: Any, institution: Institution) -> bool:
    return is_the_system(by) or can(by, Permission.ACCRUAL_REGISTER, at=institution)
