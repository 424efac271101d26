"""What a load balancer and a monitor are told, and what they are not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from rendang.config import health


@pytest.fixture(autouse=True)
def unremembered() -> Iterator[None]:
    health._seen.clear()
    yield
    health._seen.clear()


@pytest.fixture
def heartbeat(db: None) -> None:
    beat(timezone.now())


def beat(moment: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [moment])


def test_the_process_lives_without_asking_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"alive": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("heartbeat")
def test_all_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.json() == {"ready": True, "database": True, "migrations": True, "worker": True, "storage": True}
    assert answer.status_code == 200
    assert default_storage.listdir("readiness") == ([], []), "the file written to see it is gone"


def test_without_a_worker_for_more_than_two_minutes_it_is_not_ready(client: Client, db: None) -> None:
    beat(timezone.now() - timedelta(minutes=2, seconds=1))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "migrations": True, "worker": False, "storage": True}


@pytest.mark.usefixtures("heartbeat")
def test_a_migration_to_come_is_noticed_and_the_next_answer_after_it_too(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert client.get("/readyz").json()["migrations"] is False
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('sessions', '0001_initial', now())")
    assert client.get("/readyz").json()["migrations"] is True


@pytest.mark.usefixtures("heartbeat")
def test_a_storage_that_takes_nothing_is_noticed_without_saying_why(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device", "/srv/secret/place")

    monkeypatch.setattr(type(default_storage), "save", full, raising=False)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["storage"] is False
    assert "secret" not in answer.content.decode()


@pytest.mark.usefixtures("db")
def test_a_database_that_does_not_answer_is_an_answer_of_ours(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise DatabaseError("connection to server at 10.1.2.3 failed: password of user rendang")

    with monkeypatch.context() as broken:
        broken.setattr(health.ProcrastinateWorker.objects, "filter", refuse)
        broken.setattr(health.connection, "cursor", refuse)
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False, "database": False, "migrations": False, "worker": False, "storage": True,
    }  # fmt: skip
    assert b"10.1.2.3" not in answer.content


@pytest.mark.usefixtures("heartbeat")
def test_anyone_may_ask_often_but_the_storage_is_looked_at_every_ten_seconds(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/readyz")
    monkeypatch.setattr(health, "ContentFile", None)  # a second look would fail
    assert client.get("/readyz").json()["storage"] is True
