import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.party import actions
from rendang.circulation.party.models import PartyMembership, PartyTransfer
from rendang.circulation.party.queries import members, narrowed, register_of_transfers
from rendang.circulation.transfers import actions as transfers
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.audit.models import AuditEvent
from rendang.people.models import Message
from tests.factories import PersonFactory, held_dossier
from tests.told import chinese

pytestmark = pytest.mark.django_db


def nothing_happened(act, words, exception=ValidationError):
    before = (AuditEvent.objects.count(), PartyTransfer.objects.count(), PartyMembership.objects.count())
    with pytest.raises(exception, match=words):
        act()
    assert (AuditEvent.objects.count(), PartyTransfer.objects.count(), PartyMembership.objects.count()) == before


def test_a_relation_arrives_with_a_letter_is_admitted_by_a_second_person_and_told(
    person, branch, letter, clerk, approver
):
    today = timezone.localdate()
    case = actions.register_arrival(person, branch, by=clerk, **letter)
    assert case.letter_valid_until > today
    assert case.membership is None
    case = actions.approve(case, by=approver)
    assert (case.membership.branch, case.membership.since) == (branch, today)
    case = actions.complete(case, by=clerk, slip_date=today)
    assert case.state == "COMPLETED"
    assert chinese(Message.objects.get()) == f"您的党员组织关系已转入{branch.institution.name}（{branch.name}）。"


def test_a_graduate_without_employment_may_stay_two_years_and_an_employed_member_for_good(arrived, clerk):
    assert arrived.stay_until == _in_months(arrived.since, 24)
    changed = actions.correct_membership(arrived, by=clerk, stay="EMPLOYED")
    assert changed.stay_until is None
    assert actions.correct_membership(changed, by=clerk, stay="ABROAD").stay_until == _in_months(arrived.since, 60)


