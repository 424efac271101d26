"""The roster as it came, with the verdict beside every row and a colour for what needs a look."""

from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.circulation.rosters.words import reason_label
from rendang.kernel.core.sheets import open_table, text_of

_COLOURS = {
    RosterRow.Verdict.REJECTED: "#F8D7DA",
    RosterRow.Verdict.IMPORTED: "#FFF3CD",
    RosterRow.Verdict.ALREADY_HELD: "#E2E3E5",
    RosterRow.Verdict.DIFFERS: "#CFE2FF",
}
_WIDTH = 18


def marked_workbook(path: Path, roster: Roster, target: Path) -> None:
    """Write the workbook in constant memory. Texts stay texts, so that no identity number loses a digit."""
    with xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_urls": False}) as workbook:
        formats = {verdict: workbook.add_format({"bg_color": colour}) for verdict, colour in _COLOURS.items()}
        bold = workbook.add_format({"bold": True, "bg_color": "#DEE2E6"})
        for number, (sheet, about) in enumerate(zip(open_table(path), roster.sheets, strict=True)):
            layout = about["layout"]
            if not layout or not layout["columns"]:
                continue
            page = workbook.add_worksheet((sheet.name or _("Roster"))[:31])
            page.set_column(0, 0, 28)
            page.set_column(1, 40, _WIDTH)
            _write_sheet(page, sheet.rows(None), _verdicts(roster, number), set(layout["header_rows"]), formats, bold)


def _verdicts(roster: Roster, sheet: int) -> Any:
    rows = RosterRow.objects.filter(roster=roster, sheet=sheet).exclude(verdict="IMPORTED", reasons=[])
    return rows.order_by("number").values_list("number", "verdict", "reasons").iterator(chunk_size=2000)


def _write_sheet(page: Any, rows: Any, verdicts: Any, headers: set[int], formats: Any, bold: Any) -> None:
    upcoming = next(verdicts, None)
    for number, cells in rows:
        while upcoming and upcoming[0] < number:
            upcoming = next(verdicts, None)
        style = bold if number in headers else None
        label = _("Verdict") if number == max(headers, default=0) else ""
        if upcoming and upcoming[0] == number:
            _number, verdict, reasons = upcoming
            style = formats[verdict]
            label = "; ".join([*map(reason_label, reasons)] or [str(RosterRow.Verdict(verdict).label)])
        if label:
            page.write_string(number - 1, 0, str(label), style)
        for column, cell in enumerate(cells, 1):
            if cell is not None:
                page.write_string(number - 1, column, text_of(cell), style)
