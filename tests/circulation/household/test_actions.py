import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.household import actions
from rendang.circulation.household.models import HouseholdMember, HouseholdMove, PageLoan
from rendang.circulation.household.queries import (
    household_stays_behind,
    members,
    narrowed,
    register_of_moves,
    register_of_pages,
)
from rendang.circulation.transfers import actions as departures
from rendang.dossiers import actions as dossiers
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.people.models import Message
from tests.factories import held_dossier
from tests.golden import pages_of, squeezed, text_of
from tests.one_of_each import household_member, keeper_outside, staff_of
from tests.told import chinese

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def household(institution, clerk):
    return actions.found_household(
        institution, by=clerk, number="J000123", address="南山路1号", police_station="南山派出所"
    )


@pytest.fixture
def person(institution):
    return held_dossier(institution).person


@pytest.fixture
def approved(person, household, clerk, approver):
    move = actions.apply_to_move_in(person, household, by=clerk, other_address="邻县某村")
    return actions.approve(move, by=approver)


@pytest.fixture
def permit(today):
    return {"permit_number": "准0001", "permit_date": today - dt.timedelta(5), "registered_on": today}


@pytest.fixture
def member(approved, permit, clerk):
    return actions.register(approved, by=clerk, page="017", **permit).member


def nothing_happened(act, words, exception=ValidationError):
    rows = (AuditEvent, HouseholdMove, HouseholdMember, PageLoan, Message, StoredFile)
    before = [model.objects.count() for model in rows]
    with pytest.raises(exception, match=words):
        act()
    assert [model.objects.count() for model in rows] == before


def test_somebody_moves_in_when_the_police_have_registered_it(approved, permit, clerk, household, today):
    assert not HouseholdMember.objects.exists()
    move = actions.register(approved, by=clerk, page="017", **permit)
    assert (move.member.household, move.member.page, move.member.since) == (household, "017", today)
    assert move.permit_valid_until == permit["permit_date"] + dt.timedelta(30)
    assert chinese(Message.objects.get()).endswith("集体户（户号J000123）。")


def test_only_people_whose_dossier_is_here_move_in(household, clerk, other_institution):
    elsewhere = held_dossier(other_institution).person
    act = lambda: actions.apply_to_move_in(elsewhere, household, by=clerk, other_address="某村")  # noqa: E731
    nothing_happened(act, "not kept here")


def test_who_applied_does_not_agree(person, household, clerk):
    move = actions.apply_to_move_in(person, household, by=clerk, other_address="某村")
    nothing_happened(lambda: actions.approve(move, by=clerk), None, PermissionDenied)


def test_a_permit_that_has_run_out_is_refused(approved, permit, clerk, today):
    permit["permit_date"] = today - dt.timedelta(31)
    nothing_happened(lambda: actions.register(approved, by=clerk, page="017", **permit), "ran out on")


def test_a_member_stands_on_a_page_of_the_book(approved, permit, clerk):
    nothing_happened(lambda: actions.register(approved, by=clerk, **permit), "on which page")


def test_a_page_is_one_members(member, institution, household, clerk, approver, permit):
    other = held_dossier(institution).person
    move = actions.approve(actions.apply_to_move_in(other, household, by=clerk, other_address="某村"), by=approver)
    nothing_happened(lambda: actions.register(move, by=clerk, page="017", **permit), "another member's")


def test_a_person_is_registered_once(member, household, clerk):
    act = lambda: actions.apply_to_move_in(member.person, household, by=clerk, other_address="某村")  # noqa: E731
    nothing_happened(act, "already")


def test_a_page_is_lent_once_for_the_days_of_the_policy_and_taken_back(member, clerk, today):
    loan = actions.lend_page(member, by=clerk, purpose="办理结婚登记")
    assert loan.due_date == today + dt.timedelta(7)
    nothing_happened(lambda: actions.lend_page(member, by=clerk, purpose="购房"), "lent already")
    loan = actions.take_back_page(loan, by=clerk)
    assert (loan.state, loan.returned_on) == ("RETURNED", today)
    assert actions.lend_page(member, by=clerk, purpose="购房").state == "LENT"


def test_a_page_goes_out_with_a_slip_that_says_when_it_is_due_and_that_is_looked_at_with_a_trace(
    member, clerk, today, signed_in
):
    loan = actions.lend_page(member, by=clerk, purpose="办理结婚登记", with_head_page=True)
    response = signed_in(clerk).get(reverse("household:slip", args=[loan.pk]))
    text = squeezed(text_of(b"".join(response.streaming_content)))
    due = today + dt.timedelta(7)
    assert f"应还日期{due.year}年{due.month}月{due.day}日" in text
    assert (loan.number in text, member.person.id_masked in text, "J000123" in text) == (True, True, True)
    assert member.person.id_number not in text
    assert AuditEvent.objects.filter(verb="pageloan.print").count() == 1
    assert reverse("household:slip", args=[loan.pk]) in signed_in(clerk).get(loan.get_absolute_url()).text


