"""What the pages of a Party relation say of a letter that has run out, and where a refusal leads."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.party import actions
from rendang.circulation.party.queries import not_to_be_approved
from rendang.dossiers import actions as dossiers
from tests.factories import held_dossier, staff

pytestmark = pytest.mark.django_db
RAN_OUT = "The introduction letter ran out on"


def read(signed_in, user, address):
    return " ".join(signed_in(user).get(address).content.decode().split())


def main_buttons(page):
    return re.findall(r'class="btn btn-primary"\s+href="[^"]*/(\w+)/"', page)


def in_two_hundred_days(time_machine):
    time_machine.move_to(timezone.now() + dt.timedelta(200))


def test_a_letter_that_runs_out_before_the_member_is_admitted_goes_back(
    person, branch, letter, clerk, approver, signed_in, time_machine
):
    case = actions.register_arrival(person, branch, by=clerk, **letter)
    assert RAN_OUT not in read(signed_in, clerk, case.get_absolute_url())

    in_two_hundred_days(time_machine)

    page = read(signed_in, clerk, case.get_absolute_url())
    assert f"{RAN_OUT} {case.letter_valid_until} before the member was admitted. Withdraw the case" in page
    assert main_buttons(page) == ["withdraw"]
    refused = read(signed_in, approver, case.address_of("approve"))
    assert "register the new one" in refused and 'id="step-form"' not in refused
    actions.withdraw(case, by=clerk, reason="过期")
    actions.register_arrival(person, branch, by=clerk, **letter | {"letter_date": timezone.localdate()})


def test_a_member_who_has_been_admitted_is_not_warned_of_the_letter(
    person, branch, letter, clerk, approver, signed_in, time_machine
):
    case = actions.approve(actions.register_arrival(person, branch, by=clerk, **letter), by=approver)

    in_two_hundred_days(time_machine)

    page = read(signed_in, clerk, case.get_absolute_url())
    assert RAN_OUT not in page
    assert main_buttons(page) == ["complete"]
    assert case.address_of("renew") not in page


def test_our_letter_that_has_run_out_is_issued_again_unless_the_slip_comes(
    arrived, clerk, approver, signed_in, time_machine
):
    case = actions.register_departure(arrived, by=clerk, other_committee="邻市市委组织部")
    case = actions.approve(case, by=approver)
    assert main_buttons(read(signed_in, clerk, case.get_absolute_url())) == ["complete"]

    in_two_hundred_days(time_machine)

    page = read(signed_in, clerk, case.get_absolute_url())
    assert f"{RAN_OUT} {case.letter_valid_until} and no slip has come" in page
    assert main_buttons(page) == ["renew"]
    assert case.address_of("complete") in page


def test_a_refused_arrival_leads_to_the_member_and_to_the_transfer_under_way_and_to_nothing_of_others(
    arrived, clerk, signed_in, other_institution
):
    arrival = reverse("party:arrival", args=[arrived.person.dossier.pk])
    case = actions.register_departure(arrived, by=clerk, other_committee="邻市市委组织部")

    page = read(signed_in, clerk, arrival)

    assert f'class="btn btn-primary" href="{arrived.get_absolute_url()}"' in page
    assert f'href="{case.get_absolute_url()}"' in page
    assert signed_in(staff(other_institution, "CLERK")).get(arrival).status_code == 404


def test_the_list_says_where_a_relation_comes_from_and_where_it_goes(arrived, clerk, signed_in):
    actions.register_departure(arrived, by=clerk, other_committee="邻市市委组织部")
    shown = " ".join(read(signed_in, clerk, reverse("party:transfers")).split())
    assert f"<td>虚构大学党委 → {arrived.institution.label}</td>" in shown
    assert f"<td>{arrived.institution.label} → 邻市市委组织部</td>" in shown


def test_of_ticked_arrivals_it_is_said_beforehand_which_are_not_approved_and_why(
    branch, letter, clerk, approver, institution, signed_in, time_machine
):
    def arrives():
        person = held_dossier(institution, political_status="01").person
        number = f"虚大组〔2026〕{person.pk}"
        return actions.register_arrival(person, branch, by=clerk, **letter | {"letter_number": number})

    run_out = arrives()
    in_two_hundred_days(time_machine)
    letter["letter_date"] = timezone.localdate()
    good, left = arrives(), arrives()
    dossiers.end_custody(left.person.dossier.custodies.get(), by=clerk)
    cases = [run_out, good, left]
    keys = {"case": [case.pk for case in cases]}

    answer = signed_in(approver).get(reverse("workflow:many", args=["partytransfer", "approve"]), keys)

    said = [why for _case, why in answer.context["entries"]]
    assert said[0].startswith(f"The letter ran out on {run_out.letter_valid_until}.")
    assert said[1:] == ["", "The dossier of this person is no longer kept here."]
    asked = {}
    for some in ([good, left], [good, left, run_out]):
        with CaptureQueriesContext(connection) as taken:
            not_to_be_approved(some)
        asked[len(some)] = len(taken)
    assert asked[2] == asked[3]


def test_why_a_relation_is_kept_here_is_chosen_and_not_found_chosen(branch, signed_in, clerk):
    member = held_dossier(branch.institution, political_status="01")
    page = signed_in(clerk).get(reverse("party:arrival", args=[member.pk]))
    assert next(iter(page.context["form"].fields["stay"].choices)) == ("", "—")
