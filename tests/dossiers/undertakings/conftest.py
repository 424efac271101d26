"""A dossier of which papers are missing, and its person who has been told."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from rendang.dossiers import actions
from rendang.dossiers.models import Undertaking
from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import API_SCOPES
from tests.factories import held_dossier


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def api(institution, system_administrator):
    """A client of the institution that calls the interface."""
    _client, secret = exchange.register_client(
        institution,
        by=system_administrator,
        name="业务系统",
        scopes=API_SCOPES,
        expires_on=timezone.localdate() + dt.timedelta(30),
    )
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


@pytest.fixture
def dossier(institution):
    return held_dossier(institution)


@pytest.fixture
def told(dossier, institution, clerk) -> Undertaking:
    return actions.tell_once(
        dossier.person, institution, by=clerk, missing=[{"code": "ED-04"}, {"name": "体检表", "class_mark": "10"}]
    )
