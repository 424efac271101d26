"""Habits of archive institutions in five more cities, each with what a clerk expects of it."""

import pytest

from rendang.circulation.rosters.headings import meaning_of, normalise_heading
from tests.circulation.rosters.files import csv_file, id_number, xlsx_file
from tests.circulation.rosters.test_judging import judge_file
from tests.circulation.rosters.test_odd_layouts import NAMES, judged


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("XM", "name"),
        ("sfzh", "id_number"),
        ("CSRQ", "birth_date"),
        ("ZZMM", "political_status"),
        ("DWMC", "employer"),
        ("DAH", "archive_number"),
        ("RKRQ", "received_on"),
        ("存档人员", "name"),
        ("被存档人", "name"),
        ("身份\nID", "id_number"),
        ("身份证地址", "household_address"),
        ("文化层次", "education"),
        ("单位全称", "employer"),
        ("档案序列号", "archive_number"),
        ("保管编号", "archive_number"),
        ("密集柜", "location"),
        ("柜/架/层", "location"),
        ("层\n位", "location"),
        ("转入单位", "received_from"),
        ("是否转出", "left"),
        ("Date In", "received_on"),
    ],
)
def test_a_heading_of_another_city_means_its_field(heading, field):
    found = meaning_of("", normalise_heading(heading))
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize(
    ("heading", "not_field"),
    [
        ("历史档案号", "archive_number"),
        ("法定代表人姓名", "name"),
        ("领导姓名", "name"),
        ("推荐人姓名", "name"),
    ],
)
def test_a_heading_about_somebody_or_something_else_is_not_mistaken(heading, not_field):
    found = meaning_of("", normalise_heading(heading))
    assert found is None or found[0] != not_field


def test_three_groups_of_headings_and_a_place_in_three_columns(tmp_path):
    sheet = [
        ("某区人才服务中心存档人员信息表",),
        ("序号", "基本信息", "", "", "存档信息", "", "", "", "", "联系方式", "", ""),
        (
            "",
            "姓名",
            "性别",
            "身份证号",
            "档案编号",
            "存档日期",
            "库区",
            "柜",
            "层",
            "手机",
            "紧急联系人",
            "紧急联系人电话",
        ),
        (1, "王芳", "女", id_number(2), "B1", "2019/7/1", "A", "3", "2", "13800000001", "王父", "13900000000"),
    ]
    ((_layout, (row,), _notes),) = judge_file(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    said = {field: row.values[field] for field in ("archive_number", "location", "mobile", "emergency_contact")}
    assert said == {
        "archive_number": "B1",
        "location": "A-3-2",
        "mobile": "13800000001",
        "emergency_contact": "王父",
    }


def test_a_template_s_rules_and_its_example_are_no_people(tmp_path):
    sheet = [
        ("*姓名（必填）", "*证件号码", "*存档起始日"),
        ("填写真实姓名", "与身份证一致", "格式：YYYY-MM-DD"),
        ("示例：张三", "110101199001011234", "2020-01-01"),
        ("李四（示例）", id_number(7), "2020-01-01"),
        ("------", "------", "------"),
        ("王芳", "与身份证不符，必须补", "2020-01-01"),
        ("李雷", id_number(2), "2020-01-01"),
    ]
    rows, _layout = judged(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert rows == {6: ("王芳", "missing_id"), 7: ("李雷", "")}


def test_a_number_in_the_writing_of_a_pocket_calculator_has_lost_its_digits(tmp_path):
    rows = [("姓名", "身份证号"), ("王芳", "3.70202E+17"), ("李雷", "3.702021980051700E+17")]
    found, _layout = judged(csv_file(tmp_path / "r.csv", rows))
    assert found == {2: ("王芳", "unreadable_id"), 3: ("李雷", "unreadable_id")}


def test_dossiers_without_a_number_yet_do_not_repeat_one_another(tmp_path):
    said = ("待编", "待编", "未编号", "A１")
    rows = [(name, id_number(n), text) for n, (name, text) in enumerate(zip(NAMES, said, strict=True))]
    rows.append(("赵敏", id_number(9), "A1"))
    path = csv_file(tmp_path / "r.csv", [("姓名", "身份证号", "档案号"), *rows])
    ((_layout, people, _notes),) = judge_file(path)
    assert [
        (row.values["archive_number"], row.raw.get("archive_number", ""), str(row.rejection)) for row in people
    ] == [
        ("", "待编", ""),
        ("", "待编", ""),
        ("", "未编号", ""),
        ("A1", "A１", ""),
        ("A1", "", "duplicate_archive_number"),
    ]


def test_a_list_s_own_number_of_an_employer_is_no_credit_code(tmp_path):
    headings = ("姓名", "身份证号", "单位名称", "单位代码")
    path = csv_file(tmp_path / "r.csv", [headings, ("王芳", id_number(1), "甲", "0012")])
    ((layout, (row,), _notes),) = judge_file(path)
    assert "credit_code" not in layout.columns
    assert not row.warnings
    headings = ("姓名", "身份证号", "单位名称", "统一社会信用代码")
    path = csv_file(
        tmp_path / "s.csv", [headings, ("王芳", id_number(1), "甲", "0012"), ("李雷", id_number(2), "乙", "无")]
    )
    ((_layout, people, _notes),) = judge_file(path)
    assert [row.warnings for row in people] == [("uscc_invalid",), ()]


@pytest.mark.parametrize(
    ("heading", "said", "left"),
    [
        ("是否转出", "是", True),
        ("是否转出", "否", False),
        ("是否在库", "否", True),
        ("备注", "已转出", True),
        ("备注", "档案已于2019年7月转出", True),
        ("备注", "2020.3调走", True),
        ("备注", "已转出至某区人才中心", True),
        ("备注", "由某厂转出后存入", False),
        ("备注", "2019年转出后又转回", False),
        ("备注", "借出已归还", False),
        ("备注", "出国", False),
        ("备注", "死亡", False),
    ],
)
def test_whether_a_dossier_has_left_is_told_by_the_question_or_by_a_remark_that_says_only_that(
    tmp_path, heading, said, left
):
    path = csv_file(tmp_path / "r.csv", [("姓名", "身份证号", heading), ("王芳", id_number(1), said)])
    ((_layout, (row,), _notes),) = judge_file(path)
    assert ("said_to_have_left" in row.notes) is left
    assert not row.rejection


def test_the_manner_of_schooling_does_not_hide_its_level(tmp_path):
    said = ("在职研究生", "非全日制大专", "网络教育本科", "在职培训班")
    rows = [(name, id_number(n), text) for n, (name, text) in enumerate(zip(NAMES, said, strict=True))]
    ((_layout, people, _notes),) = judge_file(csv_file(tmp_path / "r.csv", [("姓名", "身份证号", "学历"), *rows]))
    assert [row.values["education"] for row in people] == ["10", "31", "21", ""]
    assert people[3].warnings == ("unknown_code_text",)
