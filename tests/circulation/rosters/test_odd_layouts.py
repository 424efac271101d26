"""Rosters as institutions write them that nobody here has seen: what a clerk expects of each."""

import datetime as dt

import pytest
import xlsxwriter

from rendang.circulation.rosters.layout import layouts
from rendang.kernel.core.sheets import UnreadableTable, open_table
from tests.circulation.rosters.files import csv_file, id_number, xlsx_file
from tests.circulation.rosters.test_judging import judge_file

NAMES = ("王芳", "李雷", "张伟国", "刘洋")


def judged(path):
    """{row: (name, reason)} of the only roster of a file, and its layout."""
    ((layout, rows, _notes),) = judge_file(path)
    return {row.number: (row.values["name"], str(row.rejection)) for row in rows}, layout


def test_pages_with_their_title_their_headings_and_their_sums(tmp_path):
    headings = ("序号", "姓名", "身份证号", "文化程度", "柜号")
    pages = [
        row
        for page in range(2)
        for row in (
            ("某公司员工档案清单",),
            headings,
            *[(n, NAMES[n], id_number(2 * page + n), "大专", f"3-{n}") for n in range(2)],
            ("", "本页小计", 2),
            (f"第{page + 1}页 共2页",),
        )
    ]
    rows, layout = judged(xlsx_file(tmp_path / "r.xlsx", {"一": [*pages, ("", "总计", "4")]}))
    assert layout.header_rows == (2,)
    assert rows == {3: ("王芳", ""), 4: ("李雷", ""), 9: ("王芳", ""), 10: ("李雷", "")}
    assert "archive_number" not in layout.columns


def test_rows_that_name_a_department_and_rows_that_sign_the_list_are_no_people(tmp_path):
    sheet = [
        ("姓名", "身份证号码", "单位名称", "档案号"),
        ("一、市直机关",),
        ("王芳", id_number(1), "某局", "G1"),
        ("青岛某某纺织有限公司（2人）",),
        ("李雷", id_number(2), "某纺织", "G2"),
        ("青岛某某机械厂",),
        ("张伟国",),
        ("以上共3人",),
        ("填表人：王某", "审核人：李某", "", "2026年7月1日"),
        ("联系电话：0532-80000000",),
        ("存档机构（公章）",),
    ]
    rows, _layout = judged(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert rows == {3: ("王芳", ""), 5: ("李雷", ""), 7: ("张伟国", "missing_id")}


def test_a_sheet_that_explains_the_columns_is_no_roster(tmp_path):
    notes = [
        ("填写说明",),
        ("字段", "说明", "必填"),
        ("姓名", "与身份证一致", "是"),
        ("身份证号", "18位", "是"),
        ("出生年月", "如1990.05", "否"),
    ]
    people = [("姓名", "身份证号"), ("王芳", id_number(1))]
    explained, roster = [
        layout
        for _sheet, layout in layouts(open_table(xlsx_file(tmp_path / "r.xlsx", {"填表说明": notes, "名册": people})))
    ]
    assert explained.columns == {}
    assert roster.columns == {"name": (0,), "id_number": (1,)}


def test_a_place_whose_parts_stand_under_one_heading_is_one_place(tmp_path):
    sheet = [
        ("序号", "姓名", "身份证号", "档案存放位置", "", "", "", "备注"),
        ("", "", "", "排", "架", "层", "号", ""),
        (1, "王芳", id_number(1), "3", "12", "4", "07", "甲"),
    ]
    ((layout, (row,), _notes),) = judge_file(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))
    assert layout.header_rows == (1, 2)
    assert row.values["location"] == "3-12-4-07"
    assert row.values["remarks"] == "甲"


def test_a_name_in_two_columns_is_one_name(tmp_path):
    path = csv_file(tmp_path / "r.csv", [("姓", "名", "证件号"), ("欧阳", "芳", id_number(1)), ("姓", "名", "证件号")])
    assert judged(path)[0] == {2: ("欧阳芳", "")}


def test_two_lists_side_by_side_are_refused_rather_than_half_read(tmp_path):
    sheet = [("姓名", "身份证号", "姓名", "身份证号"), ("王芳", id_number(1), "李雷", id_number(2))]
    with pytest.raises(UnreadableTable, match="Sheet 一: two lists of people stand side by side"):
        list(layouts(open_table(xlsx_file(tmp_path / "r.xlsx", {"一": sheet}))))


