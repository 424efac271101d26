"""Dossiers come from a school, leave the city, and are asked for by who has no account here."""

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.utils import timezone

from rendang.circulation.graduates.models import Graduate
from rendang.circulation.intake import actions as intakes
from rendang.circulation.intake.models import Intake
from rendang.circulation.transfers.models import Departure, DepartureRequest, Transfer
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.core.identifiers import make_id_number
from tests.circulation.transfers.leaving import PDF, an_address
from tests.factories import PlacementFactory, staff
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCAN = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture
def worker(transactional_db, institution):
    def one(role):
        return staff(institution, role, with_password=True)

    return one


def choose(own, label, file):
    own.page.get_by_role("main").get_by_label(label, exact=True).set_input_files(files=[file])


def test_a_school_s_graduates_arrive_and_a_stranger_among_them_is_settled(worker, at_desk):
    numbers = [make_id_number("330102", dt.date(2003, 5, 17), at) for at in (7, 8, 9)]
    table = f"姓名,身份证号,学号\n韩梅梅,{numbers[0]},S01\n李雷,{numbers[1]},S02\n".encode()
    clerk = at_desk(worker(Role.CLERK))
    clerk.open("/desk/graduates/")
    clerk.follow("上传学校名册", to="/desk/graduates/upload/")
    clerk.fill(毕业院校="虚构大学", 毕业年份="2026")
    choose(clerk, "学校名册", {"name": "名册.csv", "mimeType": "text/csv", "buffer": table})
    clerk.press("上传", to=r"/desk/graduates/\d+/")
    clerk.shows("韩梅梅", "李雷")
    announced = clerk.page.url.removeprefix(clerk.server)

    clerk.open("/desk/parcels/new/")
    clerk.fill(
        递送方式="ems", 邮件编号="EA123456785CN", 邮件上的寄件人="虚构大学", 封条="INTACT", 件上注明的档案份数="2"
    )
    clerk.press("登记", to=r"/desk/parcels/\d+/")
    parcel = clerk.page.url.removeprefix(clerk.server)
    clerk.follow("毕业生档案", to=r"/desk/graduates/arrival/\d+/")
    clerk.fill(到件内的档案=f"{numbers[0]}\n王陌生")
    clerk.press("匹配")
    clerk.shows("韩梅梅", Intake.objects.get().number, "王陌生")
    assert numbers[0] not in clerk.page.get_by_role("main").inner_text()
    clerk.open(announced)
    assert (Graduate.objects.arrived().get().name, Graduate.objects.expected().get().name) == ("韩梅梅", "李雷")

    clerk.open(parcel)
    clerk.follow("与接收办件匹配")
    clerk.follow("无人申请：建立接收办件")
    clerk.fill(姓名="王陌生", 身份证号码=numbers[2], 转入原因="graduation")
    clerk.press("建立接收", to=r"/desk/intake/\d+/")
    clerk.shows("王陌生")
    clerk.open("/desk/graduates/")
    assert Intake.objects.count() == 2


def test_a_prepared_parcel_is_received_in_six_interactions_from_wherever_one_is(worker, at_desk, institution):
    """Scans outside any field, and Enter: from the letter that was scanned to the opening that both have signed."""
    people = {role: worker(role) for role in (Role.CLERK, Role.APPROVER, Role.REVIEWER)}
    intake = intakes.apply(
        institution,
        by=people[Role.CLERK],
        name="王小明",
        id_number=make_id_number("330102", dt.date(1994, 5, 17), 7),
        reason="graduation",
        sender="虚构大学",
    )
    letter = intakes.issue_letter(intake, by=people[Role.APPROVER]).letter_number
    code = f"https://rendang.example/letters/{quote(letter)}/"
    interactions = 0

    def scan(own, text, to):
        nonlocal interactions
        interactions += 1
        own.page.keyboard.type(text)
        own.page.keyboard.press("Enter")
        own.page.wait_for_url(re.compile(to))
        # The browser sets the cursor when it first draws the page; nobody types before they see it.
        own.page.wait_for_function(
            "(one => !one || one === document.activeElement)(document.querySelector('main [autofocus]'))"
        )

    case = rf"/desk/intake/{intake.pk}/"
    first, second = at_desk(people[Role.CLERK]), at_desk(people[Role.REVIEWER])
    first.open("/desk/")
    scan(first, code, f"{case}register_parcel/$")
    scan(first, "EA111100016CN", f"{case}$")
    scan(first, code, f"{case}open_parcel/$")
    scan(first, "12", f"{case}$")
    second.open("/desk/")
    scan(second, code, f"{case}witness_opening/$")
    scan(second, "", f"{case}$")

    intake.refresh_from_db()
    assert (intake.state, intake.papers, interactions) == ("OPENED", 12, 6)


