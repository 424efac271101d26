"""How an undertaking reads: on its papers and pages, on the portal, over the interface, in the register."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from rendang.dossiers import actions, papers
from rendang.dossiers.models import Undertaking
from rendang.kernel.access.models import Role
from rendang.kernel.documents import registers
from tests.factories import CitizenFactory, InstitutionFactory, staff
from tests.golden import assert_looks_as_approved, assert_says, squeezed, text_of

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent.parent / "golden"
CONFIRM, END = actions.UNDERTAKING_STEPS["confirm"], actions.UNDERTAKING_STEPS["end"]
API = "/api/v1"
TODAY = dt.date(2026, 11, 26)


def scan() -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("L", (20, 20), 200).save(picture, "PNG")
    return SimpleUploadedFile("IMG_0001.PNG", picture.getvalue())


def test_the_papers_say_what_is_missing_and_what_is_promised(settings):
    settings.DEMONSTRATION = False
    row = papers.MissingPaper(
        mark="4-1", name="毕业生登记表", period="毕业当年", effects="学历认定、连续工龄认定", issuer="毕业院校"
    )
    other = papers.MissingPaper(mark="10", name="体检表", period="", effects="", issuer="")
    pdf = papers.render_undertaking(
        papers.UndertakingPaper(
            number="RCSC-20261126-0001",
            institution="虚构市人才服务中心",
            name="王小明",
            id_masked="3301**********1234",
            archive_number="RC-2026-000123",
            items=[row, other],
            effects="学历认定、连续工龄认定",
            promised_on=dt.date(2027, 5, 26),
            told_on=TODAY,
            handler="张经办",
            phone="0571-00000000",
            address="虚构市演示路 1 号 310000",
        )
    )
    assert_says(
        pdf,
        [
            "人事档案材料缺失一次性告知书",
            "补充人事档案材料承诺书",
            "不影响本机构接收和保管您的档案",
            "本人承诺于2027年5月26日前",
            "毕业生登记表",
        ],
    )
    assert_looks_as_approved("undertaking", pdf, GOLDEN)


def test_the_pages_tell_follow_and_settle(signed_in, dossier, institution, clerk):
    dossier.person.education, dossier.person.graduated = "21", "2024-06"
    dossier.person.save()
    browser = signed_in(clerk)
    page = browser.get(reverse("dossiers:undertaking_tell", args=[dossier.pk]), {"types": ["G"]})
    assert "Registration form of a graduate" in page.content.decode()
    asked = {"missing": ["ED-04"], "others": "6 入团志愿书\n独生子女证", "promised_on": "2027-01-31", "effects": ""}
    answer = browser.post(f"{reverse('dossiers:undertaking_tell', args=[dossier.pk])}?types=G", asked)
    told = Undertaking.objects.get()
    assert answer["Location"] == reverse("dossiers:undertaking", args=[told.pk])
    assert [(one.class_mark, one.name) for one in told.items.all()] == [
        ("4-1", "毕业生登记表"),
        ("6", "入团志愿书"),
        ("", "独生子女证"),
    ]
    assert told.promised_on == dt.date(2027, 1, 31)
    refused = browser.post(f"{reverse('dossiers:undertaking_tell', args=[dossier.pk])}?types=G", asked)
    assert "told already" in refused.content.decode() and "独生子女证" in refused.content.decode()
    browser.post(reverse("dossiers:undertaking_step", args=[told.pk, "confirm"]), {"signed": scan()})
    settle = reverse("dossiers:undertaking_item", args=[told.pk, told.items.first().pk])
    assert "Needed when" in browser.post(settle, {"outcome": "WAIVED"}).content.decode()
    browser.post(settle, {"outcome": "WAIVED", "reason": "不再需要"})
    shown = browser.get(reverse("dossiers:undertaking", args=[told.pk])).content.decode()
    assert "signed by hand" in shown and "不再需要" in shown
    assert browser.get(reverse("dossiers:undertaking_paper", args=[told.pk, "signed"])).status_code == 200
    assert browser.get(reverse("dossiers:undertaking_paper", args=[told.pk, "other"])).status_code == 404
    assert told.number in browser.get(reverse("dossiers:undertakings")).content.decode()


def test_one_button_stands_out_the_promise_and_then_following_it_up(signed_in, told, clerk):
    def main_buttons():
        page = signed_in(clerk).get(told.get_absolute_url()).content.decode()
        return re.findall(r'class="btn btn-primary"\s+href="[^"]*/(\w+)/"', page)

    assert main_buttons() == ["confirm"]
    CONFIRM(told, by=clerk, signed=scan())
    assert main_buttons() == ["follow_up"]


def test_a_promise_that_is_not_kept_says_what_to_do_and_leads_to_the_letter(
    signed_in, told, clerk, supervisor, time_machine
):
    letter = reverse("accruals:chase_write", args=[told.dossier_id])
    page = signed_in(clerk).get(told.get_absolute_url()).text
    assert letter in page and "has passed" not in page

    time_machine.move_to(dt.datetime(2027, 11, 26, 2, tzinfo=dt.UTC), tick=False)

    assert f"The promised day, {told.promised_on}, has passed." in signed_in(clerk).get(told.get_absolute_url()).text
    assert letter not in signed_in(supervisor).get(told.get_absolute_url()).text, (
        "who writes no letters is not led there"
    )
    END(told, by=clerk, outcome="WAIVED", reason="单位已撤销")
    ended = signed_in(clerk).get(told.get_absolute_url()).text
    assert letter not in ended and "has passed" not in ended


def test_another_institution_sees_nothing_of_it(signed_in, told):
    stranger = signed_in(staff(InstitutionFactory(), Role.CLERK))
    for name, args in (("undertaking", []), ("undertaking_paper", ["notice"]), ("undertaking_step", ["confirm"])):
        assert stranger.get(reverse(f"dossiers:{name}", args=[told.pk, *args])).status_code == 404
    assert told.number not in stranger.get(reverse("dossiers:undertakings")).content.decode()


def test_the_citizen_reads_the_notice_and_confirms_on_the_portal(signed_in, told, dossier):
    owner = CitizenFactory(name=dossier.person.name, id_number=dossier.person.id_number)
    browser = signed_in(owner)
    address = reverse("portal:undertaking", args=[told.pk])
    assert address in browser.get(reverse("portal:me")).content.decode()
    assert "体检表" in browser.get(address).content.decode()
    assert browser.get(reverse("portal:undertaking_paper", args=[told.pk])).status_code == 200
    assert browser.post(address, {"statement": "会补齐"})["Location"] == address
    told.refresh_from_db()
    assert (told.state, told.statement) == ("PROMISED", "会补齐")
    other = signed_in(CitizenFactory())
    assert other.get(address).status_code == 404
    assert other.get(reverse("portal:undertaking_paper", args=[told.pk])).status_code == 404


def test_over_the_interface_a_client_tells_and_settles(api, dossier):
    row = {"dossier_id": dossier.pk, "missing": [{"code": "ED-04"}]}
    answer = api.post(f"{API}/undertakings", row, content_type="application/json")
    assert answer.status_code == 201
    number = answer.json()["number"]
    assert api.post(f"{API}/undertakings", row, content_type="application/json").status_code == 409
    (item,) = api.get(f"{API}/undertakings/{number}/items").json()
    assert (item["code"], item["outcome"]) == ("ED-04", "")
    address = f"{API}/undertakings/{number}/items/{item['id']}"
    assert api.post(address, {"outcome": "WAIVED"}, content_type="application/json").status_code == 409
    settled = api.post(address, {"outcome": "SUPPLEMENTED"}, content_type="application/json")
    assert [one["outcome"] for one in settled.json()] == ["SUPPLEMENTED"]
    assert api.get(f"{API}/undertakings/{number}").json()["state"] == "SUPPLEMENTED"


def test_the_register_has_who_was_told_in_its_days_and_what_became_of_each_paper(told, dossier, institution, clerk):
    book = registers.REGISTERS["undertakings"]
    assert book.title == "关键材料告知承诺登记簿"
    assert 12 + sum(width for _title, width in book.columns) == 257
    who = ["1", "2026-11-26", told.number, dossier.person.name, dossier.person.id_masked]
    assert registers.entries(book, institution, TODAY, TODAY, by=clerk) == [
        [*who, "毕业生登记表、体检表", "", "2027-05-26", "", "已告知，待承诺"]
    ]

    CONFIRM(told, by=clerk, signed=scan())
    actions.settle_item(told.items.get(code="ED-04"), by=clerk, outcome="SUPPLEMENTED")
    END(told, by=clerk, outcome="WAIVED", reason="材料已无必要")

    assert registers.entries(book, institution, TODAY, TODAY, by=clerk) == [
        [
            *who, "毕业生登记表（已补）、体检表（免补）", "2026-11-26", "2027-05-26", "2026-11-26", "未补齐，终止",
        ]
    ]  # fmt: skip
    assert registers.entries(book, institution, dt.date(2026, 11, 1), dt.date(2026, 11, 25), by=clerk) == []
    elsewhere = InstitutionFactory()
    assert registers.entries(book, elsewhere, TODAY, TODAY, by=staff(elsewhere, Role.CLERK)) == []


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_the_register_of_undertakings_prints_as_paper_and_workbook(told, signed_in, clerk, form):
    response = signed_in(clerk).get(f"{reverse('desk:register', args=['undertakings'])}?form={form}")
    content = b"".join(response.streaming_content)
    if form == "pdf":
        text = squeezed(text_of(content))
        assert all(word in text for word in ("关键材料告知承诺登记簿", "毕业生登记表、体检表", "待承诺"))
    else:
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        assert (sheet["C1"].value, sheet["C2"].value) == ("承诺书编号", told.number)
