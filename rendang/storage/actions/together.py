"""Many dossiers at once, for one case: wanted from their slots, and moved on together.

Set-based: the number of statements does not grow with the dossiers. Locks as in ``placing``.
"""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.models import Case
from rendang.storage import queries
from rendang.storage.actions.placing import UNSEEN, seen
from rendang.storage.actions.refusing import refuse_if_lost, refused_in_words
from rendang.storage.actions.seeing import note_seen
from rendang.storage.models import Placement, Retrieval, Slot

Kind = Placement.Kind
_VERBS = {Kind.DESK: "placement.put_on_desk", Kind.COURIER: "placement.hand_to_courier"}


def want_all(dossiers: Collection[int], institution: Institution, *, by: Any, purpose: str, case: Case) -> None:
    """Put dossiers that the institution keeps on its pick list, for one case. The caller has checked."""
    with refused_in_words():
        rows = Dossier.objects.select_for_update(no_key=True, of=["self"]).filter(pk__in=dossiers).order_by("pk")
        at = timezone.now()
        lines = [
            Retrieval(
                dossier=dossier, institution=institution, case=case, purpose=purpose[:120], wanted_by=by, wanted_at=at
            )
            for dossier in rows
        ]
        Retrieval.objects.bulk_create(lines)
        audit.record_all("retrieval.want", [(line, {"purpose": purpose}) for line in lines], by=by)


def hand_on_all(
    dossiers: Collection[int], kind: str, institution: Institution, *, by: Any, detail: str, case: Case
) -> list[Placement]:
    """Each of the dossiers goes to the same place outside a slot: desk, carrier, another keeper, missing, lost.

    The caller has checked. All or none: refused in words when one of them has left or is lost for good already.
    """
    detail = detail.strip()[: Placement.DETAIL_LENGTH]
    with refused_in_words():
        rows = list(Dossier.objects.select_for_update(no_key=True).filter(pk__in=dossiers).order_by("pk"))
        list(
            Custody.objects.select_for_update(no_key=True)
            .filter(dossier__in=rows, status=Custody.Status.HELD)
            .order_by("pk")
        )
        earlier = {place.dossier_id: place for place in queries.current_placements(row.pk for row in rows)}
        for row in rows:
            if kind == Kind.DESK:
                continue
            if row.pk in earlier and earlier[row.pk].kind == Kind.ELSEWHERE:
                raise ValidationError(_("%(barcode)s has left for good.") % {"barcode": row})
            refuse_if_lost(row, earlier.get(row.pk))
        slots = [place.slot_id for place in earlier.values() if place.slot_id]
        list(Slot.objects.select_for_update(no_key=True).filter(pk__in=slots).order_by("pk"))
        at = max([timezone.now(), *(place.since for place in earlier.values())])
        Placement.objects.filter(pk__in=[place.pk for place in earlier.values()]).update(until=at)
        following = [
            Placement(dossier=row, institution=institution, kind=kind, detail=detail, since=at, by=by, case=case)
            for row in rows
        ]
        Placement.objects.bulk_create(following)
        audit.record_all(
            _VERBS.get(kind, f"placement.{kind.lower()}"),  # type: ignore[call-overload]
            [
                (place.dossier, {"place": [before.record if before else None, place.record]})
                for place in following
                for before in [earlier.get(place.dossier_id)]
            ],
            by=by,
            institution=institution,
        )
        Retrieval.objects.waiting().filter(dossier__in=rows, case=case).update(fetched_at=at)
        if kind not in UNSEEN:
            note_seen(map(seen, following), institution, by=by)
    return following
