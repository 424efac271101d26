"""The link of a chasing letter on the portal: how often, how much, and what a dead link says."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.accruals.models import Accrual, Chase
from rendang.circulation.accruals.queries import digest
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards.models import Policy
from rendang.kernel.standards.queries import forget
from rendang.portal.models import PublicRequest
from tests.factories import PlacementFactory

pytestmark = pytest.mark.django_db
TOKEN = "k" * 43


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def letter(institution, clerk) -> Chase:
    dossier = PlacementFactory(institution=institution).dossier
    asked = {"addressee_kind": "SCHOOL", "addressee": "虚构大学档案馆", "titles": ["成绩表"]}
    letter = accruals.chase(dossier, by=clerk, **asked)
    Chase.objects.filter(pk=letter.pk).update(token_digest=digest(TOKEN))
    letter.refresh_from_db()
    return letter


def browser(language="en", address="203.0.113.7"):
    return Client(headers={"accept-language": language}, REMOTE_ADDR=address)


def pdf(size=20):
    return SimpleUploadedFile("成绩.pdf", b"%PDF-1.7\n" + b"%" * size)


def send(*files, token=TOKEN, **who):
    return browser(**who).post(reverse("portal:upload", args=[token]), {"file": list(files)})


def rule(code, value):
    Policy.objects.filter(code=code).update(value=value)
    forget()


def nothing_came():
    return not Accrual.objects.exists() and not StoredFile.objects.exclude(kind="PAPER").exists()


def test_several_files_come_in_one_go_and_each_is_opened_on_the_case(letter, clerk, keeper, signed_in):
    assert "It has arrived" in send(pdf(), pdf(30)).content.decode()

    accrual = Accrual.objects.get()
    names = [f"催要答复-{letter.number}-{number}.pdf" for number in (1, 2)]
    assert list(accrual.attachments.order_by("pk").values_list("name", flat=True)) == names
    page = reverse("accruals:paper", args=[accrual.pk, "uploaded-2"])
    assert page in signed_in(clerk).get(accrual.get_absolute_url()).content.decode()
    assert signed_in(clerk).get(page).getvalue() == b"%PDF-1.7\n" + b"%" * 30
    assert signed_in(clerk).get(reverse("accruals:paper", args=[accrual.pk, "uploaded-3"])).status_code == 404
    assert page not in signed_in(keeper).get(accrual.get_absolute_url()).content.decode()
    assert signed_in(keeper).get(page).status_code == 403


@pytest.mark.parametrize(("language", "said"), [("en", "2 files at most"), ("zh-hans", "最多 2 个文件")])
def test_no_more_files_than_the_rule_says(letter, language, said):
    rule("upload_files", 2)

    answer = send(pdf(), pdf(21), pdf(22), language=language)

    assert (answer.status_code, nothing_came()) == (200, True)
    assert said in answer.content.decode()
    assert "It has arrived" in send(pdf(), pdf(21)).content.decode()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "File 2 is larger than 1 MB"), ("zh-hans", "第 2 个文件超过 1 MB")]
)
def test_no_larger_file_than_the_rule_says(letter, language, said):
    rule("upload_size", 1)

    answer = send(pdf(), pdf(1024 * 1024), language=language)

    assert (answer.status_code, nothing_came()) == (200, True)
    assert said in answer.content.decode()


def test_nothing_chosen_is_said_beside_the_field(letter):
    assert "field-error" in send().content.decode()
    assert nothing_came()


@pytest.mark.parametrize(("language", "said"), [("en", "Too many attempts"), ("zh-hans", "尝试次数过多")])
def test_a_link_is_tried_so_many_times_a_day(letter, language, said, time_machine):
    rule("upload_limit_link", 3)
    for number in range(3):
        assert send(SimpleUploadedFile("a.pdf", b"no"), address=f"203.0.113.{number}").status_code == 200
    events = AuditEvent.objects.count()

    answer = send(pdf(), address="203.0.113.9", language=language)

    assert (answer.status_code, nothing_came(), AuditEvent.objects.count()) == (429, True, events)
    assert said in answer.content.decode()
    assert letter.institution.phone in answer.content.decode()
    time_machine.move_to(dt.datetime(2026, 11, 27, 3, tzinfo=dt.UTC))
    assert "It has arrived" in send(pdf()).content.decode()


def test_an_address_tries_so_many_links_an_hour(letter, time_machine):
    rule("upload_limit_address", 2)
    for number in range(2):
        assert send(pdf(), token=f"{number}" * 43).status_code == 410

    assert send(pdf()).status_code == 429
    assert nothing_came()
    assert "It has arrived" in send(pdf(), address="203.0.113.8").content.decode()
    kept = PublicRequest.objects.filter(kind="UPLOAD")
    assert kept.count() == 3
    assert not any(TOKEN.encode() in bytes(one.identity) for one in kept)


def used(letter, clerk):
    accruals.receive_upload(TOKEN, [pdf()])


def answered_at_the_window(letter, clerk):
    accruals.CHASE_STEPS["answer"](letter, by=clerk)


def ended(letter, clerk):
    accruals.CHASE_STEPS["end"](letter, by=clerk, reason="学校已撤销")


def sent_again(letter, clerk):
    accruals.CHASE_STEPS["send_again"](letter, by=clerk)


def expired(letter, clerk):
    Chase.objects.filter(pk=letter.pk).update(link_until=dt.date(2026, 11, 25))


@pytest.mark.parametrize(
    ("spoil", "english", "chinese"),
    [
        (used, "arrived at", "已于 2026-11-26 送达"),
        (answered_at_the_window, "has the papers it asked for", "已收到所需材料"),
        (ended, "Nothing is asked for any more", "不再需要"),
        (sent_again, "A newer letter has been sent", "已有新的催要通知单"),
        (expired, "It was valid until 2026-11-25", "有效期至 2026-11-25"),
    ],
)
def test_a_link_that_takes_nothing_says_why_and_what_to_do(spoil, english, chinese, letter, clerk):
    spoil(letter, clerk)
    address = reverse("portal:upload", args=[TOKEN])

    for language, said in (("en", english), ("zh-hans", chinese)):
        answer = browser(language).get(address)
        text = " ".join(answer.content.decode().split())
        assert answer.status_code == 410
        assert said in text
        assert f'href="tel:{letter.institution.phone}"' in text
        assert letter.person.name not in text
        assert "<form" not in text.partition("<main")[2]


def test_an_unknown_link_says_nothing_of_anybody(letter):
    answer = browser().get(reverse("portal:upload", args=["x" * 43]))

    assert answer.status_code == 410
    assert "This link is not known" in answer.content.decode()
    assert letter.institution.phone not in answer.content.decode()
