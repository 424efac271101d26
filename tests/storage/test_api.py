"""Scanners and gates over the interface: each dossier judged by itself, a memory sent twice counted once."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Placement
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier

pytestmark = pytest.mark.django_db
API = "/api/v1/storage"


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


ROUTES = (
    ("/place", {"codes": ["K01-A-1", "RD000000001"]}),
    ("/take-out", {"dossiers": ["RD000000001"], "where": "x"}),
    ("/seen", {"dossiers": ["RD000000001"], "where": "x"}),
)


@pytest.mark.parametrize(("path", "body"), ROUTES)
def test_a_token_of_another_institution_or_without_the_scope_moves_nothing(
    client_of, institution, other_institution, slot, path, body
):
    dossier = PlacementFactory(institution=institution, slot=slot).dossier
    body = json.loads(json.dumps(body).replace("RD000000001", dossier.barcode))
    events = AuditEvent.objects.count()
    theirs = post(client_of(of=other_institution), path, body).json()
    assert theirs["done"] == 0
    assert all(line["refusal"] for line in theirs["lines"])
    narrow = client_of(Permission.DOSSIER_VIEW)
    answer = post(narrow, path, body)
    assert answer.status_code == 403 or answer.json()["done"] == 0
    assert narrow.get(f"{API}/pick-list").status_code == 403
    assert queries.current_placement(dossier).slot == slot
    assert queries.last_seen(dossier) is None
    assert Placement.objects.count() == 1
    assert AuditEvent.objects.exclude(verb="api_client.register").count() == events


def test_what_is_not_to_be_read_is_refused_before_anything_is_done(client_of, institution, slot):
    dossier = PlacementFactory(institution=institution).dossier
    client = client_of()
    for path, body in (
        ("/place", {"codes": []}),
        ("/place", {"codes": [slot.code, f"{dossier.barcode}\x00"]}),
        ("/take-out", {"dossiers": [dossier.barcode]}),
        ("/seen", {"dossiers": [dossier.barcode], "at": "2026-11-20T08:00:00"}),
        ("/seen", {"dossiers": [dossier.barcode], "slot": "K99-Z"}),
    ):
        assert post(client, path, body).status_code == 422, (path, body)
    assert queries.current_placement(dossier).slot != slot
    assert queries.last_seen(dossier) is None
