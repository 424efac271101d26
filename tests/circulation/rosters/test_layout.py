"""Layouts of institutions we have never seen: recognised by meaning."""

import pytest

from rendang.circulation.rosters.headings import meaning_of, normalise_heading
from rendang.circulation.rosters.layout import Layout, layouts
from rendang.kernel.core.sheets import open_table
from tests.circulation.rosters.files import csv_file, id_number, xlsx_file

PEOPLE = [("王　芳", "女", 2), ("单 刚", "男", 3), ("阿依古丽·买买提", "女", 4), ("李雷", "男", 5)]


def read(path):
    return [layout for _sheet, layout in layouts(open_table(path))]


def headings(layout: Layout) -> dict[str, str]:
    return {
        field: "+".join(layout.headings[column] for column in columns) for field, columns in layout.columns.items()
    }


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("身份证件号码", "id_number"),
        ("证照号码", "id_number"),
        ("*公民身份号码（必填）", "id_number"),
        ("出生年月日", "birth_date"),
        ("现任职单位", "employer"),
        ("所在工作单位（全称）", "employer"),
        ("建档时间", "received_on"),
        ("人事档案存入时间", "received_on"),
        ("档案 编号", "archive_number"),
        ("档案存放位置", "location"),
        ("政治面貌：", "political_status"),
        ("最高学历", "education"),
        ("姓  名", "name"),
        ("毕业院校", "school"),
        ("毕业年月", "graduated"),
        ("本人联系电话", "mobile"),
        ("单位统一社会信用代码", "credit_code"),
        ("托管起始时间", "received_on"),
        ("进馆日期", "received_on"),
        ("人事代理编号", "archive_number"),
        ("卷宗号", "archive_number"),
        ("档案盒号", "location"),
        ("转入前单位", "received_from"),
        ("有效身份证号", "id_number"),
        ("托管单位", "entrusting_employer"),
        ("身故日期", "died"),
        ("Name", "name"),
        ("AAC003", "name"),
        ("档案所属人", "name"),
        ("身份證號碼", "id_number"),
        ("身份证出生日期", "birth_date"),
        ("失业前单位", "employer"),
        ("所在企业", "employer"),
        ("派遣公司", "entrusting_employer"),
        ("到馆日期", "received_on"),
        ("檔案編號", "archive_number"),
        ("Storage location", "location"),
        ("Date of receipt", "received_on"),
    ],
)
def test_a_heading_means_its_field(heading, field):
    found = meaning_of("", normalise_heading(heading))
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize(
    ("upper", "lower", "not_field"),
    [
        ("", "紧急联系人姓名", "name"),
        ("", "父亲姓名", "name"),
        ("配偶", "姓名", "name"),
        ("联系人", "电话", "mobile"),
        ("", "身份证有效期", "id_number"),
        ("", "证件类型", "id_number"),
        ("", "单位性质", "employer"),
        ("", "存档到期日期", "received_on"),
        ("", "学位授予单位", "degree"),
        ("", "出生地", "birth_date"),
        ("", "单位联系电话", "mobile"),
        ("", "职业资格证书编号", "archive_number"),
        ("", "存档合同编号", "archive_number"),
        ("", "原档案号", "archive_number"),
        ("", "托管结束时间", "received_on"),
        ("", "档案转出时间", "received_on"),
        ("", "托管起止时间", "received_on"),
        ("", "档案袋数", "archive_number"),
        ("", "户主姓名", "name"),
        ("家庭成员", "姓名", "name"),
        ("家庭主要成员", "工作单位", "employer"),
        ("存放位置", "号", "serial"),
    ],
)
def test_a_heading_about_something_else_is_not_mistaken(upper, lower, not_field):
    found = meaning_of(upper, lower)
    assert found is None or found[0] != not_field


def test_a_header_in_two_rows_is_read_by_group_and_heading(tmp_path):
    path = xlsx_file(
        tmp_path / "r.xlsx",
        {
            "Sheet1": [
                ("某市人才中心存档人员名册",),
                ("填报单位：测试", "", "", "", "", "2026年6月"),
                ("序号", "个人基本信息", "", "", "档案", "", "单位", "", "联系人", ""),
                ("", "姓名", "性别", "证件号码", "编号", "入档日期", "名称", "信用代码", "姓名", "电话"),
                *[
                    (str(n), name, sex, id_number(n), f"D{n}", "2019.7", "测试公司", "", "家属", "13900000000")
                    for n, (name, sex, n) in enumerate(PEOPLE)
                ],
            ]
        },
    )
    (layout,) = read(path)
    assert layout.title_rows == (1, 2)
    assert layout.header_rows == (3, 4)
    assert layout.columns["name"] == (1,)
    assert layout.columns["id_number"] == (3,)
    assert layout.columns["archive_number"] == (4,)
    assert layout.columns["received_on"] == (5,)
    assert layout.columns["employer"] == (6,)
    assert layout.columns["credit_code"] == (7,)
    assert "mobile" not in layout.columns


