"""The rosters of the five institutions as files, each in the layout its institution has always used.

A few dozen rows are wrong on purpose, and some people stand on two rosters: that is what a real handing-over is like.
"""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import xlsxwriter

from rendang.demo.citizens import CITIZENS, CONTESTED
from rendang.demo.city import CITY, OFFICES
from rendang.demo.inhabitants import SEED, Inhabitant, Registry, counts
from rendang.demo.shelves import positions
from rendang.kernel.core.identifiers import id_check_character

# At most so many rows are wrong, and so many people stand on two rosters, whatever the size of the city.
MOST_WRONG, MOST_TWICE = 42, 15
_NAMED = {citizen.id_number for citizen in CITIZENS}
_IN_WORDS = ("旧库东墙临时架", "三楼周转柜 5 层", "原 12 号柜（待整理）", "整理间", "地下室移交箱")

# Spoils a row; the other one is a sound row of the same roster.
Fault = Callable[[Inhabitant, Inhabitant], None]


def write_rosters(folder: Path, people: int) -> list[tuple[str, Path]]:
    """(institution code, file) in the order in which they are to be imported."""
    rosters = rows_of_rosters(people)
    return [(code, _WRITERS[code](folder, rows)) for code, rows in rosters.items() if rows]


def rows_of_rosters(people: int) -> dict[str, list[Inhabitant]]:
    """The rows of each roster: ``people`` sound ones in all, and the wrong and the repeated ones among them."""
    registry, random = Registry(), Random(SEED + 1)
    rosters = {office.code: list(registry.people(office, counts(people)[office.code])) for office in OFFICES}
    for code, rows in rosters.items():
        _shelve(rows, code, random)
    _claim_twice(rosters, people, random)
    for code, rows in rosters.items():
        wrong = round(min(MOST_WRONG, people // 25) * len(rows) / max(people, 1))
        _spoil(rows, wrong, registry, random, code)
    return rosters


def _shelve(rows: list[Inhabitant], office: str, random: Random) -> None:
    """Say where each lies: a position as on the shelf, words, or nothing."""
    for row, position in zip(rows, positions(office, len(rows)), strict=True):
        drawn = random.random() if row.id_number not in _NAMED else 0
        row.location = position if drawn < 0.94 else random.choice(_IN_WORDS) if drawn < 0.98 else ""


def _claim_twice(rosters: dict[str, list[Inhabitant]], people: int, random: Random) -> None:
    """Let some people stand on a second roster: the institutions' old lists were never compared."""
    pairs = (("RCSC", "LDZX"), ("RCSC", "JYZX"), ("JYZX", "LDZX"), ("RCSC", "WQZX"), ("WQZX", "JYZX"))
    contested = next((row for row in rosters["RCSC"] if row.id_number == CONTESTED.id_number), None)
    taken = set(_NAMED)
    for n in range(min(MOST_TWICE, people // 12)):
        first, second = pairs[n % len(pairs)]
        free = [row for row in rosters[first] if row.id_number not in taken]
        if not free or not rosters[second]:
            continue
        row = contested if n == 0 and contested else random.choice(free)
        taken.add(row.id_number)
        received = row.received_on - dt.timedelta(random.randrange(400))
        again = replace(row, archive_number=_next_number(rosters[second], second), received_on=received)
        again.location, again.received_from = "", ""
        rosters[second].append(again)


def _next_number(rows: list[Inhabitant], office: str) -> str:
    """A number in the manner of the institution that nobody has."""
    return {"RCSC": "QR2020", "WQZX": "", "JYZX": "J-2020-", "LDZX": "LD", "TXRY": "T99-"}[
        office
    ] + f"9{len(rows):05d}"


def _spoil(rows: list[Inhabitant], wrong: int, registry: Registry, random: Random, office: str) -> None:
    """Put rejected rows between the sound ones, and give sound ones something to look at."""
    sound = [row for row in rows if row.id_number not in _NAMED]
    faults: tuple[Fault, ...] = (
        _without_name, _wrong_check, _same_person, _sex_differs, _without_number, _strange_education, _wrong_credit,
        _impossible_birth, _same_archive_number, _old_number, _future_date,
    )  # fmt: skip
    # Each institution begins with another fault, so that a small city has most of them.
    first = 4 * list(_WRITERS).index(office)
    for n in range(wrong):
        fault = faults[(n + first) % len(faults)]
        fits = _CAN_HAVE.get(fault, lambda row: True)
        if not (possible := [row for row in sound if fits(row)]):
            continue
        other = random.choice(possible)
        if fault in _ON_SOUND_ROWS:
            sound.remove(other)
            fault(other, other)
            continue
        row = replace(registry.newcomer(), archive_number=_next_number(rows, office))
        fault(row, other)
        place = random.randrange(rows.index(other) + 1, len(rows) + 1)
        rows.insert(place, row)


def _without_name(row: Inhabitant, _other: Inhabitant) -> None:
    row.name = ""


def _without_number(row: Inhabitant, _other: Inhabitant) -> None:
    row.id_written = " "


def _wrong_check(row: Inhabitant, _other: Inhabitant) -> None:
    row.id_written = row.id_number[:17] + ("5" if row.id_number[17] != "5" else "6")


def _impossible_birth(row: Inhabitant, _other: Inhabitant) -> None:
    first_17 = f"{row.id_number[:10]}0230{row.id_number[14:17]}"
    row.id_written = first_17 + id_check_character(first_17)


def _same_person(row: Inhabitant, other: Inhabitant) -> None:
    row.name, row.id_written, row.sex, row.birth = other.name, other.id_number, other.sex, other.birth


def _same_archive_number(row: Inhabitant, other: Inhabitant) -> None:
    row.archive_number = other.archive_number


def _sex_differs(row: Inhabitant, _other: Inhabitant) -> None:
    row.sex = "女" if row.sex == "男" else "男"


def _strange_education(row: Inhabitant, _other: Inhabitant) -> None:
    row.education = "神学院"


def _wrong_credit(row: Inhabitant, _other: Inhabitant) -> None:
    row.credit_written = row.credit_written[:-2] + "O"


def _future_date(row: Inhabitant, _other: Inhabitant) -> None:
    row.received_on = row.received_on.replace(year=2052, day=1)


def _old_number(row: Inhabitant, _other: Inhabitant) -> None:
    """The number with 15 digits, which nobody born later than 1999 was ever given."""
    row.id_written = row.id_number[:6] + row.id_number[8:17]


_CAN_HAVE: dict[Fault, Callable[[Inhabitant], bool]] = {
    _wrong_credit: lambda row: bool(row.credit_written),
    _old_number: lambda row: row.birth.year < 2000,
}
_ON_SOUND_ROWS = {_sex_differs, _strange_education, _wrong_credit, _future_date, _old_number}


@dataclass(frozen=True)
class Column:
    heading: str
    cell: Callable[[Inhabitant], str | int | dt.date | None]
    width: int = 12


# Name of the sheet → its title (or none), columns and rows.
Sheets = dict[str, tuple[str, tuple[Column, ...], Iterable[Inhabitant]]]


def _firm(row: Inhabitant) -> str:
    return row.firm.name if row.firm else ""


_TALENT = (
    Column("姓名", lambda row: row.name),
    Column("性别", lambda row: row.sex, 5),
    Column("公民身份号码", lambda row: row.id_written, 20),
    Column("民族", lambda row: row.group, 8),
    Column("政治面貌", lambda row: row.political),
    Column("学历", lambda row: row.education),
    Column("学位", lambda row: row.degree, 6),
    Column("毕业院校", lambda row: row.school, 20),
    Column("所学专业", lambda row: row.major, 20),
    Column("毕业时间", lambda row: row.graduated, 10),
    Column("参加工作时间", lambda row: row.work_start, 12),
    Column("婚姻状况", lambda row: row.marital, 8),
    Column("存档类型", lambda row: row.archive_type, 10),
    Column("委托单位", _firm, 30),
    Column("统一社会信用代码", lambda row: row.credit_written, 20),
    Column("档案编号", lambda row: row.archive_number, 16),
    Column("接收日期", lambda row: row.received_on, 12),
    Column("转入原因", lambda row: row.received_reason, 14),
    Column("原存档单位", lambda row: row.received_from, 24),
    Column("档案位置", lambda row: row.location, 22),
    Column("联系电话", lambda row: row.mobile, 14),
)
_FOREIGN = (
    Column("档案号", lambda row: row.archive_number),
    Column("员工姓名", lambda row: row.name),
    Column("身份证号", lambda row: row.id_written),
    Column("性别", lambda row: row.sex),
    Column("民族", lambda row: row.group),
    Column("文化程度", lambda row: row.education),
    Column("政治面貌", lambda row: row.political),
    Column("毕业学校", lambda row: row.school),
    Column("专业", lambda row: row.major),
    Column("委托单位", _firm),
    Column("信用代码", lambda row: row.credit_written),
    Column("参加工作时间", lambda row: row.work_start.replace("-", ".")),
    Column("入档时间", lambda row: f"{row.received_on.year}/{row.received_on.month}/{row.received_on.day}"),
    Column("存放位置", lambda row: row.location),
    Column("手机", lambda row: row.mobile),
)
_EMPLOYMENT = (
    Column("姓名", lambda row: row.name),
    Column("身份证号码", lambda row: row.id_written, 20),
    Column("性别", lambda row: row.sex, 5),
    Column("出生年月", lambda row: row.birth_written or f"{row.birth:%Y.%m}", 10),
    Column("民族", lambda row: row.group, 8),
    Column("学历", lambda row: row.education),
    Column("毕业院校", lambda row: row.school, 20),
    Column("专业", lambda row: row.major, 20),
    Column("毕业时间", lambda row: row.graduated, 10),
    Column("参加工作时间", lambda row: row.work_start, 12),
    Column("原单位", _firm, 30),
    Column("存档编号", lambda row: row.archive_number, 16),
    Column("转入日期", lambda row: row.received_on, 12),
    Column("转入原因", lambda row: row.received_reason, 14),
    Column("档案来源", lambda row: row.received_from, 24),
    Column("库位", lambda row: row.location, 20),
    Column("联系电话", lambda row: row.mobile, 14),
)
_LABOUR = (
    Column("托管编号", lambda row: row.archive_number),
    Column("姓名", lambda row: row.name),
    Column("证件号码", lambda row: row.id_written),
    Column("民族", lambda row: row.group),
    Column("学历", lambda row: row.education),
    Column("派遣单位", _firm),
    Column("统一社会信用代码", lambda row: row.credit_written),
    Column("存档类别", lambda row: row.archive_type),
    Column("托管日期", lambda row: f"{row.received_on:%Y%m%d}"),
    Column("架位", lambda row: row.location),
    Column("联系电话", lambda row: row.mobile),
)
_RETIRED = (
    Column("姓名", lambda row: row.name),
    Column("身份证号", lambda row: row.id_written, 20),
    Column("性别", lambda row: row.sex, 5),
    Column("政治面貌", lambda row: row.political),
    Column("文化程度", lambda row: row.education),
    Column("原工作单位", _firm, 30),
    Column("参加工作时间", lambda row: row.work_start, 12),
    Column("退休时间", lambda row: row.retired, 12),
    Column("移交单位", lambda row: row.received_from, 30),
    Column("接收日期", lambda row: row.received_on, 12),
    Column("档案编号", lambda row: row.archive_number, 12),
    Column("存放位置", lambda row: row.location, 20),
    Column("家庭电话", lambda row: row.mobile, 14),
)
_DECEASED = (*_RETIRED[:8], Column("去世时间", lambda row: row.died, 12), *_RETIRED[8:-1])


def talent_market(folder: Path, rows: Iterable[Inhabitant], title: str = f"{CITY}人才市场存档人员花名册") -> Path:
    """XLSX with a merged title, a running number, real dates for the day of receipt. Also what the bench imports."""
    return _workbook(folder / "rcsc-存档人员花名册.xlsx", {"存档人员": (title, _TALENT, rows)})


def _foreign_service(folder: Path, rows: Iterable[Inhabitant]) -> Path:
    return _text(folder / "wqzx-员工档案清单.csv", _FOREIGN, rows, encoding="gb18030", delimiter=",")


def _employment_service(folder: Path, rows: Iterable[Inhabitant]) -> Path:
    return _workbook(folder / "jyzx-失业人员和毕业生档案登记表.xlsx", {"Sheet1": ("", _EMPLOYMENT, rows)})


def _labour_agency(folder: Path, rows: Iterable[Inhabitant]) -> Path:
    return _text(folder / "ldzx-托管档案.csv", _LABOUR, rows, encoding="utf-8-sig", delimiter=";")


def _retirees(folder: Path, rows: Iterable[Inhabitant]) -> Path:
    rows = list(rows)
    living, deceased = [row for row in rows if not row.died], [row for row in rows if row.died]
    sheets: Sheets = {"在世": ("退休人员档案移交名册（在世）", _RETIRED, living)}
    if deceased:
        sheets["已故"] = ("退休人员档案移交名册（已故）", _DECEASED, deceased)
    return _workbook(folder / "txry-退休人员档案名册.xlsx", sheets)


_WRITERS: dict[str, Callable[[Path, list[Inhabitant]], Path]] = {
    "RCSC": talent_market,
    "WQZX": _foreign_service,
    "JYZX": _employment_service,
    "LDZX": _labour_agency,
    "TXRY": _retirees,
}


def _workbook(path: Path, sheets: Sheets) -> Path:
    """Sheets with an optional title above the headings, written row by row in constant memory."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        bold = book.add_format({"bold": True})
        for name, (title, columns, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            for at, column in enumerate(columns, start=1):
                sheet.set_column(at, at, column.width)
            line = 0
            if title:
                sheet.merge_range(0, 0, 0, len(columns), title, book.add_format({"bold": True, "align": "center"}))
                line = 1
            for at, heading in enumerate(["序号", *(column.heading for column in columns)]):
                sheet.write_string(line, at, heading, bold)
            for number, row in enumerate(rows, start=1):
                sheet.write_number(line + number, 0, number)
                for at, column in enumerate(columns, start=1):
                    cell = column.cell(row)
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(line + number, at, cell, day)
                    elif cell:
                        sheet.write_string(line + number, at, str(cell))
    return path


def _text(
    path: Path, columns: tuple[Column, ...], rows: Iterable[Inhabitant], *, encoding: str, delimiter: str
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([column.heading for column in columns])
        writer.writerows(_cells(columns, rows))
    return path


def _cells(columns: tuple[Column, ...], rows: Iterable[Inhabitant]) -> Iterator[list[str]]:
    for row in rows:
        yield [str(column.cell(row) or "") for column in columns]
