import datetime as dt
import random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions as storage
from rendang.storage.models import Sighting
from rendang.storage.stocktakes import actions, queries
from rendang.storage.stocktakes.actions import Read
from rendang.storage.stocktakes.models import ExpectedDossier, Scan, Stocktake
from rendang.storage.stocktakes.queries import VERDICTS_SQL
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier
from tests.storage.stocktakes.conftest import end_custody, reads

pytestmark = pytest.mark.django_db
NONE = {"FOUND": 0, "ON_LOAN": 0, "IN_TRANSIT": 0, "AT_HAND": 0, "MISSING": 0, "MISPLACED": 0, "TWICE": 0} | {
    "UNEXPECTED": 0,
    "MOVED": 0,
}


def verdicts(stocktake):
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {VERDICTS_SQL} SELECT dossier_id, verdict FROM verdicts", {"stocktake": stocktake.pk})
        return dict(cursor.fetchall())


def nothing_happened(act, words, exception=ValidationError):
    def there():
        return (AuditEvent.objects.count(), Scan.objects.count(), Sighting.objects.count(), Stocktake.objects.count())

    before = there()
    with pytest.raises(exception, match=words):
        act()
    assert there() == before


def test_the_start_freezes_what_the_record_says(counting, shelf):
    lines = dict(counting.expected.values_list("dossier", "state"))
    assert lines == {shelf.first.pk: "SLOT", shelf.second.pk: "SLOT", shelf.away.pk: "ON_LOAN"}
    assert counting.expected.get(dossier=shelf.away).slot == shelf.slots[0]


def test_what_moves_after_the_start_is_still_expected_where_it_was(counting, shelf, keeper):
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    assert counting.expected.get(dossier=shelf.first).slot == shelf.slots[0]


def test_every_state_of_the_record_is_expected_by_its_name(planned, institution, keeper):
    made = {
        kind: PlacementFactory(institution=institution, kind=kind, slot=None, detail="某处").dossier.pk
        for kind in ("COURIER", "DESK", "READING_ROOM", "AS_WRITTEN", "MISSING", "ELSEWHERE")
    }
    lines = dict(actions.start(planned, by=keeper).expected.values_list("dossier", "state"))
    assert {kind: lines.get(pk) for kind, pk in made.items()} == {
        "COURIER": "IN_TRANSIT",
        "DESK": "AT_HAND",
        "READING_ROOM": "AT_HAND",
        "AS_WRITTEN": "UNPLACED",
        "MISSING": "MISSING",
        "ELSEWHERE": None,
    }


def test_a_stocktake_of_some_stores_expects_what_lies_there_or_is_lent_from_there(institution, keeper, shelf, store):
    elsewhere = SlotFactory(institution=institution, store=StoreFactory(institution=institution))
    PlacementFactory(institution=institution, slot=elsewhere)
    PlacementFactory(institution=institution, kind="DESK", slot=None)
    planned = actions.plan(institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate(), stores=[store])
    expected = set(actions.start(planned, by=keeper).expected.values_list("dossier", flat=True))
    assert expected == {shelf.first.pk, shelf.second.pk, shelf.away.pk}


def test_nothing_of_another_institution_is_expected(counting, other_institution):
    PlacementFactory(institution=other_institution)
    assert counting.expected.count() == 3


def test_there_must_be_something_to_count(other_institution):
    from rendang.kernel.access.models import Role
    from tests.factories import staff

    theirs = staff(other_institution, Role.KEEPER)
    planned = actions.plan(other_institution, by=theirs, occasion="YEARLY", planned_for=timezone.localdate())
    nothing_happened(lambda: actions.start(planned, by=theirs), "nothing to count")


def test_a_stocktake_is_planned_for_today_or_later_and_for_own_stores(institution, keeper):
    yesterday = timezone.localdate() - dt.timedelta(1)
    nothing_happened(
        lambda: actions.plan(institution, by=keeper, occasion="YEARLY", planned_for=yesterday), "today or a later"
    )
    nothing_happened(
        lambda: actions.plan(
            institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate(), stores=[StoreFactory()]
        ),
        "of the institution itself",
    )


def test_found_missing_and_on_loan(counting, count, shelf):
    count(shelf.slots[0], shelf.first)
    assert verdicts(counting) == {shelf.first.pk: "FOUND", shelf.second.pk: "MISSING", shelf.away.pk: "ON_LOAN"}
    assert queries.totals(counting) == NONE | {"FOUND": 1, "MISSING": 1, "ON_LOAN": 1}


