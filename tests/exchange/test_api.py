import datetime as dt
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from rendang.circulation.transfers.models import Transfer
from rendang.exchange import actions
from rendang.exchange.forms import scope_choices
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow.models import Case
from rendang.services.certificates import actions as certificates
from tests.factories import PlacementFactory, staff

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def token(institution, system_administrator):
    """``token()`` is a client of the institution with every scope, ``token("case.view")`` one with that only."""

    def make(*scopes):
        _client, secret = actions.register_client(
            institution,
            by=system_administrator,
            name="社保系统",
            scopes=scopes or API_SCOPES,
            expires_on=timezone.localdate() + dt.timedelta(days=30),
        )
        return secret

    return make


def caller(secret):
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def post(client, path, body, **headers):
    return client.post(f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_without_a_token_the_interface_answers_401_as_a_problem(client):
    response = client.get(f"{API}/intake")

    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("get", "/nothing", 404, "There is no such thing, or it is not yours."),
        ("post", "/nothing", 404, "There is no such thing, or it is not yours."),
        ("delete", "/dossiers", 405, "This address does not take that method."),
    ],
)
def test_a_wrong_address_or_method_is_a_problem_and_no_page(token, method, path, status, detail):
    response = getattr(caller(token()), method)(f"{API}{path}")

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json() == {"status": status, "detail": detail}
    assert response.get("Allow") == ("GET" if status == 405 else None)


def test_a_wrong_address_of_the_pages_is_a_page(client):
    response = client.get("/nothing/")

    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("spoil", ["revoked", "expired"])
def test_a_dead_token_opens_nothing(token, spoil, system_administrator):
    from rendang.exchange.models import ApiClient

    secret = token()
    client = ApiClient.objects.get()
    if spoil == "revoked":
        actions.revoke_client(client, by=system_administrator)
    else:
        ApiClient.objects.update(expires_on=timezone.localdate() - dt.timedelta(days=1))

    assert caller(secret).get(f"{API}/intake").status_code == 401


def test_a_client_sees_its_own_institution_only(token, institution, other_institution, clerk):
    ours = certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk)
    elsewhere = PlacementFactory(institution=other_institution).dossier
    theirs = certificates.draft(elsewhere, by=staff(other_institution, Role.CLERK))
    client = caller(token())

    assert [item["number"] for item in client.get(f"{API}/certificates").json()["items"]] == [ours.number]
    assert client.get(f"{API}/certificates/{theirs.number}").status_code == 404


def test_a_scope_that_was_not_given_is_refused(token, institution, clerk):
    certificate = certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk)
    client = caller(token(Permission.CERTIFICATE_VIEW))

    response = post(client, f"/certificates/{certificate.number}/steps/issue", {})

    assert response.status_code == 403
    certificate.refresh_from_db()
    assert certificate.state == "DRAFTED"


def test_a_certificate_from_draft_to_verification(token, institution):
    dossier = PlacementFactory(institution=institution).dossier
    client = caller(token())

    drafted = post(client, "/certificates", {"dossier_id": dossier.pk})
    assert (drafted.status_code, [step["name"] for step in drafted.json()["steps"]]) == (201, ["issue", "refuse"])
    issued = post(client, f"/certificates/{drafted.json()['number']}/steps/issue", {})
    assert issued.json()["state"] == "ISSUED"
    assert client.get(f"{API}/certificates/{drafted.json()['number']}/paper").content.startswith(b"%PDF")

    from rendang.services.certificates.models import Certificate

    certificate = Certificate.objects.get()
    printed = {"number": certificate.certificate_number, "code": certificate.verification_code}
    assert post(Client(), "/certificates/verification", printed).json()["status"] == "VALID"


def test_a_step_that_is_not_possible_is_a_conflict_in_words(token, institution):
    client = caller(token())
    number = post(
        client, "/certificates", {"dossier_id": PlacementFactory(institution=institution).dossier.pk}
    ).json()["number"]
    post(client, f"/certificates/{number}/steps/issue", {})

    again = post(client, f"/certificates/{number}/steps/issue", {})

    assert again.status_code == 409
    assert "not possible while" in again.json()["detail"]


