"""The line for a dossier that is out: the first is called, told and waited for; then it is the next one's turn."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from rendang.circulation.loans import actions, queries
from rendang.circulation.loans.models import Loan
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.queries import to_do
from rendang.storage.models import Retrieval
from tests.circulation.loans.conftest import onward
from tests.factories import staff
from tests.golden import text_of

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 7, 6, 2, tzinfo=dt.UTC)
DAY = dt.date(2026, 7, 6)


@pytest.fixture
def line(loan, ours):
    """Three loans of one dossier; the first has come back on Monday."""
    with time_machine.travel(MONDAY, tick=False):
        first = loan("LENT")
        others = [loan("APPROVED", dossier=first.dossier) for _each in range(2)]
        actions.receive_back(first, by=ours[Role.KEEPER], pages=30)
    for one in others:
        one.refresh_from_db()
    return others


def counted():
    return AuditEvent.objects.count(), StoredFile.objects.count(), Retrieval.objects.waiting().count()


def refused(act, error=ValidationError, match=None):
    before = counted()
    with pytest.raises(error, match=match) as refusal:
        act()
    assert counted() == before
    return refusal.value


def test_only_the_first_in_line_is_called_and_gets_a_notice(line):
    second, third = line

    assert (second.turn, second.called_on, second.held_until) == ("CALLED", DAY, dt.date(2026, 7, 9))
    assert (second.due_date, second.due_basis) == (dt.date(2026, 7, 9), "本机构规定；本系统默认，待各地规定")
    assert (third.turn, third.called_on, third.held_until, third.availability_file) == ("", None, None, None)
    text = "".join(text_of(read_file(second.availability_file)).split())
    for words in ("到档通知单", second.unit, "请于2026年7月9日前", second.borrowers.first().name, "本机构规定"):
        assert words in text


def test_it_is_the_clerk_s_to_do_until_the_unit_was_told(line, ours):
    second, third = line
    with time_machine.travel(MONDAY, tick=False):
        waits = {case.pk: case.next_steps for case in to_do(ours[Role.CLERK], DAY)}
        assert (waits[second.pk], waits[third.pk]) == (["tell_unit"], [])

        actions.tell_unit(second, by=ours[Role.CLERK], how="TELEPHONE", whom="赵科长")

        assert {case.pk: case.next_steps for case in to_do(ours[Role.CLERK], DAY)}[second.pk] == []


def test_from_the_day_the_unit_is_told_it_is_held_as_long_as_the_rule_says(line, ours):
    second, _third = line
    before = second.availability_file
    with time_machine.travel(MONDAY + dt.timedelta(1), tick=False):
        second = actions.tell_unit(second, by=ours[Role.CLERK], how="LETTER", whom=" 赵科长 ")

    assert (second.state, second.turn, second.told_on) == ("APPROVED", "TOLD", dt.date(2026, 7, 7))
    assert (second.told_how, second.told_whom, second.told_by) == ("LETTER", "赵科长", ours[Role.CLERK])
    assert (second.held_until, second.due_date) == (dt.date(2026, 7, 10), dt.date(2026, 7, 10))
    assert second.availability_file != before
    assert "请于2026年7月10日前" in "".join(text_of(read_file(second.availability_file)).split())


def test_who_was_told_is_told_once_by_who_registers_in_a_known_way(line, ours, other_institution):
    second, third = line
    with time_machine.travel(MONDAY, tick=False):
        given = {"how": "TELEPHONE", "whom": "赵科长"}
        refused(lambda: actions.tell_unit(third, by=ours[Role.CLERK], **given), match="not part of this case")
        refused(lambda: actions.tell_unit(second, by=ours[Role.KEEPER], **given), PermissionDenied)
        refused(lambda: actions.tell_unit(second, by=staff(other_institution, Role.CLERK), **given), PermissionDenied)
        wrong = refused(lambda: actions.tell_unit(second, by=ours[Role.CLERK], how="PIGEON", whom="赵"))
        assert set(wrong.message_dict) == {"how"}
        wrong = refused(lambda: actions.tell_unit(second, by=ours[Role.CLERK], how="LETTER", whom=" "))
        assert set(wrong.message_dict) == {"whom"}
        actions.tell_unit(second, by=ours[Role.CLERK], **given)
        refused(lambda: actions.tell_unit(second, by=ours[Role.CLERK], **given), match="not part of this case")
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=second.pk).update(told_on=None)


def test_what_is_not_collected_in_time_is_the_next_one_s_by_the_night_s_work(line, ours):
    second, third = line
    with time_machine.travel(MONDAY, tick=False):
        second = actions.tell_unit(second, by=ours[Role.CLERK], how="TELEPHONE", whom="赵科长")
    with time_machine.travel(MONDAY + dt.timedelta(3), tick=False):
        assert actions.end_reservations(0) == 0
        refused(lambda: actions.lapse(second, by=ours[Role.CLERK]), match="held for this unit until 2026-07-09")
    with time_machine.travel(MONDAY + dt.timedelta(4), tick=False):
        assert actions.end_reservations(0) == 1
        assert actions.end_reservations(0) == 0

        second.refresh_from_db()
        third.refresh_from_db()
        assert (second.state, second.due_date, second.closed_at is not None) == ("LAPSED", None, True)
        assert (third.turn, third.called_on, third.held_until) == (
            "CALLED", dt.date(2026, 7, 10), dt.date(2026, 7, 15),
        )  # fmt: skip
        assert Retrieval.objects.waiting().get(dossier=second.dossier_id).case_id == third.pk
        assert onward(third, ours).state == "LENT"


def test_who_was_never_told_keeps_the_turn_and_stays_red(line):
    second, _third = line
    with time_machine.travel(MONDAY + dt.timedelta(9), tick=False):
        assert actions.end_reservations(0) == 0
        second.refresh_from_db()
        assert (second.state, queries.first_in_line(second.dossier)) == ("APPROVED", second)
        assert second.due_date < dt.date(2026, 7, 15)


def test_the_list_says_whose_turn_it_is_and_who_waits_behind(line, ours, signed_in):
    second, third = line
    with time_machine.travel(MONDAY, tick=False):
        browser = signed_in(ours[Role.CLERK])
        text = browser.get(reverse("loans:waiting")).content.decode()
        assert "back since 2026-07-06, held until 2026-07-09: tell the unit" in " ".join(text.split())
        assert "waits, number 2 in line" in " ".join(text.split())
        page = reverse("loans:step", args=[second.pk, "tell_unit"])
        assert page in text
        assert reverse("loans:step", args=[third.pk, "tell_unit"]) not in text
        assert browser.get(reverse("loans:paper", args=[second.pk, "availability"])).status_code == 200

        browser.post(page, {"how": "TELEPHONE", "whom": "赵科长"})

        text = " ".join(browser.get(reverse("loans:waiting")).content.decode().split())
        assert "told on 2026-07-06, held until 2026-07-09" in text
        detail = " ".join(browser.get(second.get_absolute_url()).content.decode().split())
        assert "then it is the next one" in detail
        assert "赵科长" in detail
