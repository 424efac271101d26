"""催要: a letter whose link takes one upload, until its last day, from whoever has the letter."""

import datetime as dt
import io
import re
from pathlib import Path

import pypdfium2
import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from rendang.circulation.accruals import actions, papers
from rendang.circulation.accruals.models import Accrual, Chase
from rendang.circulation.accruals.queries import digest
from rendang.dossiers import actions as dossiers
from rendang.dossiers.actions import letting_go, undertakings
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents import registers
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file
from rendang.people.models import Message
from tests.factories import CitizenFactory, InstitutionFactory, PlacementFactory, staff
from tests.golden import assert_looks_as_approved, assert_says, squeezed, text_of
from tests.told import chinese

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
TODAY = dt.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def dossier(institution):
    return PlacementFactory(institution=institution).dossier


@pytest.fixture
def letter(dossier, clerk) -> Chase:
    return actions.chase(
        dossier, by=clerk, addressee_kind="SCHOOL", addressee="虚构大学档案馆", titles=["毕业生登记表", "成绩表"]
    )


def token_of(letter) -> str:
    """Read from the printed letter, as its addressee does."""
    letter.refresh_from_db()
    text = squeezed(text_of(b"".join(open_file(letter.letter_file)))).replace("\u200b", "")
    found = re.search(r"/upload/([\w-]{43})/", text)
    assert found, text
    return found[1]


def anybody() -> Browser:
    return Browser(headers={"accept-language": "en"})


def picture(name="IMG_1.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("L", (30, 30), 90).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def test_the_letter_is_due_and_its_link_dead_after_the_days_of_the_policy(letter, dossier):
    assert (letter.state, letter.due_date, letter.link_until) == ("SENT",) + (dt.date(2026, 12, 26),) * 2
    assert (letter.titles, letter.person) == (["毕业生登记表", "成绩表"], dossier.person)
    assert not Message.objects.exists()
    assert bytes(letter.token_digest) == digest(token_of(letter))


@pytest.mark.parametrize(("kind", "told"), [("SCHOOL", 0), ("PERSON", 1)])
def test_when_the_dossier_has_gone_to_another_keeper_the_letter_ends_with_its_link(dossier, clerk, kind, told):
    letter = actions.chase(dossier, by=clerk, addressee_kind=kind, addressee="虚构大学档案馆", titles=["成绩表"])
    custody = dossier.custodies.get()
    dossiers.end_custody(custody, by=clerk, reason="employed", sent_to="海州市人才服务中心")
    before = Message.objects.count()

    letting_go.let_go(custodies=[custody.pk])

    letter.refresh_from_db()
    assert (letter.state, letter.token_digest) == ("ENDED", None)
    assert AuditEvent.objects.get(verb="chase.end").reason == "dossier_has_left"
    assert Message.objects.count() == before + told


def test_letters_about_an_undertaking_end_with_what_they_ask_for(dossier, institution, clerk):
    told = dossiers.tell_once(
        dossier.person,
        institution,
        by=clerk,
        missing=[{"name": "毕业生登记表"}, {"name": "体检表"}, {"name": "成绩表"}],
    )
    first, second, both = (
        actions.chase(dossier, by=clerk, addressee_kind="SCHOOL", addressee="虚构大学", titles=titles, promise=told)
        for titles in (["毕业生登记表"], ["体检表"], ["毕业生登记表", "体检表"])
    )

    def states():
        undertakings.papers_settled(undertaking=told.pk)
        return [Chase.objects.get(pk=letter.pk).state for letter in (first, second, both)]

    assert states() == ["SENT", "SENT", "SENT"]
    item = {item.name: item for item in told.items.all()}
    dossiers.settle_item(item["毕业生登记表"], by=clerk, outcome="SUPPLEMENTED")
    (job,) = ProcrastinateJob.objects.filter(task_name="dossiers.papers_settled")
    assert job.args == {"undertaking": told.pk}
    assert states() == ["ANSWERED", "SENT", "SENT"]
    dossiers.settle_item(item["体检表"], by=clerk, outcome="WAIVED", reason="遗失")
    assert states() == ["ANSWERED", "ENDED", "ANSWERED"]
    assert [event.reason for event in AuditEvent.objects.filter(verb="chase.end")] == ["undertaking_settled"]
    again = actions.chase(
        dossier, by=clerk, addressee_kind="SCHOOL", addressee="虚构大学", titles=["照片"], promise=told
    )
    dossiers.settle_item(item["成绩表"], by=clerk, outcome="SUPPLEMENTED")
    states()
    assert Chase.objects.get(pk=again.pk).state == "ENDED"  # the undertaking is over


def test_the_person_written_to_is_told_on_the_portal_too(dossier, clerk):
    actions.chase(dossier, by=clerk, addressee_kind="PERSON", addressee=dossier.person.name, titles=["成绩表"])
    first = "请补充档案材料：成绩表。请于2026年12月26日前在“我的档案”上传扫描件或照片，并送交原件。"
    assert chinese(Message.objects.get()) == first
    actions.CHASE_STEPS["send_again"](Chase.objects.get(), by=clerk)
    assert chinese(Message.objects.order_by("-pk").first()) == f"第2次提醒：{first}"


def test_what_must_not_be_asked_for_and_who_may_not_ask(dossier, clerk, keeper):
    dossier.person.graduated = "2023-07"
    dossier.person.save()
    asked = {"addressee_kind": "SCHOOL", "addressee": "虚构大学"}
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="must not be asked of this person"):
        actions.chase(dossier, by=clerk, titles=["就业报到证"], **asked)
    with pytest.raises(ValidationError):
        actions.chase(dossier, by=clerk, titles=[], **asked)
    with pytest.raises(PermissionDenied):
        actions.chase(dossier, by=keeper, titles=["成绩表"], **asked)
    with pytest.raises(ValidationError, match="Name the employer or the school"):
        actions.chase(dossier, by=clerk, titles=["成绩表"], **asked | {"addressee": dossier.person.name})
    assert (Chase.objects.count(), AuditEvent.objects.count()) == (0, before)


