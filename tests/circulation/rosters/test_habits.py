"""Rosters as institutions, employers and other systems write them (habits.txt), and in files of other kinds."""

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from rendang.circulation.rosters.actions.importing import as_json, from_json, must_be_roster
from rendang.circulation.rosters.headings import meaning_of, normalise_heading
from rendang.circulation.rosters.layout import Layout, layouts
from rendang.kernel.core.sheets import UnreadableTable, open_table
from tests.circulation.rosters.files import xlsx_file
from tests.circulation.rosters.habits import habits, told, with_numbers

HEADINGS = ("姓名", "身份证号")
LIST = "姓名,身份证号,单位\n王芳,#2#,某厂\n李雷,#3#,某厂\n"
BOTH = {2: "王芳 employer=某厂", 3: "李雷 employer=某厂"}


@pytest.mark.parametrize("habit", list(habits()), ids=lambda habit: habit.title)
def test_a_habit_is_understood_row_by_row(tmp_path, habit):
    path = xlsx_file(tmp_path / "r.xlsx", habit.sheets)
    assert told(path, habit.expected) == habit.expected


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("时间（入库）", "received_on"),
        ("日期（转出）", "left"),
        ("档案编号（旧）", None),
        ("姓名（曾用名）", "former_name"),
        ("身份证号（法人）", None),
        ("出生日期（档案）", "birth_date"),
        ("联系电话（单位）", None),
        ("地址（户口）", "household_address"),
        ("①姓名", "name"),
        ("四、单位", "employer"),
        ("单位 Company Name", "employer"),
        ("单位ID", None),
        ("电话2", "mobile"),
        ("参加工作地", None),
        ("调入前单位", "received_from"),
        ("档案转寄单位名称", None),
    ],
)
def test_what_stands_about_the_words_of_a_heading_is_weighed(heading, field):
    found = meaning_of("", normalise_heading(heading))
    assert (found[0] if found else None) == field


def file_says(path, expected):
    """Whether the only sheet of a file says this of its rows, and of no others."""
    rows = {(0, row): said for row, said in expected.items()}
    return told(path, rows) == rows


def text_file(folder, text, encoding="utf-8"):
    path = folder / "r.csv"
    path.write_bytes(with_numbers(text).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("\ufeff" + LIST, "utf-8", BOTH),
        (LIST, "utf-16", BOTH),
        (LIST, "utf-16-le", BOTH),
        ("\ufeff" + LIST.replace(",", "\t"), "utf-16-be", BOTH),
        (LIST.replace(",", "|||"), "utf-8", BOTH),
        ("".join(f"| {line.replace(',', ' | ')} |\n" for line in LIST.splitlines()), "utf-8", BOTH),
        ("|姓名|身份证号|\n|:--|:--|\n|王芳|#2#|\n", "utf-8", {3: "王芳"}),
        (LIST.replace("\n", "\r"), "gb18030", BOTH),
        (LIST.replace(",", "\t,").replace("\n", "\t\n"), "utf-8", BOTH),
        (LIST.replace(",", ",\t"), "utf-8", BOTH),
        ("\ufeff" + LIST + "\ufeff" + LIST.replace("#2#", "#4#").replace("#3#", "#5#"), "utf-8",
         {2: "王芳", 3: "李雷", 5: "王芳", 6: "李雷"}),
        ('"姓名\n(必填)","身份证号\n(18位)","单位"\n"王芳","#2#","某\n厂"\n李雷,#3#,某厂\n', "utf-8",
         {2: "王芳", 3: "李雷 employer=某厂"}),
        ("某市存档人员名册,,\n填报:某局,,2026年6月\n" + LIST, "gb18030", {4: "王芳", 5: "李雷"}),
        ('姓名,身份证号,单位\n="王芳",="#2#",="某厂"\n="李雷","=""#3#""",某厂\n', "utf-8", BOTH),
        ('"姓名","身份证号","单位"\r\n"王芳","#2#","某厂, 一车间"\r\n"李雷","#3#","某""大""厂"\r\n', "utf-8",
         {2: "王芳 employer=某厂, 一车间", 3: '李雷 employer=某"大"厂'}),
        ("xm\tsfzh\tdwmc\tdah\nwang\tNULL\tNULL\tA0\n王芳\t#2#\tNULL\tA1\n李雷\t#3#\t某厂\tnull\n", "utf-8",
         {2: "wang !missing_id", 3: "王芳 employer= archive_number=A1", 4: "李雷 employer=某厂 archive_number="}),
        ("姓名,身分證號碼,單位,檔號\n陳國強,#3#,某廠,A1\n王雅芳,#2#,某廠,A2\n", "big5",
         {2: "陳國強 employer=某廠 archive_number=A1", 3: "王雅芳"}),
        (",姓名,身份证号,入库时间\n0,王芳,#2#,20160306.0\n1,李雷,#3#,\n", "utf-8",
         {2: "王芳 received_on=2016-03-06", 3: "李雷"}),
        ("姓名,身份证号,单位\n王芳,#2#\n李雷,#3#,某厂,,,\n", "utf-8", {2: "王芳", 3: "李雷 employer=某厂"}),
    ],
    ids=str,
)  # fmt: skip
def test_a_text_in_any_dress_is_the_same_list(tmp_path, text, encoding, expected):
    assert file_says(text_file(tmp_path, text, encoding), expected)


