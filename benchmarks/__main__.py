"""``./run bench [NAME] [--rows N] [--json]``: ours beside the bare engine, on a database made for it and thrown away.

The server is the one of RENDANG_DATABASE_URL; nothing in that database itself is read or changed.
"""

import argparse
import json
import subprocess
import sys
from importlib import import_module
from typing import Any

from benchmarks.database import thrown_away

NAMES = (
    "import", "search", "query", "certificate", "state_change", "placement", "batch_transfer", "stocktake",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description="Ours beside the bare engine of the same run.")
    parser.add_argument("name", nargs="?", choices=NAMES, metavar="NAME", help=f"{', '.join(NAMES)}; all without")
    parser.add_argument("--rows", type=int, help="people in the database (100000)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    if options.rows is not None and options.rows < 100:
        parser.error("--rows must be 100 or more")
    if options.name is None:  # each in a process of its own: a process knows one database
        for name in NAMES:
            subprocess.run([sys.executable, "-m", "benchmarks", name, *sys.argv[1:]], check=True)
        return
    with thrown_away():
        module = import_module(f"benchmarks.bench_{options.name}")
        if not options.json:
            heading()
        for result in module.bench(options.rows):
            print(json.dumps(result, ensure_ascii=False) if options.json else line(result), flush=True)


def heading() -> None:
    print(f"\n{'bench':<13}{'case':<44}{'ours':>11}{'baseline':>12}{'ratio':>8}  unit, baseline, and more")


def line(result: dict[str, Any]) -> str:
    known = {"bench", "case", "unit", "ours", "baseline", "baseline_name", "ratio"}
    more = "".join(f", {name} {value}" for name, value in result.items() if name not in known)
    return (
        f"{result['bench']:<13}{result['case']:<44}{result['ours']:>11,}{result['baseline']:>12,}{result['ratio']:>8}"
        f"  {result['unit']}, {result['baseline_name']}{more}"
    )


if __name__ == "__main__":
    sys.exit(main())
