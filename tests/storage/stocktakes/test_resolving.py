import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents import signing
from rendang.kernel.files.queries import read_file
from rendang.storage import actions as storage
from rendang.storage.models import Placement
from rendang.storage.queries import current_placement, last_seen
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.models import Finding, Stocktake
from tests.factories import held_dossier
from tests.storage.stocktakes.conftest import end_custody

pytestmark = pytest.mark.django_db


def nothing_happened(act, words, exception=ValidationError):
    def there():
        return (
            AuditEvent.objects.count(),
            Placement.objects.count(),
            Stocktake.objects.get().state,
            list(Finding.objects.order_by("pk").values_list("resolution", flat=True)),
        )

    before = there()
    with pytest.raises(exception, match=words):
        act()
    assert there() == before


def finding(stocktake, **which):
    return Finding.objects.get(stocktake=stocktake, **which)


def test_what_disagrees_becomes_a_finding_with_both_places(counted, shelf):
    missing = finding(counted, verdict="MISSING")
    assert (missing.dossier, missing.expected_slot, missing.seen_slot) == (shelf.first, shelf.slots[0], None)
    misplaced = finding(counted, verdict="MISPLACED")
    assert (misplaced.dossier, misplaced.expected_slot, misplaced.seen_slot) == (
        shelf.second,
        shelf.slots[1],
        shelf.slots[2],
    )
    unknown = finding(counted, verdict="UNEXPECTED")
    assert (unknown.text, unknown.seen_slot) == ("RD999999999", shelf.slots[2])
    assert {verdict: many for verdict, many in counted.totals.items() if many} == {
        "ON_LOAN": 1,
        "MISSING": 1,
        "MISPLACED": 1,
        "UNEXPECTED": 1,
    }


def test_a_count_without_scans_is_not_finished(counting, keeper):
    nothing_happened(lambda: actions.finish_counting(counting, by=keeper), "Nothing has been scanned")


def test_a_missing_dossier_is_reported_missing(counted, shelf, keeper):
    actions.resolve(finding(counted, verdict="MISSING"), by=keeper, resolution="REPORTED", reason="复查两遍未见")
    now = current_placement(shelf.first)
    assert (now.kind, now.detail, now.case.pk) == ("MISSING", counted.number, counted.pk)


def test_a_missing_dossier_found_again_has_been_seen_in_its_slot(counted, shelf, keeper):
    actions.resolve(finding(counted, verdict="MISSING"), by=keeper, resolution="FOUND_AGAIN", reason="夹在邻卷中")
    seen = last_seen(shelf.first)
    assert (seen.slot, seen.by) == (shelf.slots[0], keeper)


def test_what_has_moved_since_cannot_be_found_in_its_former_slot(counted, shelf, keeper):
    storage.move(shelf.first, shelf.slots[2], by=keeper)
    nothing_happened(
        lambda: actions.resolve(
            finding(counted, verdict="MISSING"), by=keeper, resolution="FOUND_AGAIN", reason="在位"
        ),
        "elsewhere by now",
    )


def test_a_misplaced_dossier_is_carried_back_or_the_record_follows(counted, shelf, keeper):
    actions.resolve(finding(counted, verdict="MISPLACED"), by=keeper, resolution="ACCEPTED", reason="原格已满")
    assert current_placement(shelf.second).slot == shelf.slots[2]


def test_carried_back_leaves_the_record_as_it_is(counted, shelf, keeper):
    actions.resolve(finding(counted, verdict="MISPLACED"), by=keeper, resolution="PUT_BACK", reason="已归位")
    assert current_placement(shelf.second).slot == shelf.slots[1]
    assert last_seen(shelf.second).slot == shelf.slots[1]


def test_of_two_slots_one_is_chosen(counting, count, shelf, keeper):
    count(shelf.slots[1], shelf.first, shelf.slots[2], shelf.first)
    done = actions.finish_counting(counting, by=keeper)
    twice = finding(done, verdict="TWICE")
    nothing_happened(
        lambda: actions.resolve(twice, by=keeper, resolution="ACCEPTED", reason="以此为准", slot=shelf.slots[0]),
        "no such slot",
    )
    actions.resolve(twice, by=keeper, resolution="ACCEPTED", reason="以此为准", slot=shelf.slots[2])
    assert current_placement(shelf.first).slot == shelf.slots[2]


def test_a_loan_that_came_back_unnoticed_is_placed_where_it_was_seen(counting, count, shelf, keeper):
    count(shelf.slots[2], shelf.away)
    done = actions.finish_counting(counting, by=keeper)
    actions.resolve(
        finding(done, dossier=shelf.away), by=keeper, resolution="ACCEPTED", reason="已还，未登记", slot=None
    )
    assert current_placement(shelf.away).slot == shelf.slots[2]


