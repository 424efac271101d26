"""Which dossiers a list means: archive numbers, barcodes or identity numbers; or those of an employer."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.dossiers.models import Custody, Dossier, Material, Volume
from rendang.kernel.access.models import Institution
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import mask_id_number, normalise_id_number
from rendang.kernel.core.language import listed
from rendang.kernel.core.sheets import UnreadableTable
from rendang.kernel.core.sheets.tables import read_table
from rendang.people.queries import canonical_number

BARCODE = re.compile(r"^RD(\d{9})$")
ID_NUMBER = re.compile(r"^(\d{17}[\dX]|\d{15})$")
COLUMNS = {
    "archive_number": ("档案编号", "存档编号", "档号"),
    "id_number": ("身份证号", "公民身份号码", "身份证号码", "证件号码"),
}
MOST_NAMED = 10


def listed_in(table: BinaryIO, *, most: int) -> list[str]:
    """What each row of a table names its dossier by: the archive number, else the identity number."""
    for wanted in COLUMNS:
        try:
            rows = read_table(table, COLUMNS, required=[wanted], most=most)
        except UnreadableTable as unreadable:
            refusal = str(unreadable)
            continue
        return [row.values["archive_number"] or row.values["id_number"] for row in rows]
    raise ValidationError(refusal)


def find_listed(institution: Institution, entries: Iterable[str]) -> list[Dossier]:
    """The dossiers that the institution holds under these numbers; three queries for however many.

    Raises ``ValidationError`` that names what it does not hold: nothing of a list is passed over in silence.
    """
    asked = list(dict.fromkeys(entry.strip().upper() for entry in entries if entry.strip()))
    held = Custody.objects.filter(institution=institution, status=Custody.Status.HELD).select_related(
        "dossier__person"
    )
    barcodes = {entry: int(match[1]) for entry in asked if (match := BARCODE.match(entry))}
    numbers = {
        entry: blind_index(canonical_number(entry)) for entry in asked if ID_NUMBER.match(normalise_id_number(entry))
    }
    found: dict[str, Dossier] = {}
    by_number = {custody.archive_number.upper(): custody.dossier for custody in held.filter(archive_number__in=asked)}
    by_barcode = {custody.dossier_id: custody.dossier for custody in held.filter(dossier__in=barcodes.values())}
    by_person = {
        bytes(custody.dossier.person.id_index): custody.dossier
        for custody in held.filter(dossier__person__id_index__in=numbers.values())
    }
    for entry in asked:
        dossier = (
            by_number.get(entry) or by_barcode.get(barcodes.get(entry, 0)) or by_person.get(numbers.get(entry, b""))
        )
        if dossier is not None:
            found[entry] = dossier
    missing = [mask_id_number(entry) if entry in numbers else entry for entry in asked if entry not in found]
    if missing:
        raise ValidationError(
            _("%(count)d of the list are not held here: %(some)s. Nothing was entered.")
            % {"count": len(missing), "some": listed(missing[:MOST_NAMED])}
        )
    return list({dossier.pk: dossier for dossier in found.values()}.values())


def of_employer(institution: Institution, name: str) -> list[Dossier]:
    """The dossiers that the institution holds for an employer, by its name as it is on record."""
    held = Custody.objects.filter(institution=institution, status=Custody.Status.HELD, employer__name=name.strip())
    found = [custody.dossier for custody in held.select_related("dossier__person").order_by("archive_number")]
    if not found:
        raise ValidationError(_("No dossier is held here for an employer of this name."))
    return found


@dataclass(frozen=True)
class Catalogued:
    """How much there is of a dossier by its catalogue."""

    principal: int = 0
    duplicate: int = 0
    papers: int = 0
    pages: int = 0


def to_be_checked(departure: Departure, most: int) -> list[tuple[DepartingDossier, Catalogued]]:
    """The next lines of a list that nobody has checked, with what the catalogue says of each."""
    waiting = departure.lines.filter(outcome=DepartingDossier.Outcome.GOING, checked_by=None)
    lines = list(waiting.select_related("dossier__person", "custody").order_by("pk")[:most])
    keys = [line.dossier_id for line in lines]
    volumes = Counter(Volume.objects.filter(dossier__in=keys).values_list("dossier", "kind"))
    papers = Material.objects.filter(dossier__in=keys, removed_at=None).order_by().values("dossier")
    counted = {
        row[0]: row[1:] for row in papers.annotate(n=Count("pk"), p=Sum("pages")).values_list("dossier", "n", "p")
    }
    return [
        (
            line,
            Catalogued(
                volumes[line.dossier_id, Volume.Kind.PRINCIPAL],
                volumes[line.dossier_id, Volume.Kind.DUPLICATE],
                *counted.get(line.dossier_id, (0, 0)),
            ),
        )
        for line in lines
    ]
