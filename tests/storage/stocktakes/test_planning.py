import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.standards.queries import add_months
from rendang.kernel.workflow.queries import standing
from rendang.storage.stocktakes import actions, queries
from rendang.storage.stocktakes.models import Stocktake
from rendang.storage.stocktakes.papers import Line, StocktakeReport, render_stocktake_report
from tests.factories import PlacementFactory
from tests.golden import assert_looks_as_approved, assert_says

pytestmark = pytest.mark.django_db


def due(institution):
    return {one.occasion: one for one in queries.next_due([institution])}


def test_an_institution_that_never_counted_is_due_at_once(institution):
    found = due(institution)
    assert {occasion: (one.last, one.day, one.planned) for occasion, one in found.items()} == {
        "YEARLY": (None, None, None),
        "HALF_YEARLY": (None, None, None),
    }
    assert all(one.is_overdue(timezone.localdate()) for one in found.values())


def test_a_full_stocktake_is_a_half_yearly_check_too(signed, institution):
    today = timezone.localdate()
    found = due(institution)
    assert (found["YEARLY"].last, found["YEARLY"].day) == (today, add_months(today, 12))
    assert (found["HALF_YEARLY"].last, found["HALF_YEARLY"].day) == (today, add_months(today, 6))


def test_a_stocktake_of_some_stores_does_not_count_for_the_institution(signed, store, institution):
    signed.stores.add(store)
    assert due(institution)["YEARLY"].last is None


def test_what_is_planned_or_under_way_is_named(counting, institution):
    assert due(institution)["YEARLY"].planned == counting


def test_every_morning_what_is_due_within_a_month_is_planned_once(a_year_ago, institution):
    actions.plan_what_is_due(0)
    actions.plan_what_is_due(0)
    (made,) = Stocktake.objects.open()
    assert (made.occasion, made.institution, made.opened_by, made.channel) == (
        "YEARLY",
        institution,
        system_actor(),
        "SYSTEM",
    )
    assert made.due_date == made.planned_for == timezone.localdate() + dt.timedelta(30)
    assert made.due_basis == "名册、索引、档案三相符（每年）"


def morning(day):
    """The job of that morning, and what stands in the to-do of the institution's keeper: occasion, light, days."""
    with time_machine.travel(dt.datetime.combine(day, dt.time(6), tzinfo=timezone.get_current_timezone()), tick=False):
        actions.plan_what_is_due(0)
        rows = Stocktake.objects.open()
        return [(row.occasion, row.planned_for, standing(row, day).light, standing(row, day).days) for row in rows]


def on_the_page(client, keeper, day):
    """What the keeper reads that day, with the words of the time limit."""
    with time_machine.travel(dt.datetime.combine(day, dt.time(9), tzinfo=timezone.get_current_timezone()), tick=False):
        client.force_login(keeper)
        return client.get(reverse("desk:home"), headers={"accept-language": "en"}).text


def test_the_half_yearly_check_comes_into_the_to_do_a_month_before_its_day_and_is_overdue_after_it(
    signed, client, keeper
):
    Stocktake.objects.update(signed_at=dt.datetime(2026, 11, 27, 4, tzinfo=dt.UTC))
    day = dt.date(2027, 5, 27)  # a Thursday

    assert morning(day - dt.timedelta(31)) == []
    assert not re.search(r"/desk/stocktakes/\d+/", on_the_page(client, keeper, day - dt.timedelta(31)))
    ((occasion, planned_for, _light, _days),) = morning(day - dt.timedelta(30))
    assert (occasion, planned_for) == ("HALF_YEARLY", day)
    number = Stocktake.objects.open().get().number
    assert [number in on_the_page(client, keeper, day + dt.timedelta(days)) for days in (-30, 0, 1)] == [True] * 3
    assert morning(day)[0][2:] == ("yellow", 0)
    assert "Due today" in on_the_page(client, keeper, day)
    after = morning(day + dt.timedelta(7))
    assert len(after) == 1, "not planned a second time"
    assert after[0][2:] == ("red", -5)
    assert "5 working days overdue" in on_the_page(client, keeper, day + dt.timedelta(7))


