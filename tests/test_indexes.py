"""What is asked of hundreds of thousands of rows is answered by the index made for it, never by reading the table.

Two thousand rows, of which half are the institution's own, and true statistics are enough to see it: reading a
whole table is made dear, so PostgreSQL does it only where no index serves. ``EXPLAIN`` tells, not the clock.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rendang.dossiers.models import Custody
from rendang.dossiers.queries import search
from rendang.kernel.access.models import Role
from rendang.kernel.core.pagination import PAGE_SIZE
from rendang.kernel.standards import queries as standards
from rendang.people.models import Person
from rendang.storage import actions, queries
from rendang.storage.models import Placement, Retrieval, Slot
from rendang.storage.stocktakes import actions as stocktakes
from rendang.storage.stocktakes import queries as counts
from rendang.storage.stocktakes.models import Finding
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
ROWS = 2_000
# Of what is never read whole; the others are small, or belong to another question.
LARGE = {
    "people_person", "dossiers_dossier", "dossiers_custody", "storage_placement", "storage_slot", "storage_retrieval",
    "storage_sighting", "storage_compactionmove", "stocktakes_expecteddossier", "stocktakes_scan",
    "stocktakes_finding",
}  # fmt: skip

# Each table's rows once more for every number, with what must differ.
_MORE = (
    """INSERT INTO people_person SELECT made.* FROM people_person one, generate_series(1, %(rows)s) n,
    jsonb_populate_record(one, jsonb_build_object('id', 1000000 + n, 'id_index', '\\x' || md5(n::text), 'name',
        chr(19968 + n %% 97) || chr(20500 + n %% 1009) || chr(23000 + n %% 31), 'name_pinyin', md5(n::text),
        'name_initials', left(md5('initials' || n), 3))) made
    WHERE one.id = %(person)s""",
    """INSERT INTO dossiers_dossier SELECT made.* FROM dossiers_dossier one, generate_series(1, %(rows)s) n,
    jsonb_populate_record(one, jsonb_build_object('id', 1000000 + n, 'person_id', 1000000 + n)) made
    WHERE one.id = %(dossier)s""",
    """INSERT INTO dossiers_custody SELECT made.* FROM dossiers_custody one, generate_series(1, %(rows)s) n,
    people_person person, jsonb_populate_record(one, jsonb_build_object('id', 1000000 + n,
        'dossier_id', 1000000 + n, 'institution_id', CASE WHEN n %% 2 = 0 THEN one.institution_id ELSE %(other)s END,
        'archive_number', 'Z' || lpad(n::text, 6, '0'), 'name', person.name,
        'name_pinyin', person.name_pinyin, 'name_initials', person.name_initials)) made
    WHERE one.dossier_id = %(dossier)s AND person.id = 1000000 + n""",
    """INSERT INTO storage_slot SELECT made.* FROM storage_slot one, generate_series(1, %(rows)s) n,
    jsonb_populate_record(one, jsonb_build_object('id', 1000000 + n, 'code', 'K01-B-' || lpad(n::text, 6, '0'),
        'rack', 'B-' || n / 50, 'occupied', 0, 'used', 0)) made
    WHERE one.id = %(slot)s""",
    """INSERT INTO storage_placement SELECT made.* FROM storage_placement one, generate_series(1, %(rows)s) n,
    jsonb_populate_record(one, CASE WHEN n %% 2 = 0
        THEN jsonb_build_object('id', 1000000 + n, 'dossier_id', 1000000 + n, 'slot_id', 1000000 + n / 4 + 1)
        ELSE jsonb_build_object('id', 1000000 + n, 'dossier_id', 1000000 + n, 'institution_id', %(other)s,
            'kind', 'DESK', 'slot_id', NULL, 'thickness', 0) END) made
    WHERE one.id = %(placement)s""",
    """INSERT INTO storage_retrieval SELECT made.* FROM storage_retrieval one, generate_series(1, %(rows)s) n,
    jsonb_populate_record(one, jsonb_build_object('id', 1000000 + n, 'dossier_id', 1000000 + n,
        'wanted_at', one.wanted_at - n * interval '1 hour', 'fetched_at', one.wanted_at)) made
    WHERE one.id = %(retrieval)s""",
)


@pytest.fixture
def keeper(institution):
    return staff(institution, Role.KEEPER)


@pytest.fixture
def lying(institution, other_institution, keeper):
    """A dossier that lies in its slot and is wanted, among two thousand others of two institutions."""
    slot = SlotFactory(
        institution=institution, store=StoreFactory(institution=institution, code="K01"), rack="A-01",
        code="K01-A-01-001", capacity=9,
    )  # fmt: skip
    dossier = held_dossier(
        institution, name="单雄信", id_number="110101199003074514", custody={"archive_number": "A2015001"}
    )
    place = PlacementFactory(institution=institution, slot=slot, dossier=dossier, by=keeper)
    wanted = actions.want(dossier, by=keeper, purpose="查阅")
    keys = {"person": dossier.person_id, "dossier": dossier.pk, "slot": slot.pk, "placement": place.pk}
    with connection.cursor() as cursor:
        for statement in _MORE:
            cursor.execute(statement, keys | {"rows": ROWS, "retrieval": wanted.pk, "other": other_institution.pk})
    measure()
    return dossier


def measure() -> None:
    with connection.cursor() as cursor:
        # What waits to be sorted into a GIN index makes it look dear; vacuum sees to it, here as in life.
        cursor.execute("SELECT gin_clean_pending_list('custody_by_name_grams')")
        cursor.execute(f"ANALYZE {', '.join(sorted(LARGE))}")


def reads(ask: Callable[[], Any]) -> set[str]:
    """The indexes by which the large tables are read; ``all of …`` where one is read whole."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    found: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in [query["sql"] for query in asked.captured_queries]:
            if statement.lstrip().startswith(("SELECT", "WITH", "INSERT")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
                ((plan,),) = cursor.fetchall()
                for node in _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]):
                    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE:
                        found.add(f"all of {node['Relation Name']}")
                    found |= {node["Index Name"]} if "Index Name" in node else set()
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", []):
        yield from _nodes(inner)