def test_the_slips_of_several_loans_print_as_one(member, clerk, signed_in):
    loan = actions.take_back_page(actions.lend_page(member, by=clerk, purpose="购房"), by=clerk)
    again = actions.lend_page(member, by=clerk, purpose="办理结婚登记")
    address = f"{reverse('desk:print', args=['pageloan'])}?case={loan.pk}&case={again.pk}&paper=slip"
    assert len(pages_of(signed_in(clerk).get(address).content)) == 2


def test_a_loan_from_before_there_were_slips_has_none(member, clerk, signed_in):
    loan = actions.lend_page(member, by=clerk, purpose="购房")
    PageLoan.objects.update(slip_file=None)
    assert signed_in(clerk).get(reverse("household:slip", args=[loan.pk])).status_code == 404
    assert reverse("household:slip", args=[loan.pk]) not in signed_in(clerk).get(loan.get_absolute_url()).text


def test_nobody_leaves_whose_page_is_out(member, clerk, approver, permit):
    actions.lend_page(member, by=clerk, purpose="购房")
    move = actions.approve(actions.apply_to_move_out(member, by=clerk, other_address="邻市"), by=approver)
    nothing_happened(lambda: actions.register(move, by=clerk, **permit), "Take it back first")


def test_a_member_leaves_with_the_page(member, clerk, approver, permit, today):
    move = actions.approve(actions.apply_to_move_out(member, by=clerk, other_address="邻市"), by=approver)
    actions.register(move, by=clerk, **permit)
    member.refresh_from_db()
    assert member.until == today
    nothing_happened(lambda: actions.lend_page(member, by=clerk, purpose="购房"), "left the household")


def test_a_dossier_that_leaves_warns_of_the_household_but_is_not_held_back(member):
    dossier = member.person.dossier.pk
    (obstacle,) = obstacles([dossier])[dossier]
    assert (obstacle.page, obstacle.key, obstacle.warning) == ("household:member", member.pk, True)


def test_members_whose_dossier_has_left_are_listed(member, clerk, other_institution):
    assert list(narrowed(members(clerk), "separated")) == []
    dossiers.hand_over_custody(member.person.dossier, other_institution, by=clerk, reason="internal")
    assert list(narrowed(members(clerk), "separated")) == [member]


def test_the_person_is_told_once_for_each_parting_in_a_sentence_kept_for_either_language(
    member, clerk, reviewer, other_institution, today, time_machine
):
    nothing_happened(lambda: actions.tell_of_parting(member, by=clerk), "kept here and stays")
    dossiers.hand_over_custody(member.person.dossier, other_institution, by=clerk, reason="internal")
    nothing_happened(lambda: actions.tell_of_parting(member, by=reviewer), None, PermissionDenied)

    told = actions.tell_of_parting(member, by=clerk)

    assert (told.told_parted_on, told.told_parted_by) == (today, clerk)
    message = Message.objects.order_by("pk").last()
    assert (message.person, message.said[0][0]) == (member.person, "householdmember.parted")
    assert "户口" in chinese(message) and "J000123" in chinese(message)
    assert AuditEvent.objects.filter(verb="householdmember.tell_of_parting").count() == 1
    nothing_happened(lambda: actions.tell_of_parting(member, by=clerk), f"told on {today} already")
    time_machine.move_to(timezone.now() + dt.timedelta(30))
    dossiers.hand_over_custody(member.person.dossier, member.institution, by=clerk, reason="internal")
    nothing_happened(lambda: actions.tell_of_parting(member, by=clerk), "kept here and stays")
    dossiers.hand_over_custody(member.person.dossier, other_institution, by=clerk, reason="internal")
    assert actions.tell_of_parting(member, by=clerk).told_parted_on == today + dt.timedelta(30)


def test_the_page_of_the_member_names_the_departure_that_takes_the_dossier(
    member, clerk, institution, today, signed_in
):
    browser = signed_in(clerk)
    assert "already: " not in browser.get(member.get_absolute_url()).text
    departure = departures.apply(
        [member.person.dossier], by=clerk, to=keeper_outside(staff_of(institution)), reason="recall",
        letter_number="调1号", letter_date=today,
    )  # fmt: skip

    page = browser.get(member.get_absolute_url()).text

    said = f"It is leaving the city already: {departure.number}."
    assert f'<a href="{departure.get_absolute_url()}">{said}</a>' in page
    assert "household and dossier part. Tell the person" in page


def test_who_was_told_is_said_where_the_dossier_leaves(member, clerk, institution, other_institution, today):
    dossier = member.person.dossier
    departures.apply(
        [dossier], by=clerk, to=keeper_outside(staff_of(institution)), reason="recall", letter_number="调1号",
        letter_date=today,
    )  # fmt: skip
    warned = lambda: str(next(one.text for one in obstacles([dossier.pk])[dossier.pk] if one.warning))  # noqa: E731
    assert warned().endswith("tell the person.")

    actions.tell_of_parting(member, by=clerk)

    assert warned().endswith(f"the person was told on {today}.")


