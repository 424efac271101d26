"""转出: dossiers leave for a keeper outside the city's system."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.forms.leaving import dispatch_form
from rendang.circulation.transfers.models import Departure
from rendang.dossiers.models import Custody
from rendang.institutions import actions as institutions
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.storage import actions as storage
from rendang.storage.models import Retrieval
from rendang.storage.queries import current_placement
from tests.circulation.transfers.leaving import COUNTED, STEPS, WAYS, an_address
from tests.factories import EmployerFactory, MaterialFactory, PlacementFactory, staff

pytestmark = pytest.mark.django_db


def custody_of(departure):
    return Custody.objects.get(dossier=departure.dossier)


@pytest.mark.parametrize(
    ("state", "place", "custody", "outcome"),
    [
        ("APPLIED", "SLOT", "HELD", "GOING"),
        ("APPROVED", "SLOT", "HELD", "GOING"),
        ("CHECKED", "DESK", "HELD", "GOING"),
        ("SEALED", "DESK", "HELD", "GOING"),
        ("IN_TRANSIT", "COURIER", "HELD", "GOING"),
        ("CHASED", "COURIER", "HELD", "GOING"),
        ("CONFIRMED", "ELSEWHERE", "ENDED", "GONE"),
        ("RETURNING", "COURIER", "HELD", "GOING"),
        ("RETURNED", "DESK", "HELD", "STAYED"),
        ("SEARCHED", "MISSING", "HELD", "GOING"),
        ("LOST", "LOST", "HELD", "LOST"),
        ("DECLINED", "SLOT", "HELD", "STAYED"),
        ("WITHDRAWN", "SLOT", "HELD", "STAYED"),
    ],
)
def test_where_the_dossier_is_and_whose_it_is_in_each_state(leaving, state, place, custody, outcome):
    departure = leaving(state)

    assert current_placement(departure.dossier).kind == place
    assert custody_of(departure).status == custody
    assert departure.lines.get().outcome == outcome
    assert (departure.closed_at is not None) == (state in Departure.CLOSED)


def test_every_state_has_a_way_to_it():
    assert {*WAYS, "MOVED", "HANDED_OVER"} == set(Departure.State.values)  # test_inside.py, test_direct.py


def test_custody_ends_with_the_receipt_and_says_where_the_dossier_went(leaving):
    departure = leaving("IN_TRANSIT")
    assert custody_of(departure).status == "HELD"

    departure = leaving.take(departure, "confirm")

    former = custody_of(departure)
    assert (former.status, former.sent_to, former.ended_reason) == ("ENDED", leaving.to.name, "employed")
    assert former.ended_on == f"{timezone.localdate()}"
    assert read_file(departure.receipt_file).startswith(b"%PDF")


def test_a_receipt_is_from_after_the_day_of_sending(leaving):
    departure = leaving("IN_TRANSIT")
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="after it was sent"):
        leaving.take(departure, "confirm", received_on=timezone.localdate() - dt.timedelta(1))

    assert AuditEvent.objects.count() == events
    assert custody_of(departure).status == "HELD"


def test_who_enters_the_application_does_not_approve_it(leaving):
    departure = leaving.apply(leaving.dossier())
    approver = leaving.by[Role.APPROVER]
    own = actions.apply(
        [leaving.dossier()],
        by=approver,
        to=leaving.to,
        reason="employed",
        letter_number="1",
        letter_date=timezone.localdate(),
    )

    with pytest.raises(ValidationError, match="second person"):
        STEPS["approve"](own, by=approver)

    assert STEPS["approve"](departure, by=approver).state == "APPROVED"


def test_who_checked_does_not_seal(leaving):
    departure = leaving("CHECKED")

    with pytest.raises(ValidationError, match="second person"):
        leaving.take(departure, "seal", by=leaving.by[Role.KEEPER])

    departure.refresh_from_db()
    assert (departure.state, departure.packet_file) == ("CHECKED", None)


def test_approval_puts_it_on_the_pick_list_and_the_check_fetches_it(leaving):
    departure = leaving("APPROVED")
    line = Retrieval.objects.get(case=departure)
    assert line.fetched_at is None

    leaving.take(departure, "check")

    line.refresh_from_db()
    assert line.fetched_at is not None


@pytest.mark.parametrize("state", ["APPROVED", "CHECKED", "SEALED"])
def test_called_off_in_the_house_it_waits_to_be_put_back(leaving, state):
    departure = leaving(state)

    leaving.take(departure, "withdraw")

    assert not Retrieval.objects.waiting().exists()
    if state != "APPROVED":
        storage.put_back(departure.dossier, by=leaving.by[Role.KEEPER])
    assert current_placement(departure.dossier).kind == "SLOT"


def test_called_off_on_its_way_it_comes_back_first(leaving):
    departure = leaving.take(leaving("IN_TRANSIT"), "recall")
    assert (departure.state, current_placement(departure.dossier).kind) == ("RETURNING", "COURIER")

    departure = leaving.take(departure, "take_back")

    assert (departure.state, current_placement(departure.dossier).kind) == ("RETURNED", "DESK")


def test_what_came_back_can_leave_again(leaving):
    departure = leaving("RETURNED")

    assert leaving.apply(departure.dossier).state == "APPLIED"


def test_a_dossier_leaves_once_at_a_time(leaving, other_institution):
    departure = leaving("APPLIED")

    with pytest.raises(ValidationError, match="leaving the city already"):
        leaving.apply(departure.dossier)
    with pytest.raises(ValidationError, match="leaving the city already"):
        actions.offer(departure.dossier, other_institution, by=leaving.by[Role.CLERK], reason="internal")

    assert Departure.objects.count() == 1


def test_what_is_being_transferred_inside_does_not_leave(leaving, move):
    transfer = move("OFFERED")

    with pytest.raises(ValidationError, match="transferred already"):
        leaving.apply(transfer.dossier)

    assert not Departure.objects.exists()


def test_nothing_is_sent_to_an_address_nobody_has_verified(leaving):
    unknown = an_address(leaving.by[Role.CLERK], name="虚构省山阳市人才中心")
    departure = leaving.apply(leaving.dossier(), to=unknown)

    with pytest.raises(ValidationError, match="not verified"):
        leaving.take(departure, "approve")

    institutions.verify_keeper(unknown, by=leaving.by[Role.APPROVER], how="电话核实")
    assert leaving.take(departure, "approve").state == "APPROVED"


def test_only_the_keeper_lets_a_dossier_leave(leaving, other_institution):
    dossier = PlacementFactory(institution=other_institution).dossier

    with pytest.raises(PermissionDenied):
        leaving.apply(dossier)

    assert not Departure.objects.exists()


def test_another_institution_sees_nothing_of_it(leaving, other_institution):
    leaving("SEALED")

    assert not Departure.objects.visible_to(staff(other_institution, Role.KEEPER), Permission.TRANSFER_VIEW).exists()


def test_what_is_lent_is_not_checked(leaving):
    departure = leaving("APPROVED")
    storage.lend(departure.dossier, by=leaving.by[Role.KEEPER], detail="社保局")

    with pytest.raises(ValidationError, match="not in the house"):
        leaving.take(departure, "check")

    assert departure.lines.get().checked_by is None


def test_a_difference_from_the_catalogue_is_explained(leaving):
    dossier = leaving.dossier()
    paper, same = MaterialFactory(dossier=dossier, pages=4), MaterialFactory(dossier=dossier, pages=2)
    departure = leaving.take(leaving.apply(dossier), "approve")
    found = {**COUNTED, "papers_counted": 2, "pages": {paper.pk: 3, same.pk: 2}}

    with pytest.raises(ValidationError, match="Explain it"):
        leaving.take(departure, "check", **found)
    departure = leaving.take(departure, "check", explanation="第 4 页为空白页", **found)

    line = departure.lines.get()
    assert (line.differences, line.explanation) == ({str(paper.pk): 3}, "第 4 页为空白页")


class TestTier:
    def tier(self, leaving, dossier=None, *, kind="archive_institution", identity=""):
        to = leaving.to
        if kind != to.kind:
            to = an_address(leaving.by[Role.CLERK], leaving.by[Role.APPROVER], name=f"虚构单位{kind}", kind=kind)
        departure = leaving.take(leaving.apply(dossier or leaving.dossier(), to=to), "approve")
        departure = leaving.take(departure, "check", identity=identity)
        return departure.tier, departure.tier_basis

    def test_usually_b(self, leaving):
        assert self.tier(leaving) == ("B", "")

    @pytest.mark.parametrize("kind", ["organ", "institution", "state_enterprise", "military"])
    def test_a_when_it_goes_to_a_state_unit(self, leaving, kind):
        assert self.tier(leaving, kind=kind) == ("A", f"destination:{kind}")

    def test_a_when_the_papers_show_a_civil_servant(self, leaving):
        assert self.tier(leaving, identity="11") == ("A", "identity:11")

    def test_a_when_the_employer_is_a_state_unit(self, leaving):
        dossier = leaving.dossier()
        dossier.person.employer = EmployerFactory(kind="organ")
        dossier.person.save()

        assert self.tier(leaving, dossier) == ("A", "employer:organ")

    def test_of_tier_a_no_ems(self, leaving):
        departure = leaving.take(leaving.apply(leaving.dossier()), "approve")
        departure = leaving.take(leaving.take(departure, "check", identity="11"), "seal")

        with pytest.raises(ValidationError, match="may not travel this way"):
            leaving.take(departure, "dispatch", carrier="ems", waybill="1234567890123")
        assert leaving.take(departure, "dispatch", carrier="confidential", waybill="机要 12").state == "IN_TRANSIT"

    @pytest.mark.parametrize("carrier", ["self", "courier", "mail", ""])
    def test_never_by_a_forbidden_carrier(self, leaving, carrier):
        departure = leaving("SEALED")

        with pytest.raises(ValidationError, match="may not travel this way"):
            leaving.take(departure, "dispatch", carrier=carrier, waybill="1")

        assert current_placement(departure.dossier).kind == "DESK"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"waybill": "EE473124828CN"}, "check digit"),
        ({"waybill": "123"}, "13 digits"),
        ({"waybill": ""}, "Give the number"),
        ({"carrier": "hand", "waybill": ""}, "who carries it"),
        ({"carrier": "hand", "courier": "王小明 本人"}, "own dossier"),
    ],
)
def test_a_parcel_can_be_traced(leaving, given, refusal):
    departure = leaving("SEALED")

    with pytest.raises(ValidationError, match=refusal):
        leaving.take(departure, "dispatch", **given)

    departure.refresh_from_db()
    assert (departure.state, departure.sent_on) == ("SEALED", None)


def test_a_wrong_waybill_is_corrected_with_its_former_one_in_the_log(leaving):
    departure = leaving.take(leaving("IN_TRANSIT"), "correct_waybill", waybill="EE473124829CN", reason="录入有误")

    event = AuditEvent.objects.get(verb="departure.correct_waybill")
    assert departure.waybill == "EE473124829CN"
    assert event.changes["waybill"] == ["1234567890123", "EE473124829CN"]
    assert event.reason == "录入有误"


def test_a_wrong_carrier_is_corrected_too(leaving):
    departure = leaving.take(
        leaving("IN_TRANSIT"), "correct_waybill", carrier="confidential", waybill="JY1", reason="误选"
    )

    event = AuditEvent.objects.get(verb="departure.correct_waybill")
    assert (departure.carrier, departure.waybill) == ("confidential", "JY1")
    assert event.changes["carrier"] == ["ems", "confidential"]


def test_the_usual_carrier_stands_first_and_its_number_is_known_for_what_it_is(leaving):
    departure = leaving("SEALED")

    assert [code for code, _name in dispatch_form(departure).base_fields["carrier"].choices] == [
        "ems", "hand", "confidential"
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="Choose EMS"):
        leaving.take(departure, "dispatch", carrier="confidential", waybill="EE473124829CN")


def test_the_second_person_reads_what_the_first_has_counted(leaving):
    departure = leaving("CHECKED")

    said = departure.attested("seal")

    assert said.startswith(f"{departure.checked_by} checked 1 dossiers: principal volumes 1, duplicate volumes 0,")


class TestChasing:
    def test_a_receipt_a_month_late_is_chased_by_the_morning(self, leaving, time_machine):
        departure = leaving("IN_TRANSIT")
        time_machine.move_to(dt.datetime.combine(departure.due_date, dt.time(12), dt.UTC))
        assert actions.chase_every_morning(0) == 0

        time_machine.shift(dt.timedelta(days=1))
        assert actions.chase_every_morning(0) == 1

        departure.refresh_from_db()
        assert (departure.state, departure.times_chased) == ("CHASED", 1)
        assert read_file(departure.chasing_file).startswith(b"%PDF")
        assert departure.due_date > timezone.localdate()
        assert actions.chase_every_morning(0) == 0

    def test_a_paused_one_is_not(self, leaving, time_machine):
        from rendang.kernel.workflow.actions import pause

        departure = leaving("IN_TRANSIT")
        pause(departure, by=leaving.by[Role.CLERK], reason="对方机构搬迁")
        time_machine.move_to(timezone.now() + dt.timedelta(days=90))

        assert actions.chase_every_morning(0) == 0


@pytest.mark.parametrize(
    ("state", "step", "what_waits"),
    [("RETURNING", "take_back", "stands on the put-back list"), ("SEARCHED", "declare_lost", "reconstructs it")],
)
def test_what_ends_the_case_and_is_not_the_end_of_it_says_what_waits(leaving, state, step, what_waits):
    departure = leaving.take(leaving(state), step, **({"decision": "报主管部门"} if step == "declare_lost" else {}))

    assert not departure.is_open
    assert departure.came_of(step).endswith(what_waits)
    assert departure.came_of("confirm") == ""
