"""The members whose Party relation is kept here, over the interface: who, where, how long; hidden from others."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rendang.circulation.party.models import PartyMembership
from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import API_SCOPES, Permission
from tests.factories import held_dossier
from tests.one_of_each import party_member, staff_of

pytestmark = pytest.mark.django_db
MEMBERS = "/api/v1/party-members"


@pytest.fixture
def listed(system_administrator):
    """``listed(institution, scopes)(query)``: what the interface lists to a client with these scopes."""

    def of(institution, scopes=API_SCOPES):
        until = timezone.localdate() + dt.timedelta(30)
        _client, token = exchange.register_client(
            institution, by=system_administrator, name="党建平台接口", scopes=scopes, expires_on=until
        )
        browser = Client(headers={"authorization": f"Bearer {token}"})
        return lambda query="": browser.get(f"{MEMBERS}{query}")

    return of


@pytest.fixture
def ours(institution):
    return staff_of(institution)


@pytest.fixture
def member(institution, ours):
    return party_member(institution, held_dossier(institution).person, ours)


def keys(answer):
    return [one["id"] for one in answer.json()["items"]]


def test_the_members_are_listed_with_branch_dues_and_the_end_of_their_stay(institution, member, listed):
    assert listed(institution)().json() == {
        "items": [
            {
                "id": member.pk,
                "institution": institution.code,
                "branch": member.branch.name,
                "name": member.person.name,
                "id_masked": member.person.id_masked,
                "dossier_id": member.person.dossier.pk,
                "is_probationary": False,
                "stay": "GRADUATE",
                "since": f"{timezone.localdate()}",
                "stay_until": f"{member.stay_until}",
                "dues_paid_to": None,
                "floats_to": "",
                "floats_since": None,
            }
        ],
        "next": None,
    }


def test_those_who_float_stay_too_long_or_are_behind_with_the_dues_are_asked_for(institution, member, ours, listed):
    ask, today = listed(institution), timezone.localdate()
    paid = party_member(institution, held_dossier(institution).person, ours)
    PartyMembership.objects.filter(pk=paid.pk).update(dues_paid_to=today)
    assert keys(ask("?show=arrears")) == [member.pk]
    assert (keys(ask("?show=floating")), keys(ask("?show=overstaying"))) == ([], [])

    PartyMembership.objects.filter(pk=paid.pk).update(floats_to="邻市", floats_since=today)
    PartyMembership.objects.filter(pk=member.pk).update(stay_until=today - dt.timedelta(1))
    assert (keys(ask("?show=floating")), keys(ask("?show=overstaying"))) == ([paid.pk], [member.pk])
    assert ask("?show=everybody").status_code == 422


def test_the_list_goes_page_by_page_and_branch_by_branch_and_without_who_has_left(institution, member, ours, listed):
    second = party_member(institution, held_dossier(institution).person, ours)
    third = party_member(institution, held_dossier(institution).person, ours)
    ask = listed(institution)
    first_page = ask("?limit=2")
    assert (keys(first_page), first_page.json()["next"]) == ([third.pk, second.pk], second.pk)
    rest = ask(f"?limit=2&after={second.pk}")
    assert (keys(rest), rest.json()["next"]) == ([member.pk], None)
    assert keys(ask(f"?branch={second.branch.name}")) == [second.pk]
    PartyMembership.objects.filter(pk=third.pk).update(until=timezone.localdate())
    assert keys(ask()) == [second.pk, member.pk]


def test_the_list_does_not_cost_more_with_more_members(institution, member, ours, listed):
    ask = listed(institution)
    ask()
    with CaptureQueriesContext(connection) as one:
        ask()
    for _more in range(3):
        party_member(institution, held_dossier(institution).person, ours)
    with CaptureQueriesContext(connection) as four:
        assert len(keys(ask())) == 4
    assert len(four) == len(one)


def test_members_are_listed_only_to_their_institution_and_with_the_scope(
    institution, other_institution, member, listed
):
    nothing = {"items": [], "next": None}
    assert listed(other_institution)().json() == nothing
    assert listed(institution, [Permission.DOSSIER_FIND])().json() == nothing
    assert Client().get(MEMBERS).status_code == 401
