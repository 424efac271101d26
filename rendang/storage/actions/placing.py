"""上架、移位、下架: each ends the earlier placement, begins the next and leaves one audit event on the dossier.

Locks are taken in the order written in ``rendang.kernel.workflow.steps``: dossier → custody → slot → placement.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.models import Case
from rendang.storage import queries
from rendang.storage.actions import retrieving
from rendang.storage.actions.refusing import (
    refuse_if_full,
    refuse_if_in_hand,
    refuse_if_lost,
    refuse_if_placed,
    refuse_if_there,
    refuse_unless_here,
    refused_in_words,
)
from rendang.storage.actions.seeing import Seen, note_seen
from rendang.storage.models import Placement, Slot

Kind = Placement.Kind
# Nobody of the house has the dossier before them.
UNSEEN = frozenset({Kind.ELSEWHERE, *Placement.NOWHERE})


def place(dossier: Dossier, slot: Slot, *, by: Any, case: Case | None = None) -> Placement:
    """上架 — put a dossier that lies nowhere yet, or on the desk, into a slot of its keeper.

    Needs the right to move dossiers at the slot's institution. Refused with a sentence when the slot is full, the
    dossier already lies in a slot (that is ``move``), is on its way, or is not held by the slot's institution.
    """
    if not can(by, Permission.STORAGE_MOVE, at=slot.institution_id):
        raise PermissionDenied
    with refused_in_words():
        dossier, now = _locked(dossier)
        refuse_if_placed(dossier, now)
        return _into_slot(dossier, now, slot, verb="placement.place", by=by, case=case)


def move(dossier: Dossier, slot: Slot, *, by: Any) -> Placement:
    """移位 — from one slot into another of the same institution."""
    if not can(by, Permission.STORAGE_MOVE, at=slot.institution_id):
        raise PermissionDenied
    with refused_in_words():
        dossier, now = _locked(dossier)
        refuse_if_in_hand(dossier, now, None)
        if not now or now.kind != Kind.SLOT:
            raise ValidationError(_("%(barcode)s lies in no slot. Place it instead.") % {"barcode": dossier})
        refuse_if_there(dossier, now, slot)
        return _into_slot(dossier, now, slot, verb="placement.move", by=by)


def take_out(dossier: Dossier, *, by: Any, detail: str, case: Case | None = None) -> Placement:
    """下架 — from its slot, or from where the roster says it lies, to the desk named in ``detail``.

    Without a case it is for whatever on the pick list needs it first, if anything does.
    Needs the right to move dossiers where it lies. A step with a permission of its own uses ``put_on_desk``.
    """
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and not can(by, Permission.STORAGE_MOVE, at=now.institution_id):
            raise PermissionDenied
        refuse_if_in_hand(dossier, now, case)
        if not now or now.kind not in {Kind.SLOT, Kind.AS_WRITTEN}:
            raise ValidationError(_("%(barcode)s lies in no slot.") % {"barcode": dossier})
        where = _whereabouts(dossier, now)
        if case is None and (first := queries.fetch_order(dossier, where)):
            case = first.case
        return _onward(dossier, now, Kind.DESK, where, verb="placement.take_out", by=by, detail=detail, case=case)


def put_back(dossier: Dossier, *, by: Any) -> Placement:
    """归位 — from the desk or the reading room into the slot in which it lay last, if that still has room."""
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and not can(by, Permission.STORAGE_MOVE, at=now.institution_id):
            raise PermissionDenied
        refuse_if_in_hand(dossier, now, None)
        if not now or now.kind not in Placement.AT_HAND:
            raise ValidationError(
                _("%(barcode)s is not at the desk, so it cannot be put back.") % {"barcode": dossier}
            )
        slot = queries.last_slot(dossier, now.institution_id)
        if slot is None:
            raise ValidationError(
                _("%(barcode)s has never lain in a slot here. Place it instead.") % {"barcode": dossier}
            )
        return _into_slot(dossier, now, slot, verb="placement.put_back", by=by)


def hand_to_courier(dossier: Dossier, *, by: Any, detail: str, case: Case | None = None) -> Placement:
    """交寄 — the dossier leaves the house; ``detail`` names the carrier and its number. The caller has checked.

    Until it arrives somewhere (``put_on_desk``) it is on its way from the institution at which it was last.
    """
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and now.kind == Kind.COURIER:
            raise ValidationError(_("%(barcode)s is on its way already.") % {"barcode": dossier})
        refuse_if_lost(dossier, now)
        where = _whereabouts(dossier, now)
        return _onward(
            dossier, now, Kind.COURIER, where, verb="placement.hand_to_courier", by=by, detail=detail, case=case
        )


def put_on_desk(
    dossier: Dossier, institution: Institution, *, by: Any, detail: str, case: Case | None = None
) -> Placement:
    """The dossier has come to a desk of the institution, wherever it was before. The caller has checked."""
    with refused_in_words():
        dossier, now = _locked(dossier)
        return _onward(
            dossier, now, Kind.DESK, institution, verb="placement.put_on_desk", by=by, detail=detail, case=case
        )


def put_in_reading_room(dossier: Dossier, *, by: Any, detail: str, case: Case | None = None) -> Placement:
    """阅档 — to be read under the eyes of staff, in the house in which it is. The caller has checked."""
    return _hand_on(dossier, Kind.READING_ROOM, by=by, detail=detail, case=case)


def lend(dossier: Dossier, *, by: Any, detail: str, case: Case | None = None) -> Placement:
    """借出 — out of the house, to the borrower named in ``detail``. The caller has checked.

    It has come back when it is ``put_on_desk`` again; until then nobody places it.
    """
    return _hand_on(dossier, Kind.BORROWER, by=by, detail=detail, case=case)


def leave_for_good(dossier: Dossier, *, by: Any, detail: str, case: Case | None = None) -> Placement:
    """The keeper outside the city's system, named in ``detail``, has confirmed that it has the dossier."""
    return _hand_on(dossier, Kind.ELSEWHERE, by=by, detail=detail, case=case)


