"""Dossiers placed into slots: twenty at a time as a scanner sends them, and one by one; slots made; moves planned.

One process. Beside the placing the two statements at the bottom of it, each pair committed: the end of the former
place and the new one with their triggers, and a line of the audit log.
"""

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.city import institutions, populate, shelve, start, worker
from benchmarks.measuring import rate, reads, result

PEOPLE = 100_000
BATCH, BATCHES, SINGLE = 20, 10, 100
MOVED, AT_ONCE, WANTED = 500, 50, 500
SLOTS = 10_000


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    """``rows`` are the people on record; none of them lies in a slot at first."""
    start()
    populate(rows or PEOPLE, (("RCSC", 100),))
    from rendang.dossiers.models import Custody, Dossier
    from rendang.kernel.standards import queries as standards
    from rendang.storage import actions
    from rendang.storage.models import Slot
    from rendang.storage.ranges import Plan, expand, expand_racks

    place = institutions()["RCSC"]
    keeper = worker("bench.keeper", "KEEPER", place)
    plan = Plan("B1", expand_racks("A-B 01-05"), (), expand("1-5"), expand("001-200"), capacity=1, width=60)

    stores = iter(range(100))

    def make() -> None:
        actions.create_store(place, code=f"X{next(stores)}", name="试", by=keeper, plan=plan)

    yield result(
        "placement", "10,000 slots made from ranges", "slots/s",
        rate(make, count=SLOTS), rate(_bare_slots(place, keeper), count=SLOTS), "INSERT … SELECT generate_series",
    )  # fmt: skip

    store = actions.create_store(place, code="B1", name="试验库", by=keeper, plan=plan)
    free = iter(Slot.objects.filter(store=store).order_by("code").values_list("pk", flat=True))
    held = Custody.objects.filter(institution=place, status=Custody.Status.HELD).order_by("pk")
    waiting = iter(held.values_list("dossier_id", flat=True))

    def batches() -> None:
        for _batch in range(BATCHES):
            with standards.steady():  # as in a request
                refused = actions.place_all({next(waiting): next(free) for _ in range(BATCH)}, by=keeper)
            if refused:
                raise RuntimeError(refused)

    def singles() -> None:
        for _one in range(SINGLE):
            with standards.steady():
                dossier, slot = Dossier(pk=next(waiting)), Slot(pk=next(free), institution=place)
                actions.place(dossier, slot, by=keeper)

    def bare(count: int, together: int) -> Any:
        return lambda: _bare_placements([(next(waiting), next(free)) for _ in range(count)], together, place, keeper)

    yield result(
        "placement", "placed, 20 in one request", "dossiers/s", rate(batches, count=BATCH * BATCHES),
        rate(bare(BATCH * BATCHES, BATCH), count=BATCH * BATCHES), "UPDATE, INSERT, INSERT, committed by twenties",
    )  # fmt: skip
    yield result(
        "placement", "placed one by one", "dossiers/s", rate(singles, count=SINGLE),
        rate(bare(SINGLE, 1), count=SINGLE), "UPDATE, INSERT, INSERT, each committed",
    )  # fmt: skip
    yield from _plans(place, keeper)


def _asked(place: Any, keeper: Any, store: Any) -> Iterator[dict[str, Any]]:
    """What the pages ask, with everything of the institution in slots: times, and how PostgreSQL finds it."""
    from django.utils import timezone

    from rendang.dossiers.models import Dossier
    from rendang.kernel.standards import queries as standards
    from rendang.storage import queries
    from rendang.storage.models import Placement, Retrieval, Slot

    lying = Placement.objects.current().filter(slot__store=store).order_by("dossier")
    dossiers = list(lying.values_list("dossier_id", flat=True)[: BATCH * 100 : 100])
    Retrieval.objects.bulk_create(
        Retrieval(dossier_id=pk, institution=place, purpose="试", wanted_by=keeper, wanted_at=timezone.now())
        for pk in lying.values_list("dossier_id", flat=True)[:WANTED]
    )
    slot = Slot.objects.filter(store=store).order_by("code")[100]

    def suggested() -> Any:
        with standards.steady():
            return queries.suggest(place, dossiers)

    for case, unit, count, work in (
        (f"a slot suggested for each of {BATCH}", "dossiers/s", BATCH, suggested),
        (f"pick list of {WANTED}, in walking order", "lines/s", WANTED, lambda: queries.pick_list(place)),
        ("what lies in a slot, and lay there", "slots/s", 1, lambda: list(slot.placements.order_by("-since"))),
        ("every place of a dossier", "dossiers/s", 1, lambda: list(queries.place_history(Dossier(pk=dossiers[0])))),
        ("how full every rack is", "racks/s", 1, lambda: queries.floor_plans(place)),
    ):
        asked = rate(work, count=count)
        yield result(
            "placement", case, unit, asked, rate(lambda: _bare_row(dossiers[0])), "one row by its key, bare SQL",
            milliseconds=round(1000 * count / asked, 1), reads=reads(work),
        )  # fmt: skip


