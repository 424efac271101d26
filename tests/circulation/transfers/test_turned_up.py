"""A dossier called for by a letter on paper turns up elsewhere in the city: asked for there, in the same case."""

import datetime as dt
from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake, ReplacedLetter
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import DepartureRequest
from rendang.circulation.transfers.queries.letters import letter_of_ours, verdict_on
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.queries import to_do
from rendang.people.models import Message
from tests.circulation.intake.test_api import client_of  # noqa: F401 (a fixture)
from tests.circulation.transfers.asking import answered, offered
from tests.circulation.transfers.leaving import COUNTED, a_file
from tests.exchange.test_api import API, post
from tests.factories import CustodyFactory, DossierFactory, EmployerFactory, PersonFactory, PlacementFactory, staff
from tests.one_of_each import fresh_number
from tests.told import chinese

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ENGLISH = {"accept-language": "en"}


def turns_up(institution, person):
    """In a slot of the institution, that holds it now."""
    dossier = DossierFactory(person=person)
    CustodyFactory(institution=institution, dossier=dossier)
    return PlacementFactory(institution=institution, dossier=dossier).dossier


@pytest.fixture
def on_paper(other_institution, theirs):
    """Their intake of somebody whose dossier nobody in the city keeps; the letter went out on paper."""
    person = PersonFactory()
    facts = {"name": person.name, "id_number": person.id_number, "reason": "new_employer", "sender": "虚构大学"}
    return intake.issue_letter(
        intake.apply(other_institution, by=theirs[Role.CLERK], **facts), by=theirs[Role.APPROVER]
    )


@pytest.fixture
def turned_up(on_paper, leaving):
    """Its dossier, now in our store."""
    return turns_up(leaving.institution, on_paper.person)


def call(case, by):
    return intake.STEPS["call_inside"](Intake.objects.get(pk=case.pk), by=by)


def test_who_waits_for_a_dossier_that_came_to_somebody_else_does_not_open_it(other_institution, theirs, leaving):
    """It was on record, held by nobody, when the intake was opened."""
    dossier = DossierFactory()
    person = dossier.person
    facts = {"name": person.name, "id_number": person.id_number, "reason": "new_employer", "sender": "虚构大学"}
    waiting = intake.apply(other_institution, by=theirs[Role.CLERK], **facts)

    CustodyFactory(institution=leaving.institution, dossier=dossier)

    theirs_to_open = Dossier.objects.visible_to(theirs[Role.CLERK], Permission.DOSSIER_VIEW)
    assert (waiting.state, list(theirs_to_open)) == ("APPLIED", [])


