"""Which database a command works on: the one of RENDANG_DATABASE_URL, or the embedded one of a home folder."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from rendang.config.commands.environment import require_space
from rendang.kernel.core.postgres import AlreadyRunning, Server, check, running

MIGRATING = 0x72656E64616E67  # the advisory lock under which one process at a time changes the schema


@contextmanager
def external(url: str) -> Iterator[str]:
    """A PostgreSQL that others look after; refused when it is too old or loses Chinese."""
    check(url)
    yield url


@contextmanager
def embedded(home: Path, *, durable: bool = True) -> Iterator[str]:
    """The embedded server of the home: joined when another command has it open, else started for the while."""
    home.mkdir(parents=True, exist_ok=True)
    server = Server(home, durable=durable)
    until = time.monotonic() + 30
    with (home / "users").open("a") as users:
        while True:
            if url := running(home):
                fcntl.flock(users, fcntl.LOCK_SH)
                if running(home) == url:  # it did not stop in the meantime
                    yield url
                    return
                fcntl.flock(users, fcntl.LOCK_UN)
            require_space(200, home)
            try:
                server.start()
                break
            except AlreadyRunning:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)  # it is just starting or just stopping
        try:
            yield server.url
            fcntl.flock(users, fcntl.LOCK_EX)  # others who joined finish first
        finally:
            server.stop()


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the lock of migrations: of several processes that upgrade at once, one does and the others wait."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [MIGRATING])
        yield
