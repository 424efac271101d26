"""标签: labels for dossiers, boxes and slots. Printing them is an event, and a line among the printed labels."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import queries
from rendang.storage.labels import STOCKS, SYMBOLS, Label, label_sheets
from rendang.storage.models import LabelPrint, Slot

MOST_LABELS = 960  # 40 sheets of 24
Subject = LabelPrint.Subject
VERBS: dict[str, str] = {
    Subject.DOSSIER: "label.print_dossiers",
    Subject.BOX: "label.print_boxes",
    Subject.SLOT: "label.print_slots",
}


@transaction.atomic
def print_dossier_labels(dossiers: Sequence[int], institution: Institution, *, by: Any, **sheet: Any) -> bytes:
    """A PDF of labels, in the given order, for those of the dossiers that the institution holds.

    The name, the archive number, the place; the symbol is the dossier's barcode. ``sheet``: stock, symbol, start (the
    first place of the sheet that is not used yet) and reason, which is needed when one of them was printed before.
    """
    _check(len(dossiers), institution, by)
    held = {
        custody.dossier_id: custody
        for custody in Custody.objects.filter(
            dossier__in=dossiers, institution=institution, status=Custody.Status.HELD
        ).select_related("dossier__person")
    }
    places = {placement.dossier_id: placement for placement in queries.current_placements(held)}
    printed = [pk for pk in dossiers if pk in held]
    labels = [
        Label(
            title=held[pk].dossier.person.name,
            lines=[held[pk].archive_number, _position(places.get(pk))],
            code=held[pk].dossier.barcode,
        )
        for pk in printed
    ]
    detail = {"dossiers": [None, printed]}
    return _print(Subject.DOSSIER, printed, labels, institution, by=by, detail=detail, **sheet)


@transaction.atomic
def print_box_labels(slots: Sequence[Slot], institution: Institution, *, by: Any, **sheet: Any) -> bytes:
    """A PDF of labels for the boxes that stand in slots: the position, and the first and last number they hold."""
    _check_slots(slots, institution, by)
    numbers = queries.numbers_in(slots)
    filled = [slot for slot in slots if numbers.get(slot.pk)]
    labels = [
        Label(
            title=slot.code.removeprefix(f"{slot.store.code}-"),
            lines=[
                " — ".join(dict.fromkeys([numbers[slot.pk][0], numbers[slot.pk][-1]])),
                f"{slot.store}　{len(numbers[slot.pk])} 卷",
            ],
            code=slot.code,
        )
        for slot in filled
    ]
    return _print(
        Subject.BOX, [slot.pk for slot in filled], labels, institution, by=by, detail=_range(filled), **sheet
    )


@transaction.atomic
def print_slot_labels(slots: Sequence[Slot], institution: Institution, *, by: Any, **sheet: Any) -> bytes:
    """A PDF of labels for slots; the symbol is the position."""
    _check_slots(slots, institution, by)
    labels = [
        Label(title=slot.code.removeprefix(f"{slot.store.code}-"), lines=[str(slot.store)], code=slot.code)
        for slot in slots
    ]
    return _print(Subject.SLOT, [slot.pk for slot in slots], labels, institution, by=by, detail=_range(slots), **sheet)


def _print(
    subject: str,
    keys: list[int],
    labels: list[Label],
    institution: Institution,
    *,
    by: Any,
    detail: dict[str, Any],
    stock: str = "3x8",
    symbol: str = "qr",
    start: int = 1,
    reason: str = "",
) -> bytes:
    _check(len(labels), institution, by)
    if stock not in STOCKS or symbol not in SYMBOLS:
        raise ValidationError(_("There is no such label."))
    before = LabelPrint.objects.filter(institution=institution, subject=subject, keys__overlap=keys)
    last = before.select_related("by").order_by("-at").first()
    if last and not reason.strip():
        raise ValidationError(
            {
                "reason": _("Some were printed before, last on %(day)s by %(by)s. Say why they are printed again.")
                % {"day": timezone.localtime(last.at).date(), "by": last.by}
            }
        )
    made = label_sheets(labels, stock=STOCKS[stock], symbol=symbol, start=start)
    LabelPrint.objects.create(
        institution=institution,
        subject=subject,
        keys=keys,
        stock=stock,
        symbol=symbol,
        is_reprint=last is not None,
        reason=reason.strip()[:200],
        by=by,
        at=timezone.now(),
    )
    audit.record(VERBS[subject], institution, by=by, institution=institution, detail=detail, reason=reason.strip())
    return made


def _range(slots: Sequence[Slot]) -> dict[str, Any]:
    if not slots:
        return {}
    return {"slots": [None, len(slots)], "positions": [slots[0].code, slots[-1].code]}


def _check_slots(slots: Sequence[Slot], institution: Institution, by: Any) -> None:
    _check(len(slots), institution, by)
    if any(slot.institution_id != institution.pk for slot in slots):
        raise PermissionDenied


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