class TestCalledInTheSameCase:
    def test_the_keeper_has_a_new_letter_as_for_any_asking(
        self, on_paper, turned_up, leaving, theirs, other_institution
    ):
        former = on_paper.letter_number

        case = call(on_paper, theirs[Role.APPROVER])

        request = DepartureRequest.objects.get()
        assert (case.pk, case.number, case.state) == (on_paper.pk, on_paper.number, "CALLED")
        assert (case.moves_inside, case.sender, case.dossier) == (True, leaving.institution.name, None)
        assert case.due_date == standards.deadline("recall_wait", start=TODAY()).due
        assert case.letter_number != former
        assert (request.institution, request.state, request.sent_by) == (leaving.institution, "RECEIVED", "CITY")
        assert (request.letter_number, request.letter_of) == (case.letter_number, other_institution)
        assert AuditEvent.objects.filter(verb="intake.call_inside", subject_id=case.pk).count() == 1

    def test_the_letter_on_paper_is_kept_as_replaced(self, on_paper, turned_up, theirs):
        case = call(on_paper, theirs[Role.APPROVER])

        replaced = ReplacedLetter.objects.get()
        assert (replaced.intake, replaced.number, replaced.file) == (
            case,
            on_paper.letter_number,
            on_paper.letter_file,
        )
        assert (replaced.issued_on, replaced.valid_until) == (on_paper.letter_date, on_paper.letter_valid_until)
        assert case.letter_file != on_paper.letter_file

    def test_the_person_is_told_not_to_use_it(self, on_paper, turned_up, leaving, theirs, other_institution):
        call(on_paper, theirs[Role.APPROVER])

        assert chinese(Message.objects.get()) == (
            f"{other_institution.name}已向{leaving.institution.name}调取您的档案：双方机构直接办理转递，您无需递送函件。"
            f"此前开具的调档函（{on_paper.letter_number}）作废，请勿再使用。"
        )

    def test_one_that_an_agreement_opened_without_a_letter_too(self, leaving, theirs, other_institution):
        person, employer = PersonFactory(), EmployerFactory()
        (entrusted,) = intake.open_many(other_institution, [person], by=theirs[Role.CLERK], employer=employer)
        turns_up(leaving.institution, person)

        case = call(entrusted, theirs[Role.APPROVER])

        assert (case.state, DepartureRequest.objects.get().letter_number) == ("CALLED", case.letter_number)
        assert not ReplacedLetter.objects.exists()
        assert "作废" not in chinese(Message.objects.get())

    def test_it_comes_by_a_transfer_and_the_intake_ends(self, on_paper, turned_up, leaving, theirs, other_institution):
        call(on_paper, theirs[Role.APPROVER])
        transfer = offered(leaving, DepartureRequest.objects.get(), turned_up).transfer_offered
        transfer = actions.pack(transfer, by=leaving.by[Role.KEEPER], **COUNTED)
        transfer = actions.dispatch(transfer, by=leaving.by[Role.APPROVER], carrier="hand")

        actions.receive(transfer, by=theirs[Role.KEEPER], seal_intact=True, **COUNTED)

        on_paper.refresh_from_db()
        assert (on_paper.state, on_paper.dossier) == ("MOVED", turned_up)
        assert Custody.objects.get(dossier=turned_up, status="HELD").institution == other_institution

    def test_refused_it_is_asked_again_or_withdrawn(self, on_paper, turned_up, leaving, theirs):
        call(on_paper, theirs[Role.APPROVER])
        answered(leaving, DepartureRequest.objects.get())
        on_paper.refresh_from_db()
        assert on_paper.state == "REFUSED"

        assert intake.STEPS["ask_again"](on_paper, by=theirs[Role.APPROVER]).state == "CALLED"
        assert intake.withdraw(on_paper, by=theirs[Role.CLERK], reason="本人改变主意").state == "WITHDRAWN"
        assert list(DepartureRequest.objects.order_by("pk").values_list("state", flat=True)) == [
            "ANSWERED",
            "WITHDRAWN",
        ]


class TestRefusedWithoutATrace:
    def refused(self, case, by, words):
        case = Intake.objects.get(pk=case.pk)
        before = (AuditEvent.objects.count(), StoredFile.objects.count(), Message.objects.count())
        with pytest.raises(ValidationError, match=words):
            call(case, by)
        after = Intake.objects.get(pk=case.pk)
        assert (after.letter_number, after.moves_inside, after.sender, after.due_date) == (
            case.letter_number,
            case.moves_inside,
            case.sender,
            case.due_date,
        )
        assert (AuditEvent.objects.count(), StoredFile.objects.count(), Message.objects.count()) == before
        assert not ReplacedLetter.objects.exists()

    def test_when_nobody_in_the_city_keeps_it(self, on_paper, theirs):
        self.refused(on_paper, theirs[Role.APPROVER], "No other institution of the city keeps this dossier")
        assert not DepartureRequest.objects.exists()

    def test_when_it_is_here(self, on_paper, theirs, other_institution):
        turns_up(other_institution, on_paper.person)

        self.refused(on_paper, theirs[Role.APPROVER], "No other institution of the city keeps this dossier")

    def test_when_it_has_left_the_city_again(self, on_paper, turned_up, leaving, theirs):
        dossiers.end_custody(Custody.objects.get(dossier=turned_up), by=leaving.by[Role.CLERK])

        self.refused(on_paper, theirs[Role.APPROVER], "No other institution of the city keeps this dossier")

    def test_when_the_keeper_has_offered_it_already(self, on_paper, turned_up, leaving, theirs, other_institution):
        """Whose letter is valid has agreed; one that has run out leaves the offer open."""
        Intake.objects.filter(pk=on_paper.pk).update(letter_valid_until=TODAY() - dt.timedelta(1))
        transfer = actions.offer(turned_up, other_institution, by=leaving.by[Role.CLERK], reason="internal")

        self.refused(on_paper, theirs[Role.APPROVER], f"by transfer {transfer.number}: agree to that")
        assert not DepartureRequest.objects.exists()

    def test_a_second_time(self, on_paper, turned_up, theirs):
        case = call(on_paper, theirs[Role.APPROVER])

        with pytest.raises(ValidationError, match="is not part of this case"):
            call(case, theirs[Role.APPROVER])

        assert (DepartureRequest.objects.count(), ReplacedLetter.objects.count()) == (1, 1)

    def test_by_who_may_not_decide(self, on_paper, turned_up, leaving, theirs):
        for by in (theirs[Role.CLERK], leaving.by[Role.APPROVER]):
            with pytest.raises(PermissionDenied):
                call(on_paper, by)

        assert not (DepartureRequest.objects.exists() or ReplacedLetter.objects.exists())


