"""A citizen lets the own dossier be sent to another city."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake.forms import ApplyForm, OpenForParcelForm
from rendang.circulation.transfers.forms.leaving import DepartureForm
from rendang.circulation.transfers.forms.requesting import OpenDepartureForm
from rendang.circulation.transfers.models import Departure
from rendang.kernel.audit.models import AuditEvent
from rendang.portal.forms import IntakeForm
from rendang.storage.queries import current_placement
from tests.circulation.transfers.leaving import PDF, Leaving
from tests.factories import CitizenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving(institution):
    return Leaving(institution)


@pytest.fixture
def mine(leaving):
    return leaving.dossier()


@pytest.fixture
def citizen(mine, client):
    user = CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def application(**given):
    return {
        "to": "海州市人才",
        "letter": SimpleUploadedFile("letter.pdf", PDF),
        "letter_number": "海人才调〔2026〕7号",
        "letter_date": f"{timezone.localdate()}",
        "reason": "employed",
        **given,
    }


def test_an_application_with_the_letter_arrives_at_the_office(client, citizen, mine, institution):
    answer = client.post(reverse("portal:leave"), application())

    assert answer["Location"] == reverse("portal:me")
    departure = Departure.objects.get()
    assert (departure.institution, departure.dossier, departure.state) == (institution, mine, "APPLIED")
    assert (departure.channel, departure.keeper_named, departure.applicant) == ("ONLINE", "海州市人才", citizen)
    assert departure.letter_file.media_type == "application/pdf"


def test_without_the_letter_nothing_is_entered(client, citizen):
    answer = client.post(reverse("portal:leave"), application(letter=""))

    assert answer.status_code == 200
    assert not Departure.objects.exists()


def test_what_was_typed_stays_when_it_is_refused(client, citizen):
    answer = client.post(reverse("portal:leave"), application(letter_date="2999-01-01"))

    assert "海人才调〔2026〕7号" in answer.content.decode()
    assert not Departure.objects.exists()


def test_how_it_goes_is_told_in_plain_words(client, citizen, leaving, mine):
    leaving("IN_TRANSIT", mine)

    shown = client.get(reverse("portal:me"), headers={"accept-language": "en"}).content.decode()

    assert "Your dossier is with the carrier. We wait for the receipt of the other side." in shown


def test_one_of_a_list_is_shown_too(client, citizen, leaving, mine):
    departure = leaving("APPROVED", mine, leaving.dossier())

    assert departure.number in client.get(reverse("portal:me")).content.decode()


def test_the_own_application_can_be_taken_back(client, citizen, mine):
    client.post(reverse("portal:leave"), application())
    departure = Departure.objects.get()

    client.post(reverse("portal:stay", args=[departure.pk]))

    departure.refresh_from_db()
    assert departure.state == "WITHDRAWN"
    assert current_placement(mine).kind == "SLOT"


def test_nobody_takes_back_what_somebody_else_applied_for(client, citizen, leaving):
    departure = leaving("APPLIED")
    events = AuditEvent.objects.count()

    assert client.post(reverse("portal:stay", args=[departure.pk])).status_code == 404

    departure.refresh_from_db()
    assert (departure.state, AuditEvent.objects.count()) == ("APPLIED", events)


def test_while_an_application_is_under_way_no_second_one_is_offered(client, citizen):
    offered = f'href="{reverse("portal:leave")}"'
    assert offered in client.get(reverse("portal:me")).text

    client.post(reverse("portal:leave"), application())

    assert offered not in client.get(reverse("portal:me")).text


def test_whose_dossier_has_left_the_city_reads_where_it_went(client, citizen, mine, leaving):
    leaving("CONFIRMED", mine)

    page = client.get(reverse("portal:me"), headers={"accept-language": "en"}).text
    assert f"Your dossier was sent to {leaving.to.name}" in page
    assert "None of the five institutions" not in page


def test_why_the_dossier_moves_is_chosen_and_never_taken_for_granted(client, citizen):
    """The first of the list would stand on the recall letter or the transfer notice."""
    assert client.get(reverse("portal:leave")).context["form"]["reason"].field.choices[0] == ("", "—")
    for form in (DepartureForm, OpenDepartureForm, ApplyForm, OpenForParcelForm, IntakeForm):
        assert form.base_fields["reason"].choices[0] == ("", "—"), form

    assert client.post(reverse("portal:leave"), application(reason="")).status_code == 200
    assert not Departure.objects.exists()
