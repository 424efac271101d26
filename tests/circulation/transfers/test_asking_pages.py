"""An institution of the city asks another for a dossier: what each side, the citizen and the interface read of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure, DepartureRequest
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from tests.circulation.intake.test_api import asked as asked_by_api
from tests.circulation.intake.test_api import client_of  # noqa: F401 (a fixture)
from tests.circulation.transfers.asking import STEPS, answered, offered
from tests.exchange.test_api import API, post
from tests.factories import CitizenFactory, InstitutionFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ENGLISH = {"accept-language": "en"}


class TestOnTheScreen:
    def page(self, client, user, case):
        client.force_login(user)
        return client.get(case.get_absolute_url(), headers=ENGLISH)

    def test_who_asks_reads_who_keeps_it_and_how_it_goes_and_nothing_else(self, client, leaving, mine, opened, theirs):
        held = Custody.objects.get(dossier=mine)
        case = opened()
        before = self.page(client, theirs[Role.CLERK], case).text
        case = intake.issue_letter(case, by=theirs[Role.APPROVER])
        asked = self.page(client, theirs[Role.CLERK], case).text
        request = DepartureRequest.objects.get()
        transfer = offered(leaving, request, mine).transfer_offered
        agreed = self.page(client, theirs[Role.CLERK], case).text

        assert f"{leaving.institution.english_name} keeps this dossier." in before
        assert "Asked for inside the city" not in before
        assert request.number in asked
        assert "awaited" in asked
        assert "it sends the dossier" in agreed
        assert transfer.number in agreed
        for shown in (before, asked, agreed):
            assert held.archive_number not in shown
            assert leaving.by[Role.CLERK].name not in shown
            assert "Register the parcel" not in shown

    def test_the_dossier_itself_stays_closed_to_who_asks_and_to_whom_it_is_passed_on(
        self, client, leaving, mine, opened, theirs
    ):
        """An open case about a dossier opens it: neither an intake nor a request may be a way in."""
        case = opened()
        page = reverse("dossiers:detail", args=[mine.pk])
        client.force_login(theirs[Role.CLERK])
        assert (case.dossier, client.get(page).status_code) == (None, 404)
        case = intake.issue_letter(case, by=theirs[Role.APPROVER])
        assert (case.dossier, client.get(page).status_code) == (None, 404)
        third = InstitutionFactory()
        request = DepartureRequest.objects.get()
        STEPS["pass_on"](request, by=leaving.by[Role.CLERK], to=third, reason="误送")
        client.force_login(staff(third, Role.CLERK))
        assert client.get(page).status_code == 404

    def test_the_request_itself_is_the_keeper_s_alone(self, client, leaving, request_here, theirs):
        assert self.page(client, theirs[Role.CLERK], request_here).status_code == 404
        assert client.get(reverse("requests:letter", args=[request_here.pk])).status_code == 404
        assert request_here.number not in client.get(reverse("requests:list")).text

        shown = self.page(client, leaving.by[Role.CLERK], request_here).text
        assert "An institution of the city" in shown
        assert "Receipt number" not in shown

    def test_and_their_intake_theirs(self, client, leaving, waiting):
        assert self.page(client, leaving.by[Role.CLERK], waiting).status_code == 404

    def test_a_refusal_stands_there_in_words(self, client, leaving, request_here, waiting, theirs):
        answered(leaving, request_here)

        shown = self.page(client, theirs[Role.APPROVER], waiting).text

        assert "The dossier cannot leave at present" in shown
        assert "档案正在借阅，约十日后归还" in shown
        assert "Ask the keeper again" in shown
        assert "The keeper does not send the dossier. Clear that with it and ask again" in shown

    def test_it_is_in_the_keeper_s_to_do(self, client, leaving, request_here):
        client.force_login(leaving.by[Role.CLERK])

        assert request_here.number in client.get(reverse("desk:home")).text

    def test_the_window_opens_it(self, client, theirs, mine, other_institution, leaving):
        client.force_login(theirs[Role.CLERK])
        person = mine.person
        form = {
            "institution": other_institution.pk, "name": person.name, "id_number": person.id_number,
            "identity_check": "CARD", "reason": "new_employer", "archive_type": "personal", "sender": "不详",
        }  # fmt: skip

        answer = client.post(reverse("intake:apply"), form, headers=ENGLISH)

        case = Intake.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, case.get_absolute_url())
        assert (case.sender, case.moves_inside) == (leaving.institution.name, True)

    def test_the_citizen_follows_one_course(self, client, leaving, mine, opened, theirs, other_institution):
        citizen = CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)
        case = intake.apply_online(other_institution, by=citizen, reason="new_employer", sender="不详")
        client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")

        def me():
            return client.get(reverse("portal:me"), headers=ENGLISH).text

        assert "You carry no letter." in me()
        intake.issue_letter(case, by=theirs[Role.APPROVER])
        assert "The present keeper has been asked for your dossier." in me()
        assert "Hand the recall letter to" not in me()
        request = DepartureRequest.objects.get()
        transfer = offered(leaving, request, mine).transfer_offered
        moving = me()
        assert "Both institutions agree." in moving
        assert moving.count(case.number) == 1
        assert f"{leaving.institution.label} → {other_institution.label}" in moving, "from where to where it moves"
        assert transfer.number not in moving
        assert reverse("portal:intake_withdraw", args=[case.pk]) not in moving
        assert request.number not in moving

    def test_an_application_and_the_intake_are_one_course_too(self, client, leaving, mine, waiting, other_institution):
        citizen = CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)
        application = actions.apply_online(mine, by=citizen, inside=other_institution, reason="relocation")
        actions.DEPARTURE_STEPS["offer_transfer"](application, by=leaving.by[Role.CLERK])
        client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")

        page = client.get(reverse("portal:me"), headers=ENGLISH).text

        assert page.count("Both institutions agree.") == 1
        assert Departure.objects.get().number in page
        assert waiting.number not in page


class TestByInterface:
    def test_opened_issued_and_followed_with_the_scope_of_intakes_alone(
        self,
        client_of,  # noqa: F811
        mine,
        leaving,
        other_institution,
        theirs,
    ):
        client = client_of(other_institution, Permission.INTAKE_VIEW, Permission.INTAKE_REGISTER)
        given = asked_by_api(other_institution, name=mine.person.name, id_number=mine.person.id_number)

        made = post(client, "/intake", given)

        assert (made.status_code, made.json()["state"]) == (201, "APPLIED")
        intake.issue_letter(Intake.objects.get(), by=theirs[Role.APPROVER])
        request = DepartureRequest.objects.get()
        assert client.get(f"{API}/intake/{made.json()['number']}").json()["state"] == "CALLED"
        assert client.get(f"{API}/requests/{request.number}").status_code in {403, 404}
        taken = post(client, f"/intake/{made.json()['number']}/steps/withdraw", {"reason": "本人撤回"})
        request.refresh_from_db()
        assert (taken.status_code, request.state) == (200, "WITHDRAWN")

    def test_without_the_scope_nothing_is_asked(self, client_of, mine, other_institution):  # noqa: F811
        client = client_of(other_institution, Permission.INTAKE_VIEW)
        given = asked_by_api(other_institution, name=mine.person.name, id_number=mine.person.id_number)

        assert post(client, "/intake", given).status_code in {403, 404}
        assert not Intake.objects.exists()

    def test_what_is_kept_here_is_a_conflict(self, client_of, institution):  # noqa: F811
        held = held_dossier(institution)
        given = asked_by_api(institution, name=held.person.name, id_number=held.person.id_number)

        assert post(client_of(institution), "/intake", given).status_code == 409
