"""./run test, check, fix and bench: what a change has to pass, and what it costs."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rendang.config.commands.database import embedded, external
from rendang.config.commands.environment import LOCK, PYTHON, ROOT, stop
from rendang.config.commands.processes import run

TEMPLATES = "rendang/templates"
SOURCES = ["rendang", "tests", "tools", "benchmarks", "manage.py"]  # by name: ruff would format the examples in docs/
AUDIT_PATIENCE = 60  # seconds; where the advisories cannot be reached, that is a note and not a failure
IMPORT_LINTER = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def _python(*arguments: str) -> list[str | Path]:
    # As modules: the scripts of an environment that was moved, or whose path has a space, may not start.
    return [PYTHON, *arguments]


CHECKS: dict[str, list[str | Path]] = {
    "types": _python("-m", "mypy", "rendang", "tools"),
    "format": _python("-m", "ruff", "format", "--check", *SOURCES),
    "lint": _python("-m", "ruff", "check", *SOURCES),
    "imports": _python("-c", IMPORT_LINTER),
    "templates: format": _python("-m", "djlint", "--check", "--quiet", TEMPLATES),
    "templates: lint": _python("-m", "djlint", "--lint", TEMPLATES),
    "translations": _python("tools/translations.py", "check"),
    "migrations": _python("manage.py", "makemigrations", "--check", "--dry-run"),
    "settings": _python("manage.py", "check"),
    "shell": ["shellcheck", "run", ".ci/run"],
    "known vulnerabilities": _python(
        "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip", "--format", "json",
        "--progress-spinner", "off", "--timeout", "15",
    ),
}  # fmt: skip
FIXES: list[list[str | Path]] = [
    _python("-m", "ruff", "check", "--fix", "--exit-zero", *SOURCES),
    _python("-m", "ruff", "format", *SOURCES),
    _python("-m", "djlint", "--reformat", "--quiet", TEMPLATES),  # says 1 when it changed something
    _python("tools/translations.py", "extract"),
]


class Outcome(NamedTuple):
    name: str
    state: str  # passed, FAILED or skipped
    seconds: float
    output: str


@contextmanager
def environment(home: Path, url: str | None = None, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Nothing of the caller's own installation reaches the tests."""
    for name in [name for name in os.environ if name.startswith("RENDANG_")]:
        del os.environ[name]
    with external(url) if url else embedded(home, durable=durable) as address:
        yield {"RENDANG_DATABASE_URL": address, "RENDANG_HOME": str(home)}


def test(arguments: list[str]) -> int:
    """pytest, in parallel unless told otherwise; its closing line is the last one printed."""
    url, rest = None, []
    given = iter(arguments)
    for argument in given:
        if argument == "--database-url":
            url = next(given, None) or stop("--database-url needs an address: postgresql://user@host/name", 2)
        elif argument.startswith("--database-url="):
            url = argument.partition("=")[2]
        else:
            rest.append(argument)
    chosen = any(argument.startswith(("-n", "--numprocesses", "--dist", "--pdb")) for argument in rest)
    few = any(argument.partition("::")[0].endswith(".py") for argument in rest)
    if not chosen and not few:
        rest = ["-n", str(min(max(os.cpu_count() or 2, 2), 8)), "--dist", "loadgroup", *rest]
    with environment(ROOT / "var" / "test", url, durable=False) as variables:
        return run(_python("-m", "pytest", *rest), variables)


def check(arguments: list[str]) -> int:
    """Every check, two at a time; all of them run, and one that fails makes the whole fail."""
    if arguments:
        stop("./run check takes no arguments.", 2)
    outcomes: list[Outcome] = []
    live: list[subprocess.Popen[str]] = []
    with environment(ROOT / "var" / "test", durable=False) as variables, ThreadPoolExecutor(2) as pool:
        running = [pool.submit(_outcome, name, command, variables, live) for name, command in CHECKS.items()]
        try:
            for done in as_completed(running):
                outcome = done.result()
                outcomes.append(outcome)
                if outcome.state != "passed":
                    print(f"── {outcome.name} ──\n{outcome.output}\n", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in live:
                process.terminate()
            raise
    outcomes.sort(key=lambda outcome: list(CHECKS).index(outcome.name))
    for outcome in outcomes:
        print(f"{outcome.name:24}{outcome.state:>8}{outcome.seconds:8.1f} s")
    failed = [outcome.name for outcome in outcomes if outcome.state == "FAILED"]
    print(f"check: {'failed: ' + ', '.join(failed) if failed else 'all passed'}", flush=True)
    return 1 if failed else 0


def _outcome(
    name: str, command: list[str | Path], variables: dict[str, str], live: list[subprocess.Popen[str]]
) -> Outcome:
    began = time.monotonic()
    if shutil.which(command[0]) is None:
        return Outcome(name, "skipped", 0, f"{command[0]} is not installed here.")
    patience = AUDIT_PATIENCE if name == "known vulnerabilities" else None
    environment = {**os.environ, **variables, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        live.append(process)
        try:
            output = process.communicate(timeout=patience)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return Outcome(name, "skipped", time.monotonic() - began, f"No answer within {patience} seconds.")
    state = "passed" if process.returncode == 0 else "FAILED"
    if state == "FAILED" and patience is not None and '"dependencies"' not in output:
        state, output = "skipped", "The advisories cannot be reached: " + output.strip()[-300:]
    return Outcome(name, state, time.monotonic() - began, output.strip())


def fix(arguments: list[str]) -> int:
    if arguments:
        stop("./run fix takes no arguments.", 2)
    codes = [run(command, {}) for command in FIXES]
    return 1 if any(code for command, code in zip(FIXES, codes, strict=True) if "djlint" not in command) else 0


def bench(arguments: list[str]) -> int:
    """The benchmarks, on a server with the settings of a real one; results go to standard output."""
    with environment(ROOT / "var" / "bench", os.environ.get("RENDANG_DATABASE_URL")) as variables:
        return run(_python("-m", "benchmarks", *arguments), variables)
