"""压架、倒架: planning the moves of a store, working them off in any number of goes, stopping."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import queries
from rendang.storage.actions.batches import place_all
from rendang.storage.actions.refusing import refused_in_words
from rendang.storage.models import Compaction, CompactionMove, Store


def plan_compaction(store: Store, *, method: str, by: Any) -> Compaction:
    """Write down the moves that close the gaps of a store. Nothing moves yet.

    Refused when there is nothing to close or when the store has a plan that is not finished.
    """
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    with refused_in_words():
        store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        found = queries.shifts(store, method)
        if not found:
            raise ValidationError(_("%(store)s has no gaps to close.") % {"store": store})
        compaction = Compaction.objects.create(
            institution_id=store.institution_id, store=store, method=method, by=by, at=timezone.now()
        )
        CompactionMove.objects.bulk_create(
            [
                CompactionMove(
                    compaction=compaction,
                    position=position,
                    dossier_id=shift.dossier,
                    origin=shift.origin,
                    target=shift.target,
                )
                for position, shift in enumerate(found, start=1)
            ],
            batch_size=2_000,
        )
        audit.record("compaction.plan", compaction, by=by, detail={"moves": [None, len(found)]})
    return compaction


def work_off(compaction: Compaction, dossiers: Iterable[int], *, by: Any) -> dict[int, str]:
    """The dossiers have been carried to the slots that the plan names; returns id → why one was not.

    A line whose dossier has left its slot meanwhile is overtaken and falls away. The last one closes the plan.
    """
    if not can(by, Permission.STORAGE_MOVE, at=compaction.institution_id):
        raise PermissionDenied
    asked = list(dict.fromkeys(dossiers))
    with refused_in_words():
        compaction = Compaction.objects.select_for_update(no_key=True).get(pk=compaction.pk)
        if compaction.closed_at:
            raise ValidationError(_("This compaction plan is closed."))
        lines = {line.dossier_id: line for line in compaction.moves.waiting().filter(dossier__in=asked)}
        refused = {pk: _("It is not on the list of moves.") for pk in asked if pk not in lines}
        now = {row.dossier_id: row for row in queries.current_placements(lines)}
        gone = [line for line in lines.values() if _slot_of(now.get(line.dossier_id)) != line.origin_id]
        for line in gone:
            refused[line.dossier_id] = _("It has left its slot meanwhile; the line falls away.")
        left = {line.dossier_id: line.target_id for line in lines.values() if line not in gone}
        refused |= place_all(left, by=by, moving=True)
        done = [line.pk for line in lines.values() if line.dossier_id not in refused]
        CompactionMove.objects.filter(pk__in=done).update(done_at=timezone.now(), done_by=by)
        CompactionMove.objects.filter(pk__in=[line.pk for line in gone]).update(overtaken=True)
        if not compaction.moves.waiting().exists():
            _close(compaction, "compaction.finish", by=by)
    return refused


def stop_compaction(compaction: Compaction, *, reason: str, by: Any) -> Compaction:
    """What is moved stays where it is; what was not moved yet stays where it was."""
    if not can(by, Permission.STORAGE_PLAN, at=compaction.institution_id):
        raise PermissionDenied
    with refused_in_words():
        compaction = Compaction.objects.select_for_update(no_key=True).get(pk=compaction.pk)
        if compaction.closed_at:
            raise ValidationError(_("This compaction plan is closed."))
        if not reason.strip():
            raise ValidationError({"reason": _("Say why.")})
        compaction.stop_reason = reason.strip()[:200]
        _close(compaction, "compaction.stop", by=by)
    return compaction


def _close(compaction: Compaction, verb: str, *, by: Any) -> None:
    compaction.closed_at = timezone.now()
    compaction.save(update_fields=["closed_at", "stop_reason"])
    audit.record(verb, compaction, by=by, reason=compaction.stop_reason)


def _slot_of(placement: Any) -> int | None:
    return placement.slot_id if placement else None
