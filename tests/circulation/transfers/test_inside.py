"""An application that leads to an institution of the city: no paper goes to and fro, the person follows one course."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure, Transfer
from rendang.kernel.access.models import Role
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit.models import AuditEvent
from rendang.people.models import Message
from tests.circulation.transfers.leaving import COUNTED, a_file
from tests.factories import CitizenFactory, staff
from tests.told import chinese

pytestmark = pytest.mark.django_db
STEPS = actions.DEPARTURE_STEPS
TODAY = timezone.localdate


@pytest.fixture
def theirs(other_institution):
    return {role: staff(other_institution, role) for role in (Role.CLERK, Role.APPROVER, Role.KEEPER)}


@pytest.fixture
def mine(leaving):
    return leaving.dossier()


@pytest.fixture
def citizen(mine):
    return CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)


@pytest.fixture
def waiting(mine, other_institution, theirs):
    """The other institution has called for the dossier by a letter of its own."""
    case = intake.open_intake(
        other_institution,
        mine.person,
        by=theirs[Role.CLERK],
        reason="relocation",
        sender="某机构",
    )
    return intake.issue_letter(case, by=theirs[Role.APPROVER])


def applied(dossier, by, **given):
    return actions.apply_online(dossier, by=by, **{"reason": "relocation", **given})


def by_letter(dossier, by, waiting, **given):
    facts = {"to": "新机构", "letter_number": waiting.letter_number, "letter_date": TODAY(), "letter": a_file()}
    return applied(dossier, by, **{**facts, **given})


class TestByALetterOfOurs:
    def test_it_is_recognised_and_not_refused(self, mine, citizen, waiting, other_institution):
        departure = by_letter(mine, citizen, waiting)

        assert (departure.state, departure.moves_inside, departure.moves_to) == ("APPLIED", True, other_institution)
        assert (departure.goes_to, departure.keeper) == (other_institution.label, None)

    def test_it_becomes_a_transfer_to_which_the_letter_is_the_agreement(self, leaving, mine, citizen, waiting):
        departure = by_letter(mine, citizen, waiting)

        departure = STEPS["offer_transfer"](departure, by=leaving.by[Role.CLERK])

        transfer = Transfer.objects.get()
        assert (departure.state, departure.is_open, departure.transfer_offered) == ("MOVED", False, transfer)
        assert (transfer.state, transfer.counterpart, transfer.channel) == ("AGREED", waiting.institution, "ONLINE")
        assert transfer.letter_number == waiting.letter_number
        assert departure.lines.get().outcome == "MOVED"
        assert chinese(Message.objects.order_by("pk").last()).endswith("您无需再提交纸质函件。")

    def test_whose_letter_has_run_out_is_told_so_and_nothing_is_entered(self, mine, citizen, waiting):
        waiting.letter_valid_until = TODAY() - dt.timedelta(1)
        waiting.save(update_fields=["letter_valid_until"])

        with pytest.raises(ValidationError, match="no longer valid"):
            by_letter(mine, citizen, waiting)

        assert not Departure.objects.exists()

    def test_not_with_the_letter_for_somebody_else(self, leaving, waiting):
        other = leaving.dossier()
        somebody = CitizenFactory(name=other.person.name, id_number=other.person.id_number)

        with pytest.raises(ValidationError, match="another person's dossier"):
            by_letter(other, somebody, waiting)

        assert not Departure.objects.exists()

    def test_a_mistyped_number_is_put_right_when_the_letter_is_examined(self, leaving, mine, citizen, waiting):
        departure = by_letter(mine, citizen, waiting, letter_number="看不清")
        letter = {"letter_number": waiting.letter_number, "letter_date": TODAY()}

        with pytest.raises(ValidationError, match="from the address book"):
            STEPS["examine"](departure, by=leaving.by[Role.CLERK], **(letter | {"letter_number": "看不清"}))
        departure = STEPS["examine"](departure, by=leaving.by[Role.CLERK], **letter)

        assert (departure.state, departure.moves_to) == ("APPLIED", waiting.institution)
        with pytest.raises(ValidationError, match="not part of this case"):
            STEPS["approve"](departure, by=leaving.by[Role.APPROVER])

    def test_the_intake_that_waited_ends_with_the_transfer(self, leaving, mine, citizen, waiting, theirs):
        departure = STEPS["offer_transfer"](by_letter(mine, citizen, waiting), by=leaving.by[Role.CLERK])
        transfer = actions.pack(departure.transfer_offered, by=leaving.by[Role.KEEPER], **COUNTED)
        transfer = actions.dispatch(transfer, by=leaving.by[Role.APPROVER], carrier="hand")

        actions.receive(transfer, by=theirs[Role.KEEPER], seal_intact=True, **COUNTED)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.is_open, waiting.dossier) == ("MOVED", False, mine)
        assert AuditEvent.objects.filter(verb="intake.close_as_transferred").count() == 1

    def test_an_intake_does_not_end_so_before_the_dossier_has_come_nor_by_hand(self, waiting, theirs):
        by, events = system_actor(), AuditEvent.objects.count()

        with pytest.raises(ValidationError, match="has not come yet"):
            intake.STEPS["close_as_transferred"](waiting, by=by)
        with pytest.raises(PermissionDenied):
            intake.STEPS["close_as_transferred"](waiting, by=theirs[Role.CLERK])

        waiting.refresh_from_db()
        assert (waiting.state, AuditEvent.objects.count()) == ("CALLED", events)


class TestByItsName:
    def test_without_a_letter_the_other_institution_is_asked(self, leaving, mine, citizen, other_institution):
        departure = applied(mine, citizen, inside=other_institution)

        departure = STEPS["offer_transfer"](departure, by=leaving.by[Role.CLERK])

        assert (departure.letter_number, departure.letter_date) == ("", None)
        assert (departure.transfer_offered.state, departure.transfer_offered.letter_number) == ("OFFERED", "")

    def test_the_dossier_is_not_offered_to_where_it_is(self, leaving, mine, citizen):
        with pytest.raises(ValidationError, match="already there"):
            applied(mine, citizen, inside=leaving.institution)

        assert not Departure.objects.exists()

    def test_nor_to_nobody(self, mine, citizen):
        with pytest.raises(ValidationError, match="where the dossier is to go"):
            applied(mine, citizen)

        assert not Departure.objects.exists()

    def test_to_another_city_it_takes_the_letter(self, mine, citizen):
        with pytest.raises(ValidationError, match="number and date of the recall letter"):
            applied(mine, citizen, to="海州市人才")

        assert not Departure.objects.exists()

    def test_only_by_who_may_offer(self, leaving, mine, citizen, other_institution, theirs):
        departure = applied(mine, citizen, inside=other_institution)

        for nobody in (leaving.by[Role.KEEPER], theirs[Role.CLERK], citizen):
            with pytest.raises(PermissionDenied):
                STEPS["offer_transfer"](departure, by=nobody)

        departure.refresh_from_db()
        assert (departure.state, Transfer.objects.exists()) == ("APPLIED", False)

    def test_a_refused_offer_leaves_the_application_as_it_was(self, leaving, mine, citizen, other_institution):
        departure = applied(mine, citizen, inside=other_institution)
        other_institution.is_active = False
        other_institution.save(update_fields=["is_active"])
        events = AuditEvent.objects.count()

        with pytest.raises(ValidationError, match="no longer takes dossiers"):
            STEPS["offer_transfer"](departure, by=leaving.by[Role.CLERK])

        departure.refresh_from_db()
        assert (departure.state, departure.lines.get().outcome) == ("APPLIED", "GOING")
        assert AuditEvent.objects.count() == events


class TestOnTheScreen:
    def test_the_citizen_follows_one_course(self, leaving, mine, citizen, other_institution, client):
        client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
        client.post(reverse("portal:leave"), {"inside": other_institution.pk, "reason": "relocation"})
        departure = Departure.objects.get()
        english = {"accept-language": "en"}

        before = client.get(reverse("portal:me"), headers=english).text
        departure = STEPS["offer_transfer"](departure, by=leaving.by[Role.CLERK])
        after = client.get(reverse("portal:me"), headers=english).text

        assert "It stays in this city" in before
        assert "The other institution has been asked whether it takes your dossier." in after
        assert departure.number in after
        assert departure.transfer_offered.number not in after

    def test_the_letter_may_lack_only_inside_the_city(self, mine, citizen, client):
        client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")

        answer = client.post(
            reverse("portal:leave"), {"to": "海州市人才", "reason": "relocation"}, headers={"accept-language": "en"}
        )

        assert answer.text.count("To another city it takes the recall letter.") == 3
        assert not Departure.objects.exists()

    def test_application_and_transfer_lead_to_each_other(
        self, leaving, mine, citizen, other_institution, client, theirs
    ):
        departure = STEPS["offer_transfer"](
            applied(mine, citizen, inside=other_institution), by=leaving.by[Role.CLERK]
        )
        transfer = departure.transfer_offered
        pages = [reverse("departures:detail", args=[departure.pk]), reverse("transfers:detail", args=[transfer.pk])]

        client.force_login(leaving.by[Role.CLERK])
        assert transfer.number in client.get(pages[0]).text
        assert departure.number in client.get(pages[1]).text

        client.force_login(theirs[Role.CLERK])
        assert client.get(pages[0]).status_code == 404
        assert departure.number not in client.get(pages[1]).text
