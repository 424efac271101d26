"""登记簿: the registers an institution keeps, printed for a range of days from what the system knows.

An app declares each of its registers once, beside its queries, with ``@register``; the page, the PDF, the workbook and
the trace are the same for all.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.sheets.writing import workbook
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.standards import queries as standards

Rows = Callable[[Institution, dt.date, dt.date], Iterable[Sequence[str]]]


@dataclass(frozen=True)
class Register:
    """One register: its Chinese title, as the rules name it, its columns with their widths in millimetres, its rows.

    Together the widths fill the 257 mm of a page across. ``rows(institution, first, last)`` answers in the order of
    the register, without the running number, which is added; both days belong to the range.
    """

    code: str
    title: str
    label: str | Promise  # what it is called on screen
    permission: Permission
    columns: tuple[tuple[str, int], ...]
    rows: Rows


REGISTERS: dict[str, Register] = {}
ADDED: dict[str, list[Rows]] = {}
NUMBER = ("序号", 12)


def register(
    code: str, *, title: str, label: str | Promise, permission: Permission, columns: Sequence[tuple[str, int]]
) -> Callable[[Rows], Rows]:
    """Declare ``rows(institution, first, last)`` as a register."""

    def decorate(rows: Rows) -> Rows:
        REGISTERS[code] = Register(code, title, label, permission, tuple(columns), rows)
        return rows

    return decorate


def adds_to(code: str) -> Callable[[Rows], Rows]:
    """Declare lines of the same columns that another app enters in a register; both begin with the day, and by it."""

    def decorate(rows: Rows) -> Rows:
        ADDED.setdefault(code, []).append(rows)
        return rows

    return decorate


def lines_of(book: Register, institution: Institution, first: dt.date, last: dt.date) -> Iterable[Sequence[str]]:
    """The lines of a register, those that other apps enter in it among them, by day."""
    sources = [book.rows, *ADDED.get(book.code, [])]
    return merge(*(rows(institution, first, last) for rows in sources), key=lambda cells: cells[0])


def open_to(user: Any) -> list[Register]:
    """The registers a person may print somewhere, in the order in which the apps declare them."""
    return [one for one in REGISTERS.values() if can(user, one.permission) and can(user, Permission.REGISTER_PRINT)]


@transaction.atomic
def entries(book: Register, institution: Institution, first: dt.date, last: dt.date, *, by: Any) -> list[list[str]]:
    """The lines of a register with their running numbers; looking at them is an audit event.

    Raises ``PermissionDenied``, or ``ValidationError`` when the days are the wrong way round or the lines are more
    than the policy ``export_rows`` allows.
    """
    for permission in (book.permission, Permission.REGISTER_PRINT):
        if not can(by, permission, at=institution):
            raise PermissionDenied
    if first > last:
        raise ValidationError({"last": _("The last day lies before the first.")})
    most = int(standards.policy("export_rows", on=timezone.localdate(), institution=institution).value)
    found = list(islice(lines_of(book, institution, first, last), most + 1))
    if len(found) > most:
        raise ValidationError(
            _("The register has more than %(most)d lines in these days. Choose fewer days.") % {"most": most}
        )
    audit.record_view(
        "register.print", institution, by=by, institution=institution, reason=f"{book.code} {first} {last}"
    )
    return [[str(number), *cells] for number, cells in enumerate(found, start=1)]


def as_pdf(
    book: Register, lines: list[list[str]], institution: Institution, first: dt.date, last: dt.date, *, by: Any
) -> bytes:
    """The register on A4 across, with its range of days, page numbers and lines to sign on."""
    return render(
        "register",
        1,
        {
            "title": book.title,
            "institution": institution.name,
            "range": f"{chinese_date(first)}至{chinese_date(last)}",
            "columns": [{"title": title, "width": width} for title, width in (NUMBER, *book.columns)],
            "rows": lines,
            "printed_by": str(by),
            "printed_on": chinese_date(timezone.localdate()),
        },
    )


def as_workbook(
    book: Register, lines: list[list[str]], institution: Institution, first: dt.date, last: dt.date, *, by: Any
) -> IO[bytes]:
    """The register as XLSX."""
    columns = [(title, width // 2 + 2) for title, width in (NUMBER, *book.columns)]
    about = [(_("Institution"), institution.name), (_("Days"), f"{first} – {last}"), (_("By"), str(by))]
    return workbook(book.title, columns, lines, about)
