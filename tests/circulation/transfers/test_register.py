"""转出登记簿: what left in a range of days, outside and inside the city."""

import datetime as dt

import pytest
from django.utils import timezone

from rendang.circulation.transfers.actions import STEPS
from rendang.circulation.transfers.queries.register import register_of_departures
from rendang.kernel.access.models import Role
from rendang.kernel.documents.registers import REGISTERS, lines_of
from tests.factories import staff

pytestmark = pytest.mark.django_db


def test_it_lists_what_was_handed_over_with_its_receipt(leaving, move, institution):
    leaving("SEALED")
    gone, lost = leaving("CONFIRMED"), leaving("SEARCHED")
    moved = move("IN_TRANSIT")
    today = timezone.localdate()

    lines = list(register_of_departures(institution, today, today))

    assert [(line[1], line[4], line[10]) for line in lines] == [
        (gone.person.name, leaving.to.name, f"{today}"),
        (lost.person.name, leaving.to.name, ""),
        (moved.person.name, moved.counterpart.name, ""),
    ]
    assert lines[0][6:10] == ["邮政特快专递（EMS） 1234567890123", "1", "0", "20"]


def test_what_never_arrived_says_so_in_the_column_of_the_receipt(leaving, move, institution):
    leaving("RETURNED")
    leaving("LOST")
    moved = move("IN_TRANSIT")
    STEPS["refuse"](
        moved, by=staff(moved.counterpart, Role.KEEPER), refusal_reason="broken_seal", refusal_detail="封条破损"
    )
    today = timezone.localdate()

    lines = list(register_of_departures(institution, today, today))

    assert [line[10] for line in lines] == ["退回", "遗失", "退回"]


def test_other_days_and_other_institutions_are_not_in_it(leaving, institution, other_institution):
    leaving("CONFIRMED")
    today = timezone.localdate()

    assert not list(register_of_departures(institution, today - dt.timedelta(9), today - dt.timedelta(1)))
    assert not list(register_of_departures(other_institution, today, today))


def test_what_came_by_a_transfer_stands_in_the_receiver_s_register_of_intakes(move, other_institution, institution):
    moved = move("RECEIVED")
    move("IN_TRANSIT")
    today = timezone.localdate()

    (line,) = lines_of(REGISTERS["intake"], other_institution, today, today)

    assert line[:5] == [
        f"{today}",
        moved.person.name,
        moved.person.id_masked,
        moved.new_custody.archive_number,
        institution.name,
    ]
    assert line[6:] == ["专人送取", moved.number, "1", "0", "20", "", f"{today}"]
    assert len(line) == len(REGISTERS["intake"].columns)
    assert not list(lines_of(REGISTERS["intake"], institution, today, today))
