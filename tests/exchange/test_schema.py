"""The interface, driven from its own description: nothing that is sent may end in a server error."""

import datetime as dt
import json

import pytest
import requests
import schemathesis
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from rendang.config.api import api
from rendang.exchange import actions
from rendang.kernel.access.permissions import API_SCOPES
from tests.factories import PlacementFactory

pytestmark = pytest.mark.django_db

schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@pytest.fixture
def secret(institution, system_administrator):
    PlacementFactory(institution=institution)
    return actions.register_client(
        institution,
        by=system_administrator,
        name="schemathesis",
        scopes=API_SCOPES,
        expires_on=timezone.localdate() + dt.timedelta(days=1),
    )[1]


@schema.parametrize()
@hypothesis_settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_nothing_sent_ends_in_a_server_error(case, secret):
    sent = case.as_transport_kwargs(base_url="http://testserver")
    address = requests.Request(sent["method"], sent["url"], params=sent.get("params")).prepare()
    # Django's own client, which stays in the test's transaction.
    response = Client(raise_request_exception=False).generic(
        sent["method"],
        address.path_url,
        json.dumps(sent["json"], default=str) if "json" in sent else b"",
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert response.status_code < 500