@pytest.mark.parametrize("blank", [" ", "    ", "　"])
def test_a_text_divided_by_blanks_is_refused_with_the_remedy(tmp_path, blank):
    with pytest.raises(UnreadableTable, match=r"divided by blanks.*Text to columns"):
        file_says(text_file(tmp_path, LIST.replace(",", blank)), {})


@pytest.mark.parametrize(
    "text",
    [
        '[{"姓名":"王芳","身份证号":"#2#"}]',
        "INSERT INTO person VALUES ('王芳','#2#','某厂');\nINSERT INTO person VALUES ('李雷','#3#','某厂');\n",
        "\x03\x7e\x01\x01\x02\0\0\0\x61\0\x20\0" + "\0" * 200 + "XM",
    ],
    ids=["JSON", "SQL", "DBF"],
)
def test_what_is_no_table_is_refused(tmp_path, text):
    path = text_file(tmp_path, text)
    with pytest.raises(UnreadableTable, match=r"not a table|headings are not understood"):
        must_be_roster([(sheet.name, layout) for sheet, layout in layouts(open_table(path))])


@pytest.mark.parametrize(
    "rows",
    [
        [("姓名", "王芳", "李雷"), ("身份证号", "#2#", "#3#"), ("性别", "女", "男"), ("档案号", "A1", "A2")],
        [
            ("人事档案登记表",),
            ("姓名", "王芳", "性别", "女"),
            ("身份证号", "#2#", "", "民族", "汉族"),
            ("档案号", "A1"),
        ],
    ],
    ids=["people side by side", "a form each"],
)
def test_headings_beside_the_people_are_refused_with_the_remedy(tmp_path, rows):
    path = xlsx_file(tmp_path / "r.xlsx", {"一": [tuple(map(with_numbers, row)) for row in rows]})
    sheets = [(sheet.name, layout) for sheet, layout in layouts(open_table(path))]
    with pytest.raises(UnreadableTable, match=r"paste it transposed.*one row a person"):
        must_be_roster(sheets)
    assert from_json(as_json(sheets)) == sheets


def test_people_in_two_rows_each_are_refused_with_the_remedy(tmp_path):
    rows = [("序号", "姓名", "性别", "单位"), ("", "身份证号", "出生日期", "档案号")]
    rows += [(1, "王芳", "女", "某厂"), ("", with_numbers("#2#"), "1980.5", "A1")]
    with pytest.raises(UnreadableTable, match="Sheet 一: each person stands in two rows"):
        list(layouts(open_table(xlsx_file(tmp_path / "r.xlsx", {"一": rows}))))


