"""The papers of a loan against their golden pictures and their words."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from rendang.circulation.loans import papers
from tests.golden import assert_looks_as_approved, assert_says

GOLDEN = Path(__file__).parent / "golden"
DAY = dt.date(2026, 7, 1)
PEOPLE = [
    papers.Person(name="赵一", post="组织科干事", id_masked="3702**********1234", is_party_member=True),
    papers.Person(
        name="买买提江·阿卜杜热合曼", post="组织科科长", id_masked="3702**********5678", is_party_member=False
    ),
]
COMMON = {
    "number": "RCSC-20260701-0001",
    "institution": "琴岛市人才交流服务中心",
    "name": "欧阳清",
    "archive_number": "RCSC2019001234",
}
FORM = papers.ApprovalForm(
    **COMMON,
    use="借出",
    unit="琴岛市虚构区委组织部",
    phone="0532-00000000",
    letter_number="琴组介〔2026〕12号",
    people=PEOPLE,
    reason="任免、调配",
    scope="学历学位材料，2005—2015年工作经历",
    digital="",
    approvals=[
        papers.Approval(level="科室意见", opinion="同意，请审批。", name="孙科长", on=DAY),
        papers.Approval(level="批准意见", opinion="同意借出一周。", name="周主任", on=DAY),
    ],
    remarks="",
    registered_by="李办事",
    registered_on=DAY,
)
SLIP = papers.HandOverSlip(
    **COMMON,
    use="借出",
    unit="琴岛市虚构区委组织部",
    people=PEOPLE,
    barcode="RD000000012",
    reason="任免、调配",
    pages=128,
    handed_over_by="吴保管",
    signed_by="赵一",
    handed_over_on=DAY,
    due_on=dt.date(2026, 7, 8),
    phone="0532-00000001",
)
REPORT = papers.DiscrepancyReport(
    **COMMON,
    unit="琴岛市虚构区委组织部（赵一、钱二）",
    handed_over_on=DAY,
    signed_by="赵一",
    pages_out=128,
    taken_back_on=dt.date(2026, 7, 8),
    pages_back=127,
    discrepancy="四类材料4-1-3缺第2页（1998年度考核登记表）。",
    counted_by="吴保管",
)
LETTER = papers.OverdueLetter(
    **COMMON,
    unit="琴岛市虚构区委组织部",
    handed_over_on=DAY,
    due_on=dt.date(2026, 7, 8),
    days=3,
    times=2,
    basis="查（借）阅规定（一周）",
    issued_on=dt.date(2026, 7, 11),
    handler="吴保管",
    phone="0532-00000001",
    address="琴岛市演示路1号",
)
AVAILABLE = papers.AvailabilityNotice(
    **COMMON,
    unit="琴岛市虚构区委组织部",
    people="赵一、买买提江·阿卜杜热合曼",
    use="借出",
    held_until=dt.date(2026, 7, 6),
    basis="本机构规定；本系统默认，待各地规定",
    issued_on=DAY,
    handler="吴保管",
    phone="0532-00000001",
    address="琴岛市演示路1号",
)
LOST = papers.LossReport(
    **COMMON,
    unit="琴岛市虚构区委组织部（赵一、钱二）",
    handed_over_on=DAY,
    due_on=dt.date(2026, 7, 8),
    signed_by="赵一",
    pages_out=128,
    what="整卷遗失，共128页",
    done="7月8日电话询问借阅人；7月9日派人到借阅单位查找，未见。",
    reported_on=dt.date(2026, 7, 9),
    reported_by="吴保管",
)
LOSS_LETTER = papers.LossNotice(
    **COMMON,
    unit="琴岛市虚构区委组织部",
    handed_over_on=DAY,
    signed_by="赵一",
    what="缺2页：四类材料4-1-3缺第2、3页",
    due_on=dt.date(2026, 8, 8),
    issued_on=dt.date(2026, 7, 9),
    handler="吴保管",
    phone="0532-00000001",
    address="琴岛市演示路1号",
)
RENEWED = papers.RenewalAnswer(
    **COMMON,
    unit="琴岛市虚构区委组织部",
    handed_over_on=DAY,
    asked_on=dt.date(2026, 7, 6),
    wished=dt.date(2026, 7, 15),
    is_granted=True,
    due_on=dt.date(2026, 7, 14),
    refusal="",
    basis="查（借）阅规定（两周）",
    issued_on=dt.date(2026, 7, 7),
    phone="0532-00000001",
    address="琴岛市演示路1号",
)
PAPERS = {
    "approval_form": (FORM, ["查（借）阅审批表", "科室意见", "同意借出一周", "孙科长", "不得查阅本人及其亲属的档案"]),
    "hand_over_slip": (SLIP, ["借阅登记（交接）单", "共128页", "2026年7月8日", "不转借", "3702**********1234"]),
    "discrepancy_report": (REPORT, ["归还清点差异报告", "少 1 页", "缺第2页", "清点人签名", "不得上架或再次借出"]),
    "overdue_notice": (LETTER, ["催还通知书", "第2次", "逾期3天", "送还地址", "查（借）阅规定（一周）"]),
    "availability_notice": (
        AVAILABLE, ["到档通知单", "请于2026年7月6日前", "买买提江·阿卜杜热合曼", "由下一申请单位", "本机构规定"],
    ),
    "renewal_answer": (RENEWED, ["续借答复通知单", "申请续借至2026年7月15日", "同意续借，请于2026年7月14日前归还"]),
    "loss_report": (LOST, ["人事档案遗失情况报告", "整卷遗失，共128页", "派人到借阅单位查找", "第四十八条"]),
    "loss_notice": (LOSS_LETTER, ["限期查找并说明通知书", "缺第2、3页", "2026年8月8日前", "责任人员", "暂停受理"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_looks_as_it_was_approved(name):
    assert_looks_as_approved(name, papers.render_paper(name, PAPERS[name][0]), GOLDEN)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_says_what_it_must(name):
    paper, words = PAPERS[name]
    assert_says(papers.render_paper(name, paper), words)


def test_a_renewal_that_is_refused_says_why_and_by_when_the_dossier_comes_back():
    refused = replace(RENEWED, is_granted=False, refusal="另有单位急需", due_on=dt.date(2026, 7, 8))
    assert_says(
        papers.render_paper("renewal_answer", refused),
        ["不同意续借，请仍于2026年7月8日前归还", "不同意的理由：另有单位急需"],
    )


def test_a_digital_consultation_says_what_is_open_for_how_long():
    digital = replace(FORM, use="数字档案查阅", digital="4 类；2 天；可打印，不可下载", approvals=FORM.approvals[1:])

    assert_says(papers.render_paper("approval_form", digital), ["数字查阅授权", "4 类；2 天；可打印，不可下载"])


def test_as_many_pages_and_yet_not_in_order_is_said_so():
    assert_says(papers.render_paper("discrepancy_report", replace(REPORT, pages_back=128)), ["页数相同，状况有异"])
