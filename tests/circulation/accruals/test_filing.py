"""One list for hundreds of people: statements that do not grow with them, and little of the processor's time."""

import datetime as dt
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rendang.circulation.accruals import actions, judging
from rendang.kernel.standards import queries as standards
from rendang.storage import actions as storage
from rendang.storage.models import Retrieval
from tests.circulation.accruals.test_accruals import row, shelved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC))


def files(dossiers, institution, clerk, reviewer, keeper):
    """From the list to the dossiers: processor seconds and statements of each part."""
    spent = {}

    def counted(name, act):
        begun = time.process_time()
        # As in a request, in which the number of the standards is read once.
        with standards.steady(), CaptureQueriesContext(connection) as asked:
            done = act()
        spent[name] = (time.process_time() - begun, len(asked))
        return done

    verdicts = counted("judge", lambda: judging.judge([row(dossier) for dossier in dossiers], institution))
    given = [(one.dossier_id, one.facts) for one in verdicts]
    accrual = counted("register", lambda: actions.register(institution, by=clerk, sender="虚构公司", rows=given))
    accrual = counted("identify", lambda: actions.identify_all(accrual, by=reviewer))
    accrual = counted("put in", lambda: actions.put_in(accrual, by=keeper))
    return accrual, spent


@pytest.mark.parametrize("some_are_out", [False, True])
def test_a_list_takes_the_same_statements_for_20_and_for_200_people(
    some_are_out, institution, clerk, reviewer, keeper
):
    statements, seconds = {}, {}
    for count in (20, 200):
        dossiers = shelved(institution, count)
        if some_are_out:
            for dossier in dossiers[::2]:
                storage.lend(dossier, by=keeper, detail="虚构局")
        accrual, spent = files(dossiers, institution, clerk, reviewer, keeper)
        statements[count] = {name: number for name, (_seconds, number) in spent.items()}
        seconds[count] = sum(one for one, _number in spent.values())
        if some_are_out:
            assert Retrieval.objects.waiting().filter(case=accrual).count() == count // 2
            for dossier in dossiers[::2]:
                storage.put_on_desk(dossier, institution, by=keeper, detail="归还")
            begun = time.process_time()
            with standards.steady(), CaptureQueriesContext(connection) as asked:
                accrual = actions.put_in(accrual, by=keeper)
            statements[count]["put in the rest"] = len(asked)
            seconds[count] += time.process_time() - begun
        assert accrual.state == "FILED"
        assert set(accrual.items.values_list("outcome", flat=True)) == {"FILED"}
    grown = {name: statements[200][name] - number for name, number in statements[20].items()}
    assert all(more <= 2 for more in grown.values()), statements
    assert seconds[200] < 2, seconds