def test_a_ticked_box_says_whether_a_dossier_is_there(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row("A1", [*HEADINGS, "是否在库"])
        for row, said in enumerate((True, False, "×", "FALSE", "√"), start=1):
            sheet.write_row(row, 0, ["王芳", with_numbers(f"#{2 * row}#"), said])
    gone = "王芳 ^said_to_have_left"
    assert file_says(path, {2: "王芳", 3: gone, 4: gone, 5: gone, 6: "王芳"})


def test_a_column_that_says_two_things_goes_on_saying_both_when_it_is_confirmed():
    layout = Layout((), (1,), ("姓名", "学历学位"), {"name": (0,), "education": (1,), "degree": (1,)})
    assert layout.with_columns({0: "name", 1: "degree"}).columns == layout.columns
    assert layout.with_columns({0: "name", 1: "school"}).columns == {"name": (0,), "school": (1,)}


def test_what_libreoffice_merges_holds_for_each_row(tmp_path):
    def cell(text, attributes=""):
        return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'

    rows = [
        "".join(map(cell, (*HEADINGS, "单位"))),
        cell("王芳") + cell("#2#") + cell("某厂", 'table:number-rows-spanned="2"'),
        cell("李雷") + cell("#3#") + "<table:covered-table-cell/>",
        cell("张伟国") + cell("#5#"),
    ]
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="一">{"".join(f"<table:table-row>{row}</table:table-row>" for row in rows)}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path = tmp_path / "r.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", with_numbers(content))
        archive.writestr(
            "META-INF/manifest.xml", f'<?xml version="1.0"?><manifest full-path="/" media-type="{kind}"/>'
        )
    assert file_says(path, {2: "王芳 employer=某厂", 3: "李雷 employer=某厂", 4: "张伟国 employer="})


