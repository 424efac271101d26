"""What a scanned label or a typed text means: slots by their position, dossiers by barcode, number or name."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import listed
from rendang.storage.models import Slot, SlotQuerySet
from rendang.storage.ranges import normalised

# What the label of a dossier says; before it may stand what a scanner says of the kind of code (]C1), and signs that
# an input method has made of nothing.
BARCODE = re.compile(r"^(?:\][A-Z]\d)?[^0-9A-Z]*RD0*([0-9]{1,18})$", re.IGNORECASE)
_KIND_OF_CODE = re.compile(r"^\][A-Za-z]\d")


def position_read(text: str) -> str:
    """A slot's position as it is written on the shelf, from what a scanner sent or somebody typed."""
    plain = _KIND_OF_CODE.sub("", unicodedata.normalize("NFKC", text or "").strip())
    return normalised(plain).lstrip("'\"`·。,;:!?")


def known_slots(institution: Institution, texts: Iterable[str]) -> dict[str, int]:
    """Text → id of the slot it names, for those that name one. One query, however many texts."""
    codes = {text: position_read(text) for text in texts}
    wanted = {code for code in codes.values() if code}
    if not wanted:
        return {}
    known = dict(Slot.objects.filter(institution=institution, code__in=wanted).values_list("code", "pk"))
    return {text: known[code] for text, code in codes.items() if code in known}


def slot_by_code(slots: SlotQuerySet, text: str) -> Slot | None:
    """The slot that a scanned label or typed position names."""
    return slots.filter(code=position_read(text)).select_related("store", "institution").first()


def slots_between(institution: Institution, first: str, last: str = "") -> SlotQuerySet:
    """Slots from one position to another; the beginning of a position (a rack, a layer) stands for all of it."""
    first = normalised(first)
    last = normalised(last) or first
    return (
        Slot.objects.filter(Q(code__lte=last) | Q(code__startswith=last), institution=institution, code__gte=first)
        .select_related("store")
        .order_by("code")
    )


def dossiers_named(dossiers: Any, text: str) -> list[Dossier]:
    """The dossiers that a scanned label, an archive number or a whole name means; at most six."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    if barcode := BARCODE.match(text):
        return list(dossiers.filter(pk=int(barcode[1])))
    held = Q(custodies__status=Custody.Status.HELD)
    found = list(dossiers.filter(held, custodies__archive_number__iexact=text).order_by("pk")[:6])
    return found or list(dossiers.filter(person__name=text).order_by("pk")[:6])


def the_one_named(dossiers: Any, text: str) -> Dossier:
    """The one dossier that a text means, as above; raises ``ValidationError`` when it means none or several."""
    found = dossiers_named(dossiers, text)
    if not found:
        raise ValidationError(
            _("No dossier found for “%(text)s”. Scan the label or type the archive number.") % {"text": text}
        )
    if len(found) > 1:
        raise ValidationError(
            _("Several dossiers have this name: %(barcodes)s. Type the archive number.")
            % {"barcodes": listed(dossier.barcode for dossier in found)}
        )
    return found[0]


def dossiers_by_code(dossiers: Any, texts: Iterable[str]) -> dict[str, int]:
    """Text → id of the dossier whose barcode or archive number it is. At most two queries, however many texts."""
    plain = {text: unicodedata.normalize("NFKC", text).strip() for text in texts}
    barcodes = {text: int(found[1]) for text, code in plain.items() if (found := BARCODE.match(code))}
    there = set(dossiers.filter(pk__in=set(barcodes.values())).values_list("pk", flat=True))
    found_by_barcode = {text: pk for text, pk in barcodes.items() if pk in there}
    wanted = {code for text, code in plain.items() if text not in found_by_barcode}
    if not wanted:
        return found_by_barcode
    numbers = dict(
        dossiers.filter(custodies__archive_number__in=wanted, custodies__status=Custody.Status.HELD).values_list(
            "custodies__archive_number", "pk"
        )
    )
    return {text: numbers[code] for text, code in plain.items() if code in numbers} | found_by_barcode
