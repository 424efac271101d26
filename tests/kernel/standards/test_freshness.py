import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from pytest_django import DjangoAssertNumQueries

from rendang.kernel.access.models import Role
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import actions, queries
from rendang.kernel.standards.models import Code, CodeTable, Policy, StandardsVersion
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def in_a_request() -> Iterator[None]:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_started.send(sender=None)
    yield
    request_finished.send(sender=None)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_change_by_anybody_is_seen_at_the_next_question() -> None:
    """Written past our own code, as another process or an administrator would."""
    assert queries.code_name("sex", "1") == "男性"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE standards_code SET name = 'M' WHERE code = '1' AND table_id ="
            " (SELECT id FROM standards_codetable WHERE code = 'sex')"
        )
    assert queries.code_name("sex", "1") == "M"


def test_what_was_rolled_back_is_not_remembered() -> None:
    point = transaction.savepoint()
    Code.objects.filter(table__code="sex", code="1").update(name="M")
    assert queries.code_name("sex", "1") == "M"
    transaction.savepoint_rollback(point)
    assert queries.code_name("sex", "1") == "男性"
    Code.objects.filter(table__code="sex", code="2").update(name="W")
    assert queries.code_name("sex", "1") == "男性"


@pytest.mark.parametrize("model", [CodeTable, Code, Policy])
def test_every_change_gives_a_new_number(model: type) -> None:
    before = StandardsVersion.objects.get().number
    row = model.objects.first()
    row.order += 1
    row.save()
    assert StandardsVersion.objects.get().number > before


@pytest.mark.usefixtures("in_a_request")
def test_a_request_reads_the_number_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def ask() -> None:
        queries.code_name("education", "21")
        queries.policy("transfer_dispatch", on=TODAY)
        queries.deadline("transfer_dispatch", start=TODAY)
        queries.synonyms("education")
        queries.class_marks()
        queries.service_items()

    ask()
    with django_assert_num_queries(0):
        for _ in range(20):
            ask()


@pytest.mark.usefixtures("in_a_request")
def test_a_change_made_in_a_request_is_seen_by_its_own_page(supervisor: User) -> None:
    assert queries.code_of("education", "大学本科生") is None
    actions.add_synonym(CodeTable.objects.get(code="education"), by=supervisor, text="大学本科生", code="21")
    assert queries.code_of("education", "大学本科生") == "21"


def test_outside_a_request_each_question_costs_one_small_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    queries.code_name("education", "21")
    with django_assert_num_queries(3):
        for _ in range(3):
            queries.code_name("education", "21")
    with queries.steady(), django_assert_num_queries(1):
        for _ in range(3):
            queries.code_name("education", "21")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_a_policy_at_once_one_is_told() -> None:
    """Both begin before either has finished; the second waits for the first, then hears that the day is taken."""
    begins = dt.date(2099, 1, 1)
    supervisor = factories.staff(None, Role.SUPERVISOR)
    start = threading.Barrier(2)

    def change(value: int) -> str:
        try:
            start.wait(timeout=10)
            actions.set_policy(
                "scan_dpi", by=supervisor, value=value, unit="dpi", basis="…", valid_from=begins, reason="…"
            )
        except ValidationError:
            return "refused"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(change, [400, 500])) == ["done", "refused"]
    assert Policy.objects.filter(code="scan_dpi", valid_from=begins).count() == 1
    assert AuditEvent.objects.filter(verb="policy.set").count() == 1


@pytest.mark.django_db(transaction=True)
def test_every_transactional_test_begins_with_the_standards() -> None:
    assert Policy.objects.filter(code="scan_dpi").count() == 1
    assert queries.code_name("sex", "1") == "男性"
