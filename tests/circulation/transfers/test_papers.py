"""The papers of a departure, against their golden pictures and their words (tests/golden.py)."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from rendang.circulation.transfers.papers import direct
from rendang.circulation.transfers.papers import leaving as papers
from rendang.kernel.documents.papers import TransferNoticeRow
from tests.golden import assert_looks_as_approved, assert_says

GOLDEN = Path(__file__).parent / "golden"
DAY = dt.date(2026, 7, 1)
OFFICE = "青岚市人才市场（市人才服务中心）"


@pytest.fixture(autouse=True)
def not_a_demonstration(settings) -> Iterator[None]:
    """Papers of a demonstration carry a mark, those of the golden pictures do not."""
    settings.DEMONSTRATION = False
    yield


def packet() -> bytes:
    return papers.render_packet(
        papers.Packet(
            word="人才市场转",
            number="RCSC-20260701-0012",
            institution=OFFICE,
            addressee="虚构省海州市人才服务中心",
            rows=[
                TransferNoticeRow(
                    name="欧阳雨䶮",
                    post="虚构实业有限公司",
                    reason="到新单位工作",
                    principal=1,
                    duplicate=1,
                    pieces=37,
                ),
                TransferNoticeRow(name="王小明", post="", reason="到新单位工作", principal=1, pieces=21),
            ],
            carrier="",
            issued_on=DAY,
            reply_address="青岚市演示路 1 号 266000",
            handler="李审批",
            phone="0532-00000000",
            address="虚构省海州市新华路 8 号市民中心三楼档案管理科",
            postcode="222000",
            consignee="档案管理科",
            consignee_phone="0518-00000000",
            people="欧阳雨䶮、王小明",
            principal=2,
            duplicate=1,
            pieces=58,
            carriers="机要通信、专人送取",
            tier="甲类",
            marking="机要",
            checker="赵库管",
            sealer="李审批",
        )
    )


def material_lists() -> bytes:
    row = papers.ListedMaterial
    return papers.render_material_lists(
        papers.MaterialLists(
            word="人才市场转",
            number="RCSC-20260701-0012",
            institution=OFFICE,
            issued_on=DAY,
            dossiers=[
                papers.ListedDossier(
                    name="欧阳雨䶮",
                    archive_number="RCSC2019001234",
                    principal=1,
                    duplicate=1,
                    pieces=3,
                    checker="赵库管",
                    explanation="4-1-1 第 4 页为空白页，已由经办人核实。",
                    rows=[
                        row(mark="1-1", title="流动人员登记表", formed_on="2019-07", pages=2, found=2),
                        row(mark="4-1-1", title="高等学校学生登记表", formed_on="2015-09-01", pages=4, found=3),
                        row(mark="9-1-1", title="工资审批表", formed_on="2020", pages=1, found=1, remark="复印件"),
                    ],
                ),
                papers.ListedDossier(
                    name="王小明",
                    archive_number="RCSC2020000007",
                    principal=1,
                    duplicate=0,
                    pieces=21,
                    checker="赵库管",
                    rows=[],
                ),
            ],
        )
    )


def chasing_letter() -> bytes:
    return papers.render_chasing_letter(
        papers.ChasingLetter(
            word="人才市场催",
            number="RCSC-20260701-0012",
            notice_word="人才市场转",
            institution=OFFICE,
            addressee="虚构省海州市人才服务中心",
            people="欧阳雨䶮、王小明",
            sent_on=dt.date(2026, 5, 29),
            carrier="邮政特快专递（EMS）",
            waybill="EE473124829CN",
            time=1,
            days=10,
            reply_address="青岚市演示路 1 号 266000",
            handler="李审批",
            phone="0532-00000000",
            issued_on=DAY,
        )
    )


def hand_over_slip() -> bytes:
    return direct.render_slip(
        direct.HandOverSlip(
            word="人才市场交",
            number="RCSC-20260701-0012",
            notice_word="人才市场转",
            institution=OFFICE,
            addressee="虚构省海州市市场监督管理局",
            introduction_letter="海市监介〔2026〕12号",
            rows=[
                TransferNoticeRow(
                    name="欧阳雨䶮",
                    post="RCSC2019001234",
                    reason="考录公务员、调入机关事业单位",
                    principal=1,
                    duplicate=1,
                    pieces=37,
                ),
            ],
            fetchers=[
                direct.Fetcher(name="沈国栋", id_number="330108********0012", post="人事处处长"),
                direct.Fetcher(name="许文静", id_number="330108********0029", post="科员"),
            ],
            checker="赵库管",
            sealer="李审批",
            handler="王经办",
            issued_on=DAY,
        )
    )


PAPERS = {
    "packet": packet,
    "material_list": material_lists,
    "chasing_letter": chasing_letter,
    "hand_over_slip": hand_over_slip,
}
TEXTS = {
    "packet": [
        "人事档案转递通知单（存根）",
        "回　执",
        "人事档案转递封面",
        "正本 2 卷，副本 1 卷",
        "由两人以上共同拆封",
        "档案不得交由本人携带",
        "严禁私自拆封",
        "档案管理科（收）",
        "机要",
    ],
    "material_list": ["人事档案材料目录清单", "4-1-1", "2015-09-01", "第 4 页为空白页", "尚未编目", "核对人：赵库管"],
    "chasing_letter": [
        "关于催办人事档案转递回执的函",
        "单号：EE473124829CN",
        "10个工作日内",
        "第 1 次",
        "立即电话告知",
    ],
    "hand_over_slip": [
        "人事档案直接转递交接单",
        "当面移交",
        "海市监介〔2026〕12号",
        "封条完好",
        "沈国栋",
        "不得交由档案所涉本人",
        "不再另寄回执",
        "一式两份",
    ],
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_looks_as_it_was_approved(name):
    assert_looks_as_approved(name, PAPERS[name](), GOLDEN)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_says_what_it_must(name):
    assert_says(PAPERS[name](), TEXTS[name])
