"""Sensors and repairs over the interface."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.utils import timezone

from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.storage.protection.models import Hazard, Reading
from tests.factories import StoreFactory
from tests.told import chinese

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/protection"
SENSOR = (Permission.PROTECTION_RECORD,)


@pytest.fixture
def store(institution):
    return StoreFactory(institution=institution, code="K01")


def send(client, path, body, key="k"):
    return client.post(
        f"{ROOT}{path}", json.dumps(body), content_type="application/json", headers={"idempotency-key": key}
    )


def unchanged():
    return (
        Reading.objects.count(),
        list(Hazard.objects.values_list("state", "repair")),
        AuditEvent.objects.exclude(verb="api_client.register").count(),
    )


def test_a_sensor_tells_the_climate_once_however_often_it_sends(client_of, store):
    sensor = client_of(*SENSOR)
    at = (timezone.now() - dt.timedelta(minutes=5)).replace(microsecond=0)
    body = {"store": "K01", "temperature": 26.5, "humidity": "50.1", "at": at.isoformat()}
    for _time in range(2):
        answer = send(sensor, "/readings", body)
        assert answer.status_code == 201
        told = answer.json()
        assert (told["store"], told["temperature"], told["humidity"]) == ("K01", 26.5, 50.1)
        assert dt.datetime.fromisoformat(told["at"]) == at
    reading = Reading.objects.get()
    assert (reading.store, reading.at, reading.temperature, reading.humidity, reading.source) == (
        store, at, Decimal("26.5"), Decimal("50.1"), "SENSOR",
    )  # fmt: skip
    assert [(hazard.protection, chinese(hazard)) for hazard in Hazard.objects.all()] == [
        ("HEAT", "温度 26.5℃，超出 14～24℃")
    ]
    assert AuditEvent.objects.filter(verb="reading.add").count() == 1
    before = unchanged()
    twice = send(sensor, "/readings", body, key="another")
    assert (twice.status_code, "at this moment already" in twice.json()["detail"]) == (409, True)
    assert unchanged() == before


def test_what_no_store_has_or_the_future_brings_is_not_noted(client_of, store):
    sensor, before = client_of(*SENSOR), unchanged()
    good = {"store": "K01", "temperature": 20, "humidity": 50}
    later = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    for wrong, status in (({"at": later}, 409), ({"temperature": "warm"}, 422), ({"store": "K99"}, 404)):
        assert send(sensor, "/readings", good | wrong, key=str(wrong)).status_code == status, wrong
    for wrong in ({"temperature": 99}, {"humidity": 101}):
        assert send(sensor, "/readings", good | wrong, key=str(wrong)).status_code in {409, 422}, wrong
    assert unchanged() == before


def test_a_reading_needs_the_scope_and_the_institutions_own_store(client_of, other_institution, store):
    good, before = {"store": "K01", "temperature": 20, "humidity": 50}, unchanged()
    assert send(client_of(*SENSOR, of=other_institution), "/readings", good).status_code == 404
    assert send(client_of(Permission.PROTECTION_VIEW), "/readings", good).status_code == 403
    assert unchanged() == before


def test_a_hazard_is_listed_and_repaired_by_its_own_institution_alone(client_of, other_institution, store):
    send(client_of(*SENSOR), "/readings", {"store": "K01", "temperature": 26, "humidity": 50})
    hazard = Hazard.objects.get()
    both = (Permission.PROTECTION_VIEW, Permission.PROTECTION_RECORD)
    own = client_of(*both)
    (listed,) = own.get(ROOT).json()["items"]
    assert (listed["number"], listed["state"]) == (hazard.number, "OPEN")
    assert own.get(f"{ROOT}/{hazard.number}").json()["number"] == hazard.number

    before = unchanged()
    repair = {"repair": "检修空调"}
    stranger, onlooker = client_of(*both, of=other_institution), client_of(Permission.PROTECTION_VIEW)
    assert stranger.get(ROOT).json() == {"items": [], "next": None}
    assert stranger.get(f"{ROOT}/{hazard.number}").status_code == 404
    path = f"/{hazard.number}/steps/note_repair"
    assert send(stranger, path, repair).status_code == 404
    assert send(onlooker, path, repair).status_code == 403
    assert send(client_of(*SENSOR), path, repair).status_code == 403
    assert send(own, path, {"repair": ""}, key="empty").status_code == 422
    assert unchanged() == before

    done = send(own, path, repair, key="done")
    assert (done.status_code, done.json()["state"]) == (200, "REPAIRED")
    hazard.refresh_from_db()
    assert hazard.repair == "检修空调"
    # Who repaired does not clear.
    before = unchanged()
    assert send(own, f"/{hazard.number}/steps/clear", {}, key="clear").status_code == 409
    assert unchanged() == before
