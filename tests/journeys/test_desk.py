import datetime as dt
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from rendang.circulation.intake.models import Intake
from rendang.dossiers.models import Material
from rendang.kernel.access.models import Role
from rendang.kernel.core.identifiers import make_id_number
from rendang.services.certificates import actions as certificates
from rendang.services.certificates.models import Certificate
from rendang.storage import actions as storage
from tests.factories import PlacementFactory, SlotFactory, held_dossier, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME, PINYIN = "欧阳春晓", "ouyangchunxiao"


@pytest.fixture
def worker(transactional_db, institution):
    """``worker(Role.CLERK)``: somebody of the institution who can sign in."""

    def one(role, where=institution):
        return staff(where, role, with_password=True)

    return one


def test_an_intake_passes_from_the_application_to_the_shelf(worker, at_desk, institution):
    slot = SlotFactory(institution=institution)
    clerk, reviewer = at_desk(worker(Role.CLERK)), at_desk(worker(Role.REVIEWER))
    clerk.open("/desk/intake/")
    clerk.follow("新建接收", to="/desk/intake/new/")
    number = make_id_number("330102", dt.date(1990, 5, 17), 7)
    clerk.fill(姓名=NAME, 身份证号码=number, 转入原因="graduation", 原存档单位="虚构大学")
    clerk.press("建立接收", to=r"/desk/intake/\d+/")
    case = clerk.page.url.removeprefix(clerk.server)

    approver = at_desk(worker(Role.APPROVER))
    approver.open(case)
    approver.take("开具调档函")
    clerk.open(case)
    clerk.opens_as_pdf("调档函")
    clerk.take("到件登记", 递送方式="ems", 邮件编号="EA123456785CN", 邮件上的寄件人="虚构大学", 封条="INTACT")

    reviewer.open(case)
    reviewer.take("拆封清点", **{"正本（卷）": "1", "副本（卷）": "0", "材料（份）": "12"})
    assert "第二人签认拆封" not in reviewer.offers(), "nobody opens a dossier alone"
    second = at_desk(worker(Role.REVIEWER))
    second.open(case)
    assert "第二人签认拆封" in second.offers()
    second.take("第二人签认拆封")

    reviewer.open(case)
    reviewer.take("核对通知单和目录", 与转递通知单相符="1", 与材料目录相符="1", 材料均属本人="1")
    reviewer.take("审核", 审核结论="材料齐全")
    approver.open(case)
    approver.take("确认接收")
    approver.opens_as_pdf("回执")
    number = Intake.objects.get().custody.archive_number
    approver.shows(number)

    keeper = at_desk(worker(Role.KEEPER))
    keeper.open("/desk/storage/scan/place/")
    keeper.type(number)
    keeper.key("Enter")
    keeper.type(slot.code)
    keeper.key("Enter")
    keeper.shows(NAME, slot.code)
    keeper.look()
    assert Intake.objects.get().dossier.placements.get(until=None).slot == slot


def test_the_search_box_finds_by_pinyin_and_by_id_number(worker, at_desk, institution):
    dossier = held_dossier(institution, name=NAME)
    held_dossier(institution, name="王小明")
    number = dossier.custodies.get().archive_number
    clerk = at_desk(worker(Role.CLERK))

    for text, address in ((PINYIN, "/desk/dossiers/"), (dossier.person.id_number, dossier.get_absolute_url())):
        clerk.key("/")
        clerk.type(text)
        with clerk.page.expect_navigation():
            clerk.key("Enter")
        expect(clerk.page).to_have_url(re.compile(rf"{address}(\?|$)"))
        clerk.look()
        clerk.shows(NAME, number)
        expect(clerk.page.get_by_role("main")).not_to_contain_text("王小明")
        assert dossier.person.id_number not in clerk.page.url


def test_papers_are_catalogued_without_a_mouse(worker, at_desk, institution):
    dossier = PlacementFactory(institution=institution).dossier
    reviewer = at_desk(worker(Role.REVIEWER))
    reviewer.open(dossier.get_absolute_url())
    for words in ("目录", "登记材料"):
        reviewer.tab_to(words)
        with reviewer.page.expect_navigation():
            reviewer.key("Enter")
        reviewer.look()

    for cell in ("4-1", "高等学校学生成绩表", "2008-06", "", ""):
        reviewer.type(cell)
        reviewer.key("Enter")
    for cell in ("", "毕业生登记表", "2008-07"):
        reviewer.type(cell)
        reviewer.key("Enter")
    reviewer.tab_to("保存材料")
    with reviewer.page.expect_navigation():
        reviewer.key("Enter")
    expect(reviewer.page).to_have_url(re.compile("/catalogue/$"))
    reviewer.look()
    reviewer.shows("高等学校学生成绩表", "毕业生登记表")
    rows = Material.objects.order_by("position").values_list("class_mark", "title", "formed_on", "pages")
    assert list(rows) == [("4-1", "高等学校学生成绩表", "2008-06", 1), ("4-1", "毕业生登记表", "2008-07", 1)]


