"""A loan, a loose paper and a chasing letter, from beginning to end in the browser."""

import re

import pytest
from playwright.sync_api import expect

from rendang.circulation.accruals.models import Accrual, Chase
from rendang.circulation.loans.models import Loan
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Material, Undertaking
from rendang.kernel.access.models import Role
from rendang.storage.queries import current_placement
from tests.circulation.accruals.test_chases import token_of
from tests.circulation.loans.conftest import onward
from tests.circulation.transfers.leaving import a_file
from tests.factories import PlacementFactory, staff
from tests.journeys.conftest import PHONE
from tests.one_of_each import applied_for, two_people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dossier(transactional_db, institution):
    return PlacementFactory(institution=institution).dossier


@pytest.fixture
def desk(at_desk, institution, dossier):
    """``desk(Role.CLERK)``: that person's browser."""
    return lambda role: at_desk(staff(institution, role, with_password=True))


def test_a_dossier_is_applied_for_approved_handed_over_and_returned_in_two_interactions(desk, dossier):
    clerk = desk(Role.CLERK)
    clerk.open(dossier.get_absolute_url())
    clerk.page.get_by_role("main").locator("details.menu summary").click()
    clerk.follow("查（借）阅", exact=True, to="/desk/loans/apply/\\d+/")
    one, other = two_people()
    clerk.fill(
        **{
            "查（借）阅单位": "虚构街道办事处", "单位联系电话": "0571-00000001", "介绍信编号": "介〔2026〕7号",
            "查（借）阅事由": "vetting", "查阅内容": "学历材料", "人员1：姓名": one["name"],
            "人员1：身份证号": one["id_number"], "人员2：姓名": other["name"], "人员2：身份证号": other["id_number"],
        }
    )  # fmt: skip
    clerk.press("登记申请", to=r"/desk/loans/\d+/")
    case = clerk.page.url.removeprefix(clerk.server)
    assert "批准" not in clerk.offers(), "who registers does not approve"

    approver = desk(Role.APPROVER)
    approver.open(case)
    approver.take("批准", 意见="同意查阅")
    approver.opens_as_pdf("查（借）阅审批表")

    keeper = desk(Role.KEEPER)
    keeper.open("/desk/loans/hand-over/")
    scan_and_enter(keeper, dossier.barcode)
    keeper.shows("虚构街道办事处", one["name"], other["name"])
    keeper.type("30")
    enter(keeper)
    expect(keeper.page.get_by_text(f"已交接：{dossier.person.name}，30 页。")).to_be_visible()
    assert (Loan.objects.get().state, current_placement(dossier).kind) == ("READING", "READING_ROOM")

    keeper.open("/desk/loans/return/")
    scan_and_enter(keeper, dossier.barcode)  # the first
    enter(keeper)  # and the second: the count stands there
    expect(keeper.page.get_by_text(f"已完整归还：{dossier.person.name}，30 页。")).to_be_visible()
    assert (Loan.objects.get().state, current_placement(dossier).kind) == ("RETURNED", "DESK")


def test_at_the_counter_a_wrong_scan_is_scanned_over_and_a_label_is_no_count(desk, dossier, institution):
    ours = {role: staff(institution, role) for role in (Role.CLERK, Role.APPROVER, Role.KEEPER)}
    loan = applied_for(dossier, ours)
    while loan.state != "READING":
        loan = onward(loan, ours)
    keeper = desk(Role.KEEPER)
    keeper.open("/desk/loans/return/")
    scan_and_enter(keeper, "RD999999999")
    keeper.shows("没有找到“RD999999999”对应的档案。")
    scan_and_enter(keeper, dossier.barcode)
    field = keeper.page.get_by_label("当面清点页数")
    expect(field).to_have_value("30")

    keeper.type(dossier.barcode)  # the next one, before this one is counted
    keeper.key("Enter")
    expect(field).to_have_value("30")
    assert "刚才扫到的是标签，不是数字" in field.evaluate("field => field.validationMessage")
    loan.refresh_from_db()
    assert loan.state == "READING"

    enter(keeper)
    expect(keeper.page.get_by_text(f"已完整归还：{dossier.person.name}，30 页。")).to_be_visible()


