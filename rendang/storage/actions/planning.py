"""库房规划: stores and their slots, made from ranges and taken away again while nobody has used them."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage.actions.refusing import refused_in_words
from rendang.storage.models import Building, Slot, Store
from rendang.storage.ranges import Plan

# Every combination of the four axes, in the order of the shelf.
_POSITIONS = """
    SELECT concat_ws('-', %(store_code)s::text, rack, nullif(bay, ''), nullif(layer, ''), nullif(number, '')) AS code,
           rack, bay, layer
    FROM unnest(%(racks)s::text[]) WITH ORDINALITY AS racks (rack, rack_order)
    CROSS JOIN unnest(%(bays)s::text[]) WITH ORDINALITY AS bays (bay, bay_order)
    CROSS JOIN unnest(%(layers)s::text[]) WITH ORDINALITY AS layers (layer, layer_order)
    CROSS JOIN unnest(%(numbers)s::text[]) WITH ORDINALITY AS numbers (number, number_order)
    ORDER BY rack_order, bay_order, layer_order, number_order
"""
_MAKE = f"""
    INSERT INTO storage_slot (store_id, institution_id, code, rack, bay, layer, capacity, width, occupied)
    SELECT %(store)s, %(institution)s, code, rack, bay, layer, %(capacity)s, %(width)s, 0
    FROM ({_POSITIONS}) AS positions
"""
_TAKEN = f"""
    SELECT count(*), min(code) FROM ({_POSITIONS}) AS positions
    JOIN storage_slot USING (code) WHERE storage_slot.institution_id = %(institution)s
"""
_FORGET = """
    DELETE FROM storage_slot WHERE store_id = %(store)s AND rack = %(rack)s
    AND NOT EXISTS (SELECT FROM storage_placement WHERE storage_placement.slot_id = storage_slot.id)
    AND NOT EXISTS (SELECT FROM storage_sighting WHERE storage_sighting.slot_id = storage_slot.id)
    AND NOT EXISTS (SELECT FROM storage_compactionmove WHERE storage_compactionmove.target_id = storage_slot.id)
"""


def create_store(
    institution: Institution, *, code: str, name: str, by: Any, plan: Plan | None = None, **about: Any
) -> Store:
    """A new store, with the slots of the plan. Refused when the institution has a store of this code.

    ``about``: building, floor, purpose, shelving.
    """
    if not can(by, Permission.STORAGE_PLAN, at=institution):
        raise PermissionDenied
    store = Store(institution=institution, code=code, name=name, **about)
    with refused_in_words():
        _check(store)
        store.save()
        if plan:
            _make(store, plan)
        audit.record("store.create", store, by=by, detail={"code": [None, code], **_summary(plan)})
    return store


def add_building(institution: Institution, *, name: str, by: Any, position: int = 1) -> Building:
    """A building in which the institution has stores; ``position`` is its place in the keeper's round."""
    if not can(by, Permission.STORAGE_PLAN, at=institution):
        raise PermissionDenied
    building = Building(institution=institution, name=name.strip(), position=position)
    with refused_in_words():
        building.full_clean()
        building.save()
        audit.record("building.create", building, by=by, detail={"name": [None, building.name]})
    return building


def _check(store: Store) -> None:
    store.full_clean()
    if store.building and store.building.institution_id != store.institution_id:
        raise ValidationError({"building": _("Choose a building of the institution.")})


def add_slots(store: Store, plan: Plan, *, by: Any) -> int:
    """More slots for a store; returns how many. All or none: refused when one of the positions exists already."""
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    with refused_in_words():
        store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        _make(store, plan)
        audit.record("store.add_slots", store, by=by, detail=_summary(plan))
    return plan.count


def describe_store(store: Store, *, by: Any, **about: Any) -> Store:
    """Its name, building, floor, purpose and shelving; not its code, which is written on every shelf."""
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    if wrong := set(about) - {"name", "building", "floor", "purpose", "shelving"}:
        raise TypeError(f"A store is not described by {sorted(wrong)}.")
    with refused_in_words():
        store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        before = audit.snapshot(store)
        for field, value in about.items():
            setattr(store, field, value.strip() if isinstance(value, str) else value)
        _check(store)
        store.save(update_fields=sorted(about))
        audit.record("store.describe", store, by=by, before=before)
    return store