def test_seen_in_another_slot_is_misplaced_and_in_two_slots_seen_twice(counting, count, shelf):
    count(shelf.slots[1], shelf.first, shelf.second, shelf.slots[2], shelf.second)
    assert verdicts(counting) == {shelf.first.pk: "MISPLACED", shelf.second.pk: "TWICE", shelf.away.pk: "ON_LOAN"}


def test_seen_twice_in_one_slot_is_found_once(counting, count, shelf):
    count(shelf.slots[0], shelf.first, shelf.first)
    count(shelf.slots[0], shelf.first, device="phone-2")
    assert verdicts(counting)[shelf.first.pk] == "FOUND"


def test_what_is_lent_and_stands_there_all_the_same_is_unexpected(counting, count, shelf):
    count(shelf.slots[0], shelf.away)
    assert verdicts(counting)[shelf.away.pk] == "UNEXPECTED"


def test_a_dossier_of_ours_that_has_left_is_unexpected_and_one_never_ours_is_a_label(
    counting, count, shelf, institution, other_institution
):
    former, theirs = held_dossier(institution), held_dossier(other_institution)
    end_custody(former)
    received = count(shelf.slots[0], former, theirs, "什么")
    assert received.unknown == sorted([theirs.barcode, "什么"])
    assert verdicts(counting)[former.pk] == "UNEXPECTED"
    assert theirs.pk not in verdicts(counting)
    assert queries.totals(counting)["UNEXPECTED"] == 3


def test_a_label_nobody_knows_counts_once_however_often_it_is_read(counting, count):
    count("什么", "什么")
    count("什么", device="phone-2")
    assert queries.totals(counting)["UNEXPECTED"] == 1


def test_a_slot_ends_with_a_hyphen_and_what_was_seen_on_no_shelf_is_there(counting, count, shelf):
    count(shelf.slots[2], "-", shelf.first)
    assert verdicts(counting)[shelf.first.pk] == "FOUND"


def test_the_slot_goes_on_into_the_next_upload_of_the_same_device_only(counting, count, shelf):
    count(shelf.slots[2])
    count(shelf.first, first=2)
    count(shelf.second, device="phone-2")
    assert verdicts(counting)[shelf.first.pk] == "MISPLACED"
    assert verdicts(counting)[shelf.second.pk] == "FOUND"


def test_an_archive_number_is_as_good_as_a_barcode(counting, count, shelf):
    count(shelf.slots[0], shelf.first.custodies.get().archive_number)
    assert verdicts(counting)[shelf.first.pk] == "FOUND"


def test_an_upload_that_comes_twice_counts_once(counting, count, shelf):
    first = count(shelf.slots[0], shelf.first)
    events = AuditEvent.objects.count()
    again = count(shelf.slots[0], shelf.first)
    assert (first.received, first.new, again.received, again.new) == (2, 2, 2, 0)
    assert (Scan.objects.count(), AuditEvent.objects.count()) == (2, events)


def test_the_trace_says_how_many_were_read_and_not_whose(counting, count, shelf):
    count(shelf.slots[0], shelf.first)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.subject_id, event.changes) == ("stocktake.scan", counting.pk, {"scans": [0, 2]})


def test_a_dossier_read_was_seen_there_and_then(counting, count, shelf, keeper):
    count(shelf.slots[2])
    count(shelf.first, "-", shelf.second, first=2)
    first, second = (Sighting.objects.get(dossier=one) for one in (shelf.first, shelf.second))
    assert (first.slot, first.by, first.detail) == (shelf.slots[2], keeper, "")
    assert (second.slot, second.detail) == (None, counting.number)


def test_nothing_was_read_before_the_start_or_after_now(counting, keeper, shelf):
    wrong = [
        Read(1, str(shelf.first), timezone.now() + dt.timedelta(days=9)),
        Read(2, str(shelf.second), timezone.now() - dt.timedelta(days=9)),
    ]
    actions.record_scans(counting, by=keeper, device="phone-1", reads=wrong)
    first, second = Scan.objects.order_by("number")
    assert second.at == counting.started_at <= first.at <= timezone.now()


