"""Makes small rosters of any shape for the tests."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from rendang.kernel.core.identifiers import make_id_number

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "rosters"
HEADINGS = ("姓名", "性别", "公民身份号码", "档案编号", "接收日期", "存放位置")


def id_number(sequence: int, birth: dt.date = dt.date(1980, 5, 17)) -> str:
    return make_id_number("370202", birth, sequence)


def row(sequence: int, **changes: Any) -> list[Any]:
    """A clean row under ``HEADINGS``; odd sequences are men."""
    values = {
        "姓名": "测试人",
        "性别": "男" if sequence % 2 else "女",
        "公民身份号码": id_number(sequence),
        "档案编号": f"A{sequence:05d}",
        "接收日期": "2019-03",
        "存放位置": f"1号柜{sequence}层",
    }
    return list((values | changes).values())


def csv_file(path: Path, rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    path.write_bytes("\r\n".join(delimiter.join(map(str, cells)) for cells in rows).encode(encoding))
    return path


def roster(path: Path, sequences: Sequence[int], **changes: Any) -> Path:
    return csv_file(path, [HEADINGS, *(row(sequence, **changes) for sequence in sequences)])


def xlsx_file(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(number, column, dt.datetime.combine(cell, dt.time()), date)
                    elif isinstance(cell, (int, float)):
                        sheet.write_number(number, column, cell)
                    elif cell:
                        sheet.write_string(number, column, cell)
    return path
