"""Habits of archive institutions in five more cities, each with what a clerk expects of it."""

import pytest
import xlsxwriter

from rendang.circulation.rosters.actions.importing import must_be_roster
from rendang.circulation.rosters.headings import meaning_of, normalise_heading
from rendang.circulation.rosters.layout import layouts
from rendang.kernel.core.sheets import UnreadableTable, open_table
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


def test_a_second_table_in_the_sheet_with_its_columns_in_another_order_is_read_by_its_own_headings(tmp_path):
    sheet = [
        ("一、在职人员",),
        ("序号", "姓名", "身份证号", "档案号", "经办人"),
        (1, "王芳", id_number(1), "A1", "某甲"),
        ("二、退休人员",),
        ("序号", "档案号", "姓名", "入库日期", "身份证号"),
        (1, "T1", "李雷", "2001.2", id_number(2)),
        (2, "T2", "", "2001.3", id_number(3)),
    ]
    path = xlsx_file(tmp_path / "r.xlsx", {"一": sheet})
    ((_layout, people, not_data),) = judge_file(path, size=2)
    assert {
        row.number: (row.values["archive_number"], row.values["received_on"], str(row.rejection)) for row in people
    } == {
        3: ("A1", "", ""),
        6: ("T1", "2001-02", ""),
        7: ("", "", "missing_name"),
    }
    assert not_data == [4, 5]


