"""Intake over the interface: the same rows, steps and refusals as on the pages."""

import datetime as dt

import pytest
from django.utils import timezone

from rendang.circulation.intake import actions
from rendang.circulation.intake.models import Intake
from rendang.exchange import actions as exchange
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.audit.models import AuditEvent
from tests.circulation.intake.conftest import make_number
from tests.exchange.test_api import API, caller, post
from tests.factories import held_dossier, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(system_administrator):
    def make(institution, *scopes):
        _client, secret = exchange.register_client(
            institution,
            by=system_administrator,
            name="人社系统",
            scopes=scopes or API_SCOPES,
            expires_on=timezone.localdate() + dt.timedelta(days=30),
        )
        return caller(secret)

    return make


def asked(institution, **given):
    return {
        "institution": institution.code,
        "name": "王小明",
        "id_number": make_number(),
        "reason": "graduation",
        "sender": "虚构大学",
        **given,
    }


@pytest.fixture
def theirs(other_institution):
    clerk = staff(other_institution, Role.CLERK)
    facts = {"name": "李雷", "id_number": make_number(), "reason": "graduation", "sender": "虚构大学"}
    return actions.apply(other_institution, by=clerk, **facts)


def test_applied_for_listed_and_read(client_of, institution, theirs):
    client = client_of(institution)

    made = post(client, "/intake", asked(institution))

    intake = Intake.objects.get(institution=institution)
    assert (made.status_code, made.json()["number"]) == (201, intake.number)
    assert (intake.channel, intake.state) == ("INTERFACE", "APPLIED")
    assert [one["number"] for one in client.get(f"{API}/intake").json()["items"]] == [intake.number]
    read = client.get(f"{API}/intake/{intake.number}").json()
    assert [step["name"] for step in read["steps"]] == ["issue_letter", "match_parcel", "withdraw"]


def test_what_is_held_already_is_a_conflict_and_opens_nothing(client_of, institution):
    held = held_dossier(institution)

    answer = post(client_of(institution), "/intake", asked(institution, id_number=held.person.id_number))

    assert answer.status_code == 409
    assert not Intake.objects.exists()
    assert not AuditEvent.objects.filter(verb="intake.open").exists()


@pytest.mark.parametrize(
    ("wrong", "field"), [({"reason": "nonsense"}, "reason"), ({"sender": ""}, "sender"), ({"name": ""}, "name")]
)
def test_a_field_that_is_wrong_is_named(client_of, institution, wrong, field):
    answer = post(client_of(institution), "/intake", asked(institution, **wrong))

    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    assert not Intake.objects.exists()


def test_another_institution_s_intake_is_not_there(client_of, institution, other_institution, theirs):
    client = client_of(institution)

    assert client.get(f"{API}/intake/{theirs.number}").status_code == 404
    answer = post(client, f"/intake/{theirs.number}/steps/withdraw", {"reason": "不转了"})
    assert answer.status_code == 404
    assert post(client, "/intake", asked(other_institution)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "APPLIED"


def test_without_the_scope_nothing_is_opened_or_taken(client_of, institution, clerk):
    facts = {"name": "李雷", "id_number": make_number(), "reason": "graduation", "sender": "虚构大学"}
    intake = actions.apply(institution, by=clerk, **facts)
    client = client_of(institution, Permission.INTAKE_VIEW)

    assert post(client, f"/intake/{intake.number}/steps/withdraw", {"reason": "不转了"}).status_code == 403
    assert post(client, "/intake", asked(institution)).status_code in {403, 404}
    intake.refresh_from_db()
    assert (intake.state, Intake.objects.count()) == ("APPLIED", 1)


def test_a_step_is_taken_once(client_of, institution, clerk):
    facts = {"name": "李雷", "id_number": make_number(), "reason": "graduation", "sender": "虚构大学"}
    intake = actions.apply(institution, by=clerk, **facts)
    client, step = client_of(institution), f"/intake/{intake.number}/steps/withdraw"

    assert post(client, step, {"reason": "不转了"}).json()["state"] == "WITHDRAWN"
    again = post(client, step, {"reason": "再次"})

    assert again.status_code == 409
    assert AuditEvent.objects.filter(verb="intake.withdraw").count() == 1


def test_a_step_that_does_not_exist_is_not_there(client_of, institution, clerk):
    facts = {"name": "李雷", "id_number": make_number(), "reason": "graduation", "sender": "虚构大学"}
    intake = actions.apply(institution, by=clerk, **facts)

    assert post(client_of(institution), f"/intake/{intake.number}/steps/nonsense", {}).status_code == 404
