"""An institution of the city asks another for a dossier, on the screens of both and on the citizen's telephone."""

import pytest

from rendang.circulation.intake.models import Intake
from rendang.circulation.transfers.models import DepartureRequest, Transfer
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from tests.factories import PlacementFactory, staff
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_institution_asks_another_for_a_dossier_and_nothing_is_posted(
    screen, at_desk, transactional_db, institution, other_institution, settings
):
    settings.RENDANG_IDENTITY_PROVIDER = "rendang.kernel.accounts.sandbox.SandboxProvider"
    settings.DEMONSTRATION = True
    dossier = PlacementFactory(institution=institution).dossier
    roles = (Role.CLERK, Role.APPROVER, Role.KEEPER)
    people = {role: staff(institution, role, with_password=True) for role in roles}
    theirs = {role: staff(other_institution, role, with_password=True) for role in roles}

    window = at_desk(theirs[Role.CLERK])
    window.open("/desk/intake/new/")
    window.fill(
        姓名=dossier.person.name, 身份证号码=dossier.person.id_number, 转入原因="new_employer", 原存档单位="不清楚"
    )
    window.press("建立接收", to=r"/desk/intake/\d+/")
    window.shows("该档案现由", institution.name)
    case = window.page.url.removeprefix(window.server)
    decides = at_desk(theirs[Role.APPROVER])
    decides.open(case)
    decides.take("开具调档函")
    decides.shows("市内调档", institution.name, "等待答复")

    clerk = at_desk(people[Role.CLERK])
    request = DepartureRequest.objects.get()
    clerk.open("/desk/")
    clerk.follow(request.number)
    clerk.open(request.get_absolute_url())
    clerk.shows(other_institution.name, "市内机构")
    clerk.opens_as_pdf("调档函")
    clerk.take("发起市内转递")
    transfer = Transfer.objects.get()
    phone = screen(PHONE)
    phone.open("/me/")
    phone.press("前往身份认证", to="/citizen/sandbox/")
    phone.fill(姓名=dossier.person.name, 身份证号码=dossier.person.id_number)
    phone.press("获取验证码")
    phone.fill(验证码=phone.page.get_by_role("main").locator("code").inner_text())
    phone.press("确认", to="/me/")
    phone.shows("两家机构均已同意", Intake.objects.get().number)
    assert transfer.number not in phone.page.get_by_role("main").inner_text()

    keeper, approver = at_desk(people[Role.KEEPER]), at_desk(people[Role.APPROVER])
    keeper.open(transfer.get_absolute_url())
    keeper.take("装封", **{"正本（卷）": "1", "副本（卷）": "0", "材料（份）": "20"})
    approver.open(transfer.get_absolute_url())
    approver.take("交寄", 递送方式="hand")
    window.open(case)
    window.follow(transfer.number, to=transfer.get_absolute_url())
    receives = at_desk(theirs[Role.KEEPER])
    receives.open(transfer.get_absolute_url())
    receives.take("签收", 封条完好="on", **{"正本（卷）": "1", "副本（卷）": "0", "材料（份）": "20"})

    window.open(case)
    window.shows("已由市内转递转入")
    assert Intake.objects.get().state == "MOVED"
    assert Custody.objects.get(dossier=dossier, status="HELD").institution == other_institution
    phone.open("/me/")
    phone.shows("您的档案现由对方机构保管")
