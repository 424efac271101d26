"""Scanners and gates over the interface: each dossier judged by itself, a memory sent twice counted once."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Placement
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier

pytestmark = pytest.mark.django_db
API = "/api/v1/storage"


@pytest.fixture
def client_of(institution, system_administrator):
    def make(*scopes):
        _client, secret = exchange.register_client(
            institution, by=system_administrator, name="扫描终端", scopes=scopes or [Permission.STORAGE_MOVE],
            expires_on=timezone.localdate() + dt.timedelta(days=30),
        )  # fmt: skip
        return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})

    return make


@pytest.fixture
def slot(institution):
    return SlotFactory(
        institution=institution, store=StoreFactory(institution=institution, code="K01"), code="K01-A-1", capacity=2
    )


def post(client, path, body, **headers):
    return client.post(f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_dossiers_are_placed_as_scanned_and_the_memory_may_come_twice(client_of, institution, slot):
    dossiers = [held_dossier(institution) for _ in range(3)]
    body = {"codes": [slot.code, *(one.barcode for one in dossiers), "RD999999"]}
    client = client_of()

    first = post(client, "/place", body, **{"Idempotency-Key": "one"})
    again = post(client, "/place", body, **{"Idempotency-Key": "one"})

    assert first.json() == again.json()
    answer = first.json()
    assert answer["done"] == 2
    assert [line["done"] for line in answer["lines"]] == [True, True, False, False]
    assert "is full" in answer["lines"][2]["refusal"]
    assert "neither a slot nor a dossier" in answer["lines"][3]["refusal"]
    assert Placement.objects.count() == 2
    assert AuditEvent.objects.filter(verb="placement.place").count() == 2


def test_what_lies_elsewhere_is_moved_only_if_asked(client_of, institution, slot):
    dossier = PlacementFactory(institution=institution).dossier
    body = {"codes": [slot.code, dossier.barcode]}
    client = client_of()
    assert post(client, "/place", body).json()["done"] == 0
    assert post(client, "/place", {**body, "moving": True}).json()["done"] == 1
    assert queries.current_placement(dossier).slot == slot


def test_the_pick_list_is_read_and_worked_off(client_of, institution, slot, clerk):
    dossier = PlacementFactory(institution=institution, slot=slot).dossier
    actions.want(dossier, by=clerk, purpose="查阅")
    client = client_of()
    (line,) = client.get(f"{API}/pick-list").json()
    assert (line["slot"], line["barcode"], line["wanted_for"]) == ("K01-A-1", dossier.barcode, ["查阅"])

    answer = post(client, "/take-out", {"dossiers": [dossier.barcode, "RD0"], "where": "调卷台"}).json()

    assert [line["done"] for line in answer["lines"]] == [True, False]
    assert client.get(f"{API}/pick-list").json() == []
    assert queries.current_placement(dossier).detail == "调卷台"


def test_a_gate_tells_what_it_saw_and_moves_nothing(client_of, institution, slot):
    dossier = PlacementFactory(institution=institution, slot=slot).dossier
    client = client_of()
    at = timezone.now() - dt.timedelta(hours=1)
    answer = post(client, "/seen", {"dossiers": [dossier.barcode], "where": "一号库门禁", "at": at.isoformat()})
    assert answer.json()["done"] == 1
    seen = queries.last_seen(dossier)
    assert (seen.detail, seen.at) == ("一号库门禁", at)
    assert queries.current_placement(dossier).slot == slot
    assert AuditEvent.objects.filter(verb="sighting.note").count() == 1

    future = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    refused = post(client, "/seen", {"dossiers": [dossier.barcode], "where": "门", "at": future})
    assert (refused.status_code, "check the clock" in refused.json()["detail"]) == (409, True)


def test_a_token_without_the_scope_or_of_another_institution_moves_nothing(client_of, other_institution, slot):
    theirs = held_dossier(other_institution)
    body = {"codes": [slot.code, theirs.barcode]}
    assert post(client_of(), "/place", body).json()["done"] == 0
    narrow = client_of(Permission.DOSSIER_VIEW)
    assert post(narrow, "/place", body).json()["done"] == 0
    for path, asked in (("/take-out", {"dossiers": [theirs.barcode], "where": "x"}),):
        assert post(narrow, path, asked).json()["done"] == 0
    assert narrow.get(f"{API}/pick-list").status_code == 403
    assert post(narrow, "/seen", {"dossiers": [theirs.barcode], "where": "x"}).status_code == 403
    assert not Placement.objects.exists()
