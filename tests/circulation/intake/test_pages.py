"""What the pages of an intake say before somebody goes a way that cannot end well."""

import pytest
from django.urls import reverse

from rendang.circulation.intake import actions
from rendang.kernel.access.models import Role
from tests.circulation.intake.conftest import make_number

pytestmark = pytest.mark.django_db

DIFFERENT = {"list_agrees": False, "comparison": "缺学历材料 1 份"}


def page(walk, signed_in, intake, role=Role.REVIEWER):
    return signed_in(walk.people[role]).get(intake.get_absolute_url())


def test_a_parcel_with_a_broken_seal_is_said_to_go_back_before_it_is_opened(walk, signed_in):
    broken = page(walk, signed_in, walk("ARRIVED", parcel={"seal": "BROKEN"}))
    intact = page(walk, signed_in, walk("ARRIVED", id_number=make_number()))

    assert broken.context["stands_against"] == [
        "It came by a forbidden way, or its seal is not intact: it is not opened, but returned to the sender."
    ]
    assert intact.context["stands_against"] == []


def test_what_does_not_agree_is_said_before_the_review(walk, signed_in):
    said = page(walk, signed_in, walk("COMPARED", compared=DIFFERENT)).context["stands_against"]

    assert said == ["Notice, list and parcel do not agree: return the dossier or compare again."]


def test_the_second_person_reads_what_they_sign_for(walk, signed_in):
    intake = walk("HALF_OPENED")
    form = signed_in(walk.people["SECOND"]).get(reverse("intake:step", args=[intake.pk, "witness_opening"]))

    counted = "counted principal volumes: 1, duplicate volumes: 0, papers: 12. With your signature"
    assert f"{walk.people[Role.REVIEWER]} {counted}" in form.text


def test_a_second_review_begins_with_what_the_first_has_told(walk, signed_in):
    intake = actions.review(
        walk("COMPARED"), by=walk.people[Role.REVIEWER], review="缺件", person_types=["E"], lacking=["WK-02"]
    )
    intake = actions.compare_again(intake, by=walk.people[Role.REVIEWER], reason="对方更正目录")
    intake = actions.compare(
        intake, by=walk.people[Role.REVIEWER], notice_agrees=True, list_agrees=True, right_person=True
    )

    form = (
        signed_in(walk.people[Role.REVIEWER]).get(reverse("intake:step", args=[intake.pk, "review"])).context["form"]
    )

    assert form["person_types"].initial == ["E"]
    assert form["lacking"].initial == ["WK-02"]


def test_who_decides_reads_that_the_promise_is_not_there_yet(walk, signed_in):
    intake = actions.review(
        walk("COMPARED"), by=walk.people[Role.REVIEWER], review="缺件", person_types=["E"], lacking=["WK-02"]
    )

    assert page(walk, signed_in, intake, Role.APPROVER).context["stands_against"] == [
        "What is lacking has been told to the person, who has not promised it yet:"
        " note the signed undertaking, or wait until it is confirmed online; then the dossier can be accepted."
    ]


def test_the_usual_carrier_stands_there_only_if_the_letter_names_it(institution, walk, signed_in):
    def stands_there(intake):
        return signed_in(walk.people[Role.CLERK]).get(reverse("intake:step", args=[intake.pk, "register_parcel"]))

    ordinary = walk("CALLED")
    technician = actions.apply(
        institution,
        by=walk.people[Role.CLERK],
        name="欧阳明月",
        id_number=make_number(),
        reason="resignation",
        sender="虚构市人才服务中心",
        personal_identity="13",
    )
    technician = actions.issue_letter(technician, by=walk.people[Role.APPROVER])

    assert stands_there(ordinary).context["form"]["carrier"].initial == "ems"
    assert stands_there(technician).context["form"]["carrier"].initial == "confidential"