def test_a_bad_field_is_named(token, institution, other_institution):
    dossier = PlacementFactory(institution=institution).dossier
    events = AuditEvent.objects.count()

    response = post(
        caller(token()), "/transfers", {"dossier_id": dossier.pk, "to": other_institution.code, "reason": "no such"}
    )

    assert (response.status_code, list(response.json()["errors"])) == (422, ["reason"])
    assert not Case.objects.exists()
    assert AuditEvent.objects.count() == events + 1  # the client's registration


def test_a_write_repeated_with_its_key_is_done_once(token, institution, other_institution):
    dossier = PlacementFactory(institution=institution).dossier
    client, body = caller(token()), {"dossier_id": dossier.pk, "to": other_institution.code, "reason": "internal"}

    first = post(client, "/transfers", body, **{"idempotency-key": "k-1"})
    second = post(client, "/transfers", body, **{"idempotency-key": "k-1"})
    other = post(client, "/transfers", body | {"remarks": "x"}, **{"idempotency-key": "k-1"})

    assert (first.status_code, second.status_code, first.json()["number"]) == (201, 201, second.json()["number"])
    assert other.status_code == 422
    assert Transfer.objects.count() == 1


def test_the_one_entry_query_over_the_interface(token, institution):
    person = PlacementFactory(institution=institution).dossier.person
    client = caller(token())

    found = post(client, "/query", {"name": person.name, "id_number": person.id_number}).json()
    missing = post(client, "/query", {"name": "李不是", "id_number": person.id_number}).json()

    assert (found["is_found"], found["institution"], found["in_stock"]) == (True, institution.name, True)
    assert (missing["is_found"], missing["institution"]) == (False, "")


def test_pages_follow_each_other_by_key(token, institution, clerk):
    numbers = [
        certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk).number for _ in range(3)
    ]
    client = caller(token())

    first = client.get(f"{API}/certificates?limit=2").json()
    second = client.get(f"{API}/certificates?limit=2&after={first['next']}").json()

    assert [item["number"] for item in first["items"] + second["items"]] == numbers[::-1]
    assert second["next"] is None


def test_only_the_system_administrator_registers_clients(institution, head):
    with pytest.raises(PermissionDenied):
        actions.register_client(
            institution, by=head, name="x", scopes=["case.view"], expires_on=timezone.localdate() + dt.timedelta(1)
        )


def test_the_description_is_openapi_3_1(client):
    assert client.get(f"{API}/openapi.json").json()["openapi"] == "3.1.0"
    assert client.get(f"{API}/docs").status_code == 200


def test_dossiers_are_listed_found_and_read_over_the_interface(token, institution, other_institution):
    ours = PlacementFactory(institution=institution).dossier
    theirs = PlacementFactory(institution=other_institution).dossier
    client = caller(token())

    listed = client.get(f"{API}/dossiers").json()["items"]
    found = post(client, "/dossiers/search", {"text": ours.person.id_number}).json()["items"]
    read = client.get(f"{API}/dossiers/{ours.pk}").json()

    assert [item["dossier_id"] for item in listed] == [item["dossier_id"] for item in found] == [ours.pk]
    assert (read["barcode"], read["id_masked"]) == (ours.barcode, ours.person.id_masked)
    assert ours.person.id_number not in json.dumps([listed, found, read])
    assert client.get(f"{API}/dossiers/{theirs.pk}").status_code == 404
    assert AuditEvent.objects.filter(verb="dossier.view", person_id=ours.person_id).count() == 1


def test_every_scope_is_offered_in_words():
    words = dict(scope_choices())
    assert words["storage.move"] == "Place, move and take out dossiers · storage.move"
    assert [code for code, text in words.items() if not text.endswith(f" · {code}")] == []