def test_a_tab_separated_list_with_its_own_headings(tmp_path):
    path = csv_file(
        tmp_path / "r.txt",
        [
            ("存档人", "证照号码", "出生年月日", "现任职单位", "建档时间", "档案柜号"),
            ("王芳", id_number(2), "1980年5月17日", "某厂", "2001/3", "3-5"),
        ],
        delimiter="\t",
    )
    (layout,) = read(path)
    assert headings(layout) == {
        "name": "存档人",
        "id_number": "证照号码",
        "birth_date": "出生年月日",
        "employer": "现任职单位",
        "received_on": "建档时间",
        "location": "档案柜号",
    }


def test_headings_that_say_nothing_are_told_by_their_content(tmp_path):
    path = csv_file(
        tmp_path / "r.csv",
        [("编号", "人员", "代码", "备用"), *[(f"DA-{n:04d}", name, id_number(n), "") for name, _sex, n in PEOPLE]],
        delimiter=";",
        encoding="utf-8-sig",
    )
    (layout,) = read(path)
    assert layout.header_rows == (1,)
    assert headings(layout) == {"archive_number": "编号", "name": "人员", "id_number": "代码"}


def test_a_bare_number_column_is_the_archive_number_when_it_does_not_count(tmp_path):
    rows = [
        ("编号", "姓名", "身份证号", "性别"),
        *[(f"DA-{n:04d}", name, id_number(n), sex) for name, sex, n in PEOPLE],
    ]
    (layout,) = read(csv_file(tmp_path / "r.csv", rows))
    assert headings(layout)["archive_number"] == "编号"
    counting = [rows[0], *[(str(at), *cells[1:]) for at, cells in enumerate(rows[1:], 1)]]
    (layout,) = read(csv_file(tmp_path / "s.csv", counting))
    assert "archive_number" not in layout.columns


def test_a_sheet_without_headings_continues_the_one_before(tmp_path):
    rows = [(name, sex, id_number(n), f"D{n}") for name, sex, n in PEOPLE]
    path = xlsx_file(
        tmp_path / "r.xlsx",
        {
            "第一页": [("姓名", "性别", "身份证号", "档案号"), *rows[:2]],
            "第二页": rows[2:],
            "说明": [("本表由档案室填写",)],
        },
    )
    first, second, notes = read(path)
    assert second.columns == first.columns
    assert second.header_rows == ()
    assert notes.columns == {}


def test_empty_columns_and_rows_do_not_disturb(tmp_path):
    path = xlsx_file(
        tmp_path / "r.xlsx",
        {
            "一": [
                (),
                ("", "", "名册"),
                (),
                ("", "序号", "", "姓名", "", "身份证件号"),
                ("", 1, "", "王芳", "", id_number(2)),
            ]
        },
    )
    (layout,) = read(path)
    assert layout.header_rows == (4,)
    assert layout.columns["name"] == (3,)
    assert layout.columns["id_number"] == (5,)


def test_a_place_in_several_columns_is_one_place(tmp_path):
    rows = [("姓名", "身份证号", "库房", "柜号", "层"), ("王芳", id_number(2), "1", "6", "3")]
    (layout,) = read(csv_file(tmp_path / "r.csv", rows))
    assert layout.columns["location"] == (2, 3, 4)


def test_the_surer_of_two_education_columns_wins(tmp_path):
    rows = [("姓名", "身份证号", "全日制学历", "最高学历", "学历"), ("王芳", id_number(2), "中专", "本科", "大专")]
    (layout,) = read(csv_file(tmp_path / "r.csv", rows))
    assert headings(layout)["education"] == "最高学历"


def test_samples_are_masked(tmp_path):
    (layout,) = read(csv_file(tmp_path / "r.csv", [("姓名", "身份证号"), ("王小芳", id_number(2))]))
    assert layout.samples == (("王**",), (f"3702{'*' * 10}{id_number(2)[-4:]}",))


def test_corrected_columns_replace_what_was_recognised():
    layout = Layout((), (1,), ("甲", "乙", "丙"), {"name": (0,)})
    corrected = layout.with_columns({0: "", 1: "name", 2: "id_number"})
    assert corrected.columns == {"name": (1,), "id_number": (2,)}
    assert corrected.fingerprint == layout.fingerprint
