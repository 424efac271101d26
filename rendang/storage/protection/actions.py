"""Everything that changes the records of a store's protection."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.storage.models import Store
from rendang.storage.protection.models import Hazard, Inspection, KeyHandover, Protection, Reading, Visit
from rendang.storage.protection.queries import faults, hazard_is_open, limits, range_of_day

State = Hazard.State


def record_reading(
    store: Store,
    *,
    by: Any,
    temperature: Decimal,
    humidity: Decimal,
    at: dt.datetime | None = None,
    source: str = Reading.Source.TYPED,
) -> Reading:
    """Note the climate of a store; what is outside the limits of the policy becomes a hazard, once.

    Raises ``ValidationError`` for a moment in the future, values of no store, or a moment read already.
    """
    return record_readings(store, [(at or timezone.now(), temperature, humidity)], by=by, source=source)[0]


def record_readings(
    store: Store, rows: Iterable[tuple[dt.datetime, Decimal, Decimal]], *, by: Any, source: str
) -> list[Reading]:
    """Note many readings of a store in one transaction: all or none. One audit event; hazards as they arise."""
    if not can(by, Permission.PROTECTION_RECORD, at=store.institution_id):
        raise PermissionDenied
    now = timezone.now()
    readings = [
        Reading(
            store=store,
            institution_id=store.institution_id,
            at=at,
            temperature=temperature,
            humidity=humidity,
            source=source,
            by=by,
        )
        for at, temperature, humidity in sorted(rows)
    ]
    if any(reading.at > now for reading in readings):
        raise ValidationError({"at": _("A reading cannot be of the future.")})
    try:
        with transaction.atomic():
            Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # one at a time tells of a store's climate
            Reading.objects.bulk_create(readings, batch_size=1000)
            detail = {"readings": [0, len(readings)], "source": [None, source]}
            audit.record("reading.add", store, by=by, detail=detail)
            _tell_of_faults(store, readings, by=by)
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    return readings


def _tell_of_faults(store: Store, readings: list[Reading], *, by: Any) -> None:
    told: set[str] = {one for one in Protection.values if hazard_is_open(store, one)}
    ranges: dict[dt.date, Any] = {}
    for reading in readings:
        if len(told) == len(Protection.values):
            return
        day = timezone.localdate(reading.at)
        if day not in ranges:
            ranges[day] = (limits(store.institution_id, day), range_of_day(store, reading.at))
        allowed, (lowest, highest) = ranges[day]
        for protection, said in faults(reading, allowed, lowest, highest).items():
            if protection not in told:
                told.add(protection)
                _open_hazard(store, protection, by=by, said=said, reading=reading, channel=Case.Channel.SYSTEM)


@transaction.atomic
def inspect(store: Store, *, by: Any, made_on: dt.date, found: dict[str, str], remarks: str = "") -> Inspection:
    """One round through a store: ``found`` names what is not as it should be, by protection; each is a hazard."""
    if not can(by, Permission.PROTECTION_RECORD, at=store.institution_id):
        raise PermissionDenied
    if made_on > timezone.localdate():
        raise ValidationError({"made_on": _("A round cannot be made in the future.")})
    inspection = Inspection.objects.create(
        store=store, institution_id=store.institution_id, made_on=made_on, by=by, remarks=remarks
    )
    audit.record("inspection.add", inspection, by=by)
    for protection, description in found.items():
        if description.strip():
            _open_hazard(store, protection, by=by, written=description.strip(), inspection=inspection)
    return inspection


def _open_hazard(
    store: Store, protection: str, *, by: Any, channel: str = Case.Channel.WINDOW, **found: Any
) -> Hazard:
    hazard = Hazard(
        institution=store.institution,
        state=State.OPEN,
        store=store,
        protection=protection,
        channel=channel,
        **found,
    )
    return open_case(hazard, by=by, permission=None, deadline="store_repair")


@step(
    Hazard,
    label=gettext_lazy("Repaired"),
    sources=[State.OPEN],
    target=State.REPAIRED,
    permission=Permission.PROTECTION_RECORD,
)
def note_repair(hazard: Hazard, *, by: Any, repair: str) -> None:
    """What was done against it, and by whom."""
    hazard.repair, hazard.repaired_by = repair, by


@step(
    Hazard,
    label=gettext_lazy("Cleared"),
    sources=[State.REPAIRED],
    target=State.CLEARED,
    permission=Permission.PROTECTION_VIEW,
    unlike=["repaired_by"],
    deadline=None,
    singly=True,
)
def clear(hazard: Hazard, *, by: Any) -> None:
    """A second person has looked and found it as it should be."""


@step(
    Hazard,
    label=gettext_lazy("Not yet repaired"),
    sources=[State.REPAIRED],
    target=State.OPEN,
    permission=Permission.PROTECTION_VIEW,
    unlike=["repaired_by"],
    deadline="store_repair",
)
def reopen(hazard: Hazard, *, by: Any, reason: str) -> None:
    """A second person has looked and it is not yet as it should be."""
    hazard.repaired_by = None


@transaction.atomic
def let_in(store: Store, *, by: Any, visitor: str, affiliation: str, purpose: str) -> Visit:
    """Somebody enters the store accompanied by ``by``; nobody does so alone."""
    if not can(by, Permission.PROTECTION_RECORD, at=store.institution_id):
        raise PermissionDenied
    visit = Visit.objects.create(
        store=store,
        institution_id=store.institution_id,
        visitor=visitor,
        affiliation=affiliation,
        purpose=purpose,
        accompanied_by=by,
        entered_at=timezone.now(),
    )
    audit.record("visit.add", visit, by=by)
    return visit


@transaction.atomic
def let_out(visit: Visit, *, by: Any) -> Visit:
    """The visitor has left."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not can(by, Permission.PROTECTION_RECORD, at=visit.institution_id):
        raise PermissionDenied
    if visit.left_at:
        raise ValidationError(_("This visitor has left already."))
    before = audit.snapshot(visit)
    visit.left_at = max(timezone.now(), visit.entered_at)
    visit.save(update_fields=["left_at"])
    audit.record("visit.end", visit, by=by, before=before)
    return visit


def take_key(store: Store, *, by: Any, key: str) -> KeyHandover:
    """``by`` takes a key of the store. Refused while it is with somebody."""
    if not can(by, Permission.PROTECTION_RECORD, at=store.institution_id):
        raise PermissionDenied
    try:
        with transaction.atomic():
            handover = KeyHandover.objects.create(
                store=store, institution_id=store.institution_id, key=key.strip(), holder=by, taken_at=timezone.now()
            )
            audit.record("keyhandover.add", handover, by=by)
            return handover
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


@transaction.atomic
def return_key(handover: KeyHandover, *, by: Any) -> KeyHandover:
    """The key hangs in its place again."""
    handover = KeyHandover.objects.select_for_update().get(pk=handover.pk)
    if not can(by, Permission.PROTECTION_RECORD, at=handover.institution_id):
        raise PermissionDenied
    if handover.returned_at:
        raise ValidationError(_("This key is back already."))
    before = audit.snapshot(handover)
    handover.returned_at = max(timezone.now(), handover.taken_at)
    handover.save(update_fields=["returned_at"])
    audit.record("keyhandover.end", handover, by=by, before=before)
    return handover


STEPS = {function.__name__: function for function in (note_repair, clear, reopen)}
