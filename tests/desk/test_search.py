"""The one box: a whole number, typed or scanned, opens what it names; anything else is looked for."""

from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intakes
from rendang.circulation.parcels import actions as parcels
from rendang.circulation.transfers import actions as transfers
from rendang.kernel.access.models import Role
from rendang.services.certificates import actions as certificates
from tests.circulation.intake.conftest import make_number
from tests.circulation.transfers.leaving import Leaving
from tests.factories import InstitutionFactory, PlacementFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


def where(browser, text):
    return browser.post("/desk/search/", {"q": text}).headers.get("Location")


@pytest.fixture
def dossier(institution):
    return PlacementFactory(institution=institution).dossier


@pytest.fixture
def numbers(dossier, clerk, reviewer):
    issued = certificates.issue(certificates.draft(dossier, by=clerk), by=reviewer)
    return {
        dossier.barcode: dossier,
        dossier.custodies.get().archive_number: dossier,
        dossier.person.id_number: dossier,
        issued.number: issued,
        issued.certificate_number: issued,
    }


def test_every_whole_number_opens_what_it_names(numbers, clerk, signed_in):
    browser = signed_in(clerk)

    for number, named in numbers.items():
        assert where(browser, f" {number} ") == named.get_absolute_url(), number


def test_none_of_them_opens_anything_of_another_institution(numbers, other_institution, signed_in):
    stranger = signed_in(staff(other_institution, Role.CLERK))

    for number, named in numbers.items():
        assert where(stranger, number) != named.get_absolute_url(), number


def test_an_archive_number_that_two_institutions_gave_is_looked_for(
    institution, other_institution, supervisor, signed_in
):
    for place in (institution, other_institution):
        held_dossier(place, custody={"archive_number": "900242"})

    assert where(signed_in(supervisor), "900242") == "/desk/dossiers/?q=900242"


def test_a_scanned_recall_letter_leads_to_what_is_next_for_its_reader(institution, clerk, approver, signed_in):
    """The number itself, and the address in its QR code, which scanners type in plain ASCII."""
    intake = intakes.apply(
        institution, by=clerk, name="王小明", id_number=make_number(), reason="graduation", sender="虚构大学"
    )
    letter = intakes.issue_letter(intake, by=approver).letter_number
    register = reverse("intake:step", args=[intake.pk, "register_parcel"])

    for text in (letter, f"https://rendang.example/letters/{quote(letter)}/"):
        assert where(signed_in(clerk), text) == register
        assert where(signed_in(approver), text) == intake.get_absolute_url()


def test_a_parcel_is_found_by_its_number_and_by_its_consignment(institution, other_institution, clerk, signed_in):
    parcel = parcels.register(
        institution,
        by=clerk,
        arrived_on=timezone.localdate(),
        carrier="ems",
        waybill="EA111100016CN",
        sender="虚构大学",
        seal="INTACT",
    )
    stranger = signed_in(staff(other_institution, Role.CLERK))

    for text in (parcel.number, "ea111100016cn"):
        assert where(signed_in(clerk), text) == parcel.get_absolute_url()
        assert where(stranger, text) == f"/desk/dossiers/?q={text}"


def test_a_part_of_a_number_is_looked_for(dossier, clerk, signed_in):
    part = dossier.custodies.get().archive_number[:-1]

    assert where(signed_in(clerk), part) == f"/desk/dossiers/?q={part}"


def test_who_has_no_dossier_here_yet_is_found_among_the_intakes(
    institution, other_institution, dossier, clerk, signed_in
):
    intake = intakes.apply(
        institution, by=clerk, name="欧阳明月", id_number=make_number(), reason="graduation", sender="虚构大学"
    )
    stranger = signed_in(staff(other_institution, Role.CLERK))

    assert where(signed_in(clerk), intake.person.id_number) == intake.get_absolute_url()
    assert where(signed_in(clerk), "欧阳") == f"/desk/intake/?text={quote('欧阳')}"
    assert where(stranger, intake.person.id_number) is None
    assert where(stranger, "欧阳") == f"/desk/dossiers/?q={quote('欧阳')}"


def test_whose_dossier_is_offered_to_us_is_found_among_the_transfers(
    institution, other_institution, dossier, clerk, signed_in
):
    transfers.offer(dossier, other_institution, by=clerk, reason="internal")
    receiver = signed_in(staff(other_institution, Role.APPROVER))
    stranger = signed_in(staff(InstitutionFactory(), Role.APPROVER))
    person = dossier.person

    assert where(receiver, person.name) == f"/desk/transfers/?text={quote(person.name)}"
    assert where(stranger, person.name) == f"/desk/dossiers/?q={quote(person.name)}"


def test_a_name_that_a_dossier_bears_leads_to_the_dossiers_although_another_comes(
    institution, dossier, clerk, signed_in
):
    name = dossier.person.name
    intakes.apply(institution, by=clerk, name=name, id_number=make_number(), reason="graduation", sender="虚构大学")

    assert where(signed_in(clerk), name) == f"/desk/dossiers/?q={quote(name)}"


def test_a_parcel_of_confidential_post_is_found_by_its_consignment(institution, clerk, signed_in):
    parcel = parcels.register(
        institution,
        by=clerk,
        arrived_on=timezone.localdate(),
        carrier="confidential",
        waybill="JY778812",
        sender="虚构大学",
        seal="INTACT",
    )

    assert where(signed_in(clerk), "jy778812") == parcel.get_absolute_url()


def test_what_travels_is_found_by_its_consignment(institution, other_institution, signed_in):
    leaving = Leaving(institution)
    departure = leaving("IN_TRANSIT")
    number = departure.waybill

    assert where(signed_in(leaving.by[Role.KEEPER]), number) == departure.get_absolute_url()
    assert where(signed_in(staff(other_institution, Role.KEEPER)), number) == f"/desk/dossiers/?q={number}"
