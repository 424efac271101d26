"""Files that are not what their name says, and files made to overwhelm."""

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from rendang.kernel.core.sheets import UnreadableTable, open_table
from tests.circulation.rosters.files import csv_file, xlsx_file


def rows_of(path, sheet=0):
    return list(list(open_table(path))[sheet].rows(None))


PAGE = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><style>td{x:"@"}</style></head>'
    "<body><table><tr><td colspan=3><b>名册</b></td></tr><tr><th rowspan=2>姓名</th><th colspan=2>档案</th></tr>"
    "<tr><th>编号</th><th>位置</th></tr>"
    "<tr><td>䶮&amp;王</td><td>&nbsp;00017</td><td>3区<br>7柜</td></tr><tr><td></td></tr>"
    "<tr><td>李雷<td>2<td></table></body></html>"
)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_web_page_under_the_name_of_a_workbook_is_its_table(tmp_path, encoding):
    path = tmp_path / "export.xls"
    path.write_bytes(PAGE.encode(encoding))
    assert rows_of(path) == [
        (1, ["名册", None, None]),
        (2, ["姓名", "档案", None]),
        (3, [None, "编号", "位置"]),
        (4, ["䶮&王", "00017", "3区 7柜"]),
        (6, ["李雷", "2", None]),
    ]


def test_a_workbook_of_2003_in_one_xml_file_is_read_sheet_by_sheet(tmp_path):
    path = tmp_path / "export.xls"
    path.write_text(
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="说明"><Table>'
        '<Row><Cell><Data ss:Type="String">请填写</Data></Cell></Row></Table></Worksheet>'
        '<Worksheet ss:Name="名册"><Table>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">姓名</Data></Cell>'
        '<Cell><Data ss:Type="String">日期</Data></Cell></Row>'
        '<Row ss:Index="4"><Cell ss:Index="2"><Data ss:Type="Number">7</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2015-03-01T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>"
    )
    assert [sheet.name for sheet in open_table(path)] == ["说明", "名册"]
    assert rows_of(path, 1) == [(1, ["姓名", None, "日期"]), (4, [None, 7, dt.date(2015, 3, 1), None])]


def test_a_text_under_the_name_of_a_workbook_and_a_workbook_under_the_name_of_a_text(tmp_path):
    assert rows_of(csv_file(tmp_path / "r.xls", [("姓名", "号"), ("王芳", "1")], delimiter="\t")) == [
        (1, ["姓名", "号"]),
        (2, ["王芳", "1"]),
    ]
    assert rows_of(xlsx_file(tmp_path / "r.xlsx", {"一": [("姓名",)]}).rename(tmp_path / "r.csv")) == [(1, ["姓名"])]


def test_a_workbook_behind_a_password_is_refused_with_that_reason(tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1024) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnreadableTable, match="password"):
        list(open_table(path))


def changed(path, part, change):
    """The workbook with one of its parts changed."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, change(source.read(name)) if name == part else source.read(name))
    return target


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", lambda xml: xml.replace(b"</workbook>", b" " * (33 << 20) + b"</workbook>")),
        ("xl/worksheets/sheet1.xml", lambda xml: xml + b"<row/>" * (12 << 20)),
        ("xl/sharedStrings.xml", lambda xml: xml + b"<si/>" * (14 << 20)),
    ],
)
def test_what_unpacks_to_far_more_than_a_table_is_refused_before_it_is_unpacked(tmp_path, part, change):
    path = changed(xlsx_file(tmp_path / "r.xlsx", {"一": [("姓名", "号")]}), part, change)
    with pytest.raises(UnreadableTable, match="far larger"):
        list(open_table(path))


@pytest.mark.parametrize(("address", "changed_to"), [(b'r="B1"', b'r="ZZZZZZ1"'), (b'row r="1"', b'row r="99999999"')])
def test_a_cell_beyond_the_last_row_or_column_means_a_damaged_file(tmp_path, address, changed_to):
    path = xlsx_file(tmp_path / "r.xlsx", {"一": [("姓名", "号")]})
    path = changed(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(address, changed_to))
    with pytest.raises(UnreadableTable, match="damaged"):
        rows_of(path)


def test_spaces_behind_a_delimiter_do_not_hide_the_quotation_mark(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('"姓名", "单位"\n"王芳", "某厂, 青岛"\n')
    assert rows_of(path)[1] == (2, ["王芳", "某厂, 青岛"])


@pytest.mark.parametrize(
    "text",
    [
        '姓名,号,备注\n王芳,1,\n李雷,2,"特殊\n韩梅,3,\n林涛,4,\n',
        '姓名,号,备注\n王芳,1,\n李雷,2,"特殊\n韩梅,3,\n林涛,4,"好"\n罗兰,5,\n',
        '姓名,号,备注\n王芳,1,\n李雷,2,"特殊\n',
    ],
)
def test_rows_that_an_open_quotation_mark_swallows_are_not_lost_in_silence(tmp_path, text):
    path = tmp_path / "r.csv"
    path.write_text(text)
    with pytest.raises(UnreadableTable, match="Row 3: a quotation mark"):
        rows_of(path)


def test_an_address_in_several_lines_is_no_open_quotation_mark(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('姓名,号,地址,备注\n王芳,1,"市南区\n某路1号,3单元",\n李雷,2,,"一\n二\n"\n')
    assert [number for number, _cells in rows_of(path)] == [1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [
        b"Rar!\x1a\x07\x00" + bytes(200),
        b"\x03\x7e\x06\x01" + bytes(60) + "王芳".encode("gbk") * 30,
        b"\xff\xfe" + "姓名,号\n".encode("utf-16-le") + b"\x00",
    ],
)
def test_what_is_neither_text_nor_table_is_refused(tmp_path, content):
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableTable, match="not a table"):
        list(open_table(path))


def test_a_packed_file_that_holds_no_workbook_is_no_damaged_one(tmp_path):
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnreadableTable, match="not a table"):
        list(open_table(path))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_damaged_character_is_named_by_its_line_and_the_text_not_taken_for_another_encoding(tmp_path, mark):
    path = tmp_path / "r.csv"
    path.write_bytes(mark + "姓名,身份证号\n王芳,1\n李".encode() + b"\xe5\xa5,2\n" + "张伟,3\n".encode())
    with pytest.raises(UnreadableTable) as refused:
        list(open_table(path))
    assert "Line 3 holds a damaged character" in str(refused.value.messages)


def test_a_number_shown_with_zeros_before_it_has_them(tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        for row, (number, shown) in enumerate([(123, "000000"), (1234567, "000000"), (1.5, "000000"), (7, "0")]):
            sheet.write_number(row, 0, number, workbook.add_format({"num_format": shown}))
    assert [cells[0] for _number, cells in rows_of(path)] == ["000123", "1234567", 1.5, 7]