def of_each_dossier(table: str) -> str:
    """The index of a foreign key has a name of Django's making."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%btree (dossier_id)'", [table]
        )
        ((name,),) = cursor.fetchall()
    return str(name)


def assert_served(questions: dict[str, tuple[Callable[[], Any], set[str]]]) -> None:
    """Each by one at least of its indexes, and none by reading a large table from end to end."""
    used = {name: reads(ask) for name, (ask, _by) in questions.items()}
    whole = {name: [one for one in found if one.startswith("all of")] for name, found in used.items()}
    assert whole == {name: [] for name in questions}
    assert {name: used[name] for name, (_ask, by) in questions.items() if by and not by & used[name]} == {}


def test_each_way_of_searching_has_its_index(lying, clerk):
    person = Person.objects.get(pk=1_000_780)

    def page(text: str) -> Callable[[], Any]:
        return lambda: list(search(clerk, text)[:PAGE_SIZE])

    assert_served(
        {
            "ID number": (page("110101199003074514"), {"one_keeper_per_dossier"}),
            "barcode": (page(lying.barcode), {"one_keeper_per_dossier"}),
            "archive number": (page("A2015001"), {"an_archive_number_is_given_once"}),
            "beginning of an archive number": (page("Z00078"), {"an_archive_number_is_given_once"}),
            "name": (page(person.name), {"custody_by_name_grams"}),
            "fragment": (page(person.name[1:]), {"custody_by_name_grams"}),
            "pinyin": (page("shanxiongxin"), {"custody_by_pinyin", "custody_by_initials"}),
            "initials": (page("sxx"), {"custody_by_pinyin", "custody_by_initials"}),
        }
    )


def test_each_question_of_the_stores_has_its_index(lying, institution, keeper):
    slot = Slot.objects.get(code="K01-A-01-001")

    def suggested() -> Any:
        with standards.steady():
            return queries.suggest(institution, [lying.pk])

    assert_served(
        {
            "what lies in a slot": (lambda: list(slot.placements.current()), {"placement_by_slot"}),
            "what lay in a slot": (lambda: list(slot.placements.order_by("-since")), {"placement_by_slot"}),
            "the pick list": (lambda: queries.pick_list(institution), {"retrieval_waiting"}),
            "what it is fetched for": (
                lambda: queries.fetch_order(lying, institution),
                {of_each_dossier("storage_retrieval"), "a_dossier_is_wanted_once_for_a_case", "retrieval_waiting"},
            ),
            "what lies about": (lambda: list(queries.lying_about(institution)[:200]), {"placement_current"}),
            "what is not yet placed": (lambda: list(queries.unplaced(institution)[:50]), {"placement_current"}),
            "where a dossier is": (
                lambda: queries.current_placement(lying),
                {"a_dossier_is_in_one_place"},
            ),
            "where it was": (lambda: list(queries.place_history(lying)), {"a_dossier_is_in_one_place"}),
            "its last slot": (lambda: queries.last_slot(lying, institution), {"a_dossier_is_in_one_place"}),
            "its next slot": (suggested, {"slot_free"}),
            "a scanned position": (lambda: queries.known_slots(institution, [slot.code]), {"slot_code_once"}),
        }
    )  # fmt: skip


def test_the_next_moves_of_a_plan_have_their_index(lying, institution, keeper):
    plan = actions.plan_compaction(Slot.objects.get(code="K01-A-01-001").store, method="NUMBER", by=keeper)
    assert plan.moves.count() > 50
    plan.moves.filter(position__gt=5).update(done_at=timezone.now(), done_by=keeper)
    measure()
    assert_served(
        {
            "the next moves": (lambda: list(plan.moves.waiting()[:50]), {"compaction_move_waiting"}),
            "the moves of a dossier": (
                lambda: list(plan.moves.waiting().filter(dossier=1_000_780)),
                {"a_plan_moves_a_dossier_into_a_slot_once", "compaction_move_waiting"},
            ),
        }
    )


def test_a_stocktake_reads_its_own_lines_and_what_moved_since(lying, institution, keeper):
    case = stocktakes.plan(institution, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())
    frozen: list[Any] = []
    assert_served(
        {"what is frozen": (lambda: frozen.append(stocktakes.start(case, by=keeper)), {"placement_current"})}
    )
    (case,) = frozen
    actions.take_out(lying, by=keeper, detail="窗口")
    lines = [
        read for one in Placement.objects.filter(slot__rack="B-0") for read in (one.slot.code, one.dossier.barcode)
    ]
    reading = [stocktakes.Read(number, text) for number, text in enumerate([*lines, "what is this"], start=1)]
    stocktakes.record_scans(case, by=keeper, device="a", reads=reading)
    measure()
    verdicts = {"a_dossier_is_expected_once"}
    assert_served(
        {
            "the verdicts": (lambda: counts.totals(case), verdicts),
            "the progress": (lambda: counts.progress(case), verdicts),
        }
    )
    case = stocktakes.finish_counting(case, by=keeper)
    measure()
    strange = counts.findings_of(case).filter(verdict="UNEXPECTED").order_by("pk")
    moved = Finding.objects.filter(stocktake=case, dossier=lying)
    assert moved.get().verdict == "AT_HAND"
    assert_served(
        {
            "the findings of a verdict": (lambda: list(strange[:50]), {"finding_by_verdict"}),
            "the finding of a dossier": (lambda: list(moved), {"one_finding_a_dossier", "finding_by_verdict"}),
        }
    )


def test_a_question_without_an_index_is_told(lying):
    """The test of the tests: what no index serves is seen."""
    assert reads(lambda: list(Custody.objects.filter(received_from="某处"))) == {"all of dossiers_custody"}
    assert Retrieval.objects.waiting().count() == 1