def report_missing(dossier: Dossier, *, by: Any, detail: str, case: Case | None = None) -> Placement:
    """It is not where it should be and is being looked for. The caller has checked.

    Found again it is ``put_on_desk`` or placed.
    """
    return _hand_on(dossier, Kind.MISSING, by=by, detail=detail, case=case)


def declare_lost(dossier: Dossier, *, by: Any, detail: str, case: Case) -> Placement:
    """认定遗失 — it was looked for and not found, by the decision that ``case`` records. The caller has checked.

    It is lent, certified and sent no more. Should it turn up, or be reconstructed, it is ``put_on_desk`` or placed.
    """
    return _hand_on(dossier, Kind.LOST, by=by, detail=detail, case=case)


def _hand_on(dossier: Dossier, kind: str, *, by: Any, detail: str, case: Case | None) -> Placement:
    with refused_in_words():
        dossier, now = _locked(dossier)
        if now and now.kind == kind:
            raise ValidationError(
                _("%(barcode)s is there already: %(place)s.") % {"barcode": dossier, "place": now.label}
            )
        if now and now.kind == Kind.ELSEWHERE:
            raise ValidationError(_("%(barcode)s has left for good.") % {"barcode": dossier})
        refuse_if_lost(dossier, now)
        where = _whereabouts(dossier, now)
        verb = f"placement.{kind.lower()}"
        return _onward(dossier, now, kind, where, verb=verb, by=by, detail=detail, case=case)


def _locked(dossier: Dossier) -> tuple[Dossier, Placement | None]:
    """The dossier, locked, and where it is now: nobody else moves it until this transaction ends."""
    dossier = Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
    return dossier, queries.current_placement(dossier)


def _custody(dossier: Dossier) -> Custody | None:
    held = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).select_related("institution")
    return held.select_for_update(of=("self",), no_key=True).first()


def _whereabouts(dossier: Dossier, now: Placement | None) -> Institution:
    """The institution at which the dossier is: where it was put last, else who holds it."""
    custody = _custody(dossier)
    if now:
        return now.institution
    if custody:
        return custody.institution
    raise ValidationError(_("It is not known where %(barcode)s is.") % {"barcode": dossier})


def _into_slot(
    dossier: Dossier, now: Placement | None, slot: Slot, *, verb: str, by: Any, case: Case | None = None
) -> Placement:
    custody = _custody(dossier)
    refuse_unless_here(dossier, custody.institution_id if custody else None, now, slot)
    assert custody is not None
    involved = {slot.pk, now.slot_id} if now and now.slot_id else {slot.pk}
    rows = Slot.objects.select_for_update(no_key=True).filter(pk__in=involved).order_by("pk")
    locked = {row.pk: row for row in rows}
    if slot.pk not in locked:
        raise ValidationError(_("This slot no longer exists."))
    slot = locked[slot.pk]
    thickness = queries.thickness_of(dossier, slot.institution_id)
    refuse_if_full(slot, thickness)
    following = Placement(
        dossier=dossier, institution=custody.institution, kind=Kind.SLOT, slot=slot, thickness=thickness, case=case
    )
    _write(now, following, verb=verb, by=by)
    slot.occupied += 1  # as the trigger has counted
    slot.used += thickness
    return following


def _onward(
    dossier: Dossier,
    now: Placement | None,
    kind: str,
    institution: Institution,
    *,
    verb: str,
    by: Any,
    detail: str,
    case: Case | None,
) -> Placement:
    detail = detail.strip()
    if len(detail) > Placement.DETAIL_LENGTH:
        raise ValidationError(
            _("Describe the place in at most %(length)d characters.") % {"length": Placement.DETAIL_LENGTH}
        )
    refuse_if_in_hand(dossier, now, case)
    if now and now.slot_id:
        Slot.objects.select_for_update(no_key=True).get(pk=now.slot_id)
    following = Placement(dossier=dossier, institution=institution, kind=kind, detail=detail, case=case)
    return _write(now, following, verb=verb, by=by)


def _write(now: Placement | None, following: Placement, *, verb: str, by: Any) -> Placement:
    following.by, following.since = by, timezone.now()
    if now:
        following.since = max(following.since, now.since)  # the clocks of two servers differ by a little
        now.until = following.since
        now.save(update_fields=["until"])
    following.save()
    _record(verb, following, now, by=by)
    if following.kind not in UNSEEN:
        note_seen([seen(following)], following.institution_id, by=by)
    if following.kind != Kind.SLOT:
        retrieving.note_fetched(following)
    return following


def seen(placement: Placement) -> Seen:
    return Seen(placement.dossier_id, placement.since, placement.slot_id, placement.detail)


def _record(verb: str, following: Placement, earlier: Placement | None, *, by: Any) -> None:
    """On the dossier, so that its own history tells it; the places in the same words whatever the language."""
    audit.record(
        verb,
        following.dossier,
        by=by,
        institution=following.institution,
        detail={"place": [earlier.record if earlier else None, following.record]},
    )