class TestOnTheScreen:
    def test_it_is_offered_only_when_it_has_turned_up(self, client, on_paper, leaving, theirs):
        client.force_login(theirs[Role.APPROVER])
        page, step = on_paper.get_absolute_url(), reverse("intake:step", args=[on_paper.pk, "call_inside"])
        before = client.get(page, headers=ENGLISH).text
        turns_up(leaving.institution, on_paper.person)
        after = client.get(page, headers=ENGLISH).text

        assert step not in before
        assert "keeps this dossier now" not in before
        assert step in after
        assert f"{leaving.institution.english_name} keeps this dossier now: call for it inside the city." in after

    def test_it_is_called_by_the_button_and_then_reads_as_asked(self, client, on_paper, turned_up, theirs):
        client.force_login(theirs[Role.APPROVER])

        answer = client.post(reverse("intake:step", args=[on_paper.pk, "call_inside"]), {"sent": "1"}, headers=ENGLISH)

        shown = client.get(answer["Location"], headers=ENGLISH).text
        assert "Asked for inside the city" in shown
        assert f"replaces {on_paper.letter_number} of {on_paper.letter_date:%Y-%m-%d}" in shown
        assert "Register the parcel" not in shown
        assert DepartureRequest.objects.get().number in shown

    def test_who_is_to_press_the_button_reads_whom_it_asks_and_what_becomes_of_the_letter(
        self, client, on_paper, turned_up, leaving, theirs
    ):
        client.force_login(theirs[Role.APPROVER])
        asked = f"{leaving.institution.english_name} is asked for the dossier and answers here."

        first = client.get(on_paper.address_of("call_inside"), headers=ENGLISH).context["intro"]
        case = call(on_paper, theirs[Role.APPROVER])
        answered(leaving, DepartureRequest.objects.get())
        again = client.get(case.address_of("ask_again"), headers=ENGLISH).context["intro"]
        Intake.objects.filter(pk=case.pk).update(letter_valid_until=TODAY() - dt.timedelta(1))
        late = client.get(case.address_of("ask_again"), headers=ENGLISH).context["intro"]

        former, latest = on_paper.letter_number, case.letter_number
        assert first == f"{asked} A new recall letter is issued; {former} holds no longer, and the person is told."
        assert again == asked
        assert late == f"{asked} A new recall letter is issued: {latest} has run out."

    def test_when_nobody_keeps_it_the_page_says_so(self, client, on_paper, theirs):
        client.force_login(theirs[Role.APPROVER])

        shown = client.post(reverse("intake:step", args=[on_paper.pk, "call_inside"]), {"sent": "1"}, headers=ENGLISH)

        assert "No other institution of the city keeps this dossier. Wait for the parcel." in shown.text

    def test_a_list_of_many_asks_it_of_all_at_once(
        self, client, on_paper, turned_up, theirs, django_assert_max_num_queries
    ):
        employer = EmployerFactory()
        people = [PersonFactory() for _each in range(12)]
        intake.open_many(on_paper.institution, people, by=theirs[Role.CLERK], employer=employer)
        client.force_login(theirs[Role.APPROVER])

        with django_assert_max_num_queries(40):
            client.get(reverse("intake:list"))