def test_the_link_shows_no_more_of_the_person_than_a_masked_name(letter, dossier):
    page = anybody().get(reverse("portal:upload", args=[token_of(letter)])).content.decode()
    assert "王**" in page or "王*" in page
    assert dossier.person.name not in page and dossier.person.id_masked not in page
    assert "Registration form of a graduate" in page and "2026-12-26" in page


def test_an_upload_waits_for_the_clerk_as_an_accrual_and_uses_the_link_up(letter, dossier):
    address = reverse("portal:upload", args=[token_of(letter)])
    assert "It has arrived" in anybody().post(address, {"file": picture()}).content.decode()
    accrual = Accrual.objects.get()
    assert (accrual.state, accrual.channel, accrual.sender) == ("REGISTERED", "ONLINE", "虚构大学档案馆")
    assert list(accrual.items.values_list("title", "class_mark", "form")) == [
        ("毕业生登记表", "4-1", "digital"),
        ("成绩表", "4-1", "digital"),
    ]
    assert accrual.attachments.get().name == f"催要答复-{letter.number}-1.png"
    letter.refresh_from_db()
    assert (letter.state, letter.answer, letter.token_digest) == ("ANSWERED", accrual, None)
    again = anybody().post(address, {"file": picture()})
    assert again.status_code == 410 and "This link has been used" in again.content.decode()
    assert Accrual.objects.count() == 1


def test_what_was_uploaded_is_filed_only_as_the_original(letter, clerk, reviewer, keeper):
    accrual = actions.receive_upload(token_of(letter), [picture()])
    with pytest.raises(ValidationError, match="Only an original"):
        actions.identify_all(accrual, by=reviewer)
    first, second = accrual.items.all()
    verdicts = {str(first.pk): {"form": "original"}, str(second.pk): {"form": "stamped_copy"}}
    done = actions.put_in(actions.identify_all(accrual, by=reviewer, verdicts=verdicts), by=keeper)
    assert done.state == "FILED"


@pytest.mark.parametrize("spoil", ["unknown", "too late", "ended", "sent again"])
def test_a_dead_link_takes_nothing(letter, clerk, time_machine, spoil):
    token = token_of(letter)
    if spoil == "unknown":
        token = "x" * 43
    elif spoil == "too late":
        time_machine.move_to(dt.datetime(2026, 12, 27, 2, tzinfo=dt.UTC))
    elif spoil == "ended":
        actions.CHASE_STEPS["end"](letter, by=clerk, reason="学校已撤销")
    else:
        actions.CHASE_STEPS["send_again"](letter, by=clerk)
    files, events = StoredFile.objects.count(), AuditEvent.objects.count()
    address = reverse("portal:upload", args=[token])
    assert anybody().get(address).status_code == 410
    assert anybody().post(address, {"file": picture()}).status_code == 410
    with pytest.raises(ValidationError, match="not valid, or no longer"):
        actions.receive_upload(token, [picture()])
    assert (StoredFile.objects.count(), AuditEvent.objects.count(), Accrual.objects.count()) == (files, events, 0)


