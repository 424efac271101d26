"""What every change on screen has in common: who may, from which day, and how a new version closes the former."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.standards.models import Source

DAY = dt.timedelta(days=1)


def may_edit(by: Any) -> None:
    if not can(by, Permission.STANDARD_EDIT):
        raise PermissionDenied


def begins_today_or_later(day: dt.date) -> None:
    """A rule cannot be changed for the past: cases of the past keep the rule that was in force."""
    if day < timezone.localdate():
        raise ValidationError({"valid_from": _("A change takes effect today at the earliest.")})


def make_room(versions: QuerySet[Any], valid_from: dt.date) -> tuple[Any | None, dt.date | None]:
    """Close the version in force on a day; the new one runs until the next planned one begins.

    Locks the versions. Returns the version that was closed and the last day left for the new one.
    """
    rows = sorted(versions.select_for_update(of=("self",)), key=lambda row: row.valid_from or dt.date.min)
    former = None
    for row in rows:
        starts, ends = row.valid_from or dt.date.min, row.valid_to or dt.date.max
        if starts == valid_from:
            if starts > timezone.localdate():
                said = _("A version already begins on {date}. Withdraw it first, or choose another day.")
            else:
                said = _("A version is in force since {date} and stays for that day. Choose a later day.")
            raise ValidationError({"valid_from": said.format(date=valid_from)})
        if starts < valid_from <= ends:
            former = row
    last = min((row.valid_from - DAY for row in rows if row.valid_from and row.valid_from > valid_from), default=None)
    if former is not None:
        former.valid_to = valid_from - DAY
        former.source = Source(former.source).ended_on_screen()
        former.save(update_fields=["valid_to", "source"])
    return former, last


def withdraw(row: Any, versions: QuerySet[Any]) -> None:
    """Take back a planned version; the one it would have closed runs on."""
    if row.valid_from is None or row.valid_from <= timezone.localdate():
        raise ValidationError(_("Only a planned version can be withdrawn; this one is already in force."))
    first, last = row.valid_from, row.valid_to
    row.delete()
    former = versions.filter(valid_to=first - DAY).first()
    if former is not None:
        former.valid_to = last
        if former.source == Source.ENDED and last is None:
            former.source = Source.FILE  # as the files have it
        former.save(update_fields=["valid_to", "source"])


def end(row: Any, last_day: dt.date) -> None:
    """Let a version end; it stays for the cases that began under it."""
    if last_day < timezone.localdate() - DAY:
        raise ValidationError({"valid_to": _("A rule ends yesterday at the earliest.")})
    if row.valid_from is not None and last_day < row.valid_from:
        raise ValidationError({"valid_to": _("The last day lies before the first.")})
    if row.valid_to is not None and row.valid_to < timezone.localdate():
        raise ValidationError(_("This version has already ended."))
    if row.valid_to is not None and last_day > row.valid_to:
        raise ValidationError({"valid_to": _("It already ends earlier.")})
    row.valid_to = last_day
    row.source = Source(row.source).ended_on_screen()
    row.save(update_fields=["valid_to", "source"])
