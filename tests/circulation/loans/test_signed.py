"""The slip that both signed: with the hand-over or the return, or later; once, and only for who may see the loan."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rendang.circulation.loans import actions
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from tests.factories import staff

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def scan(content=PNG):
    return SimpleUploadedFile("签名.png", content)


def counted():
    return AuditEvent.objects.count(), StoredFile.objects.count()


def test_the_signed_slip_comes_with_the_hand_over_and_the_signed_count_with_the_return(loan, ours, signed_in):
    case = loan("APPROVED")
    browser = signed_in(ours[Role.KEEPER])
    given = {"loan": case.pk, "pages": 30, "signed_by": case.borrowers.first().pk, "signed": scan()}

    browser.post(reverse("loans:hand_over"), given)
    case.refresh_from_db()
    assert (case.state, case.signed_slip.media_type, case.signed_return) == ("LENT", "image/png", None)

    browser.post(reverse("loans:return"), {"loan": case.pk, "pages": 30, "signed": scan()})
    case.refresh_from_db()
    assert case.state == "RETURNED"
    text = browser.get(case.get_absolute_url()).content.decode()
    for paper in ("signed-slip", "signed-return"):
        address = reverse("loans:paper", args=[case.pk, paper])
        assert address in text
        answer = browser.get(address)
        assert (answer["Content-Type"], answer.getvalue()) == ("image/png", PNG)
    assert "Add the signed" not in text


def test_a_scan_that_is_none_holds_the_hand_over_up_and_leaves_nothing(loan, ours, signed_in):
    case = loan("APPROVED")
    before = counted()

    answer = signed_in(ours[Role.KEEPER]).post(
        reverse("loans:hand_over"),
        {"loan": case.pk, "pages": 30, "signed_by": case.borrowers.first().pk, "signed": scan(b"MZ\x90\0" * 9)},
    )

    assert "not one of" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "APPROVED"
    assert StoredFile.objects.count() == before[1]


def test_it_can_follow_on_the_page_of_the_case_once(loan, ours, signed_in):
    case = loan("LENT")
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:signed", args=[case.pk, "slip"])
    assert page in browser.get(case.get_absolute_url()).content.decode()

    assert browser.post(page, {"signed": scan()})["Location"] == case.get_absolute_url()

    case.refresh_from_db()
    assert case.signed_slip.name.startswith("借阅单")
    assert AuditEvent.objects.filter(verb="loan.keep_signed", subject_id=case.pk).count() == 1
    before = counted()
    assert "with the case already" in browser.post(page, {"signed": scan()}).content.decode()
    assert counted() == before


def test_nothing_is_signed_before_the_dossier_changes_hands_or_by_who_does_not_hand_over(
    loan, ours, other_institution
):
    case = loan("APPROVED")
    lent = loan("LENT")
    for one, which, by, error in (
        (case, "slip", ours[Role.KEEPER], ValidationError),
        (lent, "return", ours[Role.KEEPER], ValidationError),
        (lent, "letter", ours[Role.KEEPER], ValidationError),
        (lent, "slip", ours[Role.CLERK], PermissionDenied),
        (lent, "slip", staff(other_institution, Role.KEEPER), PermissionDenied),
    ):
        before = counted()
        with pytest.raises(error):
            actions.keep_signed(one, by=by, which=which, signed=scan())
        assert counted() == before


def test_the_scan_is_not_there_for_another_institution(loan, ours, signed_in, other_institution):
    case = actions.keep_signed(loan("LENT"), by=ours[Role.KEEPER], which="slip", signed=scan())
    address = reverse("loans:paper", args=[case.pk, "signed-slip"])

    assert signed_in(staff(other_institution, Role.KEEPER)).get(address).status_code == 404
    assert (
        signed_in(ours[Role.DIGITISER] if Role.DIGITISER in ours else staff(case.institution, Role.DIGITISER))
        .get(address)
        .status_code
        == 403
    )
