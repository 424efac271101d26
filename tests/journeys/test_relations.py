"""Party relation and collective household at the desk: what comes with a paper leaves with one, and in which order."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rendang.circulation.household import actions as household
from rendang.circulation.party import actions as party
from rendang.kernel.access.models import Role
from tests.factories import PlacementFactory, staff
from tests.one_of_each import household_member, staff_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(transactional_db, institution):
    """``worker(Role.CLERK)``: somebody of the institution who can sign in."""
    return lambda role: staff(institution, role, with_password=True)


@pytest.fixture
def dossier(transactional_db, institution):
    """Of a member of the Party, in its slot."""
    dossier = PlacementFactory(institution=institution).dossier
    dossier.person.political_status = "01"
    dossier.person.save()
    return dossier


def case_of(desk):
    return desk.page.url.removeprefix(desk.server)


def test_a_party_relation_comes_with_a_letter_and_leaves_before_the_dossier(
    worker, at_desk, institution, other_institution, dossier
):
    today = timezone.localdate()
    clerk, approver = at_desk(worker(Role.CLERK)), at_desk(worker(Role.APPROVER))
    branch = party.found_branch(institution, by=staff(institution, Role.CLERK), name="流动党员第一支部")
    clerk.open(f"/desk/party/arrival/{dossier.pk}/")
    clerk.fill(**{"转出党组织（党委）": "虚构大学党委", "介绍信编号": "虚大组〔2026〕17"})
    clerk.fill(介绍信日期=f"{today - dt.timedelta(3)}", 接收党支部=str(branch.pk), 保留原因="EMPLOYED")
    clerk.press("登记", to=r"/desk/party/transfers/\d+/")
    case = case_of(clerk)
    assert clerk.offers().count("批准") == 0, "who registered does not admit"
    approver.open(case)
    approver.take("批准")
    clerk.open(case)
    clerk.take("凭回执办结", 回执日期=f"{today}")

    clerk.open(f"/desk/transfers/offer/{dossier.pk}/")
    clerk.shows("党员组织关系仍在“流动党员第一支部”")
    clerk.page.get_by_role("main").get_by_role("link", name="去办理").first.click()
    clerk.look()
    clerk.follow("登记转出")
    clerk.fill(**{"接收党组织（党委）": "虚构市委组织部"})
    clerk.press("登记", to=r"/desk/party/transfers/\d+/")
    case = case_of(clerk)
    approver.open(case)
    approver.take("批准")
    approver.opens_as_pdf("介绍信")
    clerk.open(case)
    clerk.take("凭回执办结", 回执日期=f"{today}")

    clerk.open(f"/desk/transfers/offer/{dossier.pk}/")
    expect(clerk.page.get_by_text("党员组织关系仍在")).to_have_count(0)
    clerk.fill(转往机构=str(other_institution.pk), 转递原因="internal")
    clerk.press("提出转递", to=r"/desk/transfers/\d+/")


def test_a_member_page_is_lent_falls_due_and_comes_back_before_the_member_leaves(
    worker, at_desk, institution, dossier
):
    member = household_member(institution, dossier.person, staff_of(institution))
    clerk = at_desk(worker(Role.CLERK))
    clerk.open(member.get_absolute_url())
    clerk.follow("借出户口页")
    clerk.fill(用途="办理结婚登记")
    clerk.press("借出", to=r"/desk/household/pages/\d+/")
    page = case_of(clerk)
    loan = member.page_loans.get()
    assert loan.due_date > timezone.localdate()
    clerk.shows(f"{loan.due_date:%Y-%m-%d}")
    clerk.open("/desk/household/?show=page_out")
    clerk.shows(dossier.person.name)
    type(loan).objects.filter(pk=loan.pk).update(due_date=timezone.localdate() - dt.timedelta(1))
    clerk.open("/desk/")
    clerk.shows("逾期", loan.number)

    move = household.apply_to_move_out(member, by=staff(institution, Role.CLERK), other_address="邻市某路1号")
    move = household.approve(move, by=staff(institution, Role.APPROVER))
    today = f"{timezone.localdate()}"
    given = {"准迁证或迁移证编号": "迁1", "准迁证（迁移证）日期": today, "公安登记日期": today}
    clerk.open(move.get_absolute_url())
    clerk.follow("登记公安办理结果", exact=True)
    clerk.shows("户口页已借出")

    clerk.open(page)
    clerk.take("收回户口页")
    clerk.open(move.get_absolute_url())
    clerk.take("登记公安办理结果", **given)
    clerk.open(member.get_absolute_url())
    clerk.shows("迁出日期")
    assert clerk.offers() == ["档案"]
