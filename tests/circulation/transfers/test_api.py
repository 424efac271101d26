"""Departures over the interface: the same rows, steps and refusals as on the pages."""

import datetime as dt

import pytest
from django.utils import timezone

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure
from rendang.exchange import actions as exchange
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import API_SCOPES, Permission
from tests.circulation.transfers.test_requests import received
from tests.exchange.test_api import API, caller, post
from tests.factories import PlacementFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


def client_with(institution, by, *scopes):
    _client, secret = exchange.register_client(
        institution, by=by, name="业务系统", scopes=scopes, expires_on=timezone.localdate() + dt.timedelta(days=30)
    )
    return caller(secret)


@pytest.fixture
def client_of(institution, system_administrator):
    return client_with(institution, system_administrator, *API_SCOPES)


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
    assert (read["state"], [step["name"] for step in read["steps"]]) == (
        "APPLIED",
        ["correct_examination", "decline", "withdraw"],
    )


def test_a_list_leaves_in_one_case(client_of, leaving):
    made = post(client_of, "/departures", asked(leaving, leaving.dossier(), leaving.dossier()))

    assert made.json()["person"] is None
    assert Departure.objects.get().lines.count() == 2


def test_a_refusal_is_a_conflict_in_words(client_of, leaving):
    dossier = leaving.dossier()
    under_way = leaving.apply(dossier)

    refused = post(client_of, "/departures", asked(leaving, dossier))

    said = f"It is leaving the city already: {under_way.number}."
    assert (refused.status_code, refused.json()["detail"]) == (409, said)
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


class TestChecksOfAList:
    @pytest.fixture
    def approved(self, leaving):
        return leaving("APPROVED", leaving.dossier(), leaving.dossier(), leaving.dossier())

    def found(self, departure, **given):
        return [
            {
                "dossier_id": line.dossier_id,
                "principal_volumes": 1,
                "duplicate_volumes": 0,
                "papers_counted": 20,
                **given,
            }
            for line in departure.lines.order_by("pk")
        ]

    def test_many_are_noted_at_once(self, client_of, approved):
        found = self.found(approved)

        answer = post(client_of, f"/departures/{approved.number}/checks", {"dossiers": found[:2]})

        assert answer.json() == {"number": approved.number, "checked": 2, "left": 1}
        assert list(approved.lines.order_by("pk").values_list("papers", flat=True)) == [20, 20, None]

    def test_all_or_none(self, client_of, approved):
        found = self.found(approved)
        found[1]["identity"] = "90"

        refused = post(client_of, f"/departures/{approved.number}/checks", {"dossiers": found})

        assert refused.status_code == 409
        assert "tier A" in refused.json()["detail"]
        assert not approved.lines.exclude(checked_by=None).exists()

    def test_only_dossiers_of_the_list_and_each_once(self, client_of, approved, leaving):
        found = self.found(approved)
        stranger = {**found[0], "dossier_id": leaving.dossier().pk}

        for wrong in ([*found, stranger], [found[0], found[0]]):
            refused = post(client_of, f"/departures/{approved.number}/checks", {"dossiers": wrong})
            assert (refused.status_code, refused.json()["detail"]) == (409, "Choose dossiers of this list.")
        assert not approved.lines.exclude(checked_by=None).exists()

    def test_not_before_the_approval_nor_by_another_institution(self, client_of, leaving, other_institution):
        applied = leaving("APPLIED", leaving.dossier(), leaving.dossier())
        path = f"/departures/{applied.number}/checks"
        elsewhere = [held_dossier(other_institution), held_dossier(other_institution)]
        letter = {
            "to": leaving.to,
            "reason": "employed",
            "letter_number": "海1号",
            "letter_date": timezone.localdate(),
        }
        theirs = actions.apply(elsewhere, by=staff(other_institution, Role.CLERK), **letter)

        assert post(client_of, path, {"dossiers": self.found(applied)}).status_code == 409
        path = f"/departures/{theirs.number}/checks"
        assert post(client_of, path, {"dossiers": self.found(theirs)}).status_code == 404

    def test_not_without_the_scope(self, institution, system_administrator, approved):
        looks = client_with(institution, system_administrator, Permission.TRANSFER_VIEW)

        assert (
            post(looks, f"/departures/{approved.number}/checks", {"dossiers": self.found(approved)}).status_code == 403
        )


