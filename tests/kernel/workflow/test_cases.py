import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow import actions
from rendang.kernel.workflow.actions import next_case_numbers
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.queries import flow, standing, tallies, to_do
from rendang.services.certificates import actions as certificates
from tests.factories import PlacementFactory, staff

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 7, 6, 2, tzinfo=dt.UTC)


@pytest.fixture
def case(institution, clerk):
    with time_machine.travel(MONDAY, tick=False):
        yield certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk)


def test_numbers_run_by_institution_and_day(institution, other_institution):
    day = dt.date(2026, 7, 1)

    assert next_case_numbers(institution, day, 2) == [
        f"{institution.code}-20260701-0001",
        f"{institution.code}-20260701-0002",
    ]
    assert next_case_numbers(institution, day) == [f"{institution.code}-20260701-0003"]
    assert next_case_numbers(other_institution, day) == [f"{other_institution.code}-20260701-0001"]
    assert next_case_numbers(institution, dt.date(2026, 7, 2)) == [f"{institution.code}-20260702-0001"]


@pytest.mark.parametrize(
    ("day", "urgency"),
    [
        (dt.date(2026, 7, 1), "IN_TIME"),
        (dt.date(2026, 7, 2), "SOON"),
        (dt.date(2026, 7, 4), "SOON"),
        (dt.date(2026, 7, 7), "SOON"),
        (dt.date(2026, 7, 8), "OVERDUE"),
    ],
)
def test_urgency_is_computed_in_the_database(case, day, urgency):
    assert case.due_date == dt.date(2026, 7, 7), "one working day from Monday"

    assert Case.objects.with_urgency(day).get().urgency == urgency


def test_the_to_do_list_is_of_ones_own_institution(case, clerk, other_institution):
    today = dt.date(2026, 7, 8)

    assert [row.pk for row in to_do(clerk, today)] == [case.pk]
    assert [(tally.kind, tally.urgency, tally.cases) for tally in tallies(clerk, today)] == [
        ("certificate", "OVERDUE", 1)
    ]
    assert not to_do(staff(other_institution, Role.CLERK), today)


def test_a_pause_stops_the_clock_and_moves_the_limit(case, clerk):
    with time_machine.travel(MONDAY, tick=False):
        actions.pause(case, by=clerk, reason="等待补件")
    with time_machine.travel(MONDAY + dt.timedelta(days=7), tick=False):
        paused = Case.objects.with_urgency(timezone.localdate()).get()
        assert (paused.urgency, standing(paused, timezone.localdate()).light) == ("PAUSED", "paused")
        resumed = actions.resume(case, by=clerk)

    assert resumed.due_date == standards.add_working_days(dt.date(2026, 7, 7), 5)
    assert list(AuditEvent.objects.order_by("-pk").values_list("verb", flat=True)[:2]) == ["case.resume", "case.pause"]


@pytest.mark.parametrize(
    ("due", "today", "light", "days"),
    [
        ("2026-11-27", "2026-11-27", "yellow", 0),  # a Friday
        ("2026-11-28", "2026-11-27", "yellow", None),
        ("2026-11-30", "2026-11-28", "yellow", 1),
        ("2026-11-28", "2026-11-29", "red", None),
        ("2026-11-27", "2026-11-30", "red", -1),
    ],
)
def test_a_limit_on_a_weekend_is_neither_due_today_nor_late_by_no_days(case, due, today, light, days):
    case.due_date = dt.date.fromisoformat(due)
    found = standing(case, dt.date.fromisoformat(today))
    assert (found.light, found.days) == (light, days)


def test_nothing_moves_while_a_case_is_paused(case, clerk, reviewer):
    actions.pause(case, by=clerk, reason="等待补件")

    with pytest.raises(ValidationError, match="must wait"):
        certificates.issue(case, by=reviewer)

    case.refresh_from_db()
    assert case.state == "DRAFTED"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_pause_needs_a_reason(case, clerk, reason):
    with pytest.raises(ValidationError, match="Say why"):
        actions.pause(case, by=clerk, reason=reason)

    assert Case.objects.get().paused_at is None


def test_pausing_needs_the_right_here(case, keeper, other_institution):
    for stranger in (keeper, staff(other_institution, Role.CLERK)):
        with pytest.raises(PermissionDenied):
            actions.pause(case, by=stranger, reason="等待补件")


def test_the_course_of_a_case_marks_where_it_is(case, reviewer):
    assert [(state.code, state.status) for state in flow(case)] == [("DRAFTED", "current"), ("ISSUED", "next")]

    refused = certificates.refuse(case, by=reviewer, reason="档案不在库")

    assert [(state.code, state.status) for state in flow(refused)] == [("DRAFTED", "done"), ("REFUSED", "off")]


def test_a_step_records_exactly_what_changed(case, reviewer):
    certificates.refuse(case, by=reviewer, reason="档案不在库")

    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_id, event.reason) == ("certificate.refuse", reviewer.pk, "档案不在库")
    assert set(event.changes) == {"state", "reason", "closed_at"}
    assert event.changes["state"] == ["DRAFTED", "REFUSED"]
