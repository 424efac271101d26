import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import Permission
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier


@pytest.fixture
def client_of(institution, system_administrator):
    """``client_of(Permission.…, of=institution)``: a scanner, gate or sensor with a token; its answers are English."""

    def make(*scopes, of=institution):
        _client, secret = exchange.register_client(
            of, by=system_administrator, name="扫描终端", scopes=scopes or [Permission.STORAGE_MOVE],
            expires_on=timezone.localdate() + dt.timedelta(days=30),
        )  # fmt: skip
        return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})

    return make


def written(institution, text, **person):
    """A dossier whose place only a roster tells, in these words."""
    dossier = held_dossier(institution, **person)
    return PlacementFactory(institution=institution, dossier=dossier, kind="AS_WRITTEN", slot=None, detail=text)


def cost(desk, url):
    """Queries of the page; the first look of a session reads more (roles, content types)."""
    desk.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = desk.get(url)
    assert response.status_code == 200
    return len(captured)


@pytest.fixture
def desk(signed_in, keeper):
    """The keeper's browser."""
    return signed_in(keeper)


@pytest.fixture
def slot(institution):
    store = StoreFactory(institution=institution, code="K01", name="一号库")
    return SlotFactory(institution=institution, store=store, rack="A-03", bay="", layer="4", code="K01-A-03-4-012")


@pytest.fixture
def dossier(institution):
    return held_dossier(institution, name="李雷", custody={"archive_number": "RC-77"})
