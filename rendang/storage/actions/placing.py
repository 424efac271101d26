"""上架、移位、下架: each ends the earlier placement, begins the next and leaves one audit event on the dossier.

Locks are taken in the order written in ``rendang.kernel.workflow.steps``: dossier → custody → slot → placement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.workflow.models import Case
from rendang.storage import queries
from rendang.storage.models import Placement, Slot

Kind = Placement.Kind


@contextmanager
def refused_in_words() -> Iterator[None]:
    """One transaction whose broken promises reach the person at the screen as a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


def place(
    dossier: Dossier, slot: Slot, *, by: Any, case: Case | None = None
) -> Placement:
    """上架 — put a dossier that lies nowhere yet, or on the desk, into a slot of its keeper.

    Needs the right to move dossiers at the slot's institution. Refused with a sentence when the slot is full, the
    dossier already lies in a slot (that is ``move``), is on its way, or is not held by the slot's institution.
    """
    if not can(by, Permission.STORAGE_MOVE, at=slot.institution_id):
        raise PermissionDenied
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and now.kind == Kind.SLOT:
            raise ValidationError(
                _("%(dossier)s already lies in %(slot)s. To change its place, move it.")
                % {"dossier": dossier, "slot": now.slot}
            )
        return _into_slot(dossier, now, slot, verb="placement.place", by=by, case=case)


def move(dossier: Dossier, slot: Slot, *, by: Any) -> Placement:
    """移位 — from one slot into another of the same institution."""
    if not can(by, Permission.STORAGE_MOVE, at=slot.institution_id):
        raise PermissionDenied
    with refused_in_words():
        dossier, now = _locked(dossier)
        if not now or now.kind != Kind.SLOT:
            raise ValidationError(
                _("%(dossier)s lies in no slot. Place it instead.")
                % {"dossier": dossier}
            )
        if now.slot_id == slot.pk:
            raise ValidationError(
                _("%(dossier)s lies in %(slot)s already.")
                % {"dossier": dossier, "slot": now.slot}
            )
        return _into_slot(dossier, now, slot, verb="placement.move", by=by)


def take_out(
    dossier: Dossier, *, by: Any, detail: str, case: Case | None = None
) -> Placement:
    """下架 — from its slot, or from where the roster says it lies, to the desk named in ``detail``.

    Needs the right to move dossiers where it lies. A step whose permission is another uses ``put_on_desk``.
    """
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and not can(by, Permission.STORAGE_MOVE, at=now.institution_id):
            raise PermissionDenied
        if not now or now.kind not in {Kind.SLOT, Kind.AS_WRITTEN}:
            raise ValidationError(
                _("%(dossier)s lies in no slot.") % {"dossier": dossier}
            )
        return _onward(
            dossier,
            now,
            Kind.DESK,
            now.institution_id,
            verb="placement.take_out",
            by=by,
            detail=detail,
            case=case,
        )


def put_back(dossier: Dossier, *, by: Any) -> Placement:
    """归位 — from the desk into the slot in which it lay last, if that still has room."""
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and not can(by, Permission.STORAGE_MOVE, at=now.institution_id):
            raise PermissionDenied
        if not now or now.kind != Kind.DESK:
            raise ValidationError(
                _("%(dossier)s is not at the desk, so it cannot be put back.")
                % {"dossier": dossier}
            )
        slot = queries.last_slot(dossier, now.institution_id)
        if slot is None:
            raise ValidationError(
                _("%(dossier)s has never lain in a slot here. Place it instead.")
                % {"dossier": dossier}
            )
        return _into_slot(dossier, now, slot, verb="placement.put_back", by=by)


def hand_to_courier(
    dossier: Dossier, *, by: Any, detail: str, case: Case | None = None
) -> Placement:
    """交寄 — the dossier leaves the house; ``detail`` names the carrier and its number. The caller has checked.

    Until it arrives somewhere (``put_on_desk``) it is on its way from the institution at which it was last.
    """
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and now.kind == Kind.COURIER:
            raise ValidationError(
                _("%(dossier)s is on its way already.") % {"dossier": dossier}
            )
        custody = _held(dossier)
        if not now and not custody:
            raise ValidationError(
                _("It is not known where %(dossier)s is.") % {"dossier": dossier}
            )
        where = now.institution_id if now else custody.institution_id  # type: ignore[union-attr]
        return _onward(
            dossier,
            now,
            Kind.COURIER,
            where,
            verb="placement.hand_to_courier",
            by=by,
            detail=detail,
            case=case,
        )