def test_headings_said_again_in_another_language_or_in_their_lower_row_are_no_people(tmp_path):
    rows, _layout = judged(
        csv_file(tmp_path / "r.csv", [("姓名", "身份证号"), ("Name", "ID No."), ("王芳", id_number(1))])
    )
    assert rows == {3: ("王芳", "")}
    heads = [("序号", "姓名", "证件", "", "档案号"), ("", "", "类型", "号码", "")]
    sheet = [*heads, (1, "王芳", "身份证", id_number(1), "A1"), *heads, (2, "李雷", "身份证", id_number(2), "A2")]
    rows, _layout = judged(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert rows == {3: ("王芳", ""), 6: ("李雷", "")}


def test_as_above_means_the_value_above_but_never_who_somebody_is(tmp_path):
    headings = ("姓名", "身份证号", "档案号", "工作单位", "学历", "入库日期", "柜", "层")
    path = csv_file(
        tmp_path / "r.csv",
        [
            headings,
            ("王芳", id_number(1), "A1", "某厂", "本科", "2019.7", "3", "1"),
            ("李雷", id_number(2), "A2", "同上", "同上", "同上", "同上", "2"),
            ("", id_number(3), "A3", "〃", "〃", "〃", "〃", "3"),
            ("刘洋", id_number(4), "同上", "〃", "〃", "〃", "〃", "4"),
        ],
    )
    ((_layout, people, _notes),) = judge_file(path)
    assert [
        (row.values["employer"], row.values["education"], row.values["received_on"])
        for row in people
        if row.id_number and not row.rejection
    ] == [("某厂", "21", "2019-07")] * 3
    assert [row.values["location"] for row in people] == ["3-1", "3-2", "", "3-4"]
    assert people[3].values["archive_number"] == ""
    assert not any(row.warnings or row.notes for row in people)


def test_as_above_in_the_first_row_means_nothing_and_is_kept_as_written(tmp_path):
    path = csv_file(tmp_path / "r.csv", [("姓名", "身份证号", "工作单位"), ("王芳", id_number(1), "同上")])
    ((_layout, (row,), _notes),) = judge_file(path)
    assert (row.values["employer"], row.raw) == ("", {"employer": "同上"})


def test_a_date_in_three_columns_is_one_date(tmp_path):
    sheet = [
        ("姓名", "身份证号", "出生日期", "", "", "存档日期", "", "", "档案号"),
        ("", "", "年", "月", "日", "年", "月", "日", ""),
        ("王芳", id_number(2), 1980, 5, 17, 2019, 7, "5日", "A1"),
        ("李雷", id_number(3), 1981, 5, "", 2019, "", "", "A2"),
    ]
    ((layout, people, _notes),) = judge_file(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert layout.header_rows == (1, 2)
    assert [(row.values["received_on"], row.warnings) for row in people] == [
        ("2019-07-05", ()),
        ("2019", ("birth_date_differs_from_id",)),
    ]


def test_a_family_beside_the_person_is_no_second_list(tmp_path):
    sheet = [
        ("本人", "", "", "家庭成员", "", ""),
        ("姓名", "身份证号", "档案号", "姓名", "关系", "身份证号"),
        ("王芳", id_number(2), "A1", "王父", "父", id_number(5)),
    ]
    rows, layout = judged(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert rows == {3: ("王芳", "")}
    assert layout.columns["name"] == (0,)


def test_the_number_behind_rack_and_layer_is_a_part_of_the_place(tmp_path):
    sheet = [("姓名", "身份证号", "排", "层", "号"), ("王芳", id_number(1), "3", "2", "07号")]
    ((layout, (row,), _notes),) = judge_file(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert row.values["location"] == "3-2-07号"
    assert "archive_number" not in layout.columns


def test_old_and_new_number_of_one_person_in_a_cell_are_that_person(tmp_path):
    number = id_number(1)
    old = number[:6] + number[8:17]
    rows = [("姓名", "身份证号"), ("王芳", f"{number}/{old}"), ("李雷", f"{id_number(2)}/{id_number(3)}")]
    found, _layout = judged(csv_file(tmp_path / "r.csv", rows))
    assert found == {2: ("王芳", ""), 3: ("李雷", "unreadable_id")}


def test_quotation_marks_of_another_kind_are_not_the_name(tmp_path):
    path = csv_file(
        tmp_path / "r.csv", [("'姓名'", "'身份证号'", "'单位'"), ("'王芳'", f"'{id_number(1)}'", "'某厂'")]
    )
    ((_layout, (row,), _notes),) = judge_file(path)
    assert (row.values["name"], row.values["employer"], row.rejection) == ("王芳", "某厂", "")


@pytest.mark.parametrize(
    ("sheet", "title", "left"),
    [
        ("已转出", "名册", True),
        ("2025", "2025年转出档案清单", True),
        ("未转出", "名册", False),
        ("转入转出", "转入转出登记表", False),
        ("在库", "存档人员名册", False),
    ],
)
def test_a_sheet_that_lists_dossiers_that_have_left_says_so_of_each(tmp_path, sheet, title, left):
    rows = [(title,), ("姓名", "身份证号"), ("王芳", id_number(1))]
    ((_layout, (row,), _notes),) = judge_file(xlsx_file(tmp_path / "r.xlsx", {sheet: rows}))
    assert ("said_to_have_left" in row.notes) is left


def test_a_file_whose_people_stand_in_a_hidden_sheet_names_it(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("封面").write("A1", "花名册")
        hidden = workbook.add_worksheet("名单")
        hidden.write_row("A1", ["姓名", "身份证号"])
        hidden.hide()
    with pytest.raises(UnreadableTable, match="hidden and not read: 名单"):
        must_be_roster([(sheet.name, layout) for sheet, layout in layouts(open_table(path))])


@pytest.mark.parametrize("delimiter", ["^", "~", "#", "、", "\x01", "||"])
def test_a_delimiter_that_nobody_else_uses_divides_all_the_same(tmp_path, delimiter):
    rows = [("姓名", "身份证号", "性别"), ("王芳", id_number(2), "女"), ("李雷", id_number(3), "男")]
    found, _layout = judged(csv_file(tmp_path / "r.csv", rows, delimiter=delimiter))
    assert found == {2: ("王芳", ""), 3: ("李雷", "")}


@pytest.mark.parametrize(
    ("sheet", "employer"),
    [
        ("某纺织有限公司", "某纺织有限公司"),
        ("某机械厂（1人）", "某机械厂"),
        ("Sheet1", ""),
        ("2025年", ""),
        ("退休人员", ""),
        ("离职公司", ""),
        ("某人才服务公司", ""),
    ],
)
def test_a_sheet_named_after_an_employer_names_it_where_no_column_does(tmp_path, sheet, employer):
    path = xlsx_file(tmp_path / "r.xlsx", {sheet: [("姓名", "身份证号"), ("王芳", id_number(1))]})
    ((_layout, (row,), _notes),) = judge_file(path)
    assert row.values["employer"] == employer
    rows = [("姓名", "身份证号", "工作单位"), ("王芳", id_number(1), "某局"), ("李雷", id_number(2), "")]
    ((_layout, people, _notes),) = judge_file(xlsx_file(tmp_path / "s.xlsx", {sheet: rows}))
    assert [row.values["employer"] for row in people] == ["某局", ""]


def test_a_person_without_a_number_is_named_whatever_their_employer_is_called(tmp_path):
    rows = [
        ("姓名", "工作单位", "身份证号", "档案号"),
        ("王芳", "注册会计师协会", "", "A1"),
        ("李雷", "打印机厂", "", "A2"),
        ("汇总", "2", "", "2"),
        ("张三", "审核人：李四", "", ""),
    ]
    found, _layout = judged(xlsx_file(tmp_path / "r.xlsx", {"一": rows}))
    assert found == {2: ("王芳", "missing_id"), 3: ("李雷", "missing_id")}


@pytest.mark.parametrize(
    ("group", "heading", "field"),
    [
        ("联系方式", "联系人姓名", "emergency_contact"),
        ("单位信息", "何时参加工作", "work_start"),
        ("档案管理信息", "入库编号", "archive_number"),
        ("学历", "全日制教育", "education"),
        ("出生日期", "公历", "birth_date"),
        ("联系电话", "1", "mobile"),
        ("学历信息", "学习形式", None),
        ("学历学位", "原档案号", None),
        ("单位信息", "电话", None),
    ],
)
def test_a_group_helps_to_understand_a_heading_and_does_not_speak_for_another(group, heading, field):
    found = meaning_of(normalise_heading(group), normalise_heading(heading))
    assert (found[0] if found else None) == field