def test_a_file_that_is_no_picture_is_refused_and_the_link_stays(letter):
    address = reverse("portal:upload", args=[token_of(letter)])
    answer = anybody().post(address, {"file": SimpleUploadedFile("a.pdf", b"#!/bin/sh\necho hello\n")})
    assert (answer.status_code, Accrual.objects.count()) == (200, 0)
    assert "is not one of" in answer.content.decode()
    assert "It has arrived" in anybody().post(address, {"file": picture()}).content.decode()


def test_the_pages_write_print_send_again_and_end(signed_in, dossier, institution, clerk):
    dossiers.tell_once(dossier.person, institution, by=clerk, missing=[{"code": "ED-04"}])
    browser = signed_in(clerk)
    write = reverse("accruals:chase_write", args=[dossier.pk])
    assert "毕业生登记表" in browser.get(write).content.decode()
    asked = {"addressee_kind": "SCHOOL", "addressee": "虚构大学", "titles": "毕业生登记表\n学籍卡"}
    answer = browser.post(write, asked)
    letter = Chase.objects.get()
    assert (answer["Location"], letter.promise.person) == (letter.get_absolute_url(), dossier.person)
    assert "学籍卡" in browser.get(letter.get_absolute_url()).content.decode()
    first = bytes(letter.token_digest)
    browser.post(reverse("accruals:chase_step", args=[letter.pk, "send_again"]), {"sure": "1"})
    letter.refresh_from_db()
    assert bytes(letter.token_digest) != first
    assert browser.get(reverse("accruals:chase_letter", args=[letter.pk])).status_code == 200
    browser.post(reverse("accruals:chase_step", args=[letter.pk, "end"]), {"reason": "学校已撤销"})
    listed = browser.get(reverse("accruals:chases")).content.decode()
    assert letter.number in listed
    assert f"→ {letter.addressee}" in listed
    assert Chase.objects.get().state == "ENDED"
    viewer = signed_in(staff(institution, Role.KEEPER))
    assert viewer.get(reverse("accruals:chase_letter", args=[letter.pk])).status_code == 403
    stranger = signed_in(staff(InstitutionFactory(), Role.CLERK))
    assert stranger.get(letter.get_absolute_url()).status_code == 404


LINE = papers.LoosePaper(name="王小明", title="2025年度考核登记表", formed_on="2025-12", pages=2, form="原件")


def test_the_papers_look_as_approved(settings):
    settings.DEMONSTRATION = False
    common = {"number": "RCSC-20261126-0001", "institution": "虚构市人才服务中心", "handler": "张经办"}
    common |= {"phone": "0571-00000000"}
    refused = papers.LoosePaper(
        name="李雷", title="专业技术职务评审表", formed_on="2020-10-08", pages=8, reason="手续不完备：缺评委会公章"
    )
    receipt = papers.render_receipt(
        papers.AccrualReceipt(
            sender="虚构实业有限公司",
            deliverer="李送件",
            received_on=TODAY,
            file_by=dt.date(2026, 12, 26),
            items=[LINE] * 30,
            **common,
        )
    )
    slip = papers.render_return_slip(
        papers.AccrualReturnSlip(
            addressee="虚构实业有限公司", received_on=TODAY, items=[refused], issued_on=TODAY, **common
        )
    )
    chase = papers.render_chasing_letter(
        papers.ChasingLetter(
            addressee="虚构大学档案馆",
            name="王小明",
            id_masked="3301**********1234",
            titles=["毕业生登记表", "成绩表"],
            answer_by=dt.date(2026, 12, 26),
            issued_on=TODAY,
            address="虚构市演示路 1 号 310000",
            upload_link=f"https://dangan.example.cn/upload/{'a1B2c3D4' * 5}xyz/",
            **common,
        )
    )
    assert_says(receipt, ["人事档案材料接收清单", "共30份", "2026年12月26日前归入档案"])
    assert_says(slip, ["人事档案材料退回单", "手续不完备：缺评委会公章", "办理完毕、对象明确、齐全、清楚、真实、规范"])
    assert_says(chase, ["短缺材料催要通知单", "虚构大学档案馆", "请于2026年12月26日前", "限一次"])
    assert len(pypdfium2.PdfDocument(chase)) == 1
    for name, pdf in (("receipt", receipt), ("return_slip", slip), ("chase", chase)):
        assert_looks_as_approved(name, pdf, GOLDEN)


