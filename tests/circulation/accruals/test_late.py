"""迟交: what its producer hands in after its time is shown, counted and listed; it is never refused for it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from rendang.circulation.accruals import actions
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.circulation.accruals.queries import (
    collected_by_month,
    last_day_of,
    late_by_sender,
    register_of_materials,
    submit_by,
)
from rendang.kernel.access.models import Role
from rendang.kernel.standards.models import Policy
from rendang.kernel.standards.queries import forget
from tests.factories import InstitutionFactory, PlacementFactory, staff

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def dossier(institution):
    return PlacementFactory(institution=institution).dossier


def delivered(dossier, clerk, *days, sender="虚构实业有限公司", **more):
    rows = [
        (dossier.pk, {"title": f"考核登记表{number}", "class_mark": "3", "formed_on": day})
        for number, day in enumerate(days, start=1)
    ]
    institution = dossier.custodies.get(status="HELD").institution
    return actions.register(institution, by=clerk, sender=sender, rows=rows, **more)


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("2025", dt.date(2025, 12, 31)),
        ("2024-02", dt.date(2024, 2, 29)),
        ("2025-11", dt.date(2025, 11, 30)),
        ("2025-11-03", dt.date(2025, 11, 3)),
    ],
)
def test_a_partial_date_is_taken_for_the_last_day_it_can_mean(said, last):
    assert last_day_of(said) == last


@pytest.mark.parametrize(
    ("formed_on", "limit", "late"),
    [
        ("2026-10-26", dt.date(2026, 11, 26), 0),
        ("2026-10-25", dt.date(2026, 11, 25), 1),
        ("2026-10", dt.date(2026, 11, 30), 0),
        ("2025-12", dt.date(2026, 1, 31), 299),
        ("2026", dt.date(2027, 1, 31), 0),
        ("", None, 0),
        ("2009-07-15", None, 0),  # a day before the rule came into force
        ("2009-07-16", dt.date(2009, 8, 16), 6311),
    ],
)
def test_the_month_for_handing_in_runs_from_the_date_of_the_paper(formed_on, limit, late, dossier, clerk):
    item = delivered(dossier, clerk, formed_on).items.get()

    assert (item.submit_by, item.is_late, item.days_late) == (limit, late > 0, late)


def test_a_change_of_the_rule_leaves_what_was_formed_before_it_as_it_was(institution):
    policy = Policy.objects.get(code="material_submit")
    policy.valid_to = dt.date(2026, 9, 30)
    policy.save()
    Policy.objects.create(
        code="material_submit", name=policy.name, english_name=policy.english_name, value=2, unit="month",
        basis="新规定", confidence="F", valid_from=dt.date(2026, 10, 1),
    )  # fmt: skip
    forget()

    assert submit_by("2026-09-30", institution) == dt.date(2026, 10, 30)
    assert submit_by("2026-10-01", institution) == dt.date(2026, 12, 1)


def test_what_is_late_is_filed_as_everything_else(dossier, clerk, reviewer, keeper):
    accrual = delivered(dossier, clerk, "2025-12", received_on=dt.date(2026, 11, 20))

    done = actions.put_in(actions.identify_all(accrual, by=reviewer), by=keeper)

    item = done.items.get()
    assert (done.state, item.outcome, item.is_late, item.days_late) == ("FILED", "FILED", True, 293)


def test_the_list_marks_and_narrows_to_what_came_late(dossier, clerk, signed_in):
    late = delivered(dossier, clerk, "2025-12", "2025-11", "2026-11")
    in_time = delivered(dossier, clerk, "2026-11-01", sender="虚构大学")
    browser, page = signed_in(clerk), reverse("accruals:list")

    text = browser.get(page).content.decode()
    assert "2 papers handed in late" in text
    assert in_time.number in text

    text = browser.get(page, {"late": "on"}).content.decode()
    assert late.number in text
    assert in_time.number not in text
    detail = " ".join(browser.get(late.get_absolute_url()).content.decode().split())
    assert "299 days late" in detail
    assert "due 2026-01-31" in detail
    assert detail.count("days late") == 2


def test_the_figures_count_by_month_of_receipt_and_name_who_is_late(dossier, clerk, reviewer, institution, signed_in):
    delivered(dossier, clerk, "2025-12", "2026-09", received_on=dt.date(2026, 10, 8))
    accrual = delivered(dossier, clerk, "2025-11", "2026-11-01", sender="虚构大学")
    first = accrual.items.first()
    actions.identify_all(accrual, by=reviewer, verdicts={str(first.pk): {"refusal": "formalities"}})

    rows = Accrual.objects.filter(institution=institution)
    months = collected_by_month(rows, dt.date(2026, 1, 1))
    assert [(one.month, one.papers, one.late, one.refused, one.filed) for one in months] == [
        (dt.date(2026, 11, 1), 2, 1, 1, 0),
        (dt.date(2026, 10, 1), 2, 1, 0, 0),
    ]
    assert late_by_sender(rows, dt.date(2026, 1, 1)) == [
        {"sender": "虚构大学", "papers": 2, "late": 1},
        {"sender": "虚构实业有限公司", "papers": 2, "late": 1},
    ]
    page = reverse("accruals:figures")
    text = signed_in(clerk).get(page).content.decode()
    assert "2026-10" in text
    assert "虚构大学" in text
    stranger = signed_in(staff(InstitutionFactory(), Role.CLERK)).get(page).content.decode()
    assert "Nothing collected yet" in stranger
    assert "虚构大学" not in stranger


def test_the_register_says_how_late(dossier, clerk, institution):
    delivered(dossier, clerk, "2025-12", "2026-11")

    lines = list(register_of_materials(institution, TODAY, TODAY))

    assert [line[-1] for line in lines] == ["299天", ""]


def test_the_database_knows_no_late_paper_without_its_day(dossier, clerk):
    item = delivered(dossier, clerk, "").items.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccrualItem.objects.filter(pk=item.pk).update(is_late=True)
