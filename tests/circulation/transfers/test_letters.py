"""The QR code of our own letters, read from a scan, a photograph or a PDF that somebody sends."""

import datetime as dt
import io

import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from rendang.circulation.intake import actions as intake
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure, DepartureRequest
from rendang.circulation.transfers.queries.letters import NOT_OURS, letter_read, verdict_on
from rendang.kernel.access.models import Role
from rendang.kernel.documents.reading import _picture, qr_codes_in
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.queries import to_do
from rendang.kernel.workflow.steps import steps_open_to
from tests.circulation.intake.conftest import make_number
from tests.circulation.transfers.leaving import PDF, a_file
from tests.factories import CitizenFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(leaving):
    return leaving.dossier()


@pytest.fixture
def waiting(mine, other_institution):
    """The other institution has called for the dossier by a printed letter with a QR code."""
    clerk, approver = staff(other_institution, Role.CLERK), staff(other_institution, Role.APPROVER)
    case = intake.open_intake(other_institution, mine.person, by=clerk, reason="relocation", sender="某机构")
    return intake.issue_letter(case, by=approver)


@pytest.fixture
def pdf(waiting):
    return ContentFile(read_file(waiting.letter_file), name="调档函.pdf")


def photographed(pdf, **options):
    """The first page, a little tilted, as a telephone takes it."""
    page = (
        pypdfium2.PdfDocument(pdf.read())[0]
        .render(scale=2)
        .to_pil()
        .convert("RGB")
        .rotate(4, expand=True, fillcolor=(90, 80, 70))
    )
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70, **options)
    return ContentFile(out.getvalue(), name="photo.jpg")


def plain(colour="white"):
    out = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(out, "PNG")
    return ContentFile(out.getvalue(), name="blank.png")


class TestReading:
    def test_from_the_pdf_and_from_a_photograph_of_it(self, pdf, waiting):
        assert letter_read(pdf) == waiting.letter_number
        pdf.seek(0)
        assert letter_read(photographed(pdf)) == waiting.letter_number

    @pytest.mark.parametrize(
        "file", [plain(), ContentFile(PDF), ContentFile(b"\xff\xd8\xff broken"), ContentFile(b"")]
    )
    def test_what_cannot_be_read_says_nothing(self, file):
        assert qr_codes_in(file) == []
        assert verdict_on(letter_read(file)) is None

    def test_a_picture_made_to_fill_the_memory_is_not_unpacked(self, monkeypatch):
        out = io.BytesIO()
        Image.new("1", (10_000, 6_000)).save(out, "PNG")
        assert len(out.getvalue()) < 20_000
        monkeypatch.setattr(Image.Image, "load", None)
        assert list(_picture(out.getvalue())) == []

    def test_somebody_else_s_code_is_not_ours(self, monkeypatch):
        monkeypatch.setattr("rendang.circulation.transfers.queries.letters.qr_codes_in", lambda file: ["https://x/1"])

        assert letter_read(plain()) == NOT_OURS
        assert verdict_on(NOT_OURS).tone == "info"


class TestVerdict:
    def test_genuine_run_out_used_and_never_issued(self, waiting, other_institution):
        number, until = waiting.letter_number, waiting.letter_valid_until
        assert verdict_on(number).text == (
            f"QR code: genuine letter {number} of {other_institution.english_name}, valid until {until}."
        )

        waiting.letter_valid_until = timezone.localdate() - dt.timedelta(1)
        waiting.save(update_fields=["letter_valid_until"])
        assert "ran out on" in verdict_on(number).text

        intake.withdraw(waiting, by=staff(other_institution, Role.CLERK), reason="本人撤回")
        assert "is used, replaced or withdrawn" in verdict_on(number).text
        assert verdict_on(f"{other_institution.code}调〔2026〕9999号").tone == "danger"


