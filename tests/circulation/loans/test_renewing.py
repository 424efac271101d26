"""续借: what is answered to a unit that asks to keep a dossier longer, and who reads it before typing anything."""

import datetime as dt

import pytest
import time_machine

from rendang.circulation.loans import actions
from rendang.kernel.access.models import Role

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 7, 6, 2, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def read(signed_in, user, address):
    return signed_in(user).get(address).content.decode()


def test_whoever_answers_the_telephone_reads_until_when_a_loan_can_be_renewed_and_why_no_longer(loan, ours, signed_in):
    case = loan("LENT")
    said = lambda: read(signed_in, ours[Role.CLERK], case.get_absolute_url())  # noqa: E731
    assert "Possible until 2026-07-20, by whoever approves loans." in said()

    actions.renew(case, by=ours[Role.APPROVER], reason="未看完")
    assert "A loan is renewed 1 time at most: the dossier comes back by 2026-07-20." in said()
    with time_machine.travel(MONDAY + dt.timedelta(30), tick=False):
        assert "The loan is overdue: the dossier comes back first." in said()


def test_a_renewal_that_is_refused_says_so_before_a_reason_is_asked_for(loan, ours, signed_in):
    case, free = loan("LENT"), loan("LENT", unit="虚构档案馆")
    waits = loan("APPROVED", dossier=case.dossier, unit="虚构街道办")

    page = read(signed_in, ours[Role.APPROVER], case.address_of("renew"))

    assert f"{waits.number} waits for this dossier: it comes back by 2026-07-13." in page
    assert 'id="step-form"' not in page
    assert 'id="step-form"' in read(signed_in, ours[Role.APPROVER], free.address_of("renew"))