def test_only_who_runs_stocktakes_there_scans(counting, clerk, shelf):
    act = lambda: actions.record_scans(counting, by=clerk, device="d", reads=reads(shelf.first))  # noqa: E731
    nothing_happened(act, None, PermissionDenied)


def test_an_upload_is_checked(counting, keeper):
    for device, given_reads, words in (
        ("", reads("x"), "name itself"),
        ("no spaces", reads("x"), "name itself"),
        ("d", [Read(0, "x")], "begin at 1"),
        ("d", reads(*["x"] * 5001), "at most 5000"),
    ):
        nothing_happened(
            lambda: actions.record_scans(counting, by=keeper, device=device, reads=given_reads),  # noqa: B023
            words,
        )


def test_after_the_count_nothing_new_is_taken_but_what_was_there_is_confirmed(counting, count, shelf, keeper):
    count(shelf.slots[0], shelf.first)
    actions.finish_counting(counting, by=keeper)
    assert count(shelf.slots[0], shelf.first).new == 0
    nothing_happened(lambda: count(shelf.second, first=3), "stays on it")


def test_progress_is_told_by_rack(counting, count, shelf, institution, store):
    count(shelf.slots[0], shelf.first, shelf.second)
    (row,) = queries.progress(counting)
    assert (row.store, row.rack, row.expected, row.seen, row.found, row.percent) == ("K01", "A-01", 2, 2, 1, 100)


def test_what_was_missing_before_the_count_is_told_beside_the_racks_until_it_is_read(
    planned, shelf, institution, keeper, signed_in
):
    storage.report_missing(shelf.first, by=keeper, detail="查无")
    counting = actions.start(planned, by=keeper)
    assert [(row.expected, row.seen) for row in queries.progress(counting)] == [(1, 0)]
    assert (queries.totals(counting)["MISSING"], queries.missing_before(counting)) == (2, 1)
    page = signed_in(keeper).get(counting.get_absolute_url()).text
    assert "1 dossier was recorded missing before the count began" in page
    actions.record_scans(counting, by=keeper, device="d", reads=reads(shelf.slots[2], shelf.first))
    assert queries.missing_before(counting) == 0


LABELS = st.lists(st.integers(0, 6), min_size=1, max_size=14)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(walks=st.lists(LABELS, min_size=1, max_size=3), chance=st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_uploads_change_no_verdict(walks, chance, counting, shelf, keeper):
    """Each device reads its labels; they arrive whole and in order, or in pieces, shuffled and repeated."""
    labels = [*shelf.slots, shelf.first, shelf.second, shelf.away, "-"]
    devices = {f"d{number}": reads(*(labels[one] for one in walk)) for number, walk in enumerate(walks)}

    def verdicts_after(uploads):
        with transaction.atomic():
            for device, piece in uploads:
                actions.record_scans(counting, by=keeper, device=device, reads=piece)
            found = verdicts(counting)
            transaction.set_rollback(True)
        return found

    pieces = [(device, [read]) for device, walk in devices.items() for read in walk]
    pieces += [(device, chance.sample(walk, len(walk))) for device, walk in devices.items() if chance.random() < 0.5]
    chance.shuffle(pieces)
    assert verdicts_after(pieces) == verdicts_after(devices.items())


def test_a_reference_in_plain_python_agrees(counting, shelf, keeper):
    """The verdicts of the database beside the rules written out dossier by dossier."""
    labels, chance = [*shelf.slots, shelf.first, shelf.second, "-"], random.Random(7)
    expected = {line.dossier_id: line for line in ExpectedDossier.objects.filter(stocktake=counting)}
    for _round in range(40):
        walk = [chance.choice(labels) for _label in range(8)]
        with transaction.atomic():
            actions.record_scans(counting, by=keeper, device="d", reads=reads(*walk))
            told = verdicts(counting)
            transaction.set_rollback(True)
        seen, slot = {}, None
        for label in walk:
            if label in shelf.slots or label == "-":
                slot = None if label == "-" else label.pk
            else:
                seen.setdefault(label.pk, set()).add(slot)
        for pk, line in expected.items():
            places = seen.get(pk, set()) - {None}
            if pk not in seen:
                right = "ON_LOAN" if line.state == "ON_LOAN" else "MISSING"
            elif len(places) > 1:
                right = "TWICE"
            else:
                right = "MISPLACED" if places - {line.slot_id} else "FOUND"
            assert told[pk] == right, walk
