"""The way back, and the receipt: each a movement of its own."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from rendang.circulation.intake import actions
from rendang.circulation.intake.queries import register_of_intakes, register_of_returns
from rendang.kernel.access.models import Role
from rendang.kernel.standards import queries as standards

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(walk):
    """An intake that is to go back, as the head decided."""
    intake = walk("ARRIVED", parcel={"carrier": "self"})
    return actions.return_parcel(
        intake, by=walk.people[Role.APPROVER], return_reason="self_carried", return_detail="本人送来"
    )


def test_a_return_is_over_only_when_the_sender_has_it(walk, returned):
    today = timezone.localdate()
    assert (returned.state, returned.closed_at) == ("TO_RETURN", None)
    assert returned.due_date == standards.deadline("return_dispatch", start=today).due
    first_slip = returned.return_file_id

    sent = actions.send_back(returned, by=walk.people[Role.CLERK], carrier="ems", waybill="eb1")

    assert (sent.state, sent.return_waybill, sent.sent_back_on) == ("SENT_BACK", "EB1", today)
    assert sent.return_file_id != first_slip
    back = actions.confirm_return(sent, by=walk.people[Role.CLERK], returned_on=today)
    assert (back.state, back.closed_at is not None, back.due_date) == ("RETURNED", True, None)


@pytest.mark.parametrize("carrier", ["self", "courier", "mail"])
def test_a_return_does_not_travel_by_a_forbidden_way(walk, returned, carrier):
    with pytest.raises(ValidationError, match="may not travel this way"):
        actions.send_back(returned, by=walk.people[Role.CLERK], carrier=carrier)

    returned.refresh_from_db()
    assert (returned.state, returned.sent_back_on) == ("TO_RETURN", None)


def test_ems_without_its_number_is_refused(walk, returned):
    with pytest.raises(ValidationError, match="number of the consignment"):
        actions.send_back(returned, by=walk.people[Role.CLERK], carrier="ems")


def test_a_return_cannot_have_arrived_before_it_left(walk, returned):
    sent = actions.send_back(returned, by=walk.people[Role.CLERK], carrier="hand")

    for day in (timezone.localdate() - dt.timedelta(1), timezone.localdate() + dt.timedelta(1)):
        with pytest.raises(ValidationError, match="between the dispatch and today"):
            actions.confirm_return(sent, by=walk.people[Role.CLERK], returned_on=day)


def test_what_is_missing_on_the_way_back_is_looked_for_and_found_or_closed_as_lost(walk, returned):
    sent = actions.send_back(returned, by=walk.people[Role.CLERK], carrier="hand")
    missing = actions.report_missing(sent, by=walk.people[Role.CLERK], reason="对方称未收到")
    assert (missing.state, missing.closed_at) == ("MISSING", None)

    lost = actions.give_up(missing, by=walk.people[Role.APPROVER], reason="承运方查无下落")

    assert (lost.state, lost.return_finding, lost.closed_at is not None) == ("LOST", "承运方查无下落", True)


def test_the_register_of_returns_says_where_each_is(walk, returned, institution):
    actions.send_back(returned, by=walk.people[Role.CLERK], carrier="ems", waybill="EB1")
    today = timezone.localdate()

    (line,) = register_of_returns(institution, today, today)

    assert line[1:4] == [returned.parcel.number, "王小明", "虚构市人才服务中心"]
    assert line[4:] == ["本人自带或渠道违规", f"{today:%Y-%m-%d}", "邮政特快专递（EMS） EB1", "", "途中"]


def test_an_accepted_dossier_waits_for_its_receipt_to_be_sent(walk, institution):
    intake = walk("ACCEPTED")
    today = timezone.localdate()
    assert (intake.closed_at, intake.due_date) == (None, standards.deadline("receipt_return", start=today).due)

    for day in (today - dt.timedelta(1), today + dt.timedelta(1)):
        with pytest.raises(ValidationError, match="between the acceptance and today"):
            actions.send_receipt(intake, by=walk.people[Role.CLERK], receipt_carrier="ems", receipt_sent_on=day)
    intake = actions.send_receipt(
        intake, by=walk.people[Role.CLERK], receipt_carrier="mail", receipt_sent_on=today, receipt_waybill=""
    )

    assert (intake.state, intake.receipt_sent_on, intake.closed_at is not None) == ("RECEIPTED", today, True)
    (line,) = register_of_intakes(institution, today, today)
    assert (line[1], line[7], line[-1]) == ("王小明", intake.parcel.number, f"{today:%Y-%m-%d}")
