"""Supplementary materials and chasing letters over the interface."""

import datetime as dt

import pytest
from django.test import Client

from rendang.circulation.accruals.models import Accrual
from rendang.dossiers.models import Custody
from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.audit.models import AuditEvent
from tests.circulation.accruals.test_accruals import _today, row, shelved  # noqa: F401 - the day, for every test

pytestmark = pytest.mark.django_db
API = "/api/v1"


def test_over_the_interface_a_list_is_registered_whole_or_not_at_all(institution, system_administrator):
    (dossier,) = shelved(institution)
    _client, secret = exchange.register_client(
        institution, by=system_administrator, name="人社系统", scopes=API_SCOPES, expires_on=dt.date(2026, 12, 31)
    )
    api = Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})
    good, bad = row(dossier), row(dossier, title="", id_number="1")
    bad["title"] = "奖状"

    def post(path, body):
        return api.post(f"{API}{path}", body, content_type="application/json")

    refused = post("/accruals", {"sender": "职称办", "papers": [good, bad]})
    assert (refused.status_code, Accrual.objects.count()) == (409, 0)
    assert refused.json()["detail"].startswith("2: This ID number contains a mistake.")
    number = post("/accruals", {"sender": "职称办", "papers": [good]}).json()["number"]
    (item,) = api.get(f"{API}/accruals/{number}/papers").json()
    verdicts = {str(item["id"]): {"class_mark": "3"}}
    assert post(f"/accruals/{number}/steps/identify", {"verdicts": verdicts}).json()["state"] == "IDENTIFIED"
    assert post(f"/accruals/{number}/steps/file", {}).json()["state"] == "FILED"
    assert api.get(f"{API}/accruals/{number}/papers").json()[0]["number"] == "3-1"
    assert Custody.objects.get().dossier == dossier


def test_over_the_interface_rows_are_judged_letters_written_and_lateness_told(
    institution, other_institution, system_administrator
):
    (dossier,) = shelved(institution)
    (theirs,) = shelved(other_institution)
    _client, secret = exchange.register_client(
        institution, by=system_administrator, name="人社系统", scopes=API_SCOPES, expires_on=dt.date(2026, 12, 31)
    )
    api = Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})

    def post(path, body):
        return api.post(f"{API}{path}", body, content_type="application/json")

    papers = [row(dossier), row(dossier, title="奖状", id_number="1")]
    judged = post("/accruals/check", {"sender": "职称办", "papers": papers})
    assert (judged.status_code, Accrual.objects.count()) == (200, 0)
    assert [(one["line"], one["is_good"]) for one in judged.json()] == [(1, True), (2, False)]
    number = post("/accruals", {"sender": "职称办", "papers": papers[:1]}).json()["number"]
    (item,) = api.get(f"{API}/accruals/{number}/papers").json()
    assert (item["submit_by"], item["is_late"]) == ("2026-01-31", True)

    asked = {"dossier_id": dossier.pk, "addressee_kind": "SCHOOL", "addressee": "虚构大学", "titles": ["成绩表"]}
    written = post("/chases", asked)
    assert (written.status_code, written.json()["state"]) == (201, "SENT")
    events = AuditEvent.objects.count()
    assert post("/chases", asked | {"dossier_id": theirs.pk}).status_code == 404
    assert post("/chases", asked | {"addressee_kind": "NEIGHBOUR"}).status_code == 422
    assert AuditEvent.objects.count() == events


def test_a_client_without_the_right_neither_judges_nor_writes(institution, system_administrator):
    (dossier,) = shelved(institution)
    scopes = [Permission.ACCRUAL_VIEW, Permission.DOSSIER_FIND]
    _client, secret = exchange.register_client(
        institution, by=system_administrator, name="别的系统", scopes=scopes, expires_on=dt.date(2026, 12, 31)
    )
    api = Client(headers={"authorization": f"Bearer {secret}"})
    asked = {"dossier_id": dossier.pk, "addressee_kind": "SCHOOL", "addressee": "虚构大学", "titles": ["成绩表"]}
    for path, body in (("/accruals/check", {"sender": "职称办", "papers": [row(dossier)]}), ("/chases", asked)):
        events = AuditEvent.objects.count()
        assert api.post(f"{API}{path}", body, content_type="application/json").status_code == 403
        assert AuditEvent.objects.count() == events
