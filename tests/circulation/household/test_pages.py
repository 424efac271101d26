"""What the page of a member of a collective household offers, and where a refusal leads."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.household import actions
from rendang.dossiers import actions as dossiers
from tests.factories import held_dossier
from tests.one_of_each import household_member, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(institution):
    return household_member(institution, held_dossier(institution).person, staff_of(institution))


def read(signed_in, user, address):
    return " ".join(signed_in(user).get(address).content.decode().split())


def test_who_is_registered_already_is_led_to_the_page_of_the_member(member, clerk, signed_in):
    page = read(signed_in, clerk, reverse("household:arrival", args=[member.person.dossier.pk]))

    assert "registered in a collective household already" in page
    assert f'class="btn btn-primary" href="{member.get_absolute_url()}"' in page


def test_whose_move_is_under_way_is_led_to_it(member, institution, clerk, signed_in):
    newcomer = held_dossier(institution)
    move = actions.apply_to_move_in(newcomer.person, member.household, by=clerk, other_address="邻县某村")

    page = read(signed_in, clerk, reverse("household:arrival", args=[newcomer.pk]))

    assert "already under way" in page
    assert f'href="{move.get_absolute_url()}"' in page
    leaving = actions.apply_to_move_out(member, by=clerk, other_address="某路8号")
    shown = read(signed_in, clerk, member.get_absolute_url())
    assert f"A move is under way: {leaving.number} (Applied for)." in shown
    assert reverse("household:departure", args=[member.pk]) not in shown


def test_a_page_that_is_out_is_taken_back_from_the_page_of_the_member_who_reads_until_when(
    member, clerk, signed_in, time_machine
):
    lend = reverse("household:lend", args=[member.pk])
    before = read(signed_in, clerk, lend)
    loan = actions.lend_page(member, by=clerk, purpose="结婚登记")
    assert f"it comes back by {loan.due_date}." in before

    page = read(signed_in, clerk, member.get_absolute_url())
    assert f"back by {loan.due_date}" in page and "Overdue" not in page
    assert reverse("household:page_loan_step", args=[loan.pk, "take_back_page"]) in page
    assert lend not in page

    time_machine.move_to(timezone.now() + dt.timedelta(60))
    assert "Overdue" in read(signed_in, clerk, member.get_absolute_url())
    actions.take_back_page(loan, by=clerk)
    assert lend in read(signed_in, clerk, member.get_absolute_url())


def test_a_lost_page_is_not_in_the_book_and_not_lent_until_the_new_one_is_noted(member, clerk, signed_in):
    warning, everybody = "Note the new one here when the police have issued it.", reverse("household:list")
    lend, note = (reverse(f"household:{name}", args=[member.pk]) for name in ("lend", "new_page"))
    loan = actions.lend_page(member, by=clerk, purpose="结婚登记")
    actions.report_page_lost(loan, by=clerk, reason="遗失")

    assert "Reported lost" in read(signed_in, clerk, everybody)
    assert "in the book" not in read(signed_in, clerk, everybody)
    shown = read(signed_in, clerk, member.get_absolute_url())
    assert warning in shown and note in shown and lend not in shown
    refused = read(signed_in, clerk, lend)
    assert warning in refused and 'name="purpose"' not in refused and note in refused

    today = timezone.localdate()
    answer = signed_in(clerk).post(note, {"issued_on": f"{today}", "page_reason": "LOSS", "page": "017A"})

    assert answer.status_code == 302
    assert "in the book" in read(signed_in, clerk, everybody)
    shown = read(signed_in, clerk, member.get_absolute_url())
    assert warning not in shown and lend in shown
    assert f"issued on {today}" in shown and "the former page was lost" in shown.lower()


def test_who_is_to_be_told_that_household_and_dossier_part_is_told_from_the_members_page(
    member, clerk, reviewer, signed_in, other_institution
):
    tell = reverse("household:tell", args=[member.pk])
    assert tell not in read(signed_in, clerk, member.get_absolute_url())
    dossiers.hand_over_custody(member.person.dossier, other_institution, by=clerk, reason="internal")
    assert tell in read(signed_in, clerk, member.get_absolute_url())
    assert tell not in read(signed_in, reviewer, member.get_absolute_url()), "who may not edit is not led there"

    assert signed_in(clerk).post(tell).status_code == 302

    shown = read(signed_in, clerk, member.get_absolute_url())
    assert "the person has been told" in shown and tell not in shown
    assert f"{timezone.localdate()} · {clerk}" in shown


def test_who_leaves_while_the_page_is_out_reads_so_before_the_papers_of_the_police_are_typed(
    member, institution, clerk, approver, signed_in
):
    loan = actions.lend_page(member, by=clerk, purpose="结婚登记")
    move = actions.apply_to_move_out(member, by=clerk, other_address="某路8号")
    move = actions.approve(move, by=approver)
    said = "The member page is lent. Take it back first"

    page = read(signed_in, clerk, move.get_absolute_url())
    assert said in page and f'href="{loan.get_absolute_url()}"' in page
    step = read(signed_in, clerk, move.address_of("register"))
    assert said in step and "permit_number" not in step

    actions.take_back_page(loan, by=clerk)
    assert said not in read(signed_in, clerk, move.get_absolute_url())
    assert "permit_number" in read(signed_in, clerk, move.address_of("register"))


def test_the_list_of_moves_says_which_way_each_goes_and_no_address(member, clerk, signed_in):
    actions.apply_to_move_out(member, by=clerk, other_address="某路8号")
    shown = read(signed_in, clerk, reverse("household:moves"))
    assert "<td>Out of our household</td>" in shown
    assert "某路8号" not in shown
