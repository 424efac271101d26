"""./run demo: a fictional city with its own database, web and worker, all of which end together."""

import argparse
import fcntl
import http.client
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TextIO

import psycopg

from rendang.config.commands.database import external
from rendang.config.commands.environment import LOCK, PYTHON, ROOT, digest, is_made, require_space, say, stamp, stop
from rendang.config.commands.installation import ACCOUNTS, DEMONSTRATION, demonstration_environment, jobs, web
from rendang.config.commands.processes import Interrupted, Processes, run
from rendang.kernel.core.postgres import PostgresError, Server

NEEDED, NEEDED_AGAIN = 500, 100  # MB for the database, its log and the stored files: for a new one, for a start
ORPHANS = 8  # seconds
PATIENCE = 60  # seconds for the first page


def demo(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--port", type=int, default=8000, help="of the web address (8000)")
    parser.add_argument("--people", type=int, default=20_000, help="who live in the city (20000); 0 is an empty city")
    parser.add_argument("--fresh", action="store_true", help="delete the demonstration's data and load it anew")
    options = parser.parse_args(arguments)
    if options.people < 0:
        parser.error("--people cannot be negative")
    home = Path(os.environ.get("RENDANG_HOME") or DEMONSTRATION).resolve()
    address = f"http://localhost:{options.port}"
    with ExitStack() as stack:
        state = stack.enter_context(claim(home))
        require_port(options.port, wait=ORPHANS if f':{options.port}"' in (home / "demonstration").read_text() else 0)
        if options.fresh:
            erase(home)
        require_space(NEEDED if Server(home).is_new else NEEDED_AGAIN, home)
        write(state, {"process": os.getpid(), "address": address})
        environment = demonstration_environment(home)
        server = None
        if given := os.environ.get("RENDANG_DATABASE_URL"):
            url = stack.enter_context(external(given))
            require_demonstration(url)
        else:
            server = start_database(home, stack)
            url = server.url
        environment["RENDANG_DATABASE_URL"] = url
        version = "" if given else digest(*sources(), f"{options.people}")
        if not version or not is_made(home, version):
            preparation = ["-m", "rendang.config.commands.prepare", "--demonstration", str(options.people)]
            if run([PYTHON, *preparation], environment):
                require_space(50, home)
                stop("The demonstration could not be loaded (see above). Its data are kept; --fresh starts over.", 1)
            stamp(home, version)
        forget_workers(url)
        processes = stack.enter_context(Processes(environment, home / "log"))
        try:
            return serve(processes, server, home, options.port, address)
        except Interrupted:
            with suppress(OSError):  # the terminal may be gone
                say("\nStopping … the data are kept for the next start.")
            return 0


def claim(home: Path) -> TextIO:
    """Mark the home as a demonstration's, and hold the mark: one demonstration at a time."""
    mark = home / "demonstration"
    if home != DEMONSTRATION and home.exists() and any(home.iterdir()) and not mark.exists():
        stop(f"{home} holds something else than a demonstration. Unset RENDANG_HOME, or name an empty folder.", 2)
    home.mkdir(parents=True, exist_ok=True)
    state = mark.open("a+")
    try:
        fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        state.close()
        with suppress(ValueError, KeyError):
            other = json.loads(mark.read_text())
            stop(f"The demonstration runs already: {other['address']}/ (process {other['process']}).", 6)
        stop("The demonstration is being started already.", 6)
    return state


def write(state: TextIO, content: dict[str, object]) -> None:
    state.truncate(0)
    state.write(json.dumps(content))
    state.flush()


def require_port(port: int, *, wait: float = 0) -> None:
    """Stop unless the port is free, at once or after the wait: what a killed run left behind is just ending."""
    until = time.monotonic() + wait
    while is_taken(port) and time.monotonic() < until:
        time.sleep(0.2)
    if is_taken(port):
        stop(f"Port {port} is taken by another program. Take another one: ./run demo --port {port + 1}", 4)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError:
            stop(f"There is no port {port}; ports go from 1 to 65535.", 2)
        except PermissionError:
            stop(f"Port {port} needs more rights. Take one from 1024 up: ./run demo --port 8000", 4)
        except OSError:
            return True
    return False


def erase(home: Path) -> None:
    """Delete the demonstration's own data; the mark stays, it is what we hold."""
    Server(home).erase()
    for path in home.iterdir():
        if path.name == "demonstration":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def require_demonstration(url: str) -> None:
    """Fictional people never get into a database that holds something else."""
    with psycopg.connect(url, autocommit=True) as connection:
        question = "select to_regclass('django_migrations')::text, obj_description(to_regclass('django_migrations'))"
        table, comment = connection.execute(question).fetchone() or (None, None)
    if table is not None and not str(comment or "").startswith("demonstration"):
        stop("RENDANG_DATABASE_URL names a database that is not a demonstration's. Unset it, or name an empty one.", 2)


def start_database(home: Path, stack: ExitStack) -> Server:
    server = Server(home)
    if server.is_new:
        say("Making the database …")
    elif server.was_interrupted:
        say("The last run was interrupted; its database is being recovered …")
    return stack.enter_context(server)


def sources() -> Iterator[Path | str]:
    """What the preparation depends on: a start at which none of it has changed goes straight to the web."""
    yield LOCK
    for folder in ("rendang", "static", "locale"):
        for path in sorted((ROOT / folder).rglob("*")):
            if "__pycache__" not in path.parts and path.is_file():
                yield f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n"


def forget_workers(url: str) -> None:
    """No worker of ours runs yet, so a job that is under way has lost its own; the next minute takes it up again."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("delete from procrastinate_workers")


def serve(processes: Processes, server: Server | None, home: Path, port: int, address: str) -> int:
    """Start web and worker, tell the address and the accounts, and watch until a signal comes."""
    process = processes.add("web", web("127.0.0.1", port, 2, grace=5))
    until = time.monotonic() + PATIENCE
    while not answers(port):
        if process.poll() is not None or time.monotonic() > until:
            require_space(50, processes.logs or ROOT)
            stop(f"The web process did not start: see {processes.log('web')}", 1)
        time.sleep(0.1)
    processes.add("worker", jobs(2))  # now: loading beside the web it would only delay the first page
    accounts = (home / ACCOUNTS).read_text()
    print(f"\nRendang 人档 — {address}/\n\n{accounts}\nCtrl-C stops it.", flush=True)
    while True:
        time.sleep(0.3)
        if server is not None and server.process.poll() is not None:
            require_space(50, server.folder)
            raise PostgresError(f"The database has stopped: see {server.log}. The next start recovers it.")
        if name := processes.watch():
            require_space(50, processes.logs or ROOT)
            stop(f"The {name} process does not stay alive: see {processes.log(name)}", 1)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
