"""Every paper of the kernel against its golden picture and its text (tests/golden.py)."""

from pathlib import Path

import pypdfium2
import pytest
from PIL import ImageChops

from rendang.kernel.documents.papers import chinese_date
from tests.golden import assert_looks_as_approved, assert_says, difference, pages_of, squeezed
from tests.kernel.documents.sample_papers import DAY, PAPERS

GOLDEN = Path(__file__).parent / "golden"

# What must be readable in each paper, in words.
TEXTS = {
    "custody_certificate": [
        "存档证明",
        "编号：RCSC-CZ-20260701-0001",
        "王小明",
        "370202199001011237",
        "RCSC2019001234",
        "个人存档",
        "2019年7月",
        "依据档案记载",
        "核验码：K7QM-2V9D-XP4T",
        "https://dangan.example.cn/verify",
        "2026年7月1日",
        "电子印章",
        "CERTIFICATE OF CUSTODY",
    ],
    "recall_letter": [
        "调档函（存根）",
        "RCSC调〔2026〕0001号",
        "15个工作日内",
        "专人送取",
        "回　执",
        "同意转递",
    ],
    "intake_receipt": ["王小明同志的档案已收到，共1卷37份，经核对无误", "琴就档转字第 2026060088 号", "收件人签名"],
    "transfer_notice": ["单位及职务", "转递原因", "正本", "副本", "档案材料", "欧阳清", "经核对无误", "单位盖章"],
    "catalogue": ["材料形成时间", "4-1-2", "学生学籍登记表及学习成绩登记表", "复印件", "第 1 页  共 2 页"],
    "return_slip": ["人事档案退回单", "未密封或封条破损", "代码 R02", "处理要求", "重新审核材料"],
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_looks_as_it_was_approved(name):
    assert_looks_as_approved(name, PAPERS[name](), GOLDEN)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_says_what_it_must(name):
    assert_says(PAPERS[name](), TEXTS[name])


def test_a_shifted_page_would_be_noticed():
    page = pages_of(PAPERS["custody_certificate"]())[0]
    assert difference(page, ImageChops.offset(page, 0, 6)) > 0.35


def test_the_heading_of_the_catalogue_is_repeated_on_every_page():
    pages = list(pypdfium2.PdfDocument(PAPERS["catalogue"]()))
    assert len(pages) == 2
    assert all("材料形成时间" in squeezed(page.get_textpage().get_text_bounded()) for page in pages)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (DAY, "2026年7月1日"),
        ("1986-07-15", "1986年7月15日"),
        ("1986-07", "1986年7月"),
        ("1986", "1986年"),
        ("", ""),
        (None, ""),
    ],
)
def test_dates_are_printed_as_well_as_they_are_known(value, expected):
    assert chinese_date(value) == expected