def _bare_row(dossier: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM storage_placement WHERE dossier_id = %s AND until IS NULL", [dossier])
        cursor.fetchall()


def _plans(place: Any, keeper: Any) -> Iterator[dict[str, Any]]:
    """Everything of the institution lies in one store, ten to a slot, in no order; with a tenth of the room free."""
    from rendang.storage import actions, queries
    from rendang.storage.models import Compaction, Slot

    store = shelve(place, keeper, 9, capacity=10, shuffled=True)
    slots = Slot.objects.filter(store=store).count()
    yield from _asked(place, keeper, store)
    counted = rate(lambda: _bare_scan(store), count=slots)
    for method in (Compaction.Method.KEEP_ORDER, Compaction.Method.NUMBER, Compaction.Method.EMPLOYER):
        outline = queries.outlines(store, [method])[method]
        planned = rate(lambda: queries.outlines(store, [method]), count=slots)  # noqa: B023
        yield result(
            "placement", f"plan {method}, {slots:,} slots, {len(outline.moves):,} moves", "slots/s", planned, counted,
            "SELECT of the slots and what lies there", seconds=round(slots / planned, 2),
        )  # fmt: skip
    began = time.perf_counter()
    plan = actions.plan_compaction(store, method=Compaction.Method.NUMBER, by=keeper)
    took = time.perf_counter() - began
    moves = list(plan.moves.values_list("pk", flat=True)[:MOVED])
    yield result(
        "placement", "plan NUMBER written down", "slots/s", slots / took, counted,
        "SELECT of the slots and what lies there", seconds=round(took, 2),
    )  # fmt: skip
    began = time.perf_counter()
    for at in range(0, len(moves), AT_ONCE):
        actions.work_off_lines(plan, moves[at : at + AT_ONCE], by=keeper)
    took = time.perf_counter() - began
    yield result(
        "placement", f"moves worked off, {AT_ONCE} in one request", "moves/s", len(moves) / took, counted,
        "SELECT of the slots and what lies there", seconds=round(took, 2),
    )  # fmt: skip


def _bare_slots(place: Any, keeper: Any) -> Any:
    from django.db import connection, transaction

    from rendang.storage import actions

    stores = iter(range(100))

    def make() -> None:
        store = actions.create_store(place, code=f"Y{next(stores)}", name="试", by=keeper)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO storage_slot (store_id, institution_id, code, rack, bay, layer, capacity, occupied)"
                " SELECT %s, %s, %s || n, 'A', '', '', 1, 0 FROM generate_series(1, %s) n",
                [store.pk, place.pk, f"{store.code}-A-", SLOTS],
            )

    return make


def _bare_placements(pairs: list[tuple[int, int]], together: int, place: Any, keeper: Any) -> None:
    from django.db import connection, transaction

    for at in range(0, len(pairs), together):
        dossiers, slots = map(list, zip(*pairs[at : at + together], strict=True))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE storage_placement SET until = now() WHERE dossier_id = ANY (%s) AND until IS NULL", [dossiers]
            )
            cursor.execute(
                "INSERT INTO storage_placement"
                " (dossier_id, institution_id, kind, slot_id, thickness, detail, since, by_id)"
                " SELECT dossier, %s, 'SLOT', slot, 15, '', now(), %s"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS pair (dossier, slot)",
                [place.pk, keeper.pk, dossiers, slots],
            )
            cursor.execute(
                "INSERT INTO audit_auditevent"
                " (at, actor_id, actor_name, verb, subject_type, subject_id, reason, changes)"
                " SELECT now(), %s, 'bench', 'bench.place', 'dossiers.dossier', dossier, '', '{}'"
                " FROM unnest(%s::bigint[]) AS dossier",
                [keeper.pk, dossiers],
            )


def _bare_scan(store: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slot.code, capacity, width, dossier_id, thickness FROM storage_slot slot"
            " LEFT JOIN storage_placement ON slot_id = slot.id AND until IS NULL WHERE store_id = %s",
            [store.pk],
        )
        cursor.fetchall()
