"""标签: QR labels for dossiers and slots. Printing them is an event: they carry names."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.documents.papers import Label, label_sheet
from rendang.storage import queries
from rendang.storage.models import Slot

MOST_LABELS = 960  # 40 sheets of 24


@transaction.atomic
def print_dossier_labels(dossiers: Sequence[int], institution: Institution, *, by: Any) -> bytes:
    """A PDF of labels, in the given order, for those of the dossiers that the institution holds.

    The name, the archive number, the place; the QR code is the dossier's barcode.
    """
    _check(len(dossiers), institution, by)
    held = {
        custody.dossier_id: custody
        for custody in Custody.objects.filter(
            dossier__in=dossiers, institution=institution, status=Custody.Status.HELD
        ).select_related("dossier__person")
    }
    places = {placement.dossier_id: placement for placement in queries.current_placements(held)}
    labels = [
        Label(
            title=held[pk].dossier.person.name,
            lines=[held[pk].archive_number, _position(places.get(pk))],
            code=held[pk].dossier.barcode,
        )
        for pk in dossiers
        if pk in held
    ]
    _check(len(labels), institution, by)
    printed = [pk for pk in dossiers if pk in held]
    audit.record(
        "label.print_dossiers", institution, by=by, institution=institution, detail={"dossiers": [None, printed]}
    )
    return label_sheet(labels)


@transaction.atomic
def print_slot_labels(slots: Sequence[Slot], institution: Institution, *, by: Any) -> bytes:
    """A PDF of labels for slots; the QR code is the position."""
    _check(len(slots), institution, by)
    if any(slot.institution_id != institution.pk for slot in slots):
        raise PermissionDenied
    labels = [
        Label(title=slot.code.removeprefix(f"{slot.store.code}-"), lines=[str(slot.store)], code=slot.code)
        for slot in slots
    ]
    audit.record(
        "label.print_slots",
        institution,
        by=by,
        institution=institution,
        detail={"slots": [None, len(slots)], "positions": [slots[0].code, slots[-1].code]},
    )
    return label_sheet(labels)


def _check(count: int, institution: Institution, by: Any) -> None:
    if not can(by, Permission.STORAGE_MOVE, at=institution):
        raise PermissionDenied
    if not count:
        raise ValidationError(_("Nothing here to print a label for."))
    if count > MOST_LABELS:
        raise ValidationError(
            _("That would be %(count)d labels. At most %(most)d are printed at once: choose a smaller range.")
            % {"count": count, "most": MOST_LABELS}
        )


def _position(placement: Any) -> str:
    return placement.slot.code if placement and placement.slot else ""