@transaction.atomic
def set_capacity(store: Store, *, rack: str, capacity: int, by: Any, width: int | None = None) -> int:
    """Another capacity and width (mm; ``None``: not measured) for all slots of a rack; returns how many changed.

    Refused while one of them holds more.
    """
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    slots = list(Slot.objects.select_for_update(no_key=True).filter(store=store, rack=rack).order_by("pk"))
    if not slots:
        raise ValidationError(_("%(store)s has no rack “%(rack)s”.") % {"store": store, "rack": rack})
    fullest, thickest = max(slots, key=lambda one: one.occupied), max(slots, key=lambda one: one.used)
    if capacity < max(1, fullest.occupied):
        raise ValidationError(
            _("%(position)s holds %(occupied)d; its capacity cannot be %(capacity)d.")
            % {"position": fullest, "occupied": fullest.occupied, "capacity": capacity}
        )
    if width is not None and width < max(1, thickest.used):
        raise ValidationError(
            _("What lies in %(position)s takes %(used)d mm; it cannot be %(width)d mm wide.")
            % {"position": thickest, "used": thickest.used, "width": width}
        )
    others = Slot.objects.filter(store=store, rack=rack).exclude(capacity=capacity, width=width)
    changed = others.update(capacity=capacity, width=width)
    detail = {"rack": [None, rack], "capacity": [None, capacity], "width": [None, width]}
    audit.record("store.set_capacity", store, by=by, detail=detail)
    return changed


@transaction.atomic
def remove_unused_slots(store: Store, *, rack: str, by: Any) -> int:
    """Take away the slots of a rack that have never held a dossier; returns how many.

    Slots with a history stay: it says where dossiers were. Refused when every slot of the rack has one.
    """
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"store": store.pk, "rack": rack})
        removed = cursor.rowcount
        try:
            with transaction.atomic():
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError:  # somebody has read its label in a stocktake
            removed = 0
    if not removed:
        raise ValidationError(
            _("No slot of rack “%(rack)s” can be removed: each has held a dossier, and its history stays.")
            % {"rack": rack}
        )
    audit.record("store.remove_slots", store, by=by, detail={"rack": [rack, None], "slots": [removed, 0]})
    return removed


@transaction.atomic
def remove_store(store: Store, *, by: Any) -> None:
    """A store without slots goes; with slots it stays."""
    if not can(by, Permission.STORAGE_PLAN, at=store.institution_id):
        raise PermissionDenied
    store = Store.objects.select_for_update().get(pk=store.pk)
    if store.slots.exists():
        raise ValidationError(_("%(store)s still has slots. Remove them first.") % {"store": store})
    audit.record("store.remove", store, by=by, detail={"code": [store.code, None], "name": [store.name, None]})
    store.delete()


def check_plan(institution: Institution, plan: Plan, *, new: bool) -> None:
    """Raises ``ValidationError`` where these slots cannot be made: before anybody is shown them as possible.

    ``new``: they come with a store that does not exist yet.
    """
    plan.check()
    if new and Store.objects.filter(institution=institution, code=plan.store).exists():
        raise ValidationError({"code": _("The institution already has a store with this code.")})
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, _values(institution.pk, plan))
        taken, example = cursor.fetchone()
    if taken:
        raise ValidationError(
            _("%(count)d of these positions exist already, for instance %(example)s. Nothing was made.")
            % {"count": taken, "example": example}
        )


def _values(institution: int, plan: Plan) -> dict[str, Any]:
    racks, bays, layers, numbers = (list(axis) for axis in plan.axes)
    return {
        "store_code": plan.store,
        "institution": institution,
        "capacity": plan.capacity,
        "width": plan.width,
        "racks": racks,
        "bays": bays,
        "layers": layers,
        "numbers": numbers,
    }


def _make(store: Store, plan: Plan) -> None:
    check_plan(store.institution, plan, new=False)
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, _values(store.institution_id, plan) | {"store_code": store.code, "store": store.pk})


def _summary(plan: Plan | None) -> dict[str, list[Any]]:
    if plan is None:
        return {}
    summary: dict[str, list[Any]] = {
        "slots": [0, plan.count],
        "positions": [plan.first, plan.last],
        "capacity": [None, plan.capacity],
    }
    return summary | ({"width": [None, plan.width]} if plan.width else {})