class TestRequests:
    """Requests of employers and keepers outside, as they are taken up over the interface."""

    @pytest.fixture
    def request_of(self, leaving):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier)
        request.kept = dossier
        return request

    def letter(self, leaving, request, **given):
        return {
            "dossier": request.kept.barcode,
            "to": leaving.to.name,
            "letter_number": "海人才调〔2026〕88号",
            "letter_date": f"{timezone.localdate()}",
            "reason": "employed",
            **given,
        }

    def test_they_are_listed_and_read_with_the_steps_that_are_open(self, client_of, request_of):
        listed = client_of.get(f"{API}/departure-requests?state=RECEIVED").json()
        read = client_of.get(f"{API}/departure-requests/{request_of.number}").json()

        assert [one["number"] for one in listed["items"]] == [request_of.number]
        assert (read["kind"], read["state"], read["person"]) == ("departurerequest", "RECEIVED", None)
        assert [step["name"] for step in read["steps"]] == ["open_departure", "answer", "pass_on"]
        assert client_of.get(f"{API}/departure-requests?state=GRANTED").json()["items"] == []

    def test_nothing_of_who_asks_or_is_asked_for_is_told(self, client_of, request_of):
        told = client_of.get(f"{API}/departure-requests/{request_of.number}").text

        for secret in (request_of.id_number, request_of.phone, request_of.contact, request_of.receipt_number):
            assert secret not in told

    def test_one_becomes_a_departure(self, client_of, leaving, request_of):
        path = f"/departure-requests/{request_of.number}/steps/open_departure"

        taken = post(client_of, path, self.letter(leaving, request_of))

        assert (taken.status_code, taken.json()["state"]) == (200, "GRANTED")
        assert Departure.objects.get().request == request_of

    def test_one_is_answered(self, client_of, request_of):
        path = f"/departure-requests/{request_of.number}/steps/answer"

        assert post(client_of, path, {"answer_code": "unpaid"}).status_code == 422
        assert post(client_of, path, {"answer_code": "letter_incomplete"}).json()["state"] == "ANSWERED"

    def test_one_is_passed_on_and_seen_no_more(self, client_of, request_of, other_institution):
        path = f"/departure-requests/{request_of.number}/steps/pass_on"

        assert list(post(client_of, path, {"to": other_institution.pk}).json()["errors"]) == ["reason"]
        passed = post(client_of, path, {"to": other_institution.pk, "reason": "由该机构保管"})

        assert (passed.status_code, passed.json()["institution"]) == (200, other_institution.code)
        assert client_of.get(f"{API}/departure-requests/{request_of.number}").status_code == 404

    def test_a_refusal_says_why_and_opens_nothing(self, client_of, leaving, request_of):
        path = f"/departure-requests/{request_of.number}/steps/"

        unknown = post(client_of, path + "open_departure", self.letter(leaving, request_of, dossier="无此档号"))
        not_part = post(client_of, path + "offer_transfer", {"dossier": request_of.kept.barcode, "reason": "internal"})

        assert unknown.status_code == 409
        assert "not held here" in str(unknown.json())
        assert (not_part.status_code, "not part of this case" in not_part.json()["detail"]) == (409, True)
        request_of.refresh_from_db()
        assert (request_of.state, Departure.objects.exists()) == ("RECEIVED", False)

    def test_of_another_institution_they_are_not_found(self, client_of, leaving, other_institution):
        theirs = received(other_institution)

        assert client_of.get(f"{API}/departure-requests").json()["items"] == []
        assert client_of.get(f"{API}/departure-requests/{theirs.number}").status_code == 404
        path = f"/departure-requests/{theirs.number}/steps/answer"
        assert post(client_of, path, {"answer_code": "letter_incomplete"}).status_code == 404

    def test_without_the_scope_they_are_refused(self, institution, system_administrator, request_of):
        nothing = client_with(institution, system_administrator, Permission.CERTIFICATE_VIEW)
        looks = client_with(institution, system_administrator, Permission.TRANSFER_VIEW)
        answer = f"/departure-requests/{request_of.number}/steps/answer"

        assert nothing.get(f"{API}/departure-requests").json()["items"] == []
        assert nothing.get(f"{API}/departure-requests/{request_of.number}").status_code == 403
        assert looks.get(f"{API}/departure-requests/{request_of.number}").json()["steps"] == []
        assert post(looks, answer, {"answer_code": "letter_incomplete"}).status_code == 403
        request_of.refresh_from_db()
        assert request_of.state == "RECEIVED"
