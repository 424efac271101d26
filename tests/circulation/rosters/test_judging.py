import datetime as dt
import json
import unicodedata
from itertools import islice

import pytest

from rendang.circulation.rosters.judging import CODED, Judge, Rejection, Warning
from rendang.circulation.rosters.judging.repeats import Before
from rendang.circulation.rosters.judging.verdicts import Judged
from rendang.circulation.rosters.layout import layouts
from rendang.kernel.core.sheets import open_table
from tests.circulation.rosters.files import HEADINGS, SAMPLES, csv_file, id_number, row, xlsx_file

TODAY = dt.date(2026, 6, 30)
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
TABLES = {"politics": "political_status", "ethnic": "ethnic_group"}
FIELDS = {
    "birth": "birth_date", "ethnic": "ethnic_group", "politics": "political_status", "received": "received_on",
    "archive_no": "archive_number", "uscc": "credit_code",
}  # fmt: skip


def normalised(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


SYNONYMS = {
    TABLES.get(table, table): {normalised(entry["text"]): entry["code"] for entry in of["entries"]}
    for table, of in EXPECTED["synonyms"].items()
}


def judge_file(path, size=1000):
    """Per sheet: the judged rows and the numbers of the rows without data."""
    judge = Judge({table: {} for table in CODED} | SYNONYMS, normalised, TODAY)
    found = []
    for number, (sheet, layout) in enumerate(layouts(open_table(path))):
        if not layout.columns:
            continue
        rows, judged, not_data = layout.rows_of(sheet), [], []
        while piece := list(islice(rows, size)):
            some, notes = judge.judge(number, layout, piece)
            judged += some
            not_data += notes
        found.append((layout, judged, not_data))
    return found


def judge_rows(tmp_path, *rows, headings=HEADINGS):
    ((_layout, judged, not_data),) = judge_file(xlsx_file(tmp_path / "r.xlsx", {"一": [headings, *rows]}))
    return judged, not_data


@pytest.mark.parametrize("name", EXPECTED["files"])
def test_every_row_of_a_sample_gets_exactly_the_verdict_it_must(name):
    for (layout, judged, not_data), sheet in zip(
        judge_file(SAMPLES / name), EXPECTED["files"][name]["sheets"], strict=True
    ):
        assert list(layout.title_rows) == sheet["title_rows"]
        assert list(layout.header_rows) == sheet["header_rows"]
        assert not_data == sheet["not_data_rows"]
        assert len(judged) == sheet["data_rows"]
        rejected = {reason: [row.number for row in judged if row.rejection == reason] for reason in Rejection}
        accepted = [row for row in judged if not row.rejection]
        warned = {reason: [row.number for row in accepted if reason in row.warnings] for reason in Warning}
        assert {str(reason): rows for reason, rows in rejected.items()} == sheet["rejected"]
        assert {str(reason): rows for reason, rows in warned.items()} == sheet["warned"]


@pytest.mark.parametrize("name", EXPECTED["files"])
def test_the_sample_rows_are_understood_as_they_must(name):
    for (_layout, judged, _notes), sheet in zip(
        judge_file(SAMPLES / name), EXPECTED["files"][name]["sheets"], strict=True
    ):
        by_number = {row.number: row for row in judged}
        for sample in sheet["samples"]:
            row = by_number[sample.pop("row")]
            assert row.id_number == sample.pop("id")
            assert {field: row.values[FIELDS.get(field, field)] for field in sample} == {
                field: value or "" for field, value in sample.items()
            }
            sample |= {"row": row.number, "id": row.id_number}


def test_totals_signatures_repeated_headings_and_notes_hold_no_data(tmp_path):
    judged, not_data = judge_rows(
        tmp_path,
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"),
        row(1),
        HEADINGS,
        row(2),
        ("合  计", "", "", "2人"),
        ("制表人：某某", "", "审核人：某某"),
        ("注：本表一式两份",),
        ("", "", "", "", "", "以下空白"),
    )
    assert [row.number for row in judged] == [3, 5]
    assert not any(row.rejection for row in judged)
    assert not_data == [2, 4, 6, 7, 8, 9]


def test_a_row_with_neither_name_nor_number_is_data_when_the_rest_is_there(tmp_path):
    judged, not_data = judge_rows(tmp_path, row(1, 姓名="", 公民身份号码=""), ("", "", "", "A9"))
    assert [(row.number, row.rejection) for row in judged] == [(2, "missing_name")]
    assert not_data == [3]


def test_an_example_right_below_the_headings_is_not_a_person(tmp_path):
    judged, not_data = judge_rows(tmp_path, ("例", *row(1)), ("1", *row(2)), headings=("序号", *HEADINGS))
    assert [row.number for row in judged] == [3]
    assert not_data == [2]


@pytest.mark.parametrize(
    "typed",
    [
        f" {id_number(2)[:6]} {id_number(2)[6:]}",
        f"'{id_number(2)}",
        f"{id_number(2)}'",
        "".join(chr(ord(c) + 0xFEE0) for c in id_number(2)),
        id_number(2).lower(),
    ],
)
def test_a_number_is_understood_however_it_is_typed(tmp_path, typed):
    ((row_2,), _notes) = judge_rows(tmp_path, row(2, 公民身份号码=typed))
    assert row_2.id_number == id_number(2)
    assert row_2.rejection == ""


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (370202198005170020, "unreadable_id"),
        (3.70202198005170e17, "unreadable_id"),
        ("3.70202E+17", "unreadable_id"),
        ("　", "missing_id"),
        ("无", "missing_id"),
        (id_number(2)[:-1], "bad_id_checksum"),
        (id_number(2, dt.date(2027, 1, 1)), "impossible_birth_date_in_id"),
    ],
)
def test_a_number_that_cannot_be_used_is_rejected_for_its_reason(tmp_path, cell, reason):
    ((row_2,), _notes) = judge_rows(tmp_path, row(2, 公民身份号码=cell))
    assert row_2.rejection == reason