class TestItIsSomebodysToDo:
    def steps(self, user, case):
        return to_do(user, TODAY()).get(pk=case.pk).next_steps

    def test_of_who_may_decide_from_the_day_on_which_it_turns_up_until_it_is_done(self, on_paper, leaving, theirs):
        approver, clerk = theirs[Role.APPROVER], theirs[Role.CLERK]
        assert self.steps(approver, on_paper) == []

        turns_up(leaving.institution, on_paper.person)

        assert self.steps(approver, on_paper) == ["call_inside"]
        assert self.steps(clerk, on_paper) == ["register_parcel", "match_parcel"]
        call(on_paper, approver)
        assert self.steps(approver, on_paper) == self.steps(clerk, on_paper) == []

    def test_not_when_it_has_left_again_or_is_here(self, on_paper, turned_up, leaving, theirs, other_institution):
        dossiers.end_custody(Custody.objects.get(dossier=turned_up), by=leaving.by[Role.CLERK])
        assert self.steps(theirs[Role.APPROVER], on_paper) == []

        dossiers.take_custody(turned_up, other_institution, by=theirs[Role.CLERK])

        assert self.steps(theirs[Role.APPROVER], on_paper) == []

    def test_the_home_page_shows_it_with_its_time_limit_and_asks_no_more_of_many(
        self, client, on_paper, turned_up, leaving, theirs, django_assert_num_queries
    ):
        client.force_login(theirs[Role.APPROVER])
        client.get(reverse("desk:home"))  # what is read once and kept
        with CaptureQueriesContext(connection) as once:
            shown = client.get(reverse("desk:home"), headers=ENGLISH)

        (case, stands, steps) = shown.context["mine"][0]
        assert (case.pk, stands.due, stands.light) == (on_paper.pk, on_paper.due_date, "green")
        assert [str(step["label"]) for step in steps] == ["Call for it inside the city"]
        assert steps[0]["url"] == reverse("intake:step", args=[on_paper.pk, "call_inside"])
        people, employer = [PersonFactory() for _each in range(5)], EmployerFactory()
        intake.open_many(on_paper.institution, people, by=theirs[Role.CLERK], employer=employer)
        for person in people:
            turns_up(leaving.institution, person)
        with django_assert_num_queries(len(once)):
            assert client.get(reverse("desk:home")).context["mine_count"] == 6