def test_a_dossier_leaves_the_city_from_the_letter_to_the_receipt(worker, at_desk, institution):
    dossier = PlacementFactory(institution=institution).dossier
    people = {role: worker(role) for role in (Role.CLERK, Role.APPROVER, Role.KEEPER)}
    to = an_address(people[Role.CLERK], people[Role.APPROVER])
    clerk = at_desk(people[Role.CLERK])
    clerk.open(f"/desk/departures/apply/{dossier.pk}/")
    today = f"{timezone.localdate()}"
    clerk.fill(转往单位=to.name, 调档函编号="海人才调〔2026〕77号", 调档函日期=today, 转递原因="employed")
    choose(clerk, "调档函扫描件或照片", SCAN)
    choose(clerk, "居民身份证", SCAN)
    clerk.press("登记申请", to=r"/desk/departures/\d+/")
    case = clerk.page.url.removeprefix(clerk.server)
    clerk.shows("居民身份证")

    approver = at_desk(people[Role.APPROVER])
    approver.open(case)
    approver.take("批准")
    keeper = at_desk(people[Role.KEEPER])
    keeper.open(case)
    keeper.follow("逐页核对", exact=True)
    keeper.fill(**{"正本（卷）": "1", "副本（卷）": "0", "材料（份）": "20"})
    keeper.press("核对完毕", to=re.escape(case))
    assert "密封包封" not in keeper.offers(), "nobody seals what they have checked alone"
    approver.open(case)
    approver.take("密封包封")
    approver.take("交寄", 递送方式="ems", 邮件编号="1234567890123")
    approver.follow("收到回执", exact=True)
    approver.fill(对方收到日期=today)
    choose(approver, "回执扫描件或照片", SCAN)
    approver.press("收到回执", to=re.escape(case))

    assert Departure.objects.get().state == "CONFIRMED"
    assert Custody.objects.get(dossier=dossier).status == "ENDED"


def test_an_employer_asks_on_the_phone_and_the_clerk_takes_it_up(screen, worker, at_desk, institution):
    dossier = PlacementFactory(institution=institution).dossier
    people = {role: worker(role) for role in (Role.CLERK, Role.APPROVER)}
    to = an_address(people[Role.CLERK], people[Role.APPROVER])
    phone = screen(PHONE)
    phone.open("/")
    phone.follow("申请调档", to="/request/")
    first, second = re.search(r"(\d+) 加 (\d+) 等于几", phone.page.get_by_role("main").inner_text()).groups()
    phone.fill(
        **{
            "申请单位类型": "EMPLOYER",
            "单位名称": "虚构科技有限公司",
            "联系人姓名": "赵敏",
            "电话": "13900000000",
            "被调档人姓名": dossier.person.name,
            "被调档人身份证号": dossier.person.id_number,
            "申请的机构": str(institution.pk),
            "档案接收单位（如不是本单位）": to.name,
            f"{first} 加 {second} 等于几？": str(int(first) + int(second)),
        }
    )
    choose(phone, "调档函照片或 PDF", SCAN)
    phone.press("提交申请")
    request = DepartureRequest.objects.get()
    phone.shows(request.receipt_number)
    assert institution.name not in phone.page.get_by_role("main").inner_text()

    clerk = at_desk(people[Role.CLERK])
    clerk.open("/desk/departures/")
    clerk.follow("外来调档申请")
    clerk.follow(request.number, to=r"/desk/requests/\d+/")
    clerk.take(
        "办理转出", 调档函编号="海人才调〔2026〕77号", 调档函日期=f"{timezone.localdate()}", 转递原因="employed"
    )
    departure = Departure.objects.get()
    clerk.shows(departure.number)
    assert (departure.dossier, departure.letter_file) == (dossier, request.letter_file)

    phone.follow("查询申请进度", to="/request/follow/")
    phone.fill(受理编号=request.receipt_number, 电话="139 0000 0000")
    phone.press("查询申请")
    phone.shows("已受理", institution.name)


def test_a_citizen_on_the_phone_moves_the_dossier_inside_the_city(
    screen, worker, at_desk, institution, other_institution, settings
):
    settings.RENDANG_IDENTITY_PROVIDER = "rendang.kernel.accounts.sandbox.SandboxProvider"
    settings.DEMONSTRATION = True
    dossier = PlacementFactory(institution=institution).dossier
    phone = screen(PHONE)
    phone.open("/me/leave/")
    phone.press("前往身份认证", to="/citizen/sandbox/")
    phone.fill(姓名=dossier.person.name, 身份证号码=dossier.person.id_number)
    phone.press("获取验证码")
    phone.fill(验证码=phone.page.get_by_role("main").locator("code").inner_text())
    phone.press("确认", to="/me/leave/")
    phone.fill(转往本市其他机构=str(other_institution.pk), 理由="employed")
    phone.press("提交申请", to="/me/")
    phone.shows("档案在本市内转移")

    clerk = at_desk(worker(Role.CLERK))
    clerk.open(Departure.objects.get().get_absolute_url())
    clerk.shows(other_institution.name)
    clerk.take("发起市内转递")
    transfer = Transfer.objects.get()
    theirs = at_desk(staff(other_institution, Role.APPROVER, with_password=True))
    theirs.open(transfer.get_absolute_url())
    theirs.take("同意接收")

    phone.open("/me/")
    phone.shows("两家机构均已同意", Departure.objects.get().number)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.counterpart) == ("AGREED", other_institution)
