import re

import pytest
from playwright.sync_api import expect

from rendang.services.certificates.models import Certificate
from tests.factories import PlacementFactory
from tests.journeys.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dossier(transactional_db, institution):
    return PlacementFactory(institution=institution).dossier


@pytest.fixture(autouse=True)
def _identity_sandbox(settings):
    settings.RENDANG_IDENTITY_PROVIDER = "rendang.kernel.accounts.sandbox.SandboxProvider"
    settings.DEMONSTRATION = True


def ask(phone, name, id_number):
    first, second = re.search(r"(\d+) 加 (\d+) 等于几", phone.page.get_by_role("main").inner_text()).groups()
    phone.fill(
        **{
            "姓名": name,
            "身份证号码": id_number,
            f"{first} 加 {second} 等于几？": str(int(first) + int(second)),
        }
    )
    phone.press("一次查询五家机构")


def test_one_entry_on_the_phone_finds_the_dossier_or_says_what_to_do(screen, dossier, institution):
    phone = screen(PHONE)
    phone.open("/")
    phone.follow("查我的档案", to="/query/")
    ask(phone, dossier.person.name, dossier.person.id_number)
    phone.shows("档案存于以下机构", institution.name, "在库")

    phone.follow("再次查询", to="/query/")
    ask(phone, "李不是", dossier.person.id_number)
    phone.shows("五家机构均未查到", institution.phone)
    assert dossier.person.id_number not in phone.page.url


def test_a_certificate_on_the_phone_is_issued_at_once_and_stands_the_test(screen, dossier, institution):
    phone = screen(PHONE)
    phone.open("/")
    phone.follow("开具存档证明")
    phone.press("前往身份认证", to="/citizen/sandbox/")
    phone.fill(姓名=dossier.person.name, 身份证号码=dossier.person.id_number)
    phone.press("获取验证码")
    phone.fill(验证码=phone.page.get_by_role("main").locator("code").inner_text())
    phone.press("确认", to="/me/certificate/")
    phone.shows(institution.name)
    phone.press("立即出具证明", to="/me/")
    certificate = Certificate.objects.get()
    phone.shows(certificate.certificate_number, "有效")
    phone.opens_as_pdf("打开 PDF")

    anybody = screen(PHONE)
    anybody.open("/verify/")
    anybody.fill(证明编号=certificate.certificate_number, 核验码=certificate.verification_code)
    anybody.press("核验")
    anybody.shows("本证明有效", certificate.certificate_number, institution.name)
    assert dossier.person.name not in anybody.page.content()


def test_the_page_of_the_interface_draws_its_operations_with_files_of_our_own(screen):
    reader = screen(DESK)
    foreign = []
    reader.page.on("request", lambda asked: asked.url.startswith(reader.server) or foreign.append(asked.url))

    reader.page.goto(reader.server + "/api/v1/docs")

    expect(reader.page.locator(".opblock-summary-path").first).to_be_visible()
    assert [asked for asked in foreign if not asked.startswith("data:")] == []
    assert reader.troubles == []