def test_a_table_of_a_hundred_thousand_columns_is_read_as_far_as_rosters_go(tmp_path):
    path = csv_file(tmp_path / "r.csv", [("姓名", "身份证号", *"x" * 100_000), ("王芳", id_number(1), *"1" * 100_000)])
    rows, layout = judged(path)
    assert rows == {2: ("王芳", "")}
    assert len(layout.headings) == 512


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王芳（女）", "王芳"),
        ("王芳 (已故)", "王芳"),
        ("王芳*", "王芳"),
        ("3、王芳", "王芳"),
        ("买买提˙吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("John Smith", "John Smith"),
    ],
)
def test_what_is_written_beside_a_name_is_not_the_name(tmp_path, typed, name):
    ((_layout, (row,), _notes),) = judge_file(
        xlsx_file(tmp_path / "r.xlsx", {"一": [("姓名", "身份证号"), (typed, id_number(1))]})
    )
    assert row.values["name"] == name
    assert row.raw.get("name", "") in ("", typed.replace(" (", "("), typed)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (f"ID:{id_number(1)}", ""),
        (f"{id_number(1)}（已核）", ""),
        (f"{id_number(1)[:6]}-{id_number(1)[6:14]}-{id_number(1)[14:]}", ""),
        (id_number(1)[:15] + "000", "unreadable_id"),
        ("待补", "missing_id"),
        ("#N/A", "missing_id"),
    ],
)
def test_what_is_written_beside_a_number_does_not_hide_it_nor_make_one(tmp_path, typed, reason):
    headings = ("姓名", "身份证号", "档案号")
    path = csv_file(tmp_path / "r.csv", [headings, ("王芳", typed, "A1"), ("李雷", id_number(2), "A2")])
    assert judged(path)[0][2] == ("王芳", reason)


def test_a_word_for_nothing_is_nothing(tmp_path):
    headings = ("姓名", "身份证号", "档案号", "工作单位", "入库时间")
    rows = [
        (name, id_number(n), nothing, nothing, nothing)
        for n, (name, nothing) in enumerate(zip(NAMES, ("无", "/", "#N/A", "无"), strict=True))
    ]
    ((_layout, people, _notes),) = judge_file(csv_file(tmp_path / "r.csv", [headings, *rows]))
    assert {(row.rejection, row.values["archive_number"], row.values["employer"]) for row in people} == {("", "", "")}
    assert not any(row.raw for row in people)


def test_schooling_is_understood_with_what_stands_beside_it(tmp_path):
    headings = ("姓名", "身份证号", "學歷")
    said = ("大专（函授）", "本科/学士", "大學", "神学院（函授）")
    rows = [(name, id_number(n), text) for n, (name, text) in enumerate(zip(NAMES, said, strict=True))]
    ((_layout, people, _notes),) = judge_file(csv_file(tmp_path / "r.csv", [headings, *rows]))
    assert [row.values["education"] for row in people] == ["31", "21", "21", ""]
    assert people[3].warnings == ("unknown_code_text",)


def test_a_birth_written_with_two_digits_agrees_in_either_century(tmp_path):
    born = dt.date(1926, 5, 1)
    headings = ("姓名", "身份证号", "出生年月")
    path = csv_file(
        tmp_path / "r.csv", [headings, ("王芳", id_number(1, born), "26.5"), ("李雷", id_number(2, born), "2026.5")]
    )
    ((_layout, people, _notes),) = judge_file(path)
    assert [tuple(row.warnings) for row in people] == [(), ("birth_date_differs_from_id",)]


def test_a_dossier_that_by_the_roster_has_left_is_told_beside_the_verdict(tmp_path):
    headings = ("姓名", "身份证号", "档案状态", "转出时间")
    said = (
        ("在库", ""),
        ("已转入", ""),
        ("未转出", ""),
        ("已转出", ""),
        ("空挂", ""),
        ("借出", ""),
        ("在库", "2019.7"),
        ("", "/"),
    )
    rows = [(NAMES[n % 4], id_number(n), *texts) for n, texts in enumerate(said)]
    ((_layout, people, _notes),) = judge_file(csv_file(tmp_path / "r.csv", [headings, *rows]))
    assert [row.number for row in people if "said_to_have_left" in row.notes] == [5, 6, 7, 8]
    assert not any(row.rejection or row.warnings for row in people)


def test_a_date_that_nobody_can_read_is_told_whichever_date_it_is(tmp_path):
    headings = ("姓名", "身份证号", "出生年月", "入库时间")
    rows = [
        ("王芳", id_number(1), "属马", ""),
        ("李雷", id_number(2), "", "九十年代"),
        ("张伟国", id_number(3), "", ""),
    ]
    ((_layout, people, _notes),) = judge_file(csv_file(tmp_path / "r.csv", [headings, *rows]))
    assert [row.notes for row in people] == [("unreadable_date",), ("unreadable_date",), ()]


def test_what_is_merged_over_several_people_holds_for_each_of_them_but_not_who_they_are(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range("A1:D1", "某公司员工档案")
        for column, heading in enumerate(("姓名", "身份证号", "单位名称")):
            sheet.merge_range(1, column, 2, column, heading)
        sheet.merge_range("C4:C6", "某机械厂")
        sheet.write_row("A4", ["王芳", id_number(1)])
        sheet.write_row("A5", ["李雷", id_number(2)])
        sheet.merge_range("A6:A7", "张伟国")
        sheet.merge_range("B6:B7", id_number(3))
        sheet.write_row("A8", ["刘洋", id_number(4), "某纺织厂"])
        sheet.write_row("A9", ["赵敏", id_number(5)])
    ((_layout, rows, _notes),) = judge_file(path)

    assert {row.number: (row.values["name"], row.values["employer"], str(row.rejection)) for row in rows} == {
        4: ("王芳", "某机械厂", ""),
        5: ("李雷", "某机械厂", ""),
        6: ("张伟国", "某机械厂", ""),
        8: ("刘洋", "某纺织厂", ""),
        9: ("赵敏", "", ""),
    }
