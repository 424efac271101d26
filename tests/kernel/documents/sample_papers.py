"""One fictional example of every paper, for the golden tests."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from rendang.kernel.documents import papers

INSTITUTION = "琴岛市人才市场人事档案服务中心"
OTHER = "琴岛市就业服务中心档案室"
DAY = dt.date(2026, 7, 1)
PERSON = {"name": "王小明", "id_number": "370202199001011237"}

CERTIFICATE = papers.CustodyCertificate(
    **PERSON,
    number="RCSC-CZ-20260701-0001",
    institution=INSTITUTION,
    sex="男",
    archive_number="RCSC2019001234",
    custody_type="个人存档",
    custody_since="2019-07",
    issued_on=DAY,
    verification_code="K7QM-2V9D-XP4T",
    verification_address="https://dangan.example.cn/verify",
    verification_link="https://dangan.example.cn/verify/K7QM2V9DXP4T",
)
RECALL_LETTER = papers.RecallLetter(
    **PERSON,
    word="琴人档调",
    number="RCSC调〔2026〕0001号",  # it names its word itself
    institution=INSTITUTION,
    addressee=OTHER,
    sex="男",
    reason="工作单位变动，现单位在本市",
    carriers=["机要通信", "邮政特快专递（EMS）", "专人送取"],
    dispatch_days=15,
    reply_address="琴岛市海风路12号（邮编266000）",
    consignee="档案接收窗口",
    phone="0532-5550 0101",
    handler="李静",
    issued_on=DAY,
    valid_until=dt.date(2026, 9, 30),
    verification_link="https://dangan.example.cn/verify/D4R8N2",
)
RECEIPT = papers.IntakeReceipt(
    **PERSON,
    word="琴人档收",
    number="2026070012",
    institution=INSTITUTION,
    addressee=OTHER,
    archive_number="RCSC2026000456",
    volumes=1,
    pieces=37,
    carrier="邮政特快专递（EMS）",
    waybill="EE473124829CN",
    received_on=DAY,
    notice_number="琴就档转字第 2026060088 号",
    phone="0532-5550 0101",
)
NOTICE = papers.TransferNotice(
    word="琴人档转",
    number="2026070003",
    institution=INSTITUTION,
    addressee=OTHER,
    rows=[
        papers.TransferNoticeRow(
            name="王小明",
            post="琴岛海蓝软件有限公司 工程师",
            reason="工作单位变动",
            principal=1,
            duplicate=0,
            pieces=37,
        ),
        papers.TransferNoticeRow(name="欧阳清", post="灵活就业", reason="户籍迁移", principal=1, pieces=21),
    ],
    carrier="机要通信",
    waybill="JY20260701008",
    handler="赵敏",
    issued_on=DAY,
    reply_address="琴岛市海风路12号（邮编266000）",
    phone="0532-5550 0101",
)


def _entry(mark: str, title: str, formed_on: str, pages: int, remark: str = "") -> papers.CatalogueEntry:
    return papers.CatalogueEntry(mark=mark, title=title, formed_on=formed_on, pages=pages, remark=remark)


CATALOGUE = papers.Catalogue(
    institution=INSTITUTION,
    name="王小明",
    archive_number="RCSC2019001234",
    sections=[
        papers.CatalogueSection(
            mark="一",
            title="履历材料",
            entries=[_entry("1-1", "干部履历表", "2013-07-15", 8), _entry("1-2", "个人简历", "2019", 2)],
        ),
        papers.CatalogueSection(mark="二", title="自传和思想类材料"),
        papers.CatalogueSection(
            mark="三", title="考核鉴定类材料", entries=[_entry("3-1", "2014年度考核登记表", "2014-12", 2)]
        ),
        papers.CatalogueSection(
            mark="四",
            title="学历学位、专业技术职务（职称）、学术评鉴和教育培训类材料",
            subsections=[
                papers.CatalogueSection(
                    mark="4-1",
                    title="学历学位材料",
                    entries=[
                        _entry("4-1-1", "普通高等学校招生考生报名登记表", "2009-04", 2),
                        _entry("4-1-2", "学生学籍登记表及学习成绩登记表", "2013-06-20", 4),
                        _entry("4-1-3", "高等学校毕业生登记表", "2013-06-28", 6),
                        _entry("4-1-4", "学士学位证书", "2013-06-28", 1, "复印件"),
                    ],
                ),
                papers.CatalogueSection(
                    mark="4-2",
                    title="专业技术职务材料",
                    entries=[_entry("4-2-1", "工程师任职资格评审表", "2019-11-30", 10)],
                ),
                papers.CatalogueSection(mark="4-3", title="科研学术材料"),
                papers.CatalogueSection(mark="4-4", title="教育培训材料"),
            ],
        ),
        papers.CatalogueSection(
            mark="六", title="党、团类材料", entries=[_entry("6-1", "中国共产主义青年团入团志愿书", "2006-05-04", 4)]
        ),
        papers.CatalogueSection(mark="十", title="其他可供参考的材料"),
    ],
    blank_lines=4,
)
RETURN_SLIP = papers.ReturnSlip(
    **PERSON,
    word="琴人档退",
    number="2026070002",
    institution=INSTITUTION,
    addressee=OTHER,
    arrived_on=DAY,
    carrier="邮政特快专递（EMS）",
    waybill="EE473124829CN",
    reason_code="R02",
    reason="未密封或封条破损",
    finding="档案袋封条断裂，骑缝章不完整。",
    basis="《流动人员人事档案管理服务规定》（人社部发〔2021〕112号）、人社厅发〔2022〕64号",
    remedy="重新审核材料并严密包封，加盖骑缝章后，以机要通信、邮政特快专递或专人送取方式转递。",
    return_carrier="邮政特快专递（EMS）",
    return_waybill="EE473124855CN",
    handler="李静",
    phone="0532-5550 0101",
    issued_on=DAY,
)
PAPERS: dict[str, Callable[[], bytes]] = {
    "custody_certificate": partial(papers.render_custody_certificate, CERTIFICATE),
    "recall_letter": partial(papers.render_recall_letter, RECALL_LETTER),
    "intake_receipt": partial(papers.render_intake_receipt, RECEIPT),
    "transfer_notice": partial(papers.render_transfer_notice, NOTICE),
    "catalogue": partial(papers.render_catalogue, CATALOGUE),
    "return_slip": partial(papers.render_return_slip, RETURN_SLIP),
}
