"""Short tables with known columns, from any kind of file."""

import io

import pytest

from rendang.kernel.core.sheets import UnreadableTable
from rendang.kernel.core.sheets.tables import Record, read_table

COLUMNS = {"name": ["姓名"], "id_number": ["身份证号", "身份证号码"], "school": ["毕业院校"]}


def read(text: str, most: int = 100) -> list[Record]:
    return read_table(io.BytesIO(text.encode()), COLUMNS, required=["name", "id_number"], most=most)


def test_the_heading_is_found_below_a_title_and_rows_keep_their_numbers():
    text = "2026届毕业生名册,,\n姓 名*,身份证号码,备注\n王五, 370202199001011237 ,x\n,,\n李雷,37020319880229002X,\n"
    assert read(text) == [
        Record(3, {"name": "王五", "id_number": "370202199001011237", "school": ""}),
        Record(5, {"name": "李雷", "id_number": "37020319880229002X", "school": ""}),
    ]


def test_a_table_without_the_columns_is_refused_by_their_names():
    with pytest.raises(UnreadableTable, match="姓名, 身份证号"):
        read("学号,姓名\n1,王五\n")


def test_a_table_that_is_too_long_is_refused_whole():
    with pytest.raises(UnreadableTable, match="more than 1 rows"):
        read("姓名,身份证号\n王五,1\n李雷,2\n", most=1)
