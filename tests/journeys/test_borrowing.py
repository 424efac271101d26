"""A dossier leaves the house, in the browser: applied for, approved by two, lent, renewed, chased, back, put right."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rendang.circulation.loans.models import Loan
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage.queries import current_placement
from tests.circulation.transfers.leaving import a_file
from tests.factories import CustodyFactory, PlacementFactory, staff
from tests.journeys.test_lending import scan_and_enter
from tests.one_of_each import two_people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dossier(transactional_db, institution):
    held = CustodyFactory(institution=institution, archive_number="RC2026-000017", status="HELD")
    return PlacementFactory(institution=institution, dossier=held.dossier).dossier


@pytest.fixture
def desk(at_desk, institution, dossier):
    """``desk(Role.CLERK)``: that person's browser."""
    return lambda role: at_desk(staff(institution, role, with_password=True))


def apply_at_the_window(clerk, dossier):
    """The clerk types the archive number, then what the letter and the cards say; gives the address of the case."""
    one, other = two_people()
    clerk.open("/desk/loans/")
    clerk.follow("受理查（借）阅", to="/desk/loans/apply/")
    scan_and_enter(clerk, "RC2026-000017")
    expect(clerk.page).to_have_url(f"{clerk.server}/desk/loans/apply/{dossier.pk}/")
    clerk.shows("档案所在：")
    clerk.page.get_by_role("radio", name="借出", exact=True).check()
    clerk.fill(
        **{
            "查（借）阅单位": "虚构市公安局", "单位联系电话": "0571-00000001", "介绍信编号": "介〔2026〕9号",
            "查（借）阅事由": "case_investigation", "查阅内容": "工作经历", "人员1：姓名": one["name"],
            "人员1：身份证号": one["id_number"], "人员1：职务": "科长", "人员1：中共党员": "on",
            "人员2：姓名": other["name"], "人员2：身份证号": other["id_number"], "人员2：职务": "科员",
        }
    )  # fmt: skip
    letter = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": a_file("letter.pdf").read()}
    clerk.page.get_by_label("介绍信扫描件", exact=True).set_input_files(letter)
    clerk.press("登记申请", to=r"/desk/loans/\d+/")
    clerk.opens_as_pdf("介绍信")
    return clerk.page.url.removeprefix(clerk.server), other["name"]


def test_a_dossier_leaves_the_house_and_comes_back_with_a_discrepancy(desk, dossier):
    clerk, approver, keeper, head = (desk(role) for role in (Role.CLERK, Role.APPROVER, Role.KEEPER, Role.HEAD))
    case, second = apply_at_the_window(clerk, dossier)

    approver.open(case)
    approver.take("科室同意，报领导审批", 意见="情况属实")
    assert "领导批准" not in approver.offers()
    head.open("/desk/")
    head.follow(Loan.objects.get().number)
    head.take("领导批准")
    head.opens_as_pdf("查（借）阅审批表")

    keeper.open("/desk/storage/pick-list/")
    scan_and_enter_here(keeper, dossier.barcode)
    keeper.open("/desk/loans/hand-over/")
    scan_and_enter(keeper, dossier.barcode)
    keeper.shows("虚构市公安局", second)
    keeper.fill(当面清点页数="42", 签收人=str(Loan.objects.get().borrowers.get(name=second).pk))
    keeper.press("证件已核对、页数已清点、双方已签名：交接", to=r"/hand-over/\?done=\d+")
    keeper.opens_as_pdf("借阅登记（交接）单")
    loan = Loan.objects.get()
    assert (loan.state, loan.pages_out, loan.signed_by.name) == ("LENT", 42, second)
    assert current_placement(dossier).kind == "BORROWER"

    clerk.open(case)
    clerk.take("申请续借", 续借理由="案件尚未办结")
    approver.open("/desk/")
    approver.follow(loan.number)
    approver.take("批准续借")
    renewed = Loan.objects.get()
    assert (renewed.renewals, renewed.due_back > loan.due_back) == (1, True)

    yesterday = timezone.localdate() - dt.timedelta(1)
    Loan.objects.update(due_back=yesterday, due_date=yesterday)
    keeper.open("/desk/loans/overdue/")
    keeper.shows("虚构市公安局", "尚无")
    keeper.press("开具逾期催还通知书", to=case)
    keeper.opens_as_pdf("第 1 次逾期催还通知书")

    keeper.open("/desk/loans/return/")
    scan_and_enter(keeper, dossier.barcode)
    keeper.fill(当面清点页数="40", 有差异时填写="第3类缺2页")
    keeper.press("已清点：归还", to=r"/return/\?done=\d+")
    keeper.opens_as_pdf("归还清点差异报告")
    keeper.open("/desk/storage/put-back/")
    expect(keeper.page.get_by_text(dossier.barcode)).to_have_count(0)

    approver.open(case)
    approver.take("处理差异", 处理结果="两页夹在借阅单位卷内，已送回并装入")
    keeper.open("/desk/storage/put-back/")
    keeper.page.get_by_role("checkbox", name=dossier.barcode, exact=True).check()
    keeper.press("将所选上架")
    assert current_placement(dossier).kind == "SLOT"
    told = AuditEvent.objects.filter(subject_type="loans.loan", subject_id=loan.pk).exclude(verb__endswith=".view")
    assert list(told.exclude(verb="loan.print").order_by("pk").values_list("verb", flat=True)) == [
        "loan.open", "loan.endorse", "loan.approve_finally", "loan.lend", "loan.ask_renewal", "loan.renew",
        "loan.chase", "loan.report_discrepancy", "loan.settle",
    ]  # fmt: skip


def scan_and_enter_here(screen, barcode):
    """Where htmx answers: the page stays."""
    screen.type(barcode)
    screen.key("Enter")
    expect(screen.page.get_by_text(barcode).first).to_be_visible()
