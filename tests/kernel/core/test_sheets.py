import datetime as dt
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from rendang.kernel.core.sheets import UnreadableTable, open_table
from rendang.kernel.core.sheets.delimited import delimiter_of, encoding_of
from tests.circulation.rosters.files import SAMPLES, csv_file, id_number, xlsx_file


def rows_of(path, sheet=0):
    return list(list(open_table(path))[sheet].rows(None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_text_file_is_read_in_any_encoding_with_any_delimiter(tmp_path, encoding, delimiter):
    path = csv_file(
        tmp_path / "r.csv",
        [("姓名", "身份证号"), ("䶮㐂𬱖", "1"), ("王芳", "2")],
        encoding=encoding,
        delimiter=delimiter,
    )
    assert rows_of(path) == [(1, ["姓名", "身份证号"]), (2, ["䶮㐂𬱖", "1"]), (3, ["王芳", "2"])]


def test_a_character_that_came_into_gb18030_later_is_at_its_place(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("姓名,号\n".encode("gb18030") + bytes.fromhex("fe51") + b",1\n")
    assert rows_of(path)[1] == (2, ["\U00020087", "1"])


def test_utf8_is_told_from_gb18030_by_the_whole_file(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes(b"a,b\n" * 600_000 + "姓名,x\n".encode("gb18030"))
    assert encoding_of(path) == "gb18030"


def test_a_line_break_inside_quotes_does_not_begin_a_row(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('姓名,备注\n张三,"一\n二"\n\n李四,三\n')
    assert rows_of(path) == [(1, ["姓名", "备注"]), (2, ["张三", "一\n二"]), (4, ["李四", "三"])]


def test_the_delimiter_is_the_one_that_divides_every_line_alike():
    assert delimiter_of("姓名;备注\n张三;一,二\n李四;三,四,五\n王五;六\n") == ";"
    assert delimiter_of("sep=|\n姓名|号\n") == "|"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "XLSX"),
        (b"<html><table></table></html>", "XLSX"),
        (b"PK\x03\x04 no zip", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(tmp_path, content, message):
    path = tmp_path / "r"
    path.write_bytes(content)
    with pytest.raises(UnreadableTable, match=message):
        list(open_table(path))


def test_an_open_quotation_mark_names_its_row(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('姓名,号\n张三,1\n"李四,2\n' + "x" * 200_000)
    with pytest.raises(UnreadableTable, match="Row 3"):
        rows_of(path)


def test_a_workbook_gives_texts_numbers_and_dates(tmp_path):
    path = xlsx_file(
        tmp_path / "r.xlsx", {"一": [("姓名", "日期", "数"), ("王　芳", dt.date(2016, 3, 26), 3.5), ("", "", 7)]}
    )
    assert rows_of(path) == [
        (1, ["姓名", "日期", "数"]),
        (2, ["王　芳", dt.date(2016, 3, 26), 3.5]),
        (3, [None, None, 7]),
    ]


def test_rows_and_columns_keep_their_place_when_the_first_are_empty(tmp_path):
    path = xlsx_file(tmp_path / "r.xlsx", {"一": [(), (), ("", "", "姓名"), (), ("", "", "张三")]})
    assert rows_of(path) == [(3, [None, None, "姓名"]), (5, [None, None, "张三"])]


def test_a_hidden_sheet_is_named_and_not_read(tmp_path):
    path = xlsx_file(tmp_path / "r.xlsx", {"一": [("姓名",)], "二": [("号",)]})
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "h.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'name="\xe4\xba\x8c"', b'name="\xe4\xba\x8c" state="hidden"'))
    shown, hidden = open_table(tmp_path / "h.xlsx")
    assert (shown.name, list(shown.rows(None))) == ("一", [(1, ["姓名"])])
    assert (hidden.name, list(hidden.rows(None))) == ("二", [])


@pytest.fixture
def hand_made(tmp_path):
    """A workbook as other programs write it: prefixed names, inline texts, cells without addresses."""

    def make(sheet: str, shared: str = "", prefix: str = ""):
        path = tmp_path / "hand.xlsx"
        space = f'xmlns{":" + prefix if prefix else ""}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{relations}">'
                '<sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>',
            )
            archive.writestr(
                "xl/_rels/workbook.xml.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="rId1" Type="x" Target="worksheets/sheet1.xml"/>'
                '<Relationship Id="rId2" Type="x" Target="/xl/sharedStrings.xml"/></Relationships>',
            )
            if shared:
                archive.writestr("xl/sharedStrings.xml", f"<sst {space}>{shared}</sst>")
            archive.writestr("xl/worksheets/sheet1.xml", sheet.replace("SPACE", space))
        return path

    return make


def test_names_may_carry_a_prefix(hand_made):
    path = hand_made(
        '<x:worksheet SPACE><x:sheetData><x:row r="2"><x:c r="B2" t="s"><x:v>1</x:v></x:c></x:row></x:sheetData>'
        "</x:worksheet>",
        "<x:si><x:t>甲</x:t></x:si><x:si><x:t>乙&amp;丙</x:t></x:si>",
        prefix="x",
    )
    assert rows_of(path) == [(2, [None, "乙&丙"])]


def test_texts_may_stand_in_the_cell_in_runs_with_readings_and_without_addresses(hand_made):
    path = hand_made(
        '<worksheet SPACE><sheetData><row/><row r="3"/><row><c t="inlineStr"><is><t>张三</t></is></c>'
        '<c t="s"><v>0</v></c><c t="str"><f>A1</f><v>公式</v></c><c t="e"><v>#N/A</v></c><c t="b"><v>1</v></c></row>'
        "</sheetData></worksheet>",
        "<si><r><t>李</t></r><r><t xml:space='preserve'> 四</t></r><rPh><t>lisi</t></rPh></si>",
    )
    assert rows_of(path) == [(4, ["张三", "李 四", "公式", None, True])]


# A text of the shared table as programs write it, and what it says.
SHARED = (
    ("<si><t>张三</t></si>", "张三"),
    ("<si><t>李&amp;四</t></si>", "李&四"),
    ("<si><t></t></si>", None),
    ("<si><t/></si>", None),
    ("<si/>", None),
    ("<si><t xml:space='preserve'> 王五</t></si>", " 王五"),
    ("<si><t>赵六</t><phoneticPr fontId='1' type='noConversion'/></si>", "赵六"),
    ("<si><r><t>孙</t></r><r><t>七</t></r><rPh><t>sunqi</t></rPh></si>", "孙七"),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.sampled_from(SHARED[:2]) | st.sampled_from(SHARED), min_size=1, max_size=80),
    block=st.sampled_from([48, 150, 1000]),
)
def test_shared_texts_are_read_however_they_are_written_and_cut(hand_made, texts, block):
    cells = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(len(texts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rendang.kernel.core.sheets.markup._BLOCK", block)
        path = hand_made(
            f"<worksheet SPACE><sheetData>{cells}</sheetData></worksheet>", "".join(written for written, _ in texts)
        )
        read = [(number, cells[0]) for number, cells in rows_of(path) if cells[0]]
    assert read == [(n, said) for n, (_, said) in enumerate(texts, 1) if said]


def test_a_cut_off_workbook_is_refused(tmp_path):
    whole = (SAMPLES / "retirees.xlsx").read_bytes()
    path = tmp_path / "r.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableTable, match="damaged"):
        list(open_table(path))


def test_only_the_wanted_columns_are_read(tmp_path):
    path = xlsx_file(tmp_path / "r.xlsx", {"一": [("姓名", "号", "备注"), ("张三", "1", "x")]})
    sheet = next(iter(open_table(path)))
    assert list(sheet.rows({1})) == [(1, [None, "号"]), (2, [None, "1"])]


CELLS = st.sampled_from(
    [None, None, "张三", "李四 & <王五>", "007", "_x0041_", 7, 19.5, True, dt.date(2016, 3, 26), Font(bold=True)]
)


@settings(max_examples=60)
@given(
    rows=st.lists(st.lists(CELLS, max_size=5), min_size=1, max_size=40),
    times=st.sampled_from([1, 4]),
    wanted=st.sets(st.integers(0, 4)),
    block=st.sampled_from([100, 700, 1 << 18]),
)
def test_rows_are_read_as_they_are_written_however_unlike_they_are(rows, times, wanted, block, tmp_path_factory):
    """Text, number, day and nothing may stand in one column; a font stands for an empty cell that has a format."""
    rows = [row for row in rows for _ in range(times)]
    path = tmp_path_factory.mktemp("unlike") / "r.xlsx"
    book = Workbook()
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(number, column)
            if isinstance(value, Font):
                cell.font = value
            else:
                cell.value = value
    book.save(path)

    def expected(columns):
        for number, row in enumerate(rows, start=1):
            cells = {
                at: "A" if value == "_x0041_" else value
                for at, value in enumerate(row)
                if at in columns and value is not None and not isinstance(value, Font)
            }
            if cells:
                yield number, cells

    def read(columns):
        for number, cells in next(iter(open_table(path))).rows(columns):
            yield number, {at: value for at, value in enumerate(cells) if value is not None}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rendang.kernel.core.sheets.markup._BLOCK", block)
        assert list(read(None)) == list(expected(range(5)))
        assert list(read(wanted)) == list(expected(wanted))


@pytest.mark.parametrize("block", [400, 1 << 18])
@pytest.mark.parametrize("known", [150, 40_000])
def test_a_text_is_found_wherever_it_stands_in_the_table(hand_made, monkeypatch, block, known):
    """Numbered as they come, backwards, over and over, and one that the table does not have."""
    numbers = [*range(1000), *reversed(range(1000)), *[7, 999, 100] * 50, 1200]
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{number}</v></c><c r="C{n}"><v>{n}</v></c></row>'
        for n, number in enumerate(numbers, 1)
    )
    shared = "".join(f"<si><t>第{n}</t></si>" for n in range(1000))
    path = hand_made(f"<worksheet SPACE><sheetData>{cells}</sheetData></worksheet>", shared)
    monkeypatch.setattr("rendang.kernel.core.sheets.markup._BLOCK", block)
    monkeypatch.setattr("rendang.kernel.core.sheets.markup._MOST_KNOWN", known)
    monkeypatch.setattr("rendang.kernel.core.sheets.markup._MOST_BLOCKS", 3)
    assert [(number, cells[0], cells[2]) for number, cells in rows_of(path)] == [
        (n, f"第{number}" if number < 1000 else "", n) for n, number in enumerate(numbers, 1)
    ]


def test_a_row_written_in_another_way_among_others_is_not_passed_over(hand_made, monkeypatch):
    monkeypatch.setattr("rendang.kernel.core.sheets.markup._BLOCK", 400)
    odd = {
        30: '<row r="30"><c r="A30" t="inlineStr"><is><t>另</t></is></c></row>',
        40: "<row><c><v>40</v></c></row>",
        50: '<row r="50"/><row r="51"><c r="A51"><v>51</v></c></row >',
        60: '<row r="60"><c r="A60"><v>60</v></c><c r="B60"><v>1</v></c></row>',
    }
    rows = [odd.get(n, f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>') for n in range(1, 80) if n != 51]
    path = hand_made(f"<worksheet SPACE><sheetData>{''.join(rows)}</sheetData></worksheet>")
    read = {number: cells[0] for number, cells in rows_of(path)}
    assert read == {n: n for n in range(1, 80) if n != 50} | {30: "另"}


def test_an_old_workbook_keeps_rows_and_columns_at_their_place():
    rows = rows_of(SAMPLES / "old-workbook.xls")
    assert [number for number, _cells in rows] == [1, 3, 4, 5, 6, 7, 9]
    assert rows[1][1][:5] == [None, "序号", "人员", None, "档案"]
    assert rows[3][1][2:6] == ["王　芳", id_number(2, dt.date(1960, 5, 17)), "00017", dt.date(2001, 3, 4)]
    assert isinstance(rows[5][1][3], float)


def test_a_cell_that_is_no_number_means_a_damaged_file(hand_made):
    path = hand_made('<worksheet SPACE><sheetData><row r="1"><c r="A1"><v>x1</v></c></row></sheetData></worksheet>')
    with pytest.raises(UnreadableTable, match="damaged"):
        rows_of(path)
