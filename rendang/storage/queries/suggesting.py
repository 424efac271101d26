"""In which slot a dossier had best be put."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.models import SlotRule
from rendang.storage.models import Placement, Slot, Store
from rendang.storage.queries.finding import known_slots
from rendang.storage.queries.keeping import belongs_in, thicknesses

Purpose = Store.Purpose
NEAR = 500  # slots near a neighbour that are looked at

# The slot beside which each dossier had best lie: of the next lower archive number, or of a colleague.
_LAST = """
    SELECT DISTINCT ON (dossier_id) dossier_id, slot_id FROM storage_placement
    WHERE dossier_id = ANY (%(dossiers)s) AND institution_id = %(institution)s AND kind = 'SLOT'
    ORDER BY dossier_id, since DESC, id DESC
"""
_BESIDE = {
    SlotRule.NUMBER: """
        SELECT mine.dossier_id, beside.slot_id FROM dossiers_custody mine, LATERAL (
            SELECT slot_id FROM dossiers_custody other
            JOIN storage_placement ON storage_placement.dossier_id = other.dossier_id AND until IS NULL
            WHERE other.institution_id = %(institution)s AND other.status = 'HELD' AND slot_id IS NOT NULL
            AND other.archive_number < mine.archive_number
            ORDER BY other.archive_number DESC LIMIT 1
        ) AS beside
        WHERE mine.dossier_id = ANY (%(dossiers)s) AND mine.institution_id = %(institution)s AND mine.status = 'HELD'
    """,
    SlotRule.EMPLOYER: """
        SELECT mine.dossier_id, beside.slot_id FROM dossiers_custody mine, LATERAL (
            SELECT slot_id FROM dossiers_custody other
            JOIN storage_placement ON storage_placement.dossier_id = other.dossier_id AND until IS NULL
            WHERE other.employer_id = mine.employer_id AND other.institution_id = %(institution)s
            AND other.status = 'HELD' AND other.dossier_id <> mine.dossier_id AND slot_id IS NOT NULL
            ORDER BY storage_placement.id DESC LIMIT 1
        ) AS beside
        WHERE mine.dossier_id = ANY (%(dossiers)s) AND mine.institution_id = %(institution)s AND mine.status = 'HELD'
    """,
}


@dataclass(frozen=True)
class Wish:
    """A dossier that wants a slot: that very one if it fits, else one near another, of the right sort of store."""

    dossier: int
    thickness: int
    purpose: Store.Purpose
    exact: Slot | None = None
    near: Slot | None = None


def free_slots(institution: Institution, near: Slot | None = None, limit: int = 20) -> list[Slot]:
    """Slots with room, the nearest first: same rack, bay and layer before others, then by position."""
    free = Slot.objects.free().filter(institution=institution).select_related("store")
    if near is None:
        return list(free.order_by("code")[:limit])
    found = [
        *free.filter(code__gte=near.code).order_by("code")[:limit],
        *free.filter(code__lt=near.code).order_by("-code")[:limit],
    ]
    return sorted(found, key=lambda slot: _distance(slot, near))[:limit]


def suggestions(institution: Institution, placements: Iterable[Placement]) -> dict[int, Slot]:
    """Placement id → the slot to put it in: the one its text names if it fits, else one near that, else by the rule.

    No slot is suggested for more dossiers than fit. The queries do not grow with the placements.
    """
    placements = list(placements)
    named_ids = known_slots(institution, {placement.detail for placement in placements})
    named = Slot.objects.select_related("store").in_bulk(set(named_ids.values()))
    meant = {
        row.dossier_id: named[named_ids[row.detail]] for row in placements if named_ids.get(row.detail, 0) in named
    }
    found = suggest(institution, [row.dossier_id for row in placements], exact=meant)
    return {row.pk: found[row.dossier_id] for row in placements if row.dossier_id in found}


def suggest(
    institution: Institution | int, dossiers: Iterable[int], *, exact: Mapping[int, Slot] | None = None
) -> dict[int, Slot]:
    """Dossier id → the slot to put it in, for those for which there is one.

    Its last slot if it still fits there, else by the institution's rule (policy ``slot_rule``): beside its neighbour
    by archive number, beside its colleagues, or the first free one; always in a store of the sort in which it
    belongs, where the institution has such a store. No slot is suggested for more dossiers than fit. The queries do
    not grow with the dossiers.
    """
    where = institution.pk if isinstance(institution, Institution) else institution
    dossiers = list(dict.fromkeys(dossiers))
    if not dossiers:
        return {}
    thick, purposes = thicknesses(dossiers, where), belongs_in(dossiers)
    last, beside = _slot_ids(_LAST, dossiers, where), {}
    rule = standards.policy("slot_rule", on=timezone.localdate(), institution=where).value
    if rule in _BESIDE:
        beside = _slot_ids(_BESIDE[rule], dossiers, where)
    slots = Slot.objects.select_related("store").in_bulk({*last.values(), *beside.values()})
    there = set(Store.objects.filter(institution=where).values_list("purpose", flat=True))
    wishes = []
    for pk in dossiers:
        purpose = purposes.get(pk, Purpose.CUSTODY)
        purpose = purpose if purpose in there else Purpose.CUSTODY
        said = (exact or {}).get(pk)
        former = slots.get(last.get(pk, 0))
        if former and former.store.purpose != purpose:
            former = None  # it has come to belong elsewhere since
        wishes.append(Wish(pk, thick[pk], purpose, said or former, said or slots.get(beside.get(pk, 0)) or former))
    return _allocate(where, wishes)


def _slot_ids(statement: str, dossiers: list[int], institution: int) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"dossiers": dossiers, "institution": institution})
        return dict(cursor.fetchall())


def _allocate(institution: int, wishes: list[Wish]) -> dict[int, Slot]:
    """Each wish in turn takes its room, so that no slot is promised twice."""
    exact = {wish.exact.pk: wish.exact for wish in wishes if wish.exact}
    free = Slot.objects.free().filter(institution=institution).select_related("store").order_by("code")
    racks = {(wish.near.store_id, wish.near.rack) for wish in wishes if wish.near and not _is_open(wish)}
    near = Q()
    for store, rack in sorted(racks):
        near |= Q(store=store, rack=rack)
    pool = {slot.pk: slot for slot in free.filter(near)[:NEAR]} if racks else {}
    for purpose in sorted({wish.purpose for wish in wishes}):
        pool |= {slot.pk: slot for slot in free.filter(store__purpose=purpose)[: 2 * len(wishes)]}
    left = {slot.pk: [slot.room, slot.width_left] for slot in [*pool.values(), *exact.values()]}
    found: dict[int, Slot] = {}

    def take(wish: Wish, slot: Slot) -> bool:
        number, width = left[slot.pk]
        assert number is not None
        if number < 1 or (width is not None and width < wish.thickness):
            return False
        left[slot.pk] = [number - 1, None if width is None else width - wish.thickness]
        found[wish.dossier] = slot
        return True

    others = [wish for wish in wishes if not (wish.exact and take(wish, wish.exact))]
    for wish in sorted(others, key=lambda one: one.near is None):
        fitting = [slot for slot in pool.values() if slot.store.purpose == wish.purpose]
        if wish.near is not None:
            beside = wish.near
            fitting.sort(key=lambda slot: _distance(slot, beside))
        next((slot for slot in fitting if take(wish, slot)), None)
    return found


def _is_open(wish: Wish) -> bool:
    return wish.exact is not None and wish.exact.fits(wish.thickness)


def _distance(slot: Slot, near: Slot) -> tuple[bool, bool, bool, bool, int]:
    return (
        slot.store_id != near.store_id,
        slot.rack != near.rack,
        slot.bay != near.bay,
        slot.layer != near.layer,
        abs(_running_number(slot.code) - _running_number(near.code)),
    )


def _running_number(code: str) -> int:
    digits = re.findall(r"\d+", code)
    return int(digits[-1]) if digits else 0