class TestTheFormerLetter:
    def test_who_may_read_the_intake_opens_it_marked_as_replaced(self, client, on_paper, turned_up, theirs):
        call(on_paper, theirs[Role.APPROVER])
        former = ReplacedLetter.objects.get()
        address = reverse("intake:replaced_letter", args=[on_paper.pk, former.pk])
        client.force_login(theirs[Role.CLERK])

        page = client.get(on_paper.get_absolute_url(), headers=ENGLISH).text
        opened = client.get(address)

        assert f"Recall letter {former.number}: replaced, holds no longer" in page
        assert page.count(f'href="{address}"') == 2
        assert b"".join(opened) == b"".join(open_file(former.file))
        assert unquote(opened["Content-Disposition"]).startswith("inline; filename*=utf-8''已作废-调档函-")
        looked = AuditEvent.objects.get(verb="intake.print")
        assert (looked.subject_id, looked.reason, looked.person_id) == (
            on_paper.pk,
            "replaced_letter",
            on_paper.person_id,
        )

    def test_nobody_else_opens_it_nor_under_another_intake(self, client, on_paper, turned_up, leaving, theirs):
        call(on_paper, theirs[Role.APPROVER])
        former = ReplacedLetter.objects.get()
        facts = {"name": "李雷", "id_number": fresh_number(), "reason": "graduation", "sender": "虚构大学"}
        another = intake.apply(on_paper.institution, by=theirs[Role.CLERK], **facts)
        for user, case, answer in (
            (leaving.by[Role.CLERK], on_paper, 404),
            (theirs[Role.CLERK], another, 404),
            (staff(on_paper.institution, Role.DIGITISER), on_paper, 403),
        ):
            client.force_login(user)
            assert client.get(reverse("intake:replaced_letter", args=[case.pk, former.pk])).status_code == answer
        assert not AuditEvent.objects.filter(verb="intake.print").exists()

    def test_who_scans_it_learns_that_it_holds_no_longer(self, client, on_paper, turned_up, theirs):
        page = reverse("portal:letter", args=[on_paper.letter_number])
        assert "This letter is genuine and valid" in client.get(page, headers=ENGLISH).text

        case = call(on_paper, theirs[Role.APPROVER])

        shown = client.get(page, headers=ENGLISH)
        assert shown.status_code == 200
        assert "Genuine, but replaced by a later letter" in shown.text
        assert "Send nothing on this letter." in shown.text
        assert case.letter_number not in shown.text
        assert on_paper.person.name not in shown.text
        latest = client.get(reverse("portal:letter", args=[case.letter_number]), headers=ENGLISH).text
        assert "This letter is genuine and valid" in latest

    def test_nothing_leaves_on_it(self, on_paper, turned_up, leaving, theirs):
        call(on_paper, theirs[Role.APPROVER])

        assert letter_of_ours(on_paper.letter_number).is_open is False
        assert verdict_on(on_paper.letter_number).tone == "warning"
        with pytest.raises(ValidationError, match="no longer valid"):
            actions.offer(
                turned_up, on_paper.institution, by=leaving.by[Role.CLERK], reason="internal",
                letter_number=on_paper.letter_number,
            )  # fmt: skip

    def test_scanned_at_the_desk_it_leads_to_the_intake(self, client, on_paper, turned_up, theirs):
        case = call(on_paper, theirs[Role.APPROVER])
        client.force_login(theirs[Role.CLERK])

        answer = client.post(reverse("intake:scan"), {"text": on_paper.letter_number})

        assert answer["Location"].startswith(case.get_absolute_url())


class TestWhoHadSentTheFormerLetterToTheKeeper:
    """Somebody outside had the paper and sent it on the portal before the institution called by itself."""

    @pytest.fixture
    def on_the_portal(self, on_paper, turned_up, leaving, theirs):
        asked = actions.receive_request(
            leaving.institution, sent_by="EMPLOYER", sender="虚构公司", contact="王小明", phone="0571-12345678",
            name=on_paper.person.name, id_number=on_paper.person.id_number, letter=a_file(),
            letter_number=on_paper.letter_number,
        )  # fmt: skip
        call(on_paper, theirs[Role.APPROVER])
        return asked

    def test_the_request_says_that_the_letter_holds_no_longer_and_leads_to_the_one_that_does(
        self, client, on_the_portal, leaving
    ):
        latest = DepartureRequest.objects.get(sent_by="CITY")
        client.force_login(leaving.by[Role.CLERK])

        former = client.get(on_the_portal.get_absolute_url(), headers=ENGLISH).text
        later = client.get(latest.get_absolute_url(), headers=ENGLISH).text

        assert "This letter is used, replaced or withdrawn: nothing is sent on it." in former
        assert f'href="{latest.get_absolute_url()}"' in former
        assert "nothing is sent on it" not in later
        assert f'href="{on_the_portal.get_absolute_url()}"' in later

    def test_nothing_is_typed_for_an_offer_on_it(self, client, on_the_portal, leaving):
        client.force_login(leaving.by[Role.CLERK])

        page = client.get(on_the_portal.address_of("offer_transfer"), headers=ENGLISH)

        assert page.context["in_the_way"] == "This letter is no longer valid. Ask for a new one."

    def test_one_transfer_answers_both(self, on_the_portal, turned_up, leaving):
        transfer = offered(leaving, DepartureRequest.objects.get(sent_by="CITY"), turned_up).transfer_offered

        on_the_portal.refresh_from_db()
        assert (on_the_portal.state, on_the_portal.transfer_offered) == ("GRANTED", transfer)


