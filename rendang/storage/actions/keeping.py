"""存放要求: how thick a dossier is and in what sort of store it belongs."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import queries
from rendang.storage.actions.refusing import refused_in_words
from rendang.storage.models import Keeping, Placement, Slot, Store


def set_keeping(dossier: Dossier, *, by: Any, thickness: int | None, purpose: str = "") -> Keeping:
    """Say how thick a dossier is, in millimetres, and in what sort of store it belongs; ``None`` and "": as usual.

    Needs the right to move dossiers at its keeper. Refused when it would no longer fit into the slot in which it lies.
    """
    with refused_in_words():
        dossier = Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
        held = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).first()
        if held is None:
            raise ValidationError(_("Nobody keeps %(barcode)s.") % {"barcode": dossier})
        if not can(by, Permission.STORAGE_MOVE, at=held.institution_id):
            raise PermissionDenied
        if purpose and purpose not in Store.Purpose.values:
            raise ValidationError({"purpose": _("There is no such purpose of a store.")})
        if thickness is not None and not 1 <= thickness <= 2_000:
            raise ValidationError({"thickness": _("Give the thickness in millimetres, from 1 to 2000.")})
        keeping = Keeping.objects.filter(dossier=dossier).first() or Keeping(dossier=dossier)
        before = {"thickness": keeping.thickness, "purpose": keeping.purpose}
        keeping.thickness, keeping.purpose, keeping.by, keeping.at = thickness, purpose, by, timezone.now()
        keeping.save()
        _grow(dossier, thickness or queries.usual_thickness(held.institution_id))
        now = {"thickness": keeping.thickness, "purpose": keeping.purpose}
        changes = {name: [before[name], now[name]] for name in now if before[name] != now[name]}
        audit.record("keeping.set", dossier, by=by, institution=held.institution, detail=changes)
    return keeping


def _grow(dossier: Dossier, thickness: int) -> None:
    """What lies in a slot takes so much of it from now on."""
    placement = queries.current_placement(dossier)
    if placement is None or placement.slot_id is None or placement.thickness == thickness:
        return
    slot = Slot.objects.select_for_update(no_key=True).get(pk=placement.slot_id)
    if slot.width is not None and slot.used - placement.thickness + thickness > slot.width:
        raise ValidationError(
            {
                "thickness": _("%(position)s is %(width)d mm wide and full. Move the dossier first.")
                % {"position": slot, "width": slot.width}
            }
        )
    Placement.objects.filter(pk=placement.pk).update(thickness=thickness)