def test_an_old_number_typed_as_a_number_has_lost_nothing(tmp_path):
    ((row_2,), _notes) = judge_rows(tmp_path, row(1, 公民身份号码=370211381217820, 性别=""))
    assert row_2.id_number == "370211193812178208"
    assert row_2.warnings == ("old_id_converted",)


def test_the_earlier_row_wins_but_a_rejected_one_does_not_count(tmp_path):
    judged, _notes = judge_rows(
        tmp_path, row(2, 姓名=""), row(2), row(2, 档案编号="A9"), row(4, 档案编号="A00002"), row(6, 档案编号="")
    )
    assert [row.rejection for row in judged] == [
        "missing_name", "", "duplicate_in_file", "duplicate_archive_number", "",
    ]  # fmt: skip


def test_numbers_are_found_again_when_memory_has_been_left_behind():
    before = Before(most_in_memory=3)
    rows = [Judged(0, number, id_number=str(number % 50)) for number in range(60)]
    for at in range(0, 60, 10):
        before.reject_repeated(rows[at : at + 10])
    before.close()
    assert [row.number for row in rows if row.rejection] == list(range(50, 60))


def test_a_passport_is_an_identity_when_the_roster_says_so(tmp_path):
    headings = (*HEADINGS, "证件类型")
    judged, _notes = judge_rows(
        tmp_path, (*row(1, 公民身份号码="E12345678"), "护照"), (*row(2), "居民身份证"), headings=headings
    )
    assert [(row.rejection, row.values["identity_kind"], row.id_number) for row in judged] == [
        ("", "PASSPORT", "E12345678"),
        ("", "ID_CARD", id_number(2)),
    ]


def test_a_date_that_nobody_can_read_is_kept_as_written(tmp_path):
    ((row_2,), _notes) = judge_rows(tmp_path, row(2, 接收日期="九十年代初"))
    assert row_2.values["received_on"] == ""
    assert row_2.raw == {"received_on": "九十年代初"}
    assert row_2.warnings == ()


def test_what_differs_from_the_number_is_kept_beside_it(tmp_path):
    headings = (*HEADINGS, "出生年月", "学历")
    ((row_2,), _notes) = judge_rows(tmp_path, (*row(2, 性别="男"), "1981.05", "神学院"), headings=headings)
    assert row_2.values["sex"] == "2"
    assert row_2.values["birth_date"] == "1980-05-17"
    assert row_2.raw == {"sex": "男", "birth_date": "1981-05", "education": "神学院"}
    assert row_2.warnings == ("sex_differs_from_id", "birth_date_differs_from_id", "unknown_code_text")


def test_leading_zeros_of_an_archive_number_belong_to_it(tmp_path):
    path = csv_file(tmp_path / "r.csv", [HEADINGS, row(2, 档案编号="00003000"), row(4, 档案编号='="00003001"')])
    ((_layout, judged, _notes),) = judge_file(path)
    assert [row.values["archive_number"] for row in judged] == ["00003000", "00003001"]


def test_over_long_texts_are_cut_and_kept_whole_beside(tmp_path):
    ((row_2,), _notes) = judge_rows(tmp_path, row(2, 档案编号="A" * 50))
    assert row_2.values["archive_number"] == "A" * 40
    assert row_2.raw["archive_number"] == "A" * 50


def test_an_old_workbook_with_a_header_in_two_rows_is_judged():
    ((layout, judged, not_data),) = judge_file(SAMPLES / "old-workbook.xls")
    assert (layout.title_rows, layout.header_rows) == ((1,), (3, 4))
    assert [(row.number, row.rejection, row.values["archive_number"]) for row in judged] == [
        (5, "", "00017"),
        (6, "", "18"),
        (7, "unreadable_id", ""),
    ]
    assert [row.values["received_on"] for row in judged] == ["2001-03-04", "2002-05", ""]
    assert not_data == [9]