def test_the_register_has_the_letters_of_its_days_and_what_became_of_them(letter, dossier, institution, clerk):
    actions.CHASE_STEPS["end"](letter, by=clerk, reason="学校已撤销")
    asked = {"addressee_kind": "PERSON", "addressee": dossier.person.name, "titles": ["成绩表"]}
    waiting = actions.chase(dossier, by=clerk, **asked)
    book, name = registers.REGISTERS["chases"], dossier.person.name
    assert book.title == "短缺材料催要登记簿"
    assert 12 + sum(width for _title, width in book.columns) == 257
    assert registers.entries(book, institution, TODAY, TODAY, by=clerk) == [
        [
            "1", "2026-11-26", letter.number, "第1次", name, "学校", "虚构大学档案馆", "毕业生登记表、成绩表",
            "2026-12-26", "2026-11-26", "未送交，终止",
        ],
        ["2", "2026-11-26", waiting.number, "第1次", name, "本人", name, "成绩表", "2026-12-26", "", "待答复"],
    ]  # fmt: skip
    assert registers.entries(book, institution, dt.date(2026, 11, 1), dt.date(2026, 11, 25), by=clerk) == []
    elsewhere = InstitutionFactory()
    assert registers.entries(book, elsewhere, TODAY, TODAY, by=staff(elsewhere, Role.CLERK)) == []


def test_each_time_a_letter_goes_out_has_its_own_line_in_the_register(letter, institution, clerk, time_machine):
    time_machine.move_to(dt.datetime(2026, 12, 28, 2, tzinfo=dt.UTC))
    actions.CHASE_STEPS["send_again"](letter, by=clerk)
    letter.refresh_from_db()
    actions.CHASE_STEPS["answer"](letter, by=clerk)
    book = registers.REGISTERS["chases"]
    both = registers.entries(book, institution, TODAY, dt.date(2026, 12, 31), by=clerk)
    assert [(row[1], row[3], *row[-3:]) for row in both] == [
        ("2026-11-26", "第1次", "2026-12-26", "", "再次催要"),
        ("2026-12-28", "第2次", "2027-01-27", "2026-12-28", "已送交"),
    ]
    assert [row[3] for row in registers.entries(book, institution, TODAY, TODAY, by=clerk)] == ["第1次"]


def test_the_link_is_shown_once_to_who_made_it_and_kept_nowhere_in_the_clear(
    signed_in, dossier, clerk, institution, caplog
):
    browser = signed_in(clerk)
    asked = {"addressee_kind": "EMPLOYER", "addressee": "虚构公司", "titles": "劳动合同"}
    address = browser.post(reverse("accruals:chase_write", args=[dossier.pk]), asked)["Location"]
    letter = Chase.objects.get()
    link = f"/upload/{token_of(letter)}/"
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert "chasing_link" in "".join(kept) and link not in "".join(kept)
    stranger = signed_in(staff(institution, Role.CLERK))
    assert link not in stranger.get(address).content.decode()
    page = browser.get(address)
    shown = page.content.decode()
    assert link in shown and "no-store" in page["Cache-Control"]
    assert "虚构公司：我机构保管的王" in shown and f"的{dossier.person.name}的" not in shown
    assert link not in browser.get(address).content.decode()

    browser.post(reverse("accruals:chase_step", args=[letter.pk, "send_again"]), {"sure": "1"})
    again = f"/upload/{token_of(letter)}/"
    assert again != link and again in browser.get(address).content.decode()
    assert again not in browser.get(address).content.decode()
    told = "".join(f"{event.changes} {event.reason}" for event in AuditEvent.objects.all())
    assert not any(one in told + caplog.text for one in (link, again))


def test_one_way_on_stands_out_and_which_follows_the_day(signed_in, letter, clerk, time_machine):
    def main_button():
        page = signed_in(clerk).get(letter.get_absolute_url()).content.decode()
        return re.findall(r'class="btn btn-primary"\s+href="[^"]*/(\w+)/"', page)

    assert main_button() == ["answer"]
    time_machine.move_to(dt.datetime(2026, 12, 27, 2, tzinfo=dt.UTC))
    assert main_button() == ["send_again"]


def test_every_letter_that_went_out_can_be_printed_by_who_writes_them(signed_in, letter, clerk, institution):
    first = token_of(letter)
    actions.CHASE_STEPS["send_again"](letter, by=clerk)
    browser = signed_in(clerk)

    def says(number):
        answer = browser.get(reverse("accruals:sent_letter", args=[letter.pk, number]))
        return squeezed(text_of(b"".join(answer.streaming_content))).replace("\u200b", "")

    assert first in says(1) and token_of(letter) in says(2) and first not in says(2)
    assert browser.get(reverse("accruals:sent_letter", args=[letter.pk, 3])).status_code == 404
    viewer = signed_in(staff(institution, Role.KEEPER))
    page = viewer.get(letter.get_absolute_url()).content.decode()
    assert "/letter/" not in page and "Letters sent" in page
    assert viewer.get(reverse("accruals:sent_letter", args=[letter.pk, 1])).status_code == 403


