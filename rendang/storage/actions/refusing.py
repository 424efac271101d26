"""What stands in the way of a dossier's place, in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rendang.dossiers.models import Dossier
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.workflow.models import Case, kind_of
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


def refuse_if_placed(dossier: Dossier, now: Placement | None) -> None:
    if now and now.kind == Kind.SLOT:
        raise ValidationError(
            _("%(barcode)s already lies in %(position)s. To change its place, move it.")
            % {"barcode": dossier, "position": now.slot}
        )


def refuse_if_there(dossier: Dossier, now: Placement | None, slot: Slot) -> None:
    if now and now.slot_id == slot.pk:
        raise ValidationError(_("%(barcode)s lies in %(position)s already.") % {"barcode": dossier, "position": slot})


def refuse_if_lost(dossier: Dossier, now: Placement | None) -> None:
    """Nobody hands on what is lost for good; found or reconstructed it lies on a desk or in a slot first."""
    if now and now.kind == Kind.LOST:
        raise ValidationError(
            _("%(barcode)s is lost for good (%(case)s). Should it turn up or be reconstructed, record that first.")
            % {"barcode": dossier, "case": now.detail}
        )


def refuse_if_in_hand(dossier: Dossier, now: Placement | None, case: Case | None) -> None:
    """What is read or lent under a case comes back under that case, counted and signed for, and by no other way; so
    does what was lost under it, where the case says so."""
    if now is None or now.kind not in Placement.IN_HAND | Placement.NOWHERE:
        return
    if now.case is None or not now.case.is_open or (case is not None and case.pk == now.case_id):
        return
    if now.kind in Placement.IN_HAND:
        raise ValidationError(
            _("%(barcode)s is in a reader's hands (%(case)s). Take it back there first.")
            % {"barcode": dossier, "case": now.case}
        )
    if kind_of(now.case.kind).FINDS_WHAT_IT_LOST:
        raise ValidationError(
            _("%(barcode)s is being looked for (%(case)s). Record there that it was found.")
            % {"barcode": dossier, "case": now.case}
        )


def refuse_unless_here(dossier: Dossier, holder: int | None, now: Placement | None, slot: Slot) -> None:
    """Raise ``ValidationError`` unless the slot's institution holds the dossier and has it in the house."""
    refuse_if_in_hand(dossier, now, None)
    if holder != slot.institution_id:
        raise ValidationError(
            _("%(barcode)s is not held by the institution to which %(position)s belongs.")
            % {"barcode": dossier, "position": slot}
        )
    if now and now.kind == Kind.COURIER:
        raise ValidationError(_("%(barcode)s is on its way. Register its arrival first.") % {"barcode": dossier})
    if now and now.kind in Placement.AWAY:
        raise ValidationError(
            _("%(barcode)s is not in the house (%(place)s). Register its return first.")
            % {"barcode": dossier, "place": now.label}
        )
    if now and now.institution_id != slot.institution_id:
        raise ValidationError(_("%(barcode)s is at another institution.") % {"barcode": dossier})


def refuse_if_full(slot: Slot, thickness: int) -> None:
    """By number and by width, for a dossier of so many millimetres."""
    if slot.room < 1:
        raise ValidationError(
            _("%(position)s is full: it holds %(occupied)d of %(capacity)d. Choose another slot.")
            % {"position": slot, "occupied": slot.occupied, "capacity": slot.capacity},
            code="full",
        )
    if not slot.fits(thickness):
        raise ValidationError(
            _("%(position)s is too narrow: %(left)d of %(width)d mm are free, the dossier takes %(thickness)d mm.")
            % {"position": slot, "left": slot.width_left, "width": slot.width, "thickness": thickness},
            code="full",
        )