def test_a_format_of_many_zeros_or_of_a_day_hides_nothing(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row("A1", [*HEADINGS, "入库日期"])
        sheet.write("A2", "王芳")
        sheet.write_number("B2", 370211381217820, workbook.add_format({"num_format": "0" * 18}))
        sheet.write_number("C2", 20160306, workbook.add_format({"num_format": "0000-00-00"}))
    assert file_says(path, {2: "王芳 id=370211193812178208 received_on=2016-03-06 ~old_id_converted"})


def test_a_day_of_which_only_the_month_is_shown_is_that_month(tmp_path):
    """Whoever types 1980.5 into such a cell gets the first of May with it."""
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row("A1", [*HEADINGS, "出生年月", "入库时间"])
        for row, shown in enumerate(("yyyy.mm", 'yyyy"年"m"月"', 57, 17, "yyyy", "yyyy-mm-dd"), start=1):
            style = workbook.add_format({"num_format": shown})
            sheet.write_row(row, 0, ["王芳", with_numbers(f"#{2 * row}#")])
            sheet.write_datetime(row, 2, dt.date(1980, 5, 1), style)
            sheet.write_datetime(row, 3, dt.date(2016, 3, 1 if row < 4 else 4), style)
    month = "王芳 birth_date=1980-05-17 received_on=2016-03"
    assert file_says(
        path,
        {
            **dict.fromkeys((2, 3, 4), month),
            **dict.fromkeys((5, 6), f"{month}-04"),
            7: f"{month}-04 ~birth_date_differs_from_id",
        },
    )


def test_what_a_cell_shows_about_its_number_belongs_to_it(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row("A1", [*HEADINGS, "档案号", "柜号"])
        formats = (
            '"DA"00000',
            '"QD-"0000',
            '00000"号"',
            r"\A0000",
            "000-0000",
            '"DA"#',
            "0000",
            "0.00",
            "#,##0",
            "0_ ",
        )
        for row, shown in enumerate(formats, start=1):
            sheet.write_row(row, 0, ["王芳", with_numbers(f"#{2 * row}#")])
            sheet.write_number(row, 2, 1_230_000 + row, workbook.add_format({"num_format": shown}))
            sheet.write_number(row, 3, row, workbook.add_format({"num_format": '0"号柜"'}))
    numbers = ["DA1230001", "QD-1230002", "1230003号", "A1230004", "123-0005", "DA1230006"]
    numbers += ["1230007", "1230008", "1230009", "1230010"]
    assert file_says(
        path,
        {row: f"王芳 archive_number={number} location={row - 1}号柜" for row, number in enumerate(numbers, start=2)},
    )


def test_a_comment_a_filter_a_hidden_row_and_a_text_in_two_styles_change_nothing(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet, bold = workbook.add_worksheet(), workbook.add_format({"bold": True})
        sheet.write_row("A1", HEADINGS)
        sheet.write_rich_string("A2", "王", bold, "芳")
        sheet.write_formula("B2", "=A1", None, with_numbers("#2#"))
        sheet.write_comment("A2", "已核对")
        sheet.write_row("A3", ["李雷", with_numbers("#3#")])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("B:B", 20, None, {"hidden": True})
        sheet.autofilter("A1:B3")
    assert file_says(path, {2: "王芳", 3: "李雷"})


def page(folder, *rows):
    cells = "".join("<tr>" + "".join(f"<t{cell}</t{cell[0]}>" for cell in row) + "</tr>" for row in rows)
    return text_file(folder, f'<html><meta charset="gb2312"><table>{cells}</table></html>', "gb2312")


def test_what_a_page_spans_over_several_rows_holds_for_each_of_them(tmp_path):
    path = page(
        tmp_path,
        ("d>姓名", "d>身份证号", "d>单位", "d>入库日期"),
        ("d>王芳", "d>#2#", "d rowspan=2>某厂", 'd ROWSPAN="3">2016.3'),
        ("d>李雷", "d>#3#"),
        ("d>张伟国", "d>#5#", "d>某局"),
        ("d>刘洋", "d>#7#", "d>", "d>"),
        ("d rowspan=2>赵敏", "d rowspan=2>#9#", "d>某厂", "d>"),
        ("d>某局", "d>"),
    )
    assert file_says(
        path,
        {
            2: "王芳 employer=某厂 received_on=2016-03",
            3: "李雷 employer=某厂 received_on=2016-03",
            4: "张伟国 employer=某局 received_on=2016-03",
            5: "刘洋 employer= received_on=",
            6: "赵敏 employer=某厂",
        },
    )


def test_the_headings_of_a_page_may_span_rows_and_columns(tmp_path):
    path = page(
        tmp_path,
        ("d colspan=5>某市名册",),
        ("h rowspan=2>序号", "h rowspan=2>姓名", "h colspan=2>证件", "h rowspan=2>档案号"),
        ("h>类型", "h>号码"),
        ("d>1", "d>王芳", "d>身份证", "d>#2#", "d>A1"),
    )
    assert file_says(path, {4: "王芳 archive_number=A1"})


def test_what_an_xml_workbook_merges_down_holds_for_each_row(tmp_path):
    def row(*cells):
        return f"<Row>{''.join(cells)}</Row>"

    def cell(text, attributes=""):
        return f'<Cell {attributes}><Data ss:Type="String">{text}</Data></Cell>'

    rows = (
        row(*map(cell, (*HEADINGS, "单位", "档案号"))),
        row(cell("王芳"), cell("#2#"), cell("某厂", 'ss:MergeDown="1"'), cell("A1")),
        row(cell("李雷"), cell("#3#"), cell("A2", 'ss:Index="4"')),
        row(cell("张伟国"), cell("#5#"), cell(""), cell("A3")),
    )
    namespace = "urn:schemas-microsoft-com:office:spreadsheet"
    path = text_file(
        tmp_path,
        f'<?xml version="1.0"?><Workbook xmlns="{namespace}" xmlns:ss="{namespace}">'
        f'<Worksheet ss:Name="名册"><Table>{"".join(rows)}</Table></Worksheet></Workbook>',
    )
    assert file_says(
        path,
        {
            2: "王芳 employer=某厂 archive_number=A1",
            3: "李雷 employer=某厂 archive_number=A2",
            4: "张伟国 employer= archive_number=A3",
        },
    )