class TestWhereALetterIsSent:
    def test_a_citizen_s_application_follows_the_code_whatever_was_typed(self, mine, waiting, pdf, client):
        citizen = CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)
        client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
        typed = {
            "to": "新机构",
            "letter_number": "看不清",
            "letter_date": f"{timezone.localdate()}",
            "reason": "relocation",
        }

        answer = client.post(
            reverse("portal:leave"), {**typed, "letter": pdf}, follow=True, headers={"accept-language": "en"}
        )

        departure = Departure.objects.get()
        assert (departure.letter_read, departure.letter_number) == (waiting.letter_number, waiting.letter_number)
        assert departure.moves_to == waiting.institution
        assert "QR code: genuine letter" in answer.text

    def test_the_desk_is_led_to_the_institution_that_issued_it(self, leaving, mine, waiting, pdf):
        with pytest.raises(ValidationError, match="This letter is from"):
            leaving.apply(mine, letter=pdf)

        assert not Departure.objects.exists()

    def test_a_request_from_outside_is_recognised_by_the_code(self, leaving, mine, waiting, pdf, client):
        person = mine.person
        request = actions.receive_request(
            leaving.institution, sent_by="RECEIVER", sender="某中心", contact="赵敏", phone="0518-8888 0000",
            name=person.name, id_number=person.id_number, letter=pdf,
        )  # fmt: skip

        assert (request.letter_of, request.letter_number) == (waiting.institution, waiting.letter_number)
        client.force_login(leaving.by[Role.CLERK])
        page = client.get(reverse("requests:detail", args=[request.pk]), headers={"accept-language": "en"}).text
        assert "QR code: genuine letter" in page

    def test_a_used_letter_is_refused_and_nothing_is_entered(self, leaving, waiting, pdf, other_institution):
        intake.withdraw(waiting, by=staff(other_institution, Role.CLERK), reason="本人撤回")

        with pytest.raises(ValidationError, match="no longer valid"):
            actions.receive_request(
                leaving.institution, sent_by="RECEIVER", sender="某中心", contact="赵敏", phone="0518-8888 0000",
                name="无此人", id_number=make_number(), letter=pdf,
            )  # fmt: skip

        assert not DepartureRequest.objects.exclude(sent_by="CITY").exists()

    def test_an_unreadable_picture_holds_nothing_up(self, leaving, mine):
        departure = leaving.apply(mine, letter=a_file("letter.pdf"))

        assert (departure.state, departure.letter_read) == ("APPLIED", "")


def test_nobody_is_asked_to_approve_what_nobody_has_examined(leaving):
    departure = leaving("APPLIED")
    approver = leaving.by[Role.APPROVER]
    assert "approve" in {rule.name for rule in steps_open_to(approver, departure)}

    Departure.objects.filter(pk=departure.pk).update(examined_by=None)
    departure = Departure.objects.get(pk=departure.pk)

    assert "approve" not in {rule.name for rule in steps_open_to(approver, departure)}
    assert "approve" not in to_do(approver, timezone.localdate()).get(pk=departure.pk).next_steps
    with pytest.raises(ValidationError):
        actions.DEPARTURE_STEPS["approve"](departure, by=approver)


def test_what_is_examined_is_nobodys_to_examine_and_can_still_be_corrected(leaving, mine):
    citizen = CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)
    clerk, letter = (
        leaving.by[Role.CLERK],
        {"letter_number": "海人才调〔2026〕1号", "letter_date": timezone.localdate()},
    )
    departure = actions.apply_online(mine, by=citizen, to=leaving.to.name, reason="employed", **letter)

    def next_steps():
        return to_do(clerk, timezone.localdate()).get(pk=departure.pk).next_steps

    def buttons():
        return [rule.name for rule in steps_open_to(clerk, Departure.objects.get(pk=departure.pk))]

    assert (next_steps(), buttons()) == (["examine"], ["examine", "withdraw"])
    with pytest.raises(ValidationError, match="has not been examined yet"):
        leaving.take(departure, "correct_examination", to=leaving.to, **letter)

    departure = leaving.take(departure, "examine", to=leaving.to, **letter)

    assert (next_steps(), buttons()) == ([], ["correct_examination", "withdraw"])
    assert "approve" in to_do(leaving.by[Role.APPROVER], timezone.localdate()).get(pk=departure.pk).next_steps
    with pytest.raises(ValidationError, match="correct the examination"):
        leaving.take(departure, "examine", to=leaving.to, **letter)
    departure = leaving.take(
        departure, "correct_examination", to=leaving.to, **(letter | {"letter_number": "海人才调〔2026〕2号"})
    )
    assert (departure.state, departure.letter_number) == ("APPLIED", "海人才调〔2026〕2号")