def put_on_desk(
    dossier: Dossier,
    institution: Institution,
    *,
    by: Any,
    detail: str,
    case: Case | None = None,
) -> Placement:
    """The dossier has come to a desk of the institution, wherever it was before. The caller has checked."""
    return relocate(
        dossier,
        Kind.DESK,
        institution,
        verb="placement.put_on_desk",
        by=by,
        detail=detail,
        case=case,
    )


def relocate(
    dossier: Dossier,
    kind: str,
    institution: Institution,
    *,
    verb: str,
    by: Any,
    detail: str = "",
    case: Case | None = None,
) -> Placement:
    """End the dossier's placement, whatever it was, and begin another outside the slots. The caller has checked."""
    with refused_in_words():
        dossier, now = _locked(dossier)
        return _onward(
            dossier,
            now,
            kind,
            institution.pk,
            verb=verb,
            by=by,
            detail=detail,
            case=case,
        )


def _locked(dossier: Dossier) -> tuple[Dossier, Placement | None]:
    """The dossier, locked, and where it is now: nobody else moves it until this transaction ends."""
    dossier = Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
    return dossier, queries.current_placement(dossier)


def _held(dossier: Dossier) -> Custody | None:
    return (
        Custody.objects.select_for_update(no_key=True)
        .filter(dossier=dossier, status=Custody.Status.HELD)
        .first()
    )


def _into_slot(
    dossier: Dossier,
    now: Placement | None,
    slot: Slot,
    *,
    verb: str,
    by: Any,
    case: Case | None = None,
) -> Placement:
    custody = _held(dossier)
    if custody is None or custody.institution_id != slot.institution_id:
        raise ValidationError(
            _("%(dossier)s is not held by the institution to which %(slot)s belongs.")
            % {"dossier": dossier, "slot": slot}
        )
    if now and now.kind == Kind.COURIER:
        raise ValidationError(
            _("%(dossier)s is on its way. Register its arrival first.")
            % {"dossier": dossier}
        )
    if now and now.institution_id != slot.institution_id:
        raise ValidationError(
            _("%(dossier)s is at another institution.") % {"dossier": dossier}
        )
    involved = {slot.pk, now.slot_id} if now and now.slot_id else {slot.pk}
    locked = {
        row.pk: row
        for row in Slot.objects.select_for_update(no_key=True)
        .filter(pk__in=involved)
        .order_by("pk")
    }
    if slot.pk not in locked:
        raise ValidationError(
            _("%(slot)s is no longer a slot of the store.") % {"slot": slot}
        )
    slot = locked[slot.pk]
    if slot.room < 1:
        raise ValidationError(
            _(
                "%(slot)s is full: it holds %(occupied)d of %(capacity)d. Choose another slot."
            )
            % {"slot": slot, "occupied": slot.occupied, "capacity": slot.capacity}
        )
    return _write(
        dossier,
        now,
        Kind.SLOT,
        slot.institution_id,
        verb=verb,
        by=by,
        slot=slot,
        case=case,
    )


def _onward(
    dossier: Dossier,
    now: Placement | None,
    kind: str,
    institution_id: int,
    *,
    verb: str,
    by: Any,
    detail: str,
    case: Case | None,
) -> Placement:
    detail = detail.strip()
    if len(detail) > Placement.DETAIL_LENGTH:
        raise ValidationError(
            _("Describe the place in at most %(length)d characters.")
            % {"length": Placement.DETAIL_LENGTH}
        )
    if now and now.slot_id:
        Slot.objects.select_for_update(no_key=True).get(pk=now.slot_id)
    return _write(
        dossier, now, kind, institution_id, verb=verb, by=by, detail=detail, case=case
    )


def _write(
    dossier: Dossier,
    now: Placement | None,
    kind: str,
    institution_id: int,
    *,
    verb: str,
    by: Any,
    slot: Slot | None = None,
    detail: str = "",
    case: Case | None = None,
) -> Placement:
    at = timezone.now()
    if now:
        at = max(at, now.since)  # the clocks of two servers differ by a little
        now.until = at
        now.save(update_fields=["until"])
    following = Placement.objects.create(
        dossier=dossier,
        institution_id=institution_id,
        kind=kind,
        slot=slot,
        detail=detail,
        since=at,
        by=by,
        case=case,
    )
    audit.record(
        verb,
        dossier,
        by=by,
        institution=following.institution,
        detail={"place": [now.record if now else None, following.record]},
    )
    return following
