"""压架、倒架、排架: planning the moves of a store, working them off in any number of goes, stopping."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import queries
from rendang.storage.actions.batches import place_all
from rendang.storage.actions.refusing import refused_in_words
from rendang.storage.models import Compaction, CompactionMove, Store

# A hundred thousand lines in one statement.
_LINES = """
    INSERT INTO storage_compactionmove (compaction_id, position, dossier_id, origin_id, target_id, overtaken)
    SELECT %(plan)s, position, dossier, origin, target, false
    FROM unnest(%(dossiers)s::bigint[], %(origins)s::bigint[], %(targets)s::bigint[]) WITH ORDINALITY
        AS line (dossier, origin, target, position)
"""


def plan_compaction(store: Store, *, method: str, by: Any) -> Compaction:
    """Write down the moves that close the gaps of a store, or put it in order. Nothing moves yet.

    Refused when nothing is to be moved, when the dossiers do not fit in that order, when there is no room to turn, or
    when the store has a plan that is not finished.
    """
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    with refused_in_words():
        store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        outline = queries.outlines(store, [method])[method]
        if outline.problem:
            raise ValidationError(outline.problem)
        compaction = Compaction.objects.create(
            institution_id=store.institution_id, store=store, method=method, by=by, at=timezone.now()
        )
        lines: dict[str, Any] = {
            "plan": compaction.pk,
            "dossiers": [move.dossier for move in outline.moves],
            "origins": [move.origin for move in outline.moves],
            "targets": [move.target for move in outline.moves],
        }
        with connection.cursor() as cursor:
            cursor.execute(_LINES, lines)
        audit.record("compaction.plan", compaction, by=by, detail={"moves": [None, len(outline.moves)]})
    return compaction


def work_off(compaction: Compaction, dossiers: Iterable[int], *, by: Any) -> dict[int, str]:
    """The dossiers have been carried to the slots that the plan names next; returns id → why one was not.

    A line whose dossier has left its slot meanwhile is overtaken and falls away. The last one closes the plan.
    """
    asked = list(dict.fromkeys(dossiers))
    with refused_in_words():
        compaction = _locked(compaction, by)
        lines: dict[int, CompactionMove] = {}
        for line in compaction.moves.waiting().filter(dossier__in=asked):
            lines.setdefault(line.dossier_id, line)
        done = set(compaction.moves.filter(dossier__in=asked, done_at__isnull=False).values_list("dossier", flat=True))
        refused = {
            pk: _("It was moved by this plan already.") if pk in done else _("It is not on the list of moves.")
            for pk in asked
            if pk not in lines
        }
        ordered = sorted(lines.values(), key=lambda line: line.position)
        wrong = _work_off(compaction, ordered, by)
        return refused | {line.dossier_id: wrong[line.pk] for line in ordered if line.pk in wrong}


def work_off_lines(compaction: Compaction, lines: Iterable[int], *, by: Any) -> dict[int, str]:
    """The same for lines of the plan, taken in its order; returns line → why it was not done."""
    with refused_in_words():
        compaction = _locked(compaction, by)
        ordered = list(compaction.moves.waiting().filter(pk__in=lines))
        return _work_off(compaction, ordered, by)


def _locked(compaction: Compaction, by: Any) -> Compaction:
    if not can(by, Permission.STORAGE_MOVE, at=compaction.institution_id):
        raise PermissionDenied
    compaction = Compaction.objects.select_for_update(no_key=True).get(pk=compaction.pk)
    if compaction.closed_at:
        raise ValidationError(_("This plan of moves is closed."))
    return compaction


def _work_off(compaction: Compaction, lines: list[CompactionMove], by: Any) -> dict[int, str]:
    """In goes in each of which a dossier moves once: who goes aside comes back in a later one."""
    refused: dict[int, str] = {}
    go: dict[int, CompactionMove] = {}
    for line in lines:
        if line.dossier_id in go:
            refused |= _one_go(compaction, list(go.values()), by)
            go = {}
        go[line.dossier_id] = line
    refused |= _one_go(compaction, list(go.values()), by)
    if not compaction.moves.waiting().exists():
        _close(compaction, "compaction.finish", by=by)
    return refused


def _one_go(compaction: Compaction, lines: list[CompactionMove], by: Any) -> dict[int, str]:
    dossiers = [line.dossier_id for line in lines]
    now = {row.dossier_id: row.slot_id for row in queries.current_placements(dossiers)}
    turn: dict[int, int] = {}
    for pk, dossier in compaction.moves.waiting().filter(dossier__in=dossiers).values_list("pk", "dossier"):
        turn.setdefault(dossier, pk)
    refused: dict[int, str] = {}
    ready: dict[int, CompactionMove] = {}
    gone: list[int] = []
    for line in lines:
        if turn.get(line.dossier_id) != line.pk:
            refused[line.pk] = _("It has to be moved aside first, as an earlier line says.")
        elif now.get(line.dossier_id) != line.origin_id:
            refused[line.pk] = _("It has left its slot meanwhile; the line falls away.")
            gone.append(line.dossier_id)
        else:
            ready[line.dossier_id] = line
    compaction.moves.waiting().filter(dossier__in=gone).update(overtaken=True)
    wrong = place_all({pk: line.target_id for pk, line in ready.items()}, by=by, moving=True)
    done = [line.pk for pk, line in ready.items() if pk not in wrong]
    CompactionMove.objects.filter(pk__in=done).update(done_at=timezone.now(), done_by=by)
    return refused | {ready[pk].pk: why for pk, why in wrong.items()}


def stop_compaction(compaction: Compaction, *, reason: str, by: Any) -> Compaction:
    """What is moved stays where it is; what was not moved yet stays where it was."""
    if not can(by, Permission.STORAGE_PLAN, at=compaction.institution_id):
        raise PermissionDenied
    with refused_in_words():
        compaction = Compaction.objects.select_for_update(no_key=True).get(pk=compaction.pk)
        if compaction.closed_at:
            raise ValidationError(_("This plan of moves is closed."))
        if not reason.strip():
            raise ValidationError({"reason": _("Say why.")})
        compaction.stop_reason = reason.strip()[:200]
        _close(compaction, "compaction.stop", by=by)
    return compaction


def _close(compaction: Compaction, verb: str, *, by: Any) -> None:
    compaction.closed_at = timezone.now()
    compaction.save(update_fields=["closed_at", "stop_reason"])
    audit.record(verb, compaction, by=by, reason=compaction.stop_reason)
