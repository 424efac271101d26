"""What moves while it is counted, and what belongs elsewhere in the house."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.storage import actions as storage
from rendang.storage.queries import current_placement
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.models import Finding
from tests.factories import PlacementFactory, SlotFactory, StoreFactory
from tests.golden import squeezed, text_of
from tests.storage.stocktakes.conftest import reads
from tests.storage.stocktakes.test_counting import verdicts

pytestmark = pytest.mark.django_db


def verdict(stocktake, dossier):
    return verdicts(stocktake)[dossier.pk]


@pytest.fixture
def read_on_loan(shelf, planned, keeper):
    """The first was lent under an open case before the count began."""
    storage.lend(shelf.first, by=keeper, detail="虚构单位", case=planned.case_ptr)
    return shelf.first


def test_not_seen_and_taken_to_the_desk_after_the_start_is_elsewhere_in_the_house(counting, count, shelf, keeper):
    storage.take_out(shelf.first, by=keeper, detail="调卷台", case=counting.case_ptr)
    count(shelf.slots[1], shelf.second)
    assert verdict(counting, shelf.first) == "AT_HAND"
    done = actions.finish_counting(counting, by=keeper)
    (told,) = done.findings.filter(dossier=shelf.first)
    assert (told.dossier, told.verdict, told.resolution, told.movement) == (
        shelf.first,
        "AT_HAND",
        "EXPLAINED",
        current_placement(shelf.first),
    )
    day = f"{timezone.localtime(told.movement.since):%Y-%m-%d %H:%M}"
    assert told.explanation == f"Taken to the desk on {day} under case {counting.number}"
    assert actions.conclude(done, by=keeper).state == "CONCLUDED"


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [(storage.lend, "ON_LOAN"), (storage.hand_to_courier, "IN_TRANSIT"), (storage.leave_for_good, "MOVED"),
     (storage.report_missing, "MISSING"), (storage.put_in_reading_room, "AT_HAND")],
)  # fmt: skip
def test_not_seen_is_judged_by_where_the_record_has_it_now(counting, count, shelf, keeper, leaves, expected):
    leaves(shelf.first, by=keeper, detail="某处")
    count(shelf.slots[1], shelf.second)
    assert verdict(counting, shelf.first) == expected


def test_lent_after_it_was_seen_is_found(counting, count, shelf, keeper):
    count(shelf.slots[0], shelf.first)
    storage.lend(shelf.first, by=keeper, detail="虚构单位")
    assert verdict(counting, shelf.first) == "FOUND"


def test_seen_where_it_was_moved_to_is_found_and_where_it_was_moved_from_is_misplaced(counting, count, shelf, keeper):
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    count(shelf.slots[2], shelf.first)
    assert verdict(counting, shelf.first) == "FOUND"
    storage.move(shelf.second, shelf.slots[2], by=keeper)
    count(shelf.slots[1], shelf.second, first=3)
    done = actions.finish_counting(counting, by=keeper)
    wrong = done.findings.get(dossier=shelf.second)
    assert (wrong.verdict, wrong.expected_slot, wrong.seen_slot) == ("MISPLACED", shelf.slots[2], shelf.slots[1])
    assert "Put into" in wrong.explanation


def test_seen_in_both_slots_of_a_move_in_between_is_found_and_not_seen_twice(counting, count, shelf, keeper):
    count(shelf.slots[0], shelf.first)
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    count(shelf.slots[2], shelf.first, device="phone-2")
    assert verdict(counting, shelf.first) == "FOUND"


def test_a_wrong_place_put_right_after_it_was_seen_is_moved(counting, count, shelf, keeper):
    count(shelf.slots[1], shelf.first)
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    assert verdict(counting, shelf.first) == "MOVED"


def test_moved_into_a_slot_that_was_read_afterwards_without_it_is_missing(counting, count, shelf, keeper):
    count(shelf.slots[2])
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    assert verdict(counting, shelf.first) == "MOVED"
    count(shelf.slots[2], first=2)
    assert verdict(counting, shelf.first) == "MISSING"
    done = actions.finish_counting(counting, by=keeper)
    assert done.findings.get(dossier=shelf.first).expected_slot == shelf.slots[2]


def test_taken_out_and_put_back_while_its_slot_was_read_is_moved(counting, count, shelf, keeper):
    storage.take_out(shelf.first, by=keeper, detail="调卷台")
    count(shelf.slots[0])
    storage.put_back(shelf.first, by=keeper)
    assert verdict(counting, shelf.first) == "MOVED"


def test_a_loan_that_came_back_and_was_placed_is_found(counting, count, shelf, keeper, institution):
    storage.put_on_desk(shelf.away, institution, by=keeper, detail="窗口")
    storage.place(shelf.away, shelf.slots[2], by=keeper)
    count(shelf.slots[2], shelf.away)
    assert verdict(counting, shelf.away) == "FOUND"


def test_what_left_for_another_institution_is_told_without_their_shelf(
    counting, count, shelf, keeper, other_institution
):
    theirs = SlotFactory(institution=other_institution)
    now = current_placement(shelf.first)
    now.until = timezone.now()
    now.save(update_fields=["until"])
    PlacementFactory(dossier=shelf.first, institution=other_institution, slot=theirs, since=now.until)
    count(shelf.slots[1], shelf.second)
    done = actions.finish_counting(counting, by=keeper)
    told = done.findings.get(dossier=shelf.first)
    assert (told.verdict, told.expected_slot) == ("MOVED", shelf.slots[0])
    assert told.explanation.startswith(f"At {other_institution} since ")
    assert theirs.code not in told.explanation


def test_in_a_stocktake_of_one_store_a_dossier_of_another_is_misplaced_with_where_it_belongs(
    institution, keeper, shelf, store
):
    elsewhere = SlotFactory(
        institution=institution, store=StoreFactory(institution=institution, code="K02"), capacity=5
    )
    stray = PlacementFactory(institution=institution, slot=elsewhere).dossier
    lying = PlacementFactory(institution=institution, slot=elsewhere).dossier
    planned = actions.plan(institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate(), stores=[store])
    counting = actions.start(planned, by=keeper)
    labels = [shelf.slots[0], shelf.first, stray, "-", lying, shelf.second]
    actions.record_scans(counting, by=keeper, device="d", reads=reads(*labels))
    assert verdicts(counting) == {
        shelf.first.pk: "FOUND", shelf.second.pk: "FOUND", shelf.away.pk: "ON_LOAN",
        stray.pk: "MISPLACED", lying.pk: "MISPLACED",
    }  # fmt: skip
    done = actions.finish_counting(counting, by=keeper)
    found = done.findings.get(dossier=stray)
    assert (found.expected_slot, found.expected_state, found.seen_slot, found.movement) == (
        elsewhere, "SLOT", shelf.slots[0], None,
    )  # fmt: skip
    actions.resolve(found, by=keeper, resolution="PUT_BACK", reason="已送回二号库")
    assert current_placement(stray).slot == elsewhere


def test_moved_into_the_counted_store_meanwhile_is_found_there(institution, keeper, shelf, store):
    elsewhere = SlotFactory(
        institution=institution, store=StoreFactory(institution=institution, code="K02"), capacity=5
    )
    newcomer = PlacementFactory(institution=institution, slot=elsewhere).dossier
    planned = actions.plan(institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate(), stores=[store])
    counting = actions.start(planned, by=keeper)
    storage.move(newcomer, shelf.slots[2], by=keeper)
    actions.record_scans(counting, by=keeper, device="d", reads=reads(shelf.slots[2], newcomer))
    assert verdict(counting, newcomer) == "FOUND"


def test_what_is_lent_under_a_case_and_stands_there_names_the_case_and_goes_back_there(
    read_on_loan, counting, count, shelf, keeper, institution
):
    count(shelf.slots[0], read_on_loan)
    done = actions.finish_counting(counting, by=keeper)
    found = done.findings.get(dossier=read_on_loan)
    assert (found.verdict, found.expected_state) == ("UNEXPECTED", "ON_LOAN")
    assert found.explanation.endswith(f"under case {counting.number}: take it back there")
    before = (AuditEvent.objects.count(), current_placement(read_on_loan))
    for resolution, words in (("ACCEPTED", "not resolved in this way"), ("TAKEN_BACK", "still out under")):
        with pytest.raises(ValidationError, match=words):
            actions.resolve(found, by=keeper, resolution=resolution, reason="已还")
    assert before == (AuditEvent.objects.count(), current_placement(read_on_loan))

    storage.put_on_desk(read_on_loan, institution, by=keeper, detail="窗口", case=counting.case_ptr)
    actions.resolve(found, by=keeper, resolution="TAKEN_BACK", reason="已按借阅单收回")
    assert Finding.objects.get(pk=found.pk).resolution == "TAKEN_BACK"


def test_going_on_counting_drops_what_was_explained_and_compares_anew(counting, count, shelf, keeper):
    storage.take_out(shelf.first, by=keeper, detail="调卷台")
    count(shelf.slots[1], shelf.second)
    again = actions.count_again(actions.finish_counting(counting, by=keeper), by=keeper, reason="漏一排")
    assert not again.findings.exists()


def test_an_explained_finding_has_a_movement_and_needs_no_resolution(counting, count, shelf, keeper):
    storage.take_out(shelf.first, by=keeper, detail="调卷台")
    count(shelf.slots[1], shelf.second)
    (told,) = actions.finish_counting(counting, by=keeper).findings.filter(dossier=shelf.first)
    with pytest.raises(ValidationError, match="resolved already"):
        actions.resolve(told, by=keeper, resolution="LEFT_OPEN", reason="x")


@pytest.fixture
def two_missing(counting, count, shelf, keeper):
    count(shelf.slots[2], "什么")
    return actions.finish_counting(counting, by=keeper)


def test_findings_of_one_verdict_are_resolved_together_and_a_refused_one_holds_up_no_other(two_missing, shelf, keeper):
    missing = two_missing.findings.filter(verdict="MISSING").order_by("pk")
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    refused = actions.resolve_all(missing, by=keeper, resolution="FOUND_AGAIN", reason="夹在邻卷中")
    one = missing.get(dossier=shelf.first)
    assert set(refused) == {one.pk}
    assert "elsewhere by now" in refused[one.pk]
    assert sorted(missing.values_list("dossier", "resolution")) == sorted(
        [(shelf.first.pk, ""), (shelf.second.pk, "FOUND_AGAIN")]
    )


def test_findings_of_two_verdicts_are_not_resolved_together(two_missing, keeper):
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="of one verdict"):
        waiting = two_missing.findings.filter(resolution="")
        actions.resolve_all(waiting, by=keeper, resolution="LEFT_OPEN", reason="待查")
    assert two_missing.findings.filter(resolution="").count() == 3
    assert AuditEvent.objects.count() == before


def test_the_page_says_that_ticked_findings_of_two_verdicts_differ(signed_in, two_missing, keeper):
    ticked = list(two_missing.findings.filter(resolution="").values_list("pk", flat=True))
    page = signed_in(keeper).get(reverse("stocktakes:resolve_many", args=[two_missing.pk]), {"finding": ticked})
    assert "The ticked findings differ" in page.text
    assert "They are resolved in different ways: Missing, Unexpected." in page.text
    assert "Nothing can be resolved together" not in page.text


def test_on_the_page_ticked_rows_are_resolved_with_the_outcome_of_each(signed_in, two_missing, shelf, keeper):
    browser = signed_in(keeper)
    missing = list(two_missing.findings.filter(verdict="MISSING").values_list("pk", flat=True))
    address = reverse("stocktakes:resolve_many", args=[two_missing.pk])
    assert "Resolve together" in browser.get(reverse("stocktakes:findings", args=[two_missing.pk])).text
    listed = reverse("stocktakes:findings", args=[two_missing.pk]) + "?verdict=MISSING"
    asked = browser.get(address, {"finding": missing, "back": listed})
    kept = "".join(f"&finding={key}" for key in missing)
    assert asked.context["back"] == f"{listed}{kept}", "whoever thinks better of it finds all rows ticked"
    assert browser.get(asked.context["back"]).text.count(" checked") == 2
    page = asked.text
    assert "Resolve 2 findings" in page
    assert "Handed over to be registered" not in page
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    sent = {"finding": missing, "resolution": "FOUND_AGAIN", "reason": "夹在邻卷中", "back": asked.context["back"]}
    answer = browser.post(address, sent)
    refused = two_missing.findings.get(dossier=shelf.first)
    assert answer.context["back"] == f"{listed}&finding={refused.pk}"
    told = answer.text
    assert "1 finding is resolved." in told
    assert "1 finding stays as it was" in told
    assert "elsewhere by now" in told
    both = list(two_missing.findings.filter(resolution="").values_list("pk", flat=True))
    assert "The ticked findings differ" in browser.get(address, {"finding": both}).text


def test_what_a_colleague_has_resolved_since_the_page_was_opened_is_told_and_keeps_theirs(
    signed_in, two_missing, keeper
):
    theirs, mine = two_missing.findings.filter(verdict="MISSING").order_by("pk")
    actions.resolve(theirs, by=keeper, resolution="LEFT_OPEN", reason="复查未见")
    sent = {"finding": [theirs.pk, mine.pk], "resolution": "FOUND_AGAIN", "reason": "夹在邻卷中"}

    told = signed_in(keeper).post(reverse("stocktakes:resolve_many", args=[two_missing.pk]), sent).text

    assert "1 finding is resolved." in told
    assert "This finding is resolved already: " in told
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.resolution, mine.resolution) == ("LEFT_OPEN", "FOUND_AGAIN")


def test_what_was_lent_before_the_count_is_listed_with_its_case_and_nobody_resolves_it(
    planned, shelf, keeper, approver, signed_in
):
    other = actions.plan(planned.institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate())
    storage.lend(shelf.first, by=keeper, detail="虚构单位", case=other.case_ptr)  # whatever kind of case it is
    counting = actions.start(planned, by=keeper)
    actions.record_scans(counting, by=keeper, device="phone-1", reads=reads(shelf.slots[1], shelf.second))
    done = actions.finish_counting(counting, by=keeper)
    assert set(done.findings.values_list("dossier", "verdict", "resolution", "expected_state")) == {
        (one.pk, "ON_LOAN", "EXPLAINED", "ON_LOAN") for one in (shelf.first, shelf.away)
    }
    lent = done.findings.get(dossier=shelf.first)
    day = f"{timezone.localtime(lent.movement.since):%Y-%m-%d %H:%M}"
    assert lent.explanation == f"Lent on {day} under case {other.number}"
    page = signed_in(keeper).get(reverse("stocktakes:findings", args=[done.pk]), {"verdict": "ON_LOAN"}).text
    assert shelf.first.barcode in page and f'<a href="{other.get_absolute_url()}">Lent on ' in page
    signed = actions.sign(actions.conclude(done, by=keeper), by=approver)
    text = squeezed(text_of(read_file(signed.report)))
    assert "在外清单（2项）" in text and "盘点期间变动清单（0项）" in text
    for word in (shelf.first.barcode, "账载在外", f"{day.replace(' ', '')}借出，{other.number}"):
        assert word in text, word


def test_the_words_of_all_findings_cost_one_query(two_missing, django_assert_num_queries):
    from rendang.storage.stocktakes import queries

    with django_assert_num_queries(1):
        said = [one.explanation[:4] for one in queries.findings_of(two_missing)]
    assert sorted(said) == ["", "", "", "Lent"]
