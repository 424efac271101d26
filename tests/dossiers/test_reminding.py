"""提醒: before the promised day and once more when it has passed, whoever is at work or not."""

import datetime as dt

import pytest

from rendang.dossiers import actions
from rendang.people.models import Message
from tests.factories import held_dossier

pytestmark = pytest.mark.django_db
SUPPLEMENT = actions.UNDERTAKING_STEPS["supplement"]


@pytest.fixture
def on(time_machine):
    """``on("2026-12-20")``: the morning's work of that day; returns how many people were reminded."""

    def work(day):
        time_machine.move_to(dt.datetime.fromisoformat(f"{day}T00:30:00+00:00"), tick=False)
        return actions.remind_of_promises(0)

    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)
    return work


@pytest.fixture
def told(on, institution, clerk):
    """Promised for the 2026-12-31; the policy reminds ten days before."""
    dossier = held_dossier(institution)
    missing = [{"name": "体检表", "class_mark": "10"}, {"name": "毕业生登记表", "class_mark": "4-1"}]
    return actions.tell_once(
        dossier.person, institution, by=clerk, missing=missing, promised_on=dt.date(2026, 12, 31), dossier=dossier
    )


def reminders():
    return [one.text for one in Message.objects.order_by("pk")[1:]]


def test_the_person_is_reminded_once_before_the_promised_day_and_once_when_it_has_passed(told, on, institution):
    days = ["2026-12-20", "2026-12-21", "2026-12-22", "2026-12-31", "2027-01-01", "2027-01-02", "2027-06-01"]

    assert [on(day) for day in days] == [0, 1, 0, 0, 1, 0, 0]

    before, after = reminders()
    assert "by 2026-12-31" in before and "体检表, Registration form of a graduate." in before
    assert before.startswith("Please remember") and after.startswith("The day you promised has passed")
    assert institution.english_name in after


def test_a_morning_that_was_missed_is_made_up_for(told, on):
    assert [on("2026-12-29"), on("2026-12-30")] == [1, 0]


def test_only_what_is_still_awaited_is_named_and_nobody_is_reminded_of_what_has_come(told, on, clerk):
    actions.settle_item(told.items.get(name="体检表"), by=clerk, outcome="SUPPLEMENTED")
    assert on("2026-12-21") == 1
    assert "Registration form of a graduate" in reminders()[0] and "体检表" not in reminders()[0]

    SUPPLEMENT(told, by=clerk)
    assert on("2027-01-01") == 0


def test_another_day_that_is_agreed_begins_anew(told, on, clerk):
    assert on("2026-12-21") == 1
    type(told).objects.filter(pk=told.pk).update(promised_on=dt.date(2027, 2, 28))

    assert [on(day) for day in ("2026-12-31", "2027-01-01", "2027-02-18", "2027-02-19")] == [0, 0, 1, 0]


def test_the_history_of_the_undertaking_says_that_the_person_was_reminded(told, on, clerk, signed_in):
    on("2026-12-21")

    assert "Reminded the person of what was promised" in signed_in(clerk).get(told.get_absolute_url()).text
