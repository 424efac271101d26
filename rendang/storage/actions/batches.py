"""Many dossiers into their slots at once."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import queries
from rendang.storage.actions.placing import seen
from rendang.storage.actions.refusing import (
    refuse_if_full,
    refuse_if_placed,
    refuse_if_there,
    refuse_unless_here,
    refused_in_words,
)
from rendang.storage.actions.seeing import note_seen
from rendang.storage.models import Placement, Slot


def place_all(slots: Mapping[int, int], *, by: Any, moving: bool = False) -> dict[int, str]:
    """上架 of many at once: dossier id → slot id. Each is placed or refused by itself; one audit event a dossier.

    ``moving`` also takes those that lie in another slot (移位), in the given order, so that a slot may be filled that
    one of them leaves. Returns dossier id → the sentence with which it was refused. Slots of one institution only, and
    the right to move dossiers there. Set-based: its queries do not grow with the number.
    """
    ours = list(Institution.objects.filter(pk__in=Slot.objects.filter(pk__in=slots.values()).values("institution")))
    if not ours:
        return {}
    if len(ours) > 1 or not can(by, Permission.STORAGE_MOVE, at=ours[0]):
        raise PermissionDenied
    refused: dict[int, str] = {}
    placed: list[Placement] = []
    with refused_in_words():
        dossiers = Dossier.objects.select_for_update(no_key=True).filter(pk__in=slots).order_by("pk")
        found = {dossier.pk: dossier for dossier in dossiers}
        held = Custody.objects.select_for_update(no_key=True).filter(dossier__in=found, status=Custody.Status.HELD)
        holders = dict(held.order_by("pk").values_list("dossier_id", "institution_id"))
        earlier = {row.dossier_id: row for row in queries.current_placements(found)}
        left = {row.slot_id for row in earlier.values() if row.slot_id} if moving else set()
        rows = Slot.objects.select_for_update(no_key=True).filter(pk__in={*slots.values(), *left}).order_by("pk")
        locked = {slot.pk: slot for slot in rows}
        thick = queries.thicknesses(found, ours[0])
        at = timezone.now()
        for pk, wanted in slots.items():
            if pk not in found:
                continue
            dossier, now, slot = found[pk], earlier.get(pk), locked.get(wanted)
            try:
                if slot is None:
                    raise ValidationError(_("This slot no longer exists."))
                if moving:
                    refuse_if_there(dossier, now, slot)
                else:
                    refuse_if_placed(dossier, now)
                refuse_unless_here(dossier, holders.get(pk), now, slot)
                refuse_if_full(slot, thick[pk])
            except ValidationError as refusal:
                refused[pk] = " ".join(refusal.messages)
                continue
            if now and now.slot_id:
                locked[now.slot_id].occupied -= 1
                locked[now.slot_id].used -= now.thickness
            slot.occupied += 1
            slot.used += thick[pk]
            following = Placement(dossier=dossier, institution=ours[0], kind=Placement.Kind.SLOT, slot=slot)
            following.thickness, following.by = thick[pk], by
            following.since = max(at, now.since) if now else at
            placed.append(following)
        ended = [earlier[row.dossier_id].pk for row in placed if row.dossier_id in earlier]
        Placement.objects.filter(pk__in=ended).update(until=max([at, *(row.since for row in placed)]))
        Placement.objects.bulk_create(placed)
        note_seen(map(seen, placed), ours[0], by=by)
        moved = {row.dossier_id for row in placed if row.dossier_id in earlier and earlier[row.dossier_id].slot_id}
        for verb, some in (
            ("placement.place", [row for row in placed if row.dossier_id not in moved]),
            ("placement.move", [row for row in placed if row.dossier_id in moved]),
        ):
            audit.record_all(verb, [(row.dossier, _places(earlier, row)) for row in some], by=by, institution=ours[0])
    return refused


def _places(earlier: Mapping[int, Placement], row: Placement) -> dict[str, list[str | None]]:
    before = earlier.get(row.dossier_id)
    return {"place": [before.record if before else None, row.record]}