def test_a_pasted_class_that_nobody_knows_is_asked_for_instead_of_joining_the_class_above(
    worker, at_desk, institution
):
    dossier = PlacementFactory(institution=institution).dossier
    reviewer = at_desk(worker(Role.REVIEWER))
    reviewer.open(reverse("dossiers:catalogue_add", args=[dossier.pk]))
    reviewer.page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }""",
        "9-1\t工资变动审批表\t2015-01\t2\n99\t不明材料\t2016-03\t1",
    )
    unknown = reviewer.page.locator("[name=form-1-class_mark]")
    assert "没有“99”这一类号" in unknown.evaluate("cell => cell.validationMessage")
    reviewer.page.get_by_role("button", name="保存材料").click()
    assert not Material.objects.exists()

    unknown.select_option("10")
    with reviewer.page.expect_navigation():
        reviewer.page.get_by_role("button", name="保存材料").click()
    expect(reviewer.page).to_have_url(re.compile("/catalogue/$"))
    rows = Material.objects.order_by("position").values_list("class_mark", "title")
    assert list(rows) == [("9-1", "工资变动审批表"), ("10", "不明材料")]


def test_custody_passes_to_another_institution_before_both_eyes(worker, at_desk, institution, other_institution):
    dossier = PlacementFactory(institution=institution).dossier
    counted = {"正本（卷）": "1", "副本（卷）": "0", "材料（份）": "20"}
    ours = at_desk(worker(Role.APPROVER))
    ours.open(dossier.get_absolute_url())
    ours.follow("提出转递")
    ours.fill(转往机构=str(other_institution.pk), 转递原因="internal")
    ours.press("提出转递", to=r"/desk/transfers/\d+/")
    case = ours.page.url.removeprefix(ours.server)

    theirs = at_desk(worker(Role.APPROVER, other_institution))
    theirs.open(case)
    theirs.take("同意接收")
    keeper = at_desk(worker(Role.KEEPER))
    keeper.open(case)
    keeper.take("装封", **counted)
    keeper.opens_as_pdf("转递通知单")
    assert "交寄" not in keeper.offers(), "who packed does not hand over"
    ours.open(case)
    ours.take("交寄", 递送方式="hand")
    assert custody_on(ours, dossier) == institution.short_name, "on its way it is still ours"

    receiver = at_desk(worker(Role.KEEPER, other_institution))
    receiver.open(case)
    receiver.take("签收", 封条完好="1", **counted)
    receiver.opens_as_pdf("回执")
    number = dossier.custodies.get(status="HELD").archive_number
    ours.open(case)
    ours.shows(number)
    ours.open("/desk/dossiers/?status=ENDED")
    ours.shows(dossier.person.name, "已结束")
    assert custody_on(theirs, dossier) == other_institution.short_name
    theirs.shows(number)


def custody_on(desk, dossier):
    """Whom the dossier's page names as its keeper."""
    desk.open(dossier.get_absolute_url())
    glance = desk.page.locator(".glance > div").filter(has_text="保管")
    return glance.first.locator("strong").inner_text()


def test_ticked_cases_take_a_step_together_and_a_scanner_works_anywhere(worker, at_desk, institution):
    clerk = worker(Role.CLERK)
    drafts = [certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk) for _each in range(3)]
    storage.take_out(drafts[1].dossier, by=worker(Role.KEEPER), detail="阅档室")
    reviewer = at_desk(worker(Role.REVIEWER))
    reviewer.open("/desk/certificates/")
    step = reviewer.page.get_by_role("button", name="出具…", exact=True)
    expect(step).to_be_disabled()
    for key in ("j", "x", "j", "x", "j", "x"):
        reviewer.key(key)
    expect(reviewer.page.get_by_text("已勾选 3 行")).to_be_visible()
    reviewer.press("出具…", to=r"case=\d+")
    with reviewer.page.expect_navigation():
        reviewer.key("Enter")
    reviewer.look()
    reviewer.shows("出具：已办理 2 件。", "有 1 件未能办理", drafts[1].number)
    assert sorted(Certificate.objects.values_list("state", flat=True)) == ["DRAFTED", "ISSUED", "ISSUED"]

    with reviewer.page.expect_navigation():
        reviewer.type(drafts[1].dossier.barcode)  # as fast as a scanner
        reviewer.key("Enter")
    expect(reviewer.page).to_have_url(re.compile(f"{drafts[1].dossier.get_absolute_url()}$"))
    reviewer.look()