def _in_months(day: dt.date, months: int) -> dt.date:
    return day.replace(year=day.year + months // 12)


def test_a_letter_that_has_run_out_is_refused(person, branch, letter, clerk):
    letter["letter_date"] = timezone.localdate() - dt.timedelta(120)
    nothing_happened(lambda: actions.register_arrival(person, branch, by=clerk, **letter), "ran out on")


def test_a_letter_of_the_future_is_refused(person, branch, letter, clerk):
    letter["letter_date"] = timezone.localdate() + dt.timedelta(1)
    nothing_happened(lambda: actions.register_arrival(person, branch, by=clerk, **letter), "future")


def test_the_dossier_must_be_here(branch, letter, clerk, other_institution):
    elsewhere = held_dossier(other_institution).person
    nothing_happened(lambda: actions.register_arrival(elsewhere, branch, by=clerk, **letter), "not kept here")
    nobody = PersonFactory(political_status="01")
    nothing_happened(lambda: actions.register_arrival(nobody, branch, by=clerk, **letter), "not kept here")


def test_only_a_member_of_the_party_has_a_relation(person, branch, letter, clerk):
    person.political_status = "13"
    person.save()
    nothing_happened(lambda: actions.register_arrival(person, branch, by=clerk, **letter), "political status")


def test_a_letter_is_registered_once(arrived, institution, branch, letter, clerk):
    other = held_dossier(institution).person
    other.political_status = "02"
    other.save()
    nothing_happened(lambda: actions.register_arrival(other, branch, by=clerk, **letter), "registered already")


def test_a_person_has_one_relation(arrived, person, branch, letter, clerk):
    letter["letter_number"] = "另一封"
    nothing_happened(lambda: actions.register_arrival(person, branch, by=clerk, **letter), "kept by a branch already")


def test_who_registered_does_not_approve(person, branch, letter, clerk, approver):
    case = actions.register_arrival(person, branch, by=clerk, **letter)
    nothing_happened(lambda: actions.approve(case, by=clerk), None, PermissionDenied)


def test_it_leaves_with_a_numbered_letter_and_has_left_when_the_slip_comes(arrived, clerk, approver, institution):
    case = actions.register_departure(arrived, by=clerk, other_committee="邻市市委组织部")
    case = actions.approve(case, by=approver)
    assert case.letter_number == f"{institution.code}党〔{case.letter_date:%Y}〕0001号"
    assert case.letter_file is not None
    arrived.refresh_from_db()
    assert arrived.until is None
    actions.complete(case, by=clerk, slip_date=timezone.localdate())
    arrived.refresh_from_db()
    assert arrived.until == timezone.localdate()


def test_a_lost_letter_is_issued_again_under_a_new_number(arrived, clerk, approver):
    case = actions.register_departure(arrived, by=clerk, other_committee="邻市市委组织部")
    first = actions.approve(case, by=approver).letter_number
    case = actions.renew(case, by=clerk, reason="途中遗失")
    assert (case.state, case.letter_number) == ("REGISTERED", "")
    second = actions.approve(case, by=approver).letter_number
    assert (first[-5:], second[-5:]) == ("0001号", "0002号")


def test_an_admitted_member_is_not_issued_a_letter_again(person, branch, letter, clerk, approver):
    case = actions.approve(actions.register_arrival(person, branch, by=clerk, **letter), by=approver)
    nothing_happened(lambda: actions.renew(case, by=clerk, reason="误操作"), "is not part of this case")


def test_a_slip_is_not_older_than_the_letter(person, branch, letter, clerk, approver):
    case = actions.approve(actions.register_arrival(person, branch, by=clerk, **letter), by=approver)
    day = letter["letter_date"] - dt.timedelta(1)
    nothing_happened(lambda: actions.complete(case, by=clerk, slip_date=day), "older than the letter")


def test_the_relation_stands_in_the_way_of_the_dossier_until_it_has_left(arrived, clerk, approver):
    dossier = arrived.person.dossier.pk
    (obstacle,) = obstacles([dossier])[dossier]
    assert (obstacle.page, obstacle.key, obstacle.warning) == ("party:member", arrived.pk, False)
    case = actions.register_departure(arrived, by=clerk, other_committee="邻市市委组织部")
    (obstacle,) = obstacles([dossier])[dossier]
    assert (obstacle.page, obstacle.key, obstacle.warning) == ("party:detail", case.pk, False), "where it goes on now"
    assert case.number in obstacle.text
    actions.complete(actions.approve(case, by=approver), by=clerk, slip_date=timezone.localdate())
    assert obstacles([dossier]) == {dossier: []}


def test_a_relation_is_not_taken_in_while_the_dossier_leaves(
    person, branch, letter, clerk, approver, other_institution
):
    """It would stay behind; found by the random walk of tests/test_promises.py."""
    case = actions.register_arrival(person, branch, by=clerk, **letter)
    transfers.offer(person.dossier, other_institution, by=clerk, reason="internal")
    nothing_happened(lambda: actions.approve(case, by=approver), "about to leave")
    actions.withdraw(case, by=clerk, reason="档案转出")
    letter["letter_number"] = "虚大组〔2026〕18"
    nothing_happened(lambda: actions.register_arrival(person, branch, by=clerk, **letter), "about to leave")


def test_floating_members_those_who_stay_too_long_and_arrears_are_listed(arrived, clerk):
    today = timezone.localdate()
    assert list(narrowed(members(clerk), "floating", today)) == []
    actions.correct_membership(arrived, by=clerk, floats_to="上海市浦东新区", floats_since=today)
    assert list(narrowed(members(clerk), "floating", today)) == [arrived]
    assert list(narrowed(members(clerk), "overstaying", today)) == []
    assert list(narrowed(members(clerk), "overstaying", arrived.stay_until + dt.timedelta(1))) == [arrived]
    assert list(narrowed(members(clerk), "arrears", today)) == [arrived]
    actions.correct_membership(arrived, by=clerk, dues_paid_to=today)
    assert list(narrowed(members(clerk), "arrears", today)) == []


def test_a_floating_member_has_a_day_since_when(arrived, clerk):
    nothing_happened(lambda: actions.correct_membership(arrived, by=clerk, floats_to="上海"), "since when")


def test_a_floating_member_is_somewhere_and_has_gone_there_already(arrived, clerk):
    today = timezone.localdate()
    nothing_happened(lambda: actions.correct_membership(arrived, by=clerk, floats_since=today), "Say where")
    tomorrow = today + dt.timedelta(1)
    nothing_happened(
        lambda: actions.correct_membership(arrived, by=clerk, floats_to="上海", floats_since=tomorrow), "in the future"
    )


def test_who_is_back_floats_no_more_whatever_day_the_form_still_shows(arrived, clerk):
    today = timezone.localdate()
    actions.correct_membership(arrived, by=clerk, floats_to="上海", floats_since=today)
    back = actions.correct_membership(arrived, by=clerk, floats_to="", floats_since=today)
    assert (back.floats_to, back.floats_since) == ("", None)


def test_a_letter_does_not_run_out_before_it_was_written(person, branch, letter, clerk):
    letter |= {"letter_valid_until": letter["letter_date"] - dt.timedelta(1)}
    nothing_happened(lambda: actions.register_arrival(person, branch, by=clerk, **letter), "before it was written")


def test_a_member_goes_into_no_branch_of_another_institution(arrived, clerk, other_institution):
    from rendang.kernel.access.models import Role
    from tests.factories import staff

    theirs = actions.found_branch(other_institution, by=staff(other_institution, Role.CLERK), name="别处支部")
    nothing_happened(lambda: actions.correct_membership(arrived, by=clerk, branch=theirs), "another institution")


def test_the_register_has_what_was_completed_in_its_days(arrived, institution):
    today = timezone.localdate()
    (line,) = register_of_transfers(institution, today, today)
    assert line[1:6] == [arrived.person.name, arrived.person.id_masked, "转入", "正式党员", "虚大组〔2026〕17"]
    assert list(register_of_transfers(institution, today + dt.timedelta(1), today + dt.timedelta(2))) == []


def test_the_page_of_a_dossier_offers_the_arrival_only_of_a_member_whose_relation_is_not_here(
    person, branch, letter, clerk, approver, institution, signed_in
):
    browser, nobody = signed_in(clerk), held_dossier(institution, political_status="13")
    offered = lambda dossier: (  # noqa: E731
        reverse("party:arrival", args=[dossier.pk]) in browser.get(dossier.get_absolute_url()).content.decode()
    )
    unsaid = held_dossier(institution, political_status="")
    assert (offered(person.dossier), offered(nobody), offered(unsaid)) == (True, False, True)
    actions.approve(actions.register_arrival(person, branch, by=clerk, **letter), by=approver)
    assert not offered(person.dossier)


def test_who_is_no_member_or_is_here_already_gets_the_reason_instead_of_a_form(
    arrived, institution, clerk, letter, branch, signed_in
):
    browser, nobody = signed_in(clerk), held_dossier(institution, political_status="13")
    page = browser.get(reverse("party:arrival", args=[nobody.pk])).content.decode()
    assert "does not say that this person is a member of the Party" in page
    assert reverse("people:edit", args=[nobody.person_id]) in page and "letter_number" not in page
    here = browser.get(reverse("party:arrival", args=[arrived.person.dossier.pk])).content.decode()
    assert "is kept by a branch already" in here and "letter_number" not in here

    def post():
        answer = browser.post(
            reverse("party:arrival", args=[nobody.pk]), letter | {"branch": branch.pk, "letter_number": "又一封"}
        )
        assert answer.status_code == 200
        raise ValidationError(answer.content.decode())

    nothing_happened(post, "is a member of the Party")


def test_who_works_at_one_institution_is_not_asked_for_it(institution, clerk, signed_in):
    browser = signed_in(clerk)
    for page in ("party:branches", "household:households", "agreements:draft", "parcels:register", "graduates:upload"):
        assert f'<input type="hidden" name="institution" value="{institution.pk}"' in (
            browser.get(reverse(page)).content.decode()
        ), page