def test_the_full_one_after_a_year_is_the_half_yearly_check_too(signed):
    Stocktake.objects.update(signed_at=dt.datetime(2026, 11, 27, 4, tzinfo=dt.UTC))
    with time_machine.travel(dt.datetime(2027, 5, 20, 4, tzinfo=dt.UTC), tick=False):
        Stocktake.objects.create(
            institution=signed.institution, number="T-HALF", opened_by=signed.opened_by, state="SIGNED",
            occasion="HALF_YEARLY", planned_for=dt.date(2027, 5, 20),
            signed_at=timezone.now(), closed_at=timezone.now(),
        )  # fmt: skip

    assert morning(dt.date(2027, 10, 19)) == []
    assert morning(dt.date(2027, 10, 28))[0][:2] == ("YEARLY", dt.date(2027, 11, 27))
    assert [row[0] for row in morning(dt.date(2027, 12, 3))] == ["YEARLY"]


def test_an_institution_without_dossiers_has_nothing_planned(institution, other_institution):
    PlacementFactory(institution=other_institution)
    actions.plan_what_is_due(0)
    assert set(Stocktake.objects.values_list("institution", flat=True)) == {other_institution.pk}


def test_what_was_counted_lately_is_not_planned(signed):
    actions.plan_what_is_due(0)
    assert not Stocktake.objects.open().exists()


def test_the_register_has_the_stocktakes_signed_in_its_days(signed, institution, keeper, approver):
    today = timezone.localdate()
    (line,) = queries.register_of_stocktakes(institution, today, today)
    assert line == [
        signed.number, "年度全面盘点", f"{today}", f"{today}", "0", "1", "1", "1", "1", "0",
        str(keeper), str(approver), "",
    ]  # fmt: skip
    assert list(queries.register_of_stocktakes(institution, today + dt.timedelta(1), today + dt.timedelta(2))) == []


def test_the_report_has_the_three_lists_and_both_signatures(settings):
    settings.DEMONSTRATION = False
    missing = Line(
        label="RD000000017", archive_number="RC2015-00017", name="欧阳清", recorded=["K01-A-03-L-05-4-017"], seen=[],
        resolution="报失查找", reason="复查两遍未见",
    )  # fmt: skip
    misplaced = Line(
        label="RD000000023", archive_number="RC2016-00023", name="李雷", recorded=["K01-A-03-L-05-4-023", "在馆他处"],
        seen=["K01-A-03-L-06-2-001", "K01-A-03-R-12-5-100"], resolution="归回原位", reason="已归位",
    )  # fmt: skip
    lent = Line(
        label="RD000000031", archive_number="RC2017-00031", name="韩梅梅", recorded=["K01-A-03-L-05-4-031", "借出"],
        seen=[], resolution="账载在外", reason="2026-06-22 09:30 借出，RCSC-20260620-0004",
    )  # fmt: skip
    unknown = Line(
        label="RD999999999", archive_number="", name="", recorded=["无记录"], seen=[], resolution="移交登记",
        reason="移交接收岗",
    )  # fmt: skip
    paper = render_stocktake_report(
        StocktakeReport(
            number="RCSC-20260701-0003",
            institution="海岱市人才服务中心",
            occasion="年度全面盘点",
            scope="全部库房",
            started_on=dt.date(2026, 7, 1),
            counted_on=dt.date(2026, 7, 3),
            expected=5214,
            totals=[
                ("账实相符", 5190), ("借出", 14), ("转递途中", 5), ("在馆他处", 3), ("盘亏", 1), ("错位", 1),
                ("两处见档", 0), ("盘盈", 1),
            ],
            lists=[
                ("盘亏清单", [missing]), ("盘盈清单", [unknown]), ("错位清单", [misplaced]), ("在外清单", [lent]),
                ("盘点期间变动清单", []),
            ],
            conclusion="账实基本相符，差异已逐项处理。",
            keeper="赵保管",
            keeper_on=dt.date(2026, 7, 6),
            second="钱主任",
            second_on=dt.date(2026, 7, 7),
        )
    )  # fmt: skip
    assert_looks_as_approved("stocktake_report", paper, Path(__file__).parent / "golden")
    assert_says(paper, ["档案盘点报告", "应盘卷数5214卷", "盘亏清单（1项）", "移交登记", "监盘人（复核）：钱主任"])
