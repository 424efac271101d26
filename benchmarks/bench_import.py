"""A roster from file to committed rows: judged, encrypted, audited, with all indexes and foreign keys.

Beside it the database alone: COPY of the same cells into a table without keys or indexes.
Each case runs in a process of its own, so that its peak memory is its own.

    python -m benchmarks.bench_import [--rows 100000] [--case csv|xlsx]
"""

import argparse
import csv
import datetime as dt
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CASES = ("csv", "xlsx")
ROWS = 100_000
HEADINGS = (
    "序号", "姓名", "性别", "公民身份号码", "民族", "政治面貌", "学历", "学位", "毕业院校", "所学专业",
    "毕业时间", "参加工作时间", "存档编号", "存档类型", "接收日期", "转入原因", "原存档单位",
    "存放位置", "联系电话", "工作单位", "备注",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈单解仇"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀英霞平刚桂文辉力国建华红玉兰春梅海燕雪荣爱凤洁琳素云莲真佳嘉琼勤珍莉"
DIVISIONS = ("370202", "370203", "370211", "370212", "370213", "370214", "370215", "370281", "370283", "370285")
FIRST_DAY, DAYS = dt.date(1950, 1, 1), 20_000


def people(rows: int, seed: int) -> Iterator[list[str]]:
    """Fictional rows; no two identity numbers of one seed are the same, and hardly two of different seeds."""
    from rendang.kernel.core.identifiers import make_id_number

    chance = random.Random(seed)
    start = chance.randrange(10**8)
    for n in range(rows):
        sequence, rest = divmod(start + n, DAYS * len(DIVISIONS))
        day, division = divmod(rest, len(DIVISIONS))
        born = FIRST_DAY + dt.timedelta(days=day)
        yield [
            str(n + 1),
            chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2)))),
            "男" if sequence % 2 else "女",
            make_id_number(DIVISIONS[division], born, sequence % 1000),
            "汉族",
            chance.choice(("群众", "中共党员", "团员")),
            chance.choice(("大专", "本科", "高中", "硕士研究生", "中专")),
            "",
            chance.choice(("虚构大学", "海滨学院", "职业技术学院")),
            chance.choice(("会计", "计算机", "机械", "护理")),
            f"{born.year + 22}-07",
            f"{born.year + 22}-10",
            f"B{seed:08d}{n:07d}",
            chance.choice(("个人存档", "单位存档")),
            f"{2000 + n % 25}-03-26",
            chance.choice(("调动", "毕业生报到", "辞职")),
            "虚构区人才服务中心",
            f"K{n % 9:02d}-C-{n:06d}",
            f"139{n:08d}",
            f"虚构实业第{n % 3000}有限公司",
            "",
        ]


def write_roster(path: Path, rows: int, seed: int) -> None:
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="gb18030") as file:
            csv.writer(file).writerows([HEADINGS, *people(rows, seed)])
        return
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": False}) as workbook:
        sheet = workbook.add_worksheet("花名册")
        for number, cells in enumerate((HEADINGS, *people(rows, seed))):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, column, cell)


def import_case(path: Path) -> tuple[float, int, int]:
    """Seconds, rows imported, and the peak memory of the process in MB."""
    import django

    django.setup()
    from rendang.circulation.rosters import actions
    from rendang.kernel.access.models import Institution
    from rendang.kernel.accounts.actions import system_actor

    institution = Institution.objects.get_or_create(
        code="BENCH",
        defaults={"name": "测量用机构", "short_name": "测量", "english_name": "Bench", "kind": "TALENT",
                  "division": "370200", "address": "—", "phone": "—"},
    )[0]  # fmt: skip
    by = system_actor()
    began = time.perf_counter()
    roster = actions.import_file(path, institution=institution, by=by)
    seconds = time.perf_counter() - began
    assert roster.state == "DONE", roster.problem
    done = roster.importable - roster.report["counts"]["already_held"]
    return seconds, done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def copy_case(rows: int, seed: int) -> float:
    """Rows a second of PostgreSQL's COPY into a bare table, from text that is ready in memory."""
    import django

    django.setup()
    from django.db import connection

    lines = "".join("\t".join(cells) + "\n" for cells in people(rows, seed)).encode()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_copy ({', '.join(f'c{n} text' for n in range(len(HEADINGS)))})")
        try:
            began = time.perf_counter()
            with cursor.copy("COPY bench_copy FROM STDIN") as copy:
                copy.write(lines)
            return rows / (time.perf_counter() - began)
        finally:
            cursor.execute("DROP TABLE bench_copy")


def _in_its_own_process(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.bench_import", *arguments]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return result


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    """One result for each kind of file."""
    rows = rows or ROWS
    seed = int(time.time()) % 10**8
    baseline = _in_its_own_process("--copy", "--rows", str(rows), "--seed", str(seed))["rate"]
    for number, case in enumerate(CASES):
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"roster.{case}"
            # Each file has people of its own; the generator's memory is another process's.
            _in_its_own_process("--write", str(path), "--rows", str(rows), "--seed", str(seed + 1 + number))
            result = _in_its_own_process("--import", str(path))
        ours = result["rows"] / result["seconds"]
        yield {
            "bench": "import",
            "case": f"{case}, {rows} rows of {len(HEADINGS)} columns",
            "unit": "rows/s",
            "ours": round(ours),
            "baseline": round(baseline),
            "baseline_name": "COPY into a bare table",
            "ratio": round(ours / baseline, 4),
            "peak_memory_mb": result["peak"],
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--import", type=Path, dest="imported")
    parser.add_argument("--copy", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rendang.config.settings")
    if options.write:
        write_roster(options.write, options.rows, options.seed)
        print("{}")
    elif options.imported:
        seconds, rows, peak = import_case(options.imported)
        print(json.dumps({"seconds": seconds, "rows": rows, "peak": peak}))
    elif options.copy:
        print(json.dumps({"rate": copy_case(options.rows, options.seed)}))
    else:
        for result in bench(options.rows):
            print(json.dumps(result, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