def scan_and_enter(screen, barcode):
    screen.type(barcode)
    enter(screen)


def enter(screen):
    with screen.page.expect_navigation():
        screen.key("Enter")
    screen.look()


def test_a_loose_paper_is_registered_identified_and_filed(desk, dossier):
    clerk = desk(Role.CLERK)
    clerk.open(dossier.get_absolute_url())
    clerk.follow("登记材料", exact=True, to=r"/desk/accruals/register/\d+/")
    clerk.fill(材料名称="2025年度考核登记表", 形成时间="2025-12", 页数="2")
    clerk.press("登记", to=r"/desk/accruals/\d+/")
    case = clerk.page.url.removeprefix(clerk.server)
    clerk.shows("2025年度考核登记表", "待鉴别", "逾期")
    clerk.opens_as_pdf("接收清单")

    reviewer = desk(Role.REVIEWER)
    identify(reviewer, case)
    reviewer.shows("待归档")
    keeper = desk(Role.KEEPER)
    keeper.open(case)
    keeper.take("归入档案", came_of="1 份已归档")
    keeper.shows("已归档")
    paper = Material.objects.get()
    assert (paper.dossier, paper.title, paper.formed_on, paper.pages) == (
        dossier, "2025年度考核登记表", "2025-12", 2,
    )  # fmt: skip


def identify(reviewer, case):
    reviewer.open(case)
    reviewer.follow("鉴别", exact=True)
    reviewer.press("鉴别", to=re.escape(case))


def test_a_chasing_letter_is_answered_on_a_phone_and_settles_the_promise(desk, dossier, institution, screen):
    clerk_who_told = staff(institution, Role.CLERK)
    promise = dossiers.tell_once(
        dossier.person, institution, dossier=dossier, by=clerk_who_told, missing=[{"code": "ED-04"}]
    )
    (title,) = promise.items.values_list("name", flat=True)
    clerk = desk(Role.CLERK)
    clerk.open(dossier.get_absolute_url())
    clerk.page.get_by_role("main").locator("details.menu summary").click()
    clerk.follow("催要材料", exact=True, to=r"/desk/accruals/chase/\d+/")
    clerk.fill(发送对象="SCHOOL", 收件人="虚构大学档案馆")
    clerk.press("生成通知单", to=r"/desk/accruals/chases/\d+/")
    clerk.opens_as_pdf("催要通知单")
    letter = Chase.objects.get()
    assert (letter.titles, letter.promise) == ([title], promise)

    phone = screen(PHONE)
    phone.open(f"/upload/{token_of(letter)}/")
    phone.shows(institution.name, title)
    assert dossier.person.name not in phone.page.content()
    phone.page.get_by_label("扫描件或照片", exact=True).set_input_files(
        {"name": "IMG_1.pdf", "mimeType": "application/pdf", "buffer": a_file("IMG_1.pdf").read()}
    )
    phone.press("上传")
    phone.shows("已收到，谢谢。")

    accrual = Accrual.objects.get()
    reviewer = desk(Role.REVIEWER)
    reviewer.open(accrual.get_absolute_url())
    reviewer.follow("鉴别", exact=True)
    reviewer.fill(**{f"材料形态 {title}": "original"})  # the paper itself has come after its picture
    reviewer.press("鉴别", to=accrual.get_absolute_url())
    keeper = desk(Role.KEEPER)
    keeper.open(accrual.get_absolute_url())
    keeper.take("归入档案", came_of="1 份已归档")
    told = Undertaking.objects.get()
    assert (told.is_open, Chase.objects.get().state, Material.objects.get().title) == (False, "ANSWERED", title)
    clerk.open(told.get_absolute_url())
    clerk.shows(title)
