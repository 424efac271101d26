"""An institution of the city asks another for a dossier: its recall letter is there in the moment it is issued."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import course_of_call
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import DepartureRequest, Transfer
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case
from rendang.people.models import Message
from rendang.storage.queries import current_placement
from tests.circulation.intake.test_api import client_of  # noqa: F401 (a fixture)
from tests.circulation.transfers.asking import STEPS, answered, offered
from tests.circulation.transfers.leaving import COUNTED, a_file
from tests.factories import CitizenFactory, EmployerFactory, InstitutionFactory, held_dossier, staff
from tests.told import chinese

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ENGLISH = {"accept-language": "en"}


class TestOpening:
    def test_it_names_the_keeper_whatever_was_typed(self, opened, leaving):
        case = opened()

        assert (case.state, case.moves_inside) == ("APPLIED", True)
        assert (case.sender, case.sender_address) == (leaving.institution.name, leaving.institution.address)
        assert not DepartureRequest.objects.exists()

    def test_not_for_a_dossier_that_is_here(self, opened, leaving):
        events = AuditEvent.objects.count()

        with pytest.raises(ValidationError, match="keeps this dossier already"):
            opened(leaving.institution, leaving.by[Role.CLERK])

        assert not Intake.objects.exists()
        assert AuditEvent.objects.count() == events

    def test_not_for_one_that_is_on_its_way_here(self, opened, leaving, mine, other_institution):
        transfer = actions.offer(mine, other_institution, by=leaving.by[Role.CLERK], reason="internal")

        with pytest.raises(ValidationError, match=f"coming here already, by transfer {transfer.number}"):
            opened()

        assert not Intake.objects.exists()

    def test_of_a_person_without_a_dossier_in_the_city_the_letter_goes_out_as_before(self, other_institution, theirs):
        facts = {"name": "无档人", "id_number": "330102198507150018", "reason": "graduation", "sender": "虚构大学"}
        case = intake.apply(other_institution, by=theirs[Role.CLERK], **facts)

        case = intake.issue_letter(case, by=theirs[Role.APPROVER])

        assert (case.moves_inside, case.sender) == (False, "虚构大学")
        assert not DepartureRequest.objects.exists()


class TestTheLetterIsThere:
    def test_as_a_request_of_the_keeper_with_its_time_limit(self, waiting, leaving, mine, other_institution, theirs):
        request = DepartureRequest.objects.get()

        assert (request.institution, request.state, request.sent_by) == (leaving.institution, "RECEIVED", "CITY")
        assert (request.dossier, request.person, request.letter_of) == (None, mine.person, other_institution)
        assert (request.letter_number, request.letter_date) == (waiting.letter_number, TODAY())
        assert (request.channel, request.counterpart) == ("SYSTEM", None)
        assert (request.contact, request.phone) == (theirs[Role.APPROVER].name, other_institution.phone)
        assert request.remarks == standards.code_name("intake_reason", "new_employer")
        assert request.due_date == standards.deadline("transfer_agree", start=TODAY()).due

    def test_with_a_copy_of_the_letter_of_its_own(self, waiting, request_here, leaving):
        assert read_file(request_here.letter_file) == read_file(waiting.letter_file)
        assert request_here.letter_file.institution == leaving.institution

    def test_the_person_is_told_once(self, waiting, leaving, other_institution):
        told = Message.objects.get()

        assert told.institution == other_institution
        assert chinese(told) == (
            f"{other_institution.name}已向{leaving.institution.name}调取您的档案：双方机构直接办理转递，您无需递送函件。"
        )

    def test_it_goes_to_who_keeps_the_dossier_on_that_day(self, opened, theirs, mine, leaving):
        case, third = opened(), InstitutionFactory()
        dossiers.hand_over_custody(mine, third, by=leaving.by[Role.CLERK])

        case = intake.issue_letter(case, by=theirs[Role.APPROVER])

        assert (DepartureRequest.objects.get().institution, case.sender) == (third, third.name)

    def test_where_it_was_offered_meanwhile_no_letter_is_issued(
        self, opened, theirs, mine, leaving, other_institution
    ):
        case = opened()
        transfer = actions.offer(mine, other_institution, by=leaving.by[Role.CLERK], reason="internal")

        with pytest.raises(ValidationError, match=f"by transfer {transfer.number}: agree to that"):
            intake.issue_letter(case, by=theirs[Role.APPROVER])

        case.refresh_from_db()
        assert (case.state, case.letter_number, transfer.state) == ("APPLIED", "", "OFFERED")
        assert not DepartureRequest.objects.exists()

    def test_the_database_keeps_one_request_to_a_letter(self, request_here, leaving):
        request_here.pk = request_here.case_ptr_id = None
        request_here.receipt_number, request_here._state.adding = "AAAA-BBBB-CCCC", True

        with pytest.raises(ValidationError, match="has been asked already"):
            request_here.full_clean()

    def test_no_parcel_is_registered_for_it(self, waiting, theirs):
        parcel = {"carrier": "ems", "parcel_sender": "某机构", "seal": "INTACT", "arrived_on": TODAY()}

        with pytest.raises(ValidationError, match="not part of this case"):
            intake.register_parcel(waiting, by=theirs[Role.CLERK], **parcel)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.parcel) == ("CALLED", None)


class TestGranted:
    def test_one_transfer_to_which_they_have_agreed(self, leaving, mine, request_here, other_institution, waiting):
        request = offered(leaving, request_here, mine)

        transfer = Transfer.objects.get()
        assert (request.state, request.transfer_offered) == ("GRANTED", transfer)
        assert (transfer.state, transfer.counterpart, transfer.letter_number) == (
            "AGREED",
            other_institution,
            waiting.letter_number,
        )

    def test_on_receipt_their_intake_ends_and_custody_is_theirs(self, leaving, mine, request_here, theirs, waiting):
        transfer = offered(leaving, request_here, mine).transfer_offered
        transfer = actions.pack(transfer, by=leaving.by[Role.KEEPER], **COUNTED)
        transfer = actions.dispatch(transfer, by=leaving.by[Role.APPROVER], carrier="hand")

        actions.receive(transfer, by=theirs[Role.KEEPER], seal_intact=True, **COUNTED)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.is_open, waiting.dossier) == ("MOVED", False, mine)
        assert Custody.objects.get(dossier=mine, status="HELD").institution == waiting.institution
        assert not Case.objects.open().exclude(kind="loan").filter(dossier=mine).exists()

    def test_the_offer_from_the_dossier_answers_it_too(self, leaving, mine, request_here, other_institution):
        """Who has called for a dossier has agreed to take it, whether the number is typed or not."""
        transfer = actions.offer(mine, other_institution, by=leaving.by[Role.CLERK], reason="internal")

        request_here.refresh_from_db()
        assert (request_here.state, request_here.transfer_offered) == ("GRANTED", transfer)
        assert (transfer.state, transfer.letter_number) == ("AGREED", request_here.letter_number)
        assert AuditEvent.objects.get(verb="departurerequest.join").actor_id == system_actor().pk

    def test_offered_to_somebody_else_it_stays_to_be_answered(self, leaving, mine, request_here):
        transfer = actions.offer(mine, InstitutionFactory(), by=leaving.by[Role.CLERK], reason="internal")

        request_here.refresh_from_db()
        assert (request_here.state, transfer.state) == ("RECEIVED", "OFFERED")
        with pytest.raises(ValidationError, match="already under way"):
            offered(leaving, request_here, mine)

    def test_by_nobody_without_the_right_and_nobody_joins_it_by_hand(self, leaving, mine, request_here, theirs):
        for nobody in (leaving.by[Role.KEEPER], *theirs.values()):
            with pytest.raises(PermissionDenied):
                offered(leaving, request_here, mine, by=nobody)
        for step in ("join", "call_off"):
            with pytest.raises(PermissionDenied):
                STEPS[step](request_here, by=leaving.by[Role.CLERK])
        with pytest.raises(ValidationError, match="No transfer on this letter"):
            STEPS["join"](request_here, by=system_actor())

        request_here.refresh_from_db()
        assert (request_here.state, Transfer.objects.exists()) == ("RECEIVED", False)


class TestAskedForByOthersToo:
    @pytest.fixture
    def citizen(self, mine):
        return CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)

    def test_the_person_s_application_goes_along(self, leaving, mine, citizen, request_here, other_institution):
        application = actions.apply_online(mine, by=citizen, inside=other_institution, reason="relocation")

        request = offered(leaving, request_here, mine)

        application.refresh_from_db()
        transfer = Transfer.objects.get()
        assert (application.state, application.transfer_offered) == ("MOVED", transfer)
        assert (request.state, request.transfer_offered, transfer.state) == ("GRANTED", transfer, "AGREED")
        assert not AuditEvent.objects.filter(verb="departurerequest.join").exists()

    def test_and_the_request_along_with_the_application(self, leaving, mine, citizen, waiting, other_institution):
        application = actions.apply_online(mine, by=citizen, inside=other_institution, reason="relocation")

        application = actions.DEPARTURE_STEPS["offer_transfer"](application, by=leaving.by[Role.CLERK])

        request = DepartureRequest.objects.get()
        assert (request.state, request.transfer_offered) == ("GRANTED", application.transfer_offered)
        assert Transfer.objects.get().state == "AGREED"

    def test_an_application_made_before_the_letter_is_joined_as_well(
        self, leaving, mine, citizen, opened, theirs, other_institution
    ):
        application = actions.apply_online(mine, by=citizen, inside=other_institution, reason="relocation")
        intake.issue_letter(opened(), by=theirs[Role.APPROVER])

        offered(leaving, DepartureRequest.objects.get(), mine)

        application.refresh_from_db()
        assert (application.state, Transfer.objects.count()) == ("MOVED", 1)

    def test_an_employer_with_the_same_letter_is_answered_by_the_same_move(self, leaving, mine, waiting, request_here):
        person = mine.person
        employers = actions.receive_request(
            leaving.institution, sent_by="EMPLOYER", sender="虚构科技", contact="赵敏", phone="0571-8888 0000",
            name=person.name, id_number=person.id_number, letter=a_file(), letter_number=waiting.letter_number,
        )  # fmt: skip

        transfer = offered(leaving, request_here, mine).transfer_offered

        employers.refresh_from_db()
        assert (employers.state, employers.transfer_offered, employers.dossier) == ("GRANTED", transfer, mine)

    def test_each_page_names_the_other(self, leaving, mine, citizen, request_here, other_institution, client):
        application = actions.apply_online(mine, by=citizen, inside=other_institution, reason="relocation")
        client.force_login(leaving.by[Role.CLERK])

        page = client.get(reverse("requests:detail", args=[request_here.pk]), headers=ENGLISH).text

        assert application.number in page
        assert "One transfer answers both." in page


class TestRefused:
    def test_their_intake_says_so_and_is_due_at_once(self, leaving, request_here, waiting):
        answered(leaving, request_here)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.is_open) == ("REFUSED", True)
        assert waiting.due_date == standards.deadline("recall_letter_issue", start=TODAY()).due
        call = course_of_call(waiting)
        assert (call.is_refused, call.answer, call.answer_detail) == (
            True,
            str(standards.code_label("request_answer", "obstacle", short=False)),
            "档案正在借阅，约十日后归还",
        )

    def test_it_is_asked_again_by_the_same_letter(self, leaving, request_here, waiting, theirs):
        answered(leaving, request_here)

        case = intake.STEPS["ask_again"](waiting, by=theirs[Role.APPROVER])

        assert (case.state, case.letter_number) == ("CALLED", waiting.letter_number)
        states = DepartureRequest.objects.order_by("pk").values_list("state", "letter_number")
        assert list(states) == [("ANSWERED", waiting.letter_number), ("RECEIVED", waiting.letter_number)]
        assert course_of_call(case).waits

    def test_or_by_a_new_one_when_that_has_run_out(self, leaving, request_here, waiting, theirs):
        answered(leaving, request_here)
        Intake.objects.filter(pk=waiting.pk).update(letter_valid_until=TODAY() - dt.timedelta(1))

        case = intake.STEPS["ask_again"](waiting, by=theirs[Role.APPROVER])

        assert case.letter_number != waiting.letter_number
        assert case.letter_valid_until > TODAY()
        assert DepartureRequest.objects.latest("pk").letter_number == case.letter_number

    def test_not_when_nobody_in_the_city_keeps_it_any_more(self, leaving, mine, request_here, waiting, theirs):
        answered(leaving, request_here)
        dossiers.end_custody(Custody.objects.get(dossier=mine), by=leaving.by[Role.CLERK])

        with pytest.raises(ValidationError, match="No other institution of the city keeps this dossier any more"):
            intake.STEPS["ask_again"](waiting, by=theirs[Role.APPROVER])

        waiting.refresh_from_db()
        assert (waiting.state, DepartureRequest.objects.count()) == ("REFUSED", 1)

    def test_or_withdrawn(self, leaving, request_here, waiting, theirs):
        answered(leaving, request_here)

        case = intake.withdraw(waiting, by=theirs[Role.CLERK], reason="保管机构未予转递，已告知本人")

        request_here.refresh_from_db()
        assert (case.state, request_here.state) == ("WITHDRAWN", "ANSWERED")

    def test_an_offer_that_the_keeper_takes_back_is_a_refusal_too(self, leaving, mine, request_here, waiting, theirs):
        transfer = offered(leaving, request_here, mine).transfer_offered

        actions.withdraw(transfer, by=leaving.by[Role.CLERK], reason="本人改变主意")

        waiting.refresh_from_db()
        assert (waiting.state, course_of_call(waiting).has_failed) == ("REFUSED", True)
        assert intake.STEPS["ask_again"](waiting, by=theirs[Role.APPROVER]).state == "CALLED"

    def test_and_a_parcel_that_came_back(self, leaving, mine, request_here, waiting, theirs):
        transfer = offered(leaving, request_here, mine).transfer_offered
        transfer = actions.pack(transfer, by=leaving.by[Role.KEEPER], **COUNTED)
        transfer = actions.dispatch(transfer, by=leaving.by[Role.APPROVER], carrier="hand")
        transfer = actions.refuse(
            transfer, by=theirs[Role.KEEPER], refusal_reason="broken_seal", refusal_detail="封条破损"
        )

        actions.take_back(transfer, by=leaving.by[Role.KEEPER])

        waiting.refresh_from_db()
        assert (waiting.state, current_placement(mine).institution) == ("REFUSED", leaving.institution)

    def test_a_transfer_without_a_letter_that_ends_concerns_no_intake(self, leaving, mine, other_institution):
        """Intakes of an agreement have no letter either."""
        employer = EmployerFactory()
        someone = held_dossier(InstitutionFactory()).person
        Custody.objects.filter(dossier__person=someone).update(status="ENDED")
        (entrusted,) = intake.open_many(leaving.institution, [someone], by=leaving.by[Role.CLERK], employer=employer)
        transfer = actions.offer(mine, other_institution, by=leaving.by[Role.CLERK], reason="internal")

        actions.withdraw(transfer, by=leaving.by[Role.CLERK], reason="本人改变主意")

        entrusted.refresh_from_db()
        assert (entrusted.state, entrusted.letter_number, transfer.letter_number) == ("CALLED", "", "")

    def test_nobody_says_it_for_the_keeper(self, waiting, theirs):
        with pytest.raises(PermissionDenied):
            intake.STEPS["note_refusal"](waiting, by=theirs[Role.CLERK])

        waiting.refresh_from_db()
        assert waiting.state == "CALLED"


class TestWithdrawn:
    def test_before_the_answer_the_request_is_taken_back_and_leaves_its_trace(self, request_here, waiting, theirs):
        intake.withdraw(waiting, by=theirs[Role.CLERK], reason="本人改变主意")

        request_here.refresh_from_db()
        assert (request_here.state, request_here.is_open, request_here.due_date) == ("WITHDRAWN", False, None)
        event = AuditEvent.objects.get(verb="departurerequest.call_off")
        assert (event.institution_id, event.actor_id) == (request_here.institution_id, system_actor().pk)

    def test_what_is_taken_back_is_not_taken_up(self, leaving, mine, request_here, waiting, theirs):
        intake.withdraw(waiting, by=theirs[Role.CLERK], reason="本人改变主意")

        with pytest.raises(ValidationError, match="not possible while the case is"):
            offered(leaving, request_here, mine)

        assert not Transfer.objects.exists()

    def test_once_the_keeper_sends_it_only_the_keeper_stops_it(self, leaving, mine, request_here, waiting, theirs):
        transfer = offered(leaving, request_here, mine).transfer_offered

        with pytest.raises(ValidationError, match=f"is sending the dossier, by transfer {transfer.number}"):
            intake.withdraw(waiting, by=theirs[Role.CLERK], reason="本人改变主意")

        waiting.refresh_from_db()
        assert (waiting.state, transfer.state) == ("CALLED", "AGREED")
        actions.withdraw(transfer, by=leaving.by[Role.CLERK], reason="对方来电撤回")
        assert intake.withdraw(waiting, by=theirs[Role.CLERK], reason="本人改变主意").state == "WITHDRAWN"


class TestPassedOn:
    def test_a_dossier_that_moved_meanwhile_is_asked_for_where_it_is(self, leaving, mine, request_here, waiting):
        third = InstitutionFactory()
        dossiers.hand_over_custody(mine, third, by=leaving.by[Role.CLERK])

        request = STEPS["pass_on"](request_here, by=leaving.by[Role.CLERK], to=third, reason="档案已转往该机构")
        request = offered(leaving, request, mine, by=staff(third, Role.CLERK))

        assert request.transfer_offered.institution == third
        assert course_of_call(waiting).keeper == third

    def test_not_to_who_asks(self, leaving, request_here, other_institution):
        with pytest.raises(ValidationError, match="that institution that asks"):
            STEPS["pass_on"](request_here, by=leaving.by[Role.CLERK], to=other_institution, reason="误送")

        request_here.refresh_from_db()
        assert request_here.institution == leaving.institution
