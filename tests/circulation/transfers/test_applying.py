"""Letters and applications: what is checked before a dossier leaves, at the counter and online."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure
from rendang.kernel.access.models import Role
from rendang.people.models import Message
from tests.factories import CitizenFactory, staff
from tests.told import chinese

pytestmark = pytest.mark.django_db


class TestLetters:
    def letter_of(self, institution, dossier):
        from rendang.circulation.intake.models import Intake
        from rendang.kernel.workflow.actions import open_case

        intake = Intake(
            institution=institution, person=dossier.person, state="CALLED", reason="employed", sender="本市"
        )
        intake.letter_number = f"{institution.code}调〔2026〕0001号"
        intake.letter_valid_until = timezone.localdate() + dt.timedelta(9)
        return open_case(intake, by=staff(institution, Role.CLERK), permission=None).letter_number

    def test_one_of_ours_leads_to_the_institution_that_issued_it(self, leaving, other_institution):
        dossier = leaving.dossier()
        number = self.letter_of(other_institution, dossier)

        with pytest.raises(ValidationError, match=f"This letter is from {other_institution.english_name}"):
            leaving.apply(dossier, letter_number=number)
        with pytest.raises(ValidationError, match="This letter is from"):
            leaving.apply(dossier, letter_number=f"https://dangan.example.cn/letters/{number}/")

        assert not Departure.objects.exists()
        transfer = actions.offer(
            dossier, other_institution, by=leaving.by[Role.CLERK], reason="internal", letter_number=number
        )
        assert (transfer.state, transfer.letter_number) == ("AGREED", number)

    def test_one_that_only_looks_like_ours_is_refused(self, leaving, other_institution):
        with pytest.raises(ValidationError, match="has issued a letter of this number"):
            leaving.apply(leaving.dossier(), letter_number=f"{other_institution.code}调〔2026〕9999号")

    def test_one_for_somebody_else_is_refused(self, leaving, other_institution):
        number = self.letter_of(other_institution, leaving.dossier())

        with pytest.raises(ValidationError, match="another person's dossier"):
            actions.offer(
                leaving.dossier(),
                other_institution,
                by=leaving.by[Role.CLERK],
                reason="internal",
                letter_number=number,
            )

    def test_no_letter_is_dated_tomorrow(self, leaving):
        with pytest.raises(ValidationError, match="in the future"):
            leaving.apply(leaving.dossier(), letter_date=timezone.localdate() + dt.timedelta(1))


class TestOnline:
    def apply(self, leaving, dossier, **given):
        from tests.circulation.transfers.leaving import a_file

        citizen = CitizenFactory(name=dossier.person.name, id_number=dossier.person.id_number)
        given = {"to": leaving.to.name, "reason": "employed", "letter_number": "海1", **given}
        return actions.apply_online(
            dossier, by=citizen, letter_date=timezone.localdate(), letter=a_file("letter.jpg"), **given
        )

    def test_the_clerk_examines_what_a_citizen_applied_for(self, leaving):
        departure = self.apply(leaving, leaving.dossier(), to="海州市人才")
        assert (departure.keeper, departure.keeper_named, departure.channel) == (None, "海州市人才", "ONLINE")
        with pytest.raises(ValidationError, match="must be examined"):
            leaving.take(departure, "approve")

        departure = leaving.take(
            departure,
            "examine",
            to=leaving.to,
            letter_number="海人才调〔2026〕1号",
            letter_date=timezone.localdate(),
            letter_issuer=leaving.to.name,
        )

        assert departure.keeper == leaving.to
        assert leaving.take(departure, "approve").state == "APPROVED"

    def test_a_name_of_the_address_book_is_recognised(self, leaving):
        assert self.apply(leaving, leaving.dossier()).keeper == leaving.to

    def test_nobody_applies_for_somebody_else(self, leaving):
        from tests.circulation.transfers.leaving import a_file

        stranger = CitizenFactory()

        with pytest.raises(PermissionDenied):
            actions.apply_online(
                leaving.dossier(),
                by=stranger,
                to="海",
                reason="employed",
                letter_number="1",
                letter_date=timezone.localdate(),
                letter=a_file(),
            )

        assert not Departure.objects.exists()

    def test_the_person_is_told_how_it_goes(self, leaving):
        departure = leaving("CONFIRMED")

        told = [chinese(one) for one in Message.objects.filter(person=departure.person).order_by("pk")]
        assert len(told) == 3
        assert "邮政特快专递" in told[1]
        assert told[2].startswith(leaving.to.name)
