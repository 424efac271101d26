import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from rendang.circulation.household.papers import PageSlip, render_page_slip
from tests.golden import assert_looks_as_approved, assert_says, pages_of

SLIP = PageSlip(
    number="RCSC-20260701-0007",
    institution="海岱市人才服务中心",
    name="欧阳清",
    id_masked="3702**********1225",
    household="J370202001",
    page="017",
    address="海岱市南山路1号",
    police_station="南山派出所",
    purpose="办理结婚登记",
    with_head_page=True,
    lent_on=dt.date(2026, 7, 1),
    due_on=dt.date(2026, 7, 8),
    lent_by="李办事",
    mobile="13900000000",
    phone="0532-00000000",
)


@pytest.fixture(autouse=True)
def _effective(settings) -> None:
    settings.DEMONSTRATION = False


def test_the_slip_of_a_member_page_is_signed_when_it_is_lent_and_when_it_is_back():
    paper = render_page_slip(SLIP)
    assert_looks_as_approved("page_slip", paper, Path(__file__).parent / "golden")
    assert_says(
        paper,
        [
            "集体户户口页借用登记单",
            "常住人口登记卡（户口页）原件",
            "应还日期2026年7月8日",
            "于2026年7月8日前归还",
            "借用人签名",
            "归还登记",
            "3702**********1225",
        ],
    )


def test_the_longest_address_and_purpose_stay_on_one_sheet():
    paper = render_page_slip(replace(SLIP, address="虚构路" * 66, purpose="事由" * 50, mobile="", phone=""))
    assert len(pages_of(paper)) == 1
