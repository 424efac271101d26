"""./run serve, worker and manage: a real installation, configured by its environment (docs/operations.md)."""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from rendang.config.commands.database import alone, embedded, external
from rendang.config.commands.environment import PYTHON, ROOT, stop
from rendang.config.commands.processes import GRACE, run

DEMONSTRATION = ROOT / "var" / "demo"
ACCOUNTS = "accounts.txt"  # in the home of a demonstration
# These answer without any row.
NEED_NOTHING = {"", "help", "--help", "--version", "version", "check", "makemigrations", "migrate", "showmigrations"}


def web(host: str, port: int, workers: int, grace: int = GRACE - 5) -> list[str | Path]:
    """The command of the web processes; on SIGTERM they finish their requests, for ``grace`` seconds at most.

    Each worker has four threads, so its pool of eight database connections is enough.
    """
    return [
        PYTHON, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers",
        "--workers-kill-timeout", str(grace), "rendang.config.wsgi:application",
    ]  # fmt: skip


def jobs(concurrency: int) -> list[str | Path]:
    """The command of a worker; on SIGTERM it finishes what it is doing."""
    return [
        PYTHON, ROOT / "manage.py", "procrastinate", "worker", "--concurrency", str(concurrency),
        "--shutdown-graceful-timeout", str(GRACE - 5),
    ]  # fmt: skip


@contextmanager
def configured(*, or_demonstration: bool = False) -> Iterator[dict[str, str]]:
    """The environment of the processes: what the machine says, completed by the embedded database of the home."""
    with ExitStack() as stack:
        if url := os.environ.get("RENDANG_DATABASE_URL"):
            stack.enter_context(external(url))
            yield {}
        elif home := os.environ.get("RENDANG_HOME"):
            yield {"RENDANG_DATABASE_URL": stack.enter_context(embedded(Path(home)))}
        elif or_demonstration:
            environment = demonstration_environment(DEMONSTRATION)
            yield {**environment, "RENDANG_DATABASE_URL": stack.enter_context(embedded(DEMONSTRATION))}
        else:
            stop(
                "Say where the data are: RENDANG_DATABASE_URL (PostgreSQL 15 or newer) or RENDANG_HOME (a folder for "
                "the embedded one). See docs/operations.md. To try it out: ./run demo",
                2,
            )


def demonstration_environment(home: Path) -> dict[str, str]:
    address = "http://localhost:8000"
    with suppress(OSError, ValueError, KeyError):
        address = json.loads((home / "demonstration").read_text())["address"]
    return {"RENDANG_HOME": str(home), "RENDANG_DEMONSTRATION": "1", "RENDANG_PUBLIC_ADDRESS": address}


def serve(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run serve")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="processes, of four threads each")
    options = parser.parse_args(arguments)
    with configured() as environment:
        if code := run([PYTHON, "-m", "rendang.config.commands.prepare"], environment):
            return code
        return run(web(options.host, options.port, options.workers), environment)


def worker(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run worker")
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at once")
    options = parser.parse_args(arguments)
    with configured() as environment:
        return run(jobs(options.concurrency), environment)


def manage(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    alone_with_defaults = not os.environ.get("RENDANG_DATABASE_URL") and not os.environ.get("RENDANG_HOME")
    if alone_with_defaults and name not in NEED_NOTHING and not (DEMONSTRATION / "demonstration").exists():
        stop(
            f"There is no database for {name} yet. Make the demonstration first (./run demo, or ./run demo --people 0 "
            "for an empty city), or set RENDANG_DATABASE_URL or RENDANG_HOME.",
            2,
        )
    with configured(or_demonstration=True) as environment:
        url = environment.get("RENDANG_DATABASE_URL") or os.environ["RENDANG_DATABASE_URL"]
        with alone(url) if name == "migrate" else nullcontext():
            return run([PYTHON, ROOT / "manage.py", *arguments], environment, Path.cwd())