def test_a_dossier_that_is_no_longer_ours_goes_to_no_desk_of_ours(counting, count, shelf, keeper, institution):
    former = held_dossier(institution)
    end_custody(former)
    count(shelf.slots[2], former)
    done = actions.finish_counting(counting, by=keeper)
    one = finding(done, dossier=former)
    nothing_happened(
        lambda: actions.resolve(one, by=keeper, resolution="DESK", reason="送窗口"), "not in your custody"
    )
    actions.resolve(one, by=keeper, resolution="TO_REGISTER", reason="移交接收岗")
    assert current_placement(former) is None


def test_each_finding_is_resolved_once_in_a_way_that_suits_it_and_with_a_reason(counted, keeper, clerk):
    one = finding(counted, verdict="UNEXPECTED")
    resolve = actions.resolve
    nothing_happened(lambda: resolve(one, by=keeper, resolution="REPORTED", reason="x"), "not resolved in this way")
    nothing_happened(lambda: resolve(one, by=keeper, resolution="TO_REGISTER", reason=" "), "how it was resolved")
    nothing_happened(lambda: resolve(one, by=clerk, resolution="TO_REGISTER", reason="x"), None, PermissionDenied)
    resolve(one, by=keeper, resolution="TO_REGISTER", reason="移交接收岗")
    nothing_happened(lambda: resolve(one, by=keeper, resolution="LEFT_OPEN", reason="x"), "resolved already")


def test_a_resolution_leaves_one_event_of_its_own_on_the_dossier(counted, shelf, keeper):
    actions.resolve(finding(counted, verdict="MISSING"), by=keeper, resolution="LEFT_OPEN", reason="继续查找")
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.subject_id, event.reason) == ("finding.resolve", shelf.first.pk, "继续查找")
    assert event.changes == {"stocktake": [None, counted.number], "resolution": ["", "LEFT_OPEN"]}


def test_counting_goes_on_and_what_is_resolved_stays_resolved(counted, shelf, keeper):
    actions.resolve(finding(counted, verdict="UNEXPECTED"), by=keeper, resolution="TO_REGISTER", reason="移交")
    again = actions.count_again(counted, by=keeper, reason="第二台设备尚未上传")
    assert (again.state, again.totals, again.findings.count()) == ("COUNTING", {}, 1)
    codes = [shelf.slots[0], shelf.first]
    reads = [actions.Read(number, str(code)) for number, code in enumerate(codes, start=1)]
    actions.record_scans(again, by=keeper, device="phone-2", reads=reads)
    done = actions.finish_counting(again, by=keeper)
    assert sorted(done.findings.values_list("verdict", "resolution")) == [
        ("MISPLACED", ""),
        ("ON_LOAN", "EXPLAINED"),
        ("UNEXPECTED", "TO_REGISTER"),
    ]


def test_it_is_concluded_only_when_every_finding_is_resolved_or_left_open(counted, keeper):
    nothing_happened(lambda: actions.conclude(counted, by=keeper), "3 findings are not resolved")


def test_two_sign_and_the_report_is_sealed(signed, keeper, approver):
    assert (signed.state, signed.concluded_by, signed.signed_by) == ("SIGNED", keeper, approver)
    assert signed.closed_at is not None
    assert signing.verify(read_file(signed.report)).is_valid


def test_the_keeper_does_not_sign_as_the_second(counted, institution, keeper):
    from rendang.kernel.access.models import Membership

    Membership.objects.create(user=keeper, institution=institution, role="APPROVER")
    del keeper._membership_rows
    for one in counted.findings.filter(resolution=""):
        actions.resolve(one, by=keeper, resolution="LEFT_OPEN", reason="待查")
    concluded = actions.conclude(counted, by=keeper)
    nothing_happened(lambda: actions.sign(concluded, by=keeper), "second person")


def test_the_second_sends_it_back_and_the_keeper_signs_anew(counted, keeper, approver):
    for one in counted.findings.filter(resolution=""):
        actions.resolve(one, by=keeper, resolution="LEFT_OPEN", reason="待查")
    back = actions.send_back(actions.conclude(counted, by=keeper), by=approver, reason="盘亏说明不清")
    assert (back.state, back.concluded_by, back.reason) == ("COUNTED", None, "盘亏说明不清")
    assert actions.conclude(back, by=keeper).state == "CONCLUDED"