@pytest.fixture
def to_the_person(dossier, clerk) -> Chase:
    asked = {"addressee_kind": "PERSON", "addressee": dossier.person.name, "titles": ["成绩表"]}
    return actions.chase(dossier, by=clerk, **asked)


@pytest.fixture
def themselves(dossier):
    return CitizenFactory(id_number=dossier.person.id_number)


def test_the_person_answers_under_my_dossier_without_a_link_and_once(signed_in, to_the_person, themselves):
    browser, address = signed_in(themselves), reverse("portal:asked_for", args=[to_the_person.pk])
    page = browser.get(reverse("portal:me")).content.decode()
    assert address in page and "Papers are asked for" in page
    assert "You can send files once, until 2026-12-26" in browser.get(address).content.decode()
    assert "It has arrived" in browser.post(address, {"file": picture()}).content.decode()
    accrual = Accrual.objects.get()
    to_the_person.refresh_from_db()
    assert (to_the_person.state, to_the_person.answer, accrual.channel) == ("ANSWERED", accrual, "ONLINE")
    event = AuditEvent.objects.get(verb="chase.upload")
    assert (event.actor_id, event.person_id) == (themselves.pk, to_the_person.person_id)
    again = browser.post(address, {"file": picture()})
    assert again.status_code == 410 and "It has been answered" in again.content.decode()
    assert Accrual.objects.count() == 1
    assert address not in browser.get(reverse("portal:me")).content.decode()


def test_after_the_last_day_and_for_anybody_else_nothing_is_taken(
    signed_in, letter, to_the_person, themselves, clerk, time_machine
):
    nobody = CitizenFactory(id_number="110101199003074514")
    stranger, own = signed_in(nobody), signed_in(themselves)
    files, events = StoredFile.objects.count(), AuditEvent.objects.count()
    address = reverse("portal:asked_for", args=[to_the_person.pk])
    for browser, page, status in (
        (stranger, address, 404),
        (own, reverse("portal:asked_for", args=[letter.pk]), 404),  # to the school, about the same person
        (signed_in(clerk), address, 403),
    ):
        assert (browser.get(page).status_code, browser.post(page, {"file": picture()}).status_code) == (status,) * 2
    for by in (clerk, nobody):
        with pytest.raises(ValidationError, match="Nothing is asked for"):
            actions.receive_from_person(to_the_person, [picture()], by=by)
    time_machine.move_to(dt.datetime(2026, 12, 27, 2, tzinfo=dt.UTC))
    late = signed_in(themselves).post(address, {"file": picture()})
    assert late.status_code == 410 and "The day for sending has passed" in late.content.decode()
    assert (StoredFile.objects.count(), AuditEvent.objects.count(), Accrual.objects.count()) == (files, events, 0)


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_the_register_of_letters_prints_as_paper_and_workbook(letter, signed_in, clerk, form):
    response = signed_in(clerk).get(f"{reverse('desk:register', args=['chases'])}?form={form}")
    content = b"".join(response.streaming_content)
    if form == "pdf":
        text = squeezed(text_of(content))
        assert all(word in text for word in ("短缺材料催要登记簿", "虚构大学档案馆", "待答复"))
    else:
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        assert (sheet["C1"].value, sheet["C2"].value) == ("催要编号", letter.number)


def test_the_page_of_an_undertaking_lists_its_letters_with_their_state_and_they_lead_back(
    dossier, institution, clerk, signed_in
):
    told = dossiers.tell_once(dossier.person, institution, by=clerk, missing=[{"name": "成绩表"}], dossier=dossier)
    read = lambda case: " ".join(signed_in(clerk).get(case.get_absolute_url()).text.split())  # noqa: E731
    assert "Chasing letters" not in read(told).partition("<main")[2]
    first, second = (
        actions.chase(dossier, by=clerk, addressee_kind="SCHOOL", addressee=school, titles=["成绩表"], promise=told)
        for school in ("虚构大学", "虚构学院")
    )
    actions.CHASE_STEPS["send_again"](first, by=clerk)
    actions.CHASE_STEPS["end"](second, by=clerk, reason="查无此校")

    page = read(told).partition("<main")[2]

    for letter, said in ((first, f"{TODAY} · sent 2 times"), (second, f"{TODAY}</td>")):
        row = page.partition(f'href="{letter.get_absolute_url()}"')[2].partition("</tr>")[0]
        assert said in row and str(Chase.objects.get(pk=letter.pk).state_label) in row
    assert f'href="{told.get_absolute_url()}"' in read(first)
