import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import Permission


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
