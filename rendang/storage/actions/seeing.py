"""最近见档: whoever handles or scans a dossier has seen it there and then."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from rendang.kernel.access.models import Institution

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
