"""最近见档: whoever handles or scans a dossier has seen it there and then."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage.models import Slot

_NOTE = """
    INSERT INTO storage_sighting (dossier_id, institution_id, at, slot_id, detail, by_id)
    SELECT DISTINCT ON (dossier) dossier, %(institution)s, at, nullif(slot, 0), detail, %(by)s
    FROM unnest(%(dossiers)s::bigint[], %(times)s::timestamptz[], %(slots)s::bigint[], %(details)s::text[])
        AS seen (dossier, at, slot, detail)
    ORDER BY dossier, at DESC
    ON CONFLICT (dossier_id) DO UPDATE SET
        institution_id = excluded.institution_id, at = excluded.at, slot_id = excluded.slot_id,
        detail = excluded.detail, by_id = excluded.by_id
    WHERE storage_sighting.at <= excluded.at
"""


@dataclass(frozen=True)
class Seen:
    """One dossier seen at a moment: in a slot, or at a place in words."""

    dossier: int
    at: dt.datetime
    slot: int | None = None
    detail: str = ""


def see(
    dossiers: Iterable[Dossier],
    institution: Institution,
    *,
    by: Any,
    slot: Slot | None = None,
    detail: str = "",
    at: dt.datetime | None = None,
) -> int:
    """Dossiers were read by a scanner or a gate, in a slot or at a place in words, and nothing else was done to them.

    Needs the right to move dossiers there; one audit event for all of them. Returns for how many it is news.
    """
    if not can(by, Permission.STORAGE_MOVE, at=institution):
        raise PermissionDenied
    at = at or timezone.now()
    if at > timezone.now() + dt.timedelta(minutes=5):  # the clocks of two machines differ by a little
        raise ValidationError(_("Nothing has been seen in the future: check the clock of the scanner."))
    if at < timezone.now() - dt.timedelta(days=366):
        raise ValidationError(_("That is more than a year ago: check the clock of the scanner."))
    found = [Seen(dossier.pk, at, slot.pk if slot else None, detail[:120]) for dossier in dossiers]
    if not found:
        return 0
    with transaction.atomic():
        news = note_seen(found, institution, by=by)
        audit.record(
            "sighting.note",
            institution,
            by=by,
            institution=institution,
            detail={
                "dossiers": [None, [one.dossier for one in found]],
                "place": [None, slot.code if slot else detail],
            },
        )
    return news


def note_seen(seen: Iterable[Seen], institution: Institution | int, *, by: Any) -> int:
    """Note for many dossiers at once when and where they were last seen; returns for how many it is news.

    One statement, however many. An earlier look never overwrites a later one, whatever the order in which they come.
    The caller has checked, holds the transaction, and leaves the audit event of the act in which they were seen.
    """
    seen = list(seen)
    if not seen:
        return 0
    where = institution.pk if isinstance(institution, Institution) else institution
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "institution": where,
                "by": by.pk,
                "dossiers": [one.dossier for one in seen],
                "times": [one.at for one in seen],
                "slots": [one.slot or 0 for one in seen],
                "details": [one.detail for one in seen],
            },
        )
        return cursor.rowcount
