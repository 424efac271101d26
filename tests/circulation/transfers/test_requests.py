"""Employers and keepers without an account ask for a dossier; nobody learns from it who is on record."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure, DepartureRequest, Transfer
from rendang.circulation.transfers.queries.requests import request_followed
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from tests.circulation.intake.conftest import make_number
from tests.circulation.transfers.leaving import PDF, Leaving, a_file
from tests.factories import InstitutionFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
STEPS = actions.REQUEST_STEPS
TODAY = timezone.localdate


@pytest.fixture
def leaving(institution):
    return Leaving(institution)


def received(institution, dossier=None, **given):
    person = dossier.person if dossier else None
    facts = {
        "sent_by": "RECEIVER",
        "sender": "虚构省海州市人才服务中心",
        "contact": "赵敏",
        "phone": "0518-8888 0000",
        "name": person.name if person else "无此人",
        "id_number": person.id_number if person else make_number(),
        "letter": a_file("letter.pdf"),
        "letter_number": "海人才调〔2026〕88号",
        "letter_date": TODAY(),
    }
    return actions.receive_request(institution, **{**facts, **given})


class TestReceived:
    def test_it_goes_to_who_keeps_the_dossier(self, leaving, other_institution):
        dossier = leaving.dossier()

        request = received(other_institution, dossier)

        assert (request.institution, request.person) == (leaving.institution, None)
        assert (request.state, request.channel, request.letter_file.media_type) == (
            "RECEIVED",
            "ONLINE",
            "application/pdf",
        )
        assert re.fullmatch(r"(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}", request.receipt_number)

    def test_of_an_unknown_person_it_goes_to_whom_it_is_addressed(self, other_institution, institution):
        request = received(other_institution)

        assert (request.institution, request.person) == (other_institution, None)

    def test_a_right_number_with_a_wrong_name_is_unknown(self, leaving, other_institution):
        assert received(other_institution, leaving.dossier(), name="别人").institution == other_institution

    def test_known_and_unknown_take_the_same_statements(self, leaving, other_institution):
        received(other_institution)
        costs = []
        for dossier in (None, leaving.dossier()):
            with CaptureQueriesContext(connection) as spent:
                received(leaving.institution, dossier, letter=a_file(f"{dossier}.pdf"))
            costs.append(len(spent))

        assert costs[0] == costs[1]

    def test_nothing_personal_stands_in_the_trace(self, leaving):
        request = received(leaving.institution, leaving.dossier())

        changes = AuditEvent.objects.get(verb="departurerequest.open").changes
        hidden = {name: changes[name] for name in ("contact", "phone", "asked_name", "id_number")}
        assert set(map(tuple, hidden.values())) == {("***", "***")}
        assert request.id_number not in str(changes)

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"phone": "12"}, "all its digits"),
            ({"letter_date": dt.date(2999, 1, 1)}, "in the future"),
            ({"letter": SimpleUploadedFile("letter.pdf", b"MZ")}, "not one of"),
        ],
    )
    def test_a_refusal_leaves_nothing_behind(self, institution, wrong, why):
        with pytest.raises(ValidationError, match=why):
            received(institution, **wrong)

        assert not DepartureRequest.objects.exists()
        assert not StoredFile.objects.exists()
        assert not AuditEvent.objects.filter(verb="departurerequest.open").exists()


class TestLettersOfOurs:
    @pytest.fixture
    def letter(self, leaving, other_institution):
        """The other institution has called for a dossier that lies here."""
        dossier = leaving.dossier()
        theirs = {role: staff(other_institution, role) for role in (Role.CLERK, Role.APPROVER)}
        case = intake.open_intake(
            other_institution, dossier.person, by=theirs[Role.CLERK], reason="relocation", sender="某机构",
        )  # fmt: skip
        case = intake.issue_letter(case, by=theirs[Role.APPROVER])
        case.kept = dossier
        return case

    def test_it_becomes_a_transfer_inside_the_city(self, leaving, other_institution, letter):
        address = f"https://example.cn/letters/{letter.letter_number}/"
        request = received(leaving.institution, letter.kept, letter_number=address)
        number = Custody.objects.get(dossier=letter.kept).archive_number

        request = STEPS["offer_transfer"](request, by=leaving.by[Role.CLERK], dossier=number, reason="internal")

        assert (request.state, request.letter_of) == ("GRANTED", other_institution)
        transfer = request.transfer_offered
        assert (transfer.counterpart, transfer.dossier) == (other_institution, letter.kept)
        assert (transfer.state, transfer.channel) == ("AGREED", "ONLINE")

    def test_no_departure_is_opened_on_it(self, leaving, letter):
        request = received(leaving.institution, letter.kept, letter_number=letter.letter_number)

        with pytest.raises(ValidationError, match="not part of this case"):
            STEPS["open_departure"](request, by=leaving.by[Role.CLERK])

        assert not Departure.objects.exists()

    def test_not_for_another_person_s_dossier(self, leaving, letter):
        other = leaving.dossier()
        request = received(leaving.institution, other, letter_number=letter.letter_number)

        with pytest.raises(ValidationError, match="another person's dossier"):
            STEPS["offer_transfer"](request, by=leaving.by[Role.CLERK], dossier=other.barcode, reason="internal")

        request.refresh_from_db()
        assert request.state == "RECEIVED"
        assert not Transfer.objects.exists()

    def test_a_forged_one_and_one_that_has_run_out_are_refused_at_once(self, leaving, letter):
        code = leaving.institution.code
        with pytest.raises(ValidationError, match="has issued a letter of this number"):
            received(leaving.institution, letter_number=f"{code}调〔2026〕9999号")
        letter.letter_valid_until = TODAY() - dt.timedelta(1)
        letter.save(update_fields=["letter_valid_until"])
        with pytest.raises(ValidationError, match="no longer valid"):
            received(leaving.institution, letter_number=letter.letter_number)

        assert not DepartureRequest.objects.exclude(sent_by="CITY").exists()


class TestTakenUp:
    def opened(self, leaving, request, dossier, **given):
        facts = {
            "dossier": dossier.barcode,
            "to": leaving.to,
            "letter_number": "海人才调〔2026〕88号",
            "letter_date": TODAY(),
            "reason": "employed",
        }
        return STEPS["open_departure"](request, by=given.pop("by", leaving.by[Role.CLERK]), **{**facts, **given})

    def test_a_departure_with_the_letter_attached(self, leaving):
        dossier = leaving.dossier()
        request = self.opened(leaving, received(leaving.institution, dossier), dossier)

        departure = Departure.objects.get()
        assert (request.state, request.departure_opened) == ("GRANTED", departure)
        assert departure.letter_file == request.letter_file
        assert (departure.applied_by, departure.channel, departure.examined_by) == (
            "RECEIVER",
            "ONLINE",
            leaving.by[Role.CLERK],
        )
        assert leaving.take(departure, "approve").state == "APPROVED"

    def test_the_clerk_matches_what_the_system_could_not(self, leaving):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier, name="笔误")

        request = self.opened(leaving, request, dossier)

        assert (request.dossier, request.person) == (dossier, dossier.person)

    def test_refused_for_a_dossier_that_is_not_here_and_nothing_is_opened(self, leaving, other_institution):
        request = received(leaving.institution)

        with pytest.raises(ValidationError, match="not held here"):
            self.opened(leaving, request, held_dossier(other_institution))

        request.refresh_from_db()
        assert (request.state, request.dossier) == ("RECEIVED", None)
        assert not Departure.objects.exists()

    def test_by_nobody_without_the_right(self, leaving, other_institution):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier)

        for nobody in (leaving.by[Role.KEEPER], staff(other_institution, Role.CLERK)):
            with pytest.raises(PermissionDenied):
                self.opened(leaving, request, dossier, by=nobody)

        assert not Departure.objects.exists()

    def test_answered_with_a_reason_of_the_table(self, leaving):
        request = received(leaving.institution)

        with pytest.raises(ValidationError, match="one of the replies"):
            STEPS["answer"](request, by=leaving.by[Role.CLERK], answer_code="unpaid")
        request = STEPS["answer"](request, by=leaving.by[Role.CLERK], answer_code="letter_incomplete")

        assert (request.state, request.answer_code, request.due_date) == ("ANSWERED", "letter_incomplete", None)


class TestPassedOn:
    def passed(self, leaving, request, to, **given):
        facts = {"to": to, "reason": "档案由该机构保管"}
        return STEPS["pass_on"](request, by=given.pop("by", leaving.by[Role.CLERK]), **{**facts, **given})

    def test_it_goes_with_its_letter_and_its_time_limit_to_the_other_institution(self, leaving, other_institution):
        request = received(leaving.institution)
        due = request.due_date

        request = self.passed(leaving, request, other_institution)

        assert (request.institution, request.state, request.due_date) == (other_institution, "RECEIVED", due)
        assert request.letter_file.institution == other_institution
        passed = request.passed_on.get()
        assert (passed.institution, passed.to, passed.reason) == (
            leaving.institution,
            other_institution,
            "档案由该机构保管",
        )

    def test_the_other_institution_takes_it_up(self, leaving, other_institution):
        dossier = held_dossier(other_institution)
        request = self.passed(leaving, received(leaving.institution, dossier, name="笔误"), other_institution)
        clerk = staff(other_institution, Role.CLERK)

        TestTakenUp().opened(leaving, request, dossier, by=clerk)

        assert Departure.objects.get().institution == other_institution

    def test_who_passed_it_on_sees_only_that_they_did(self, leaving, other_institution, client):
        request = self.passed(leaving, received(leaving.institution), other_institution)
        client.force_login(leaving.by[Role.CLERK])

        for page in ("detail", "letter"):
            assert client.get(reverse(f"requests:{page}", args=[request.pk])).status_code == 404
        shown = client.get(reverse("requests:list")).text
        assert request.number in shown
        assert "档案由该机构保管" in shown
        assert request.asked_name not in shown
        assert request.sender not in shown

    def test_each_side_has_its_event(self, leaving, other_institution):
        self.passed(leaving, received(leaving.institution), other_institution)

        events = AuditEvent.objects.filter(verb__in=["departurerequest.pass_on", "passedon.note"])
        assert set(events.values_list("verb", "institution_id", "reason")) == {
            ("departurerequest.pass_on", other_institution.pk, "档案由该机构保管"),
            ("passedon.note", leaving.institution.pk, "档案由该机构保管"),
        }

    def test_the_sender_reads_where_it_has_gone(self, leaving, other_institution, client):
        request = self.passed(leaving, received(leaving.institution), other_institution)

        page = TestFollowed().page(client, request)

        assert "Passed on" in page
        assert other_institution.english_name in page
        assert "It is being looked at" in page
        assert "档案由该机构保管" not in page

    def test_refused_without_reason_to_oneself_or_by_who_may_not_and_nothing_changes(self, leaving, other_institution):
        request = received(leaving.institution)
        closed = InstitutionFactory(is_active=False)
        elsewhere, events = staff(other_institution, Role.CLERK), AuditEvent.objects.count()

        for wrong in ({"to": leaving.institution}, {"to": closed}, {"to": other_institution, "reason": " "}):
            with pytest.raises(ValidationError):
                self.passed(leaving, request, **wrong)
        for nobody in (leaving.by[Role.KEEPER], elsewhere):
            with pytest.raises(PermissionDenied):
                self.passed(leaving, request, other_institution, by=nobody)

        request.refresh_from_db()
        assert (request.institution, request.passed_on.count()) == (leaving.institution, 0)
        assert AuditEvent.objects.count() == events

    def test_on_the_page_one_comes_back_to_the_list(self, leaving, other_institution, client):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier)
        client.force_login(leaving.by[Role.CLERK])
        address = reverse("requests:step", args=[request.pk, "pass_on"])

        answer = client.post(address, {"to": other_institution.pk, "reason": "已转往该机构"})

        assert answer["Location"] == reverse("requests:list")
        request.refresh_from_db()
        assert request.institution == other_institution

    def test_who_keeps_it_now_is_proposed(self, leaving, other_institution, client):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier)
        dossiers.hand_over_custody(dossier, other_institution, by=leaving.by[Role.CLERK])
        client.force_login(leaving.by[Role.CLERK])

        shown = client.get(reverse("requests:detail", args=[request.pk]), headers={"accept-language": "en"}).text
        form = client.get(reverse("requests:step", args=[request.pk, "pass_on"])).text

        assert "Another institution of the city keeps it: pass the request on." in shown
        assert f'<option value="{other_institution.pk}" selected>' in form


class TestFollowed:
    def test_by_receipt_number_and_telephone(self, leaving):
        request = received(leaving.institution)

        assert request_followed(request.receipt_number.lower(), "051888880000") == request
        assert request_followed(request.receipt_number, "051888880001") is None
        assert request_followed(request.receipt_number, "") is None
        assert request_followed("AAAA-BBBB-CCCC", "051888880000") is None

    def page(self, client, request):
        given = {"receipt_number": request.receipt_number, "phone": request.phone}
        return client.post(reverse("portal:follow"), given, headers={"accept-language": "en"}).text

    def test_until_it_is_answered_the_page_does_not_tell_where_it_lies(self, leaving, client):
        known = self.page(client, received(leaving.institution, leaving.dossier()))
        unknown = self.page(client, received(leaving.institution))

        assert "It is being looked at" in known
        assert leaving.institution.name not in known + unknown
        assert leaving.institution.english_name not in known + unknown

    def test_the_answer_and_the_way_of_the_parcel_stand_there(self, leaving, client):
        request = received(leaving.institution)
        request = STEPS["answer"](request, by=leaving.by[Role.CLERK], answer_code="letter_incomplete")
        assert "The recall letter is incomplete" in self.page(client, request)

        dossier = leaving.dossier()
        taken_up = TestTakenUp().opened(leaving, received(leaving.institution, dossier), dossier)
        departure = taken_up.departure_opened
        for step in ("approve", "check", "seal", "dispatch"):
            departure = leaving.take(departure, step)
        page = self.page(client, taken_up)
        assert "1234567890123" in page
        assert dossier.person.name not in page


class TestThePage:
    def send(self, client, institution, **given):
        page = client.get(reverse("portal:request"), headers={"accept-language": "en"}).text
        first, second = re.search(r"(\d+) (?:plus|加) (\d+)", page).groups()
        facts = {
            "sent_by": "EMPLOYER",
            "sender": "虚构科技有限公司",
            "contact": "赵敏",
            "phone": "13900000000",
            "institution": institution.pk,
            "name": "无此人",
            "id_number": make_number(),
            "letter": SimpleUploadedFile("letter.pdf", PDF),
            "answer": int(first) + int(second),
            "token": re.search(r'name="token" value="([^"]+)"', page)[1],
        }
        return client.post(reverse("portal:request"), facts | given, headers={"accept-language": "en"}), facts

    def test_the_answer_is_the_same_for_known_and_unknown_people(self, leaving, client):
        dossier = leaving.dossier()
        person = {"name": dossier.person.name, "id_number": dossier.person.id_number}

        pages = [self.send(client, leaving.institution, **given)[0].text for given in (person, {})]

        numbers = [request.receipt_number for request in DepartureRequest.objects.order_by("pk")]
        bare = [re.sub(r'nonce="[^"]*"|csrf[^>]*>', "", page) for page in pages]
        assert bare[0].replace(numbers[0], "") == bare[1].replace(numbers[1], "")

    def test_each_question_answers_one_request(self, institution, client):
        answer, facts = self.send(client, institution)
        again = client.post(reverse("portal:request"), facts | {"letter": SimpleUploadedFile("a.pdf", PDF)})

        assert DepartureRequest.objects.count() == 1
        assert "has arrived" in answer.text
        assert again.status_code == 200

    def test_a_wrong_answer_keeps_what_was_typed_and_sends_nothing(self, institution, client):
        answer, _facts = self.send(client, institution, answer="1")

        assert 'value="虚构科技有限公司"' in answer.text
        assert not DepartureRequest.objects.exists()

    def test_an_address_may_send_ten_an_hour(self, institution, client):
        for _each in range(10):
            self.send(client, institution)
        answer, _facts = self.send(client, institution)

        assert "Too many requests" in answer.text
        assert DepartureRequest.objects.count() == 10

    def test_nothing_of_it_stands_in_an_address(self, institution, client):
        answer, _facts = self.send(client, institution)
        assert answer.request["PATH_INFO"] == "/request/"


class TestAtTheDesk:
    def test_list_page_and_letter_are_seen_here_and_not_elsewhere(self, leaving, other_institution, client):
        request = received(leaving.institution, leaving.dossier())
        client.force_login(leaving.by[Role.CLERK])
        page = reverse("requests:detail", args=[request.pk])

        assert request.asked_name in client.get(reverse("requests:list")).text
        assert request.receipt_number in client.get(page).text
        assert client.get(reverse("requests:letter", args=[request.pk])).status_code == 200
        looks = AuditEvent.objects.filter(verb__startswith="departurerequest.", actor_id=leaving.by[Role.CLERK].pk)
        assert sorted(looks.values_list("verb", flat=True)) == ["departurerequest.print", "departurerequest.view"]

        client.force_login(staff(other_institution, Role.CLERK))
        assert client.get(page).status_code == 404
        assert client.get(reverse("requests:letter", args=[request.pk])).status_code == 404

    def test_the_form_begins_with_what_is_known(self, leaving, client):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier)
        client.force_login(leaving.by[Role.CLERK])

        form = client.get(reverse("requests:step", args=[request.pk, "open_departure"])).text

        assert Custody.objects.get(dossier=dossier).archive_number in form
        assert leaving.to.name in form
        assert "海人才调〔2026〕88号" in form

    def test_taken_up_on_the_page(self, leaving, client):
        dossier = leaving.dossier()
        request = received(leaving.institution, dossier)
        client.force_login(leaving.by[Role.CLERK])
        typed = {
            "dossier": dossier.barcode,
            "to": leaving.to.name,
            "letter_number": "海人才调〔2026〕88号",
            "letter_date": f"{TODAY()}",
            "reason": "employed",
        }

        client.post(reverse("requests:step", args=[request.pk, "open_departure"]), typed)

        assert Departure.objects.get().request == request