class TestByInterface:
    def test_a_client_with_the_scope_issues_the_letter_and_calls(
        self,
        client_of,  # noqa: F811
        other_institution,
        leaving,
    ):
        person = PersonFactory()
        client = client_of(other_institution)
        asked = {
            "institution": other_institution.code, "name": person.name, "id_number": person.id_number,
            "identity_check": "CARD", "reason": "new_employer", "sender": "虚构大学",
        }  # fmt: skip
        number = post(client, "/intake", asked).json()["number"]
        issued = post(client, f"/intake/{number}/steps/issue_letter", {}).json()
        assert "call_inside" not in {one["name"] for one in issued["steps"]}, "nobody in the city keeps it"
        turns_up(leaving.institution, person)

        listed = client.get(f"{API}/intake/{number}").json()["steps"]
        called = post(client, f"/intake/{number}/steps/call_inside", {})

        case = Intake.objects.get(number=number)
        assert "call_inside" in {one["name"] for one in listed}
        assert (called.status_code, called.json()["state"], case.moves_inside) == (200, "CALLED", True)
        assert DepartureRequest.objects.get().letter_number == case.letter_number
        assert ReplacedLetter.objects.get().intake == case
        event = AuditEvent.objects.get(verb="intake.call_inside")
        assert event.actor_id == other_institution.api_clients.get().actor_id

    def test_it_asks_again_what_was_refused(self, client_of, on_paper, turned_up, leaving, theirs):  # noqa: F811
        case = call(on_paper, theirs[Role.APPROVER])
        answered(leaving, DepartureRequest.objects.get())
        client = client_of(case.institution, Permission.INTAKE_VIEW, Permission.INTAKE_CALL)

        assert post(client, f"/intake/{case.number}/steps/ask_again", {}).json()["state"] == "CALLED"
        assert DepartureRequest.objects.count() == 2

    def test_without_the_scope_nothing_is_called(self, client_of, on_paper, turned_up, other_institution):  # noqa: F811
        client = client_of(other_institution, Permission.INTAKE_VIEW, Permission.INTAKE_REGISTER)
        listed = client.get(f"{API}/intake/{on_paper.number}").json()["steps"]

        refused = post(client, f"/intake/{on_paper.number}/steps/call_inside", {})

        assert "call_inside" not in {one["name"] for one in listed}
        assert refused.status_code == 403
        assert not DepartureRequest.objects.exists()

    def test_what_was_called_for_reads_as_such_and_may_be_withdrawn(
        self,
        client_of,  # noqa: F811
        on_paper,
        turned_up,
        theirs,
        other_institution,
    ):
        client = client_of(other_institution, Permission.INTAKE_VIEW, Permission.INTAKE_REGISTER)
        waiting = client.get(f"{API}/intake/{on_paper.number}").json()
        call(on_paper, theirs[Role.APPROVER])

        asked = client.get(f"{API}/intake/{on_paper.number}").json()
        taken = post(client, f"/intake/{on_paper.number}/steps/withdraw", {"reason": "本人撤回"})

        assert {one["name"] for one in waiting["steps"]} == {"register_parcel", "match_parcel", "withdraw"}
        assert (asked["state"], {one["name"] for one in asked["steps"]}) == ("CALLED", {"withdraw"})
        assert (taken.status_code, DepartureRequest.objects.get().state) == (200, "WITHDRAWN")

    def test_not_by_another_institution(self, client_of, on_paper, turned_up, leaving):  # noqa: F811
        client = client_of(leaving.institution)

        assert post(client, f"/intake/{on_paper.number}/steps/call_inside", {}).status_code == 404
        assert not DepartureRequest.objects.exists()
