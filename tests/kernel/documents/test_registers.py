"""The sheet of every register against its golden picture: its head, its lines, who signs."""

import datetime as dt
from pathlib import Path

import pytest

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import Register, as_pdf
from tests.golden import assert_looks_as_approved, assert_says, text_of
from tests.legible import faults_of

DAY = dt.date(2026, 7, 1)
BOOK = Register(
    "intake", "档案接收登记簿", "Register of intakes", Permission.CASE_VIEW,
    (("接收日期", 24), ("姓名", 25), ("来档单位", 60), ("档号", 36), ("卷数", 14), ("经办人", 26), ("备注", 60)),
    lambda *_: [],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _today(settings, time_machine):
    settings.DEMONSTRATION = False
    time_machine.move_to(dt.datetime(2026, 7, 2, 2, tzinfo=dt.UTC), tick=False)


def sheet(lines):
    return as_pdf(BOOK, lines, Institution(name="海岱市人才服务中心"), DAY, DAY + dt.timedelta(30), by="孙接收")


def test_a_register_is_a_sheet_across_with_head_lines_and_signatures():
    lines = [
        ["1", "2026-07-01", "王小明", "北辰区人力资源服务中心", "RCSC2026000001", "1", "孙接收", ""],
        ["2", "2026-07-03", "买买提江·阿卜杜热合曼", "虚构大学学生处档案室", "RCSC2026000002", "2", "孙接收",
         "缺报到证，已承诺"],
    ]  # fmt: skip
    paper = sheet(lines)
    assert_looks_as_approved("register", paper, Path(__file__).parent / "golden")
    assert_says(paper, ["2026年7月1日至2026年7月31日", "缺报到证，已承诺", "本期共2条", "复核人：", "打印：孙接收"])


NARROW = Register(
    "intake", "档案接收登记簿", "Register of intakes", Permission.CASE_VIEW,
    (("接收日期", 19), ("姓名", 16), ("公民身份号码", 31), ("档案编号", 27), ("转出单位", 30), ("接收原因", 21),
     ("转递方式及单号", 28), ("到件编号", 25), ("正本", 9), ("副本", 9), ("材料", 9), ("审核人", 14), ("回执", 19)),
    lambda *_: [],
)  # fmt: skip
NUMBERS = ["2026-07-01", "3301**********123X", "T7142026000001", "EE473124829CN", "T714-DJ-2026-00001", "2026-07-09"]


def test_numbers_longer_than_their_columns_stay_in_their_cells_on_one_line():
    day, masked, archive, waybill, arrival, receipt = NUMBERS
    line = [day, "欧阳清", masked, archive, "北辰区人力资源服务中心", "工作单位变动", f"邮政特快专递（EMS） {waybill}",
            arrival, "1", "0", "37", "孙接收", receipt]  # fmt: skip
    paper = as_pdf(NARROW, [["1", *line]], Institution(name="海岱市人才服务中心"), DAY, DAY, by="孙接收")
    assert faults_of(paper, sides=18) == []
    assert not [number for number in [*NUMBERS, "欧阳清", "孙接收"] if number not in text_of(paper)]


def test_a_number_that_no_column_can_hold_is_broken_rather_than_printed_over_its_neighbour():
    line = ["2026-07-01", "欧阳清", "3301**********123X", *["T714-DJ-2026-000001-0000000001"] * 10]
    paper = as_pdf(NARROW, [["1", *line]], Institution(name="海岱市人才服务中心"), DAY, DAY, by="孙接收")
    assert faults_of(paper, sides=18) == []


def test_a_range_without_entries_says_so():
    assert_says(sheet([]), ["本期间无记录", "本期共0条"])
