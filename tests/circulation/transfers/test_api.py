"""Departures over the interface: the same rows, steps and refusals as on the pages."""

import datetime as dt

import pytest
from django.utils import timezone

from rendang.circulation.transfers.models import Departure
from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import API_SCOPES
from tests.exchange.test_api import API, caller, post
from tests.factories import PlacementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(institution, system_administrator):
    _client, secret = exchange.register_client(
        institution,
        by=system_administrator,
        name="业务系统",
        scopes=API_SCOPES,
        expires_on=timezone.localdate() + dt.timedelta(days=30),
    )
    return caller(secret)


def asked(leaving, *dossiers, **given):
    return {
        "dossier_ids": [dossier.pk for dossier in dossiers],
        "to": leaving.to.name,
        "reason": "employed",
        "letter_number": "海人才调〔2026〕7号",
        "letter_date": f"{timezone.localdate()}",
        **given,
    }


def test_a_departure_is_applied_for_and_read(client_of, leaving):
    made = post(client_of, "/departures", asked(leaving, leaving.dossier()))

    assert made.status_code == 201
    departure = Departure.objects.get()
    assert (departure.channel, departure.applied_by, departure.keeper) == ("INTERFACE", "RECEIVER", leaving.to)
    read = client_of.get(f"{API}/departures/{departure.number}").json()
    assert (read["state"], [step["name"] for step in read["steps"]]) == ("APPLIED", ["examine", "decline", "withdraw"])


def test_a_list_leaves_in_one_case(client_of, leaving):
    made = post(client_of, "/departures", asked(leaving, leaving.dossier(), leaving.dossier()))

    assert made.json()["person"] is None
    assert Departure.objects.get().lines.count() == 2


def test_a_refusal_is_a_conflict_in_words(client_of, leaving):
    dossier = leaving.dossier()
    leaving.apply(dossier)

    refused = post(client_of, "/departures", asked(leaving, dossier))

    assert (refused.status_code, refused.json()["detail"]) == (409, "It is leaving the city already.")
    assert Departure.objects.count() == 1


def test_an_unknown_receiver_is_named(client_of, leaving):
    refused = post(client_of, "/departures", asked(leaving, leaving.dossier(), to="不存在的单位"))

    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["to"]


def test_a_step_is_taken_and_another_institution_finds_nothing(client_of, leaving, other_institution):
    departure = leaving("APPLIED")

    taken = post(client_of, f"/departures/{departure.number}/steps/approve", {})
    elsewhere = PlacementFactory(institution=other_institution).dossier

    assert (taken.status_code, taken.json()["state"]) == (200, "APPROVED")
    assert post(client_of, "/departures", asked(leaving, elsewhere)).status_code == 404


def test_a_receipt_is_confirmed_at_the_desk_only(client_of, leaving):
    departure = leaving("IN_TRANSIT")

    assert post(client_of, f"/departures/{departure.number}/steps/confirm", {}).status_code == 404
    departure.refresh_from_db()
    assert departure.state == "IN_TRANSIT"
