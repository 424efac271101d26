"""A workbook of what a list shows: for a reason, within a limit, noted with its filter and its size."""

from collections.abc import Iterator
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries.search import search
from rendang.dossiers.search_text import Shape, read_search_text
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.sheets.writing import workbook
from rendang.kernel.standards import queries as standards
from rendang.people import queries as people

CHUNK = 2000
WIDTHS = (18, 16, 12, 6, 22, 12, 12, 14, 30, 12, 12, 18, 12, 12, 24)


@transaction.atomic
def export_dossiers(
    *, by: Any, reason: str, text: str = "", filters: dict[str, Any] | None = None, whole_numbers: bool = False
) -> IO[bytes]:
    """The list as XLSX, at its beginning. Identity numbers are masked unless asked for by somebody who may see them.

    Raises ``PermissionDenied``, or ``ValidationError`` when no reason is given or the list is longer than the policy
    ``export_rows`` allows.
    """
    if not can(by, Permission.DOSSIER_EXPORT):
        raise PermissionDenied
    if whole_numbers and not may_see_numbers(by):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": _("Say what the list is needed for.")})
    rows = search(by, text, filters, permission=Permission.DOSSIER_EXPORT).prefetch_related(None)
    if avoided := people.own_and_relatives(by):
        rows = rows.exclude(dossier__person__id_index__in=avoided)
    limit = int(standards.policy("export_rows", on=timezone.localdate()).value)
    count = rows.order_by()[: limit + 1].count()
    if count > limit:
        raise ValidationError(
            _("The list is longer than %(limit)d dossiers, the most that may be exported at once. Narrow the filter.")
            % {"limit": limit}
        )
    said = _filter_in_words(text, filters or {})
    audit.record(
        "dossier.export",
        by,
        by=by,
        reason=reason.strip(),
        detail={"filter": said, "rows": count, "whole_numbers": whole_numbers},
    )
    columns = list(zip(_headings(), WIDTHS, strict=True))
    remarks = [*said.items(), (_("Reason"), reason.strip()), (_("By"), str(by))]
    return workbook(_("Dossiers"), columns, _cells(rows, whole_numbers), remarks)


@transaction.atomic
def note_search(*, by: Any, text: str, filters: dict[str, Any], shown: int) -> None:
    """Note that somebody was shown a list of people: what was looked for, and how many rows there were."""
    audit.record("dossier.search", by, by=by, detail={"filter": _filter_in_words(text, filters), "rows": shown})


def may_see_numbers(by: Any) -> bool:
    """The right to whole numbers wherever there is the right to export."""
    exported, seen = (institution_ids_where(by, one) for one in (Permission.DOSSIER_EXPORT, Permission.DOSSIER_UNMASK))
    return seen is None or (exported is not None and exported <= seen)


def _filter_in_words(text: str, filters: dict[str, Any]) -> dict[str, str]:
    """The filter as the audit log may keep it: an identity number that was typed is not written down."""
    wanted = read_search_text(text)
    said = {name: str(value) for name, value in filters.items() if value}
    if wanted.shape != Shape.NOTHING:
        said["text"] = "***" if wanted.may_identify else wanted.value
    return said


def _cells(rows: Any, whole_numbers: bool) -> Iterator[list[str]]:
    here = Dossier.objects.filter(pk=OuterRef("dossier"), placements__until__isnull=True)
    person = "dossier__person__"
    values = rows.annotate(place=Subquery(here.values("placements__slot__code")[:1])).values_list(
        "archive_number", "institution__name", f"{person}name", f"{person}sex",
        f"{person}{'id_number' if whole_numbers else 'id_masked'}", f"{person}birth_date",
        f"{person}political_status", f"{person}education", "employer__name", "archive_type", "received_on", "place",
        "status", "ended_on", "sent_to",
    )  # fmt: skip
    with standards.steady():
        for row in values.iterator(chunk_size=CHUNK):
            cells = [value or "" for value in row]
            for at, table in ((3, "sex"), (6, "political_status"), (7, "education")):
                cells[at] = standards.code_name(table, cells[at], short=True) if cells[at] else ""
            cells[9] = str(Custody.ArchiveType(cells[9]).label)
            cells[12] = str(Custody.Status(cells[12]).label)
            yield cells


def _headings() -> list[str]:
    return [
        _("Archive number"), _("Institution"), _("Full name"), _("Sex"), _("ID number"), _("Date of birth"),
        _("Political status"), _("Education"), _("Employer"), _("Kind of custody"), _("Received"), _("Slot"),
        _("Custody"), _("Left"), _("Sent to"),
    ]  # fmt: skip