def test_who_was_told_of_an_earlier_parting_is_told_again_when_the_dossier_leaves_anew(
    member, clerk, institution, other_institution, today, time_machine
):
    dossier = member.person.dossier
    dossiers.hand_over_custody(dossier, other_institution, by=clerk, reason="internal")
    actions.tell_of_parting(member, by=clerk)
    time_machine.move_to(timezone.now() + dt.timedelta(30))
    dossiers.hand_over_custody(dossier, institution, by=clerk, reason="internal")
    warned = lambda: str(obstacles([dossier.pk])[dossier.pk][-1].text)  # noqa: E731
    assert warned() == "The household registration stays in our collective household J000123: tell the person."

    departures.apply(
        [dossier], by=clerk, to=keeper_outside(staff_of(institution)), reason="recall", letter_number="调1号",
        letter_date=timezone.localdate(),
    )  # fmt: skip
    actions.tell_of_parting(member, by=clerk)

    assert warned().endswith(f"the person was told on {today + dt.timedelta(30)}.")


def test_who_was_told_is_asked_of_many_at_once(member, clerk, household, institution, django_assert_num_queries):
    registered = [member]
    for page in ("018", "019", "020"):
        person = held_dossier(institution).person
        registered.append(
            HouseholdMember.objects.create(
                person=person, institution=institution, household=household, page=page, since=member.since
            )
        )
    told = {"told_parted_on": member.since, "told_parted_by": clerk}
    HouseholdMember.objects.filter(page__in=("017", "020")).update(**told)
    ids = [one.person.dossier.pk for one in registered]

    with django_assert_num_queries(2):
        found = household_stays_behind(ids)

    assert [str(found[pk][0].text).endswith("tell the person.") for pk in ids] == [False, True, True, False]


def test_a_page_that_the_police_issue_anew_is_noted_with_day_and_reason(member, clerk, reviewer, today, household):
    new = {"issued_on": today, "page_reason": "CHANGE", "page": "018"}
    nothing_happened(lambda: actions.note_new_page(member, by=reviewer, **new), None, PermissionDenied)
    for wrong, said in (
        ({"issued_on": today + dt.timedelta(1)}, "in the future"),
        ({"issued_on": member.since - dt.timedelta(1)}, "older than the registration"),
        ({"page_reason": "WHIM"}, "why the police"),
        ({"page": " "}, "on which page"),
    ):
        nothing_happened(lambda wrong=wrong: actions.note_new_page(member, by=clerk, **new | wrong), said)

    noted = actions.note_new_page(member, by=clerk, **new)

    assert (noted.page, noted.page_issued_on, noted.page_reason) == ("018", today, "CHANGE")
    event = AuditEvent.objects.get(verb="householdmember.note_new_page")
    assert (event.actor_id, event.changes["page"]) == (clerk.pk, ["017", "018"])


def test_a_lost_page_is_lent_again_when_the_new_one_is_noted_and_the_register_says_both(
    member, clerk, institution, today
):
    loan = actions.lend_page(member, by=clerk, purpose="购房")
    new = {"issued_on": today, "page_reason": "LOSS", "page": "017"}
    nothing_happened(lambda: actions.note_new_page(member, by=clerk, **new), "Take it back or report it lost first")
    actions.report_page_lost(loan, by=clerk, reason="途中遗失")
    nothing_happened(lambda: actions.lend_page(member, by=clerk, purpose="购房"), "Note the new one here")
    assert [line[7] for line in register_of_pages(institution, today, today)] == ["遗失"]

    actions.note_new_page(member, by=clerk, **new)

    assert [line[7] for line in register_of_pages(institution, today, today)] == [f"遗失；{today} 补发"]
    assert actions.lend_page(member, by=clerk, purpose="购房").state == "LENT"


def test_the_registers_have_moves_and_pages_of_their_days(member, clerk, institution, today):
    actions.lend_page(member, by=clerk, purpose="购房")
    (move,) = register_of_moves(institution, today, today)
    assert move[1:5] == [member.person.name, member.person.id_masked, "迁入", "J000123"]
    (page,) = register_of_pages(institution, today, today)
    assert page[1:5] == [member.person.name, "J000123", "017", "购房"]
    due = page[5]
    assert due == f"{PageLoan.objects.get().due_date}"

    actions.PAGE_STEPS["take_back_page"](PageLoan.objects.get(), by=clerk)

    (page,) = register_of_pages(institution, today, today)
    assert page[5:7] == [due, f"{today}"]


def test_who_is_registered_already_is_not_offered_to_move_in_and_reads_why(institution, clerk, signed_in):
    ours, browser = staff_of(institution), signed_in(clerk)
    stranger, member = held_dossier(institution), held_dossier(institution)
    household_member(institution, member.person, ours)
    for dossier, offered in ((stranger, True), (member, False)):
        address = reverse("household:arrival", args=[dossier.pk])
        assert (address in browser.get(dossier.get_absolute_url()).content.decode()) is offered
        page = browser.get(address).content.decode()
        assert ("registered in a collective household already" not in page) is offered
        assert ("other_address" in page) is offered
