"""What a row of scans means: a slot, then the dossiers that go into it, the next slot, and so on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rendang.dossiers.models import DossierQuerySet
from rendang.storage.models import Slot, SlotQuerySet
from rendang.storage.queries.finding import dossiers_by_code, position_read


@dataclass(frozen=True)
class Scan:
    """One scanned label: a dossier with the slot it goes into, or why it goes nowhere."""

    code: str
    dossier: int | None = None
    slot: Slot | None = None
    problem: str = ""


def read_scans(
    codes: Iterable[str], slots: SlotQuerySet, dossiers: DossierQuerySet, *, into: Slot | None = None
) -> tuple[list[Scan], Slot | None]:
    """The dossiers among the scans, each with its slot, and the slot that holds at the end. Three queries."""
    codes = [code.strip() for code in codes if code.strip()]
    plain = {code: position_read(code) for code in codes}
    found = slots.filter(code__in=set(plain.values())).select_related("store", "institution")
    known = {slot.code: slot for slot in found}
    meant = dossiers_by_code(dossiers, [code for code in codes if plain[code] not in known])
    scans = []
    for code in codes:
        if slot := known.get(plain[code]):
            into = slot
        elif code not in meant:
            scans.append(Scan(code, problem=_("“%(code)s” is neither a slot nor a dossier.") % {"code": code}))
        elif into is None:
            scans.append(Scan(code, meant[code], problem=_("Scan a slot first.")))
        else:
            scans.append(Scan(code, meant[code], into))
    return scans, into
