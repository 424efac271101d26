"""./run: what it says when it cannot go on, what it deletes, and that nothing is left running."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rendang.config.commands import database, demonstration, environment, installation, quality
from rendang.config.commands.processes import Processes, end, start
from rendang.kernel.core.postgres import Server

ROOT = environment.ROOT
Usage = namedtuple("Usage", "total used free")
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RENDANG_DATABASE_URL", "RENDANG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RENDANG_HOME", str(tmp_path / "demo"))
    yield tmp_path / "demo"
    Server(tmp_path / "demo").erase()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_dead(pid: int) -> bool:
    until = time.monotonic() + 5
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)


def code_of(stopped: pytest.ExceptionInfo[SystemExit]) -> object:
    return stopped.value.code


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run", tmp_path / "run")  # alone: there is no .venv beside it
    programs = tmp_path / "bin"
    programs.mkdir()
    old = programs / "python3"
    old.write_text('#!/bin/bash\nif [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi\n')
    old.chmod(0o755)
    (programs / "dirname").symlink_to(str(shutil.which("dirname")))
    bash = str(shutil.which("bash"))
    ran = subprocess.run(
        [bash, str(tmp_path / "run"), "demo"], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3
    assert "needs Python 3.11 or newer" in ran.stderr
    assert "python3 is Python 3.9.2" in ran.stderr


def test_help_needs_no_environment_and_names_every_command(tmp_path: Path) -> None:
    for name in ("run", "rendang/config/commands/environment.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    ran = subprocess.run([tmp_path / "run", "help"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    for command in ("demo", "test", "check", "fix", "bench", "serve", "worker", "manage", "help"):
        assert f"\n  {command} " in ran.stdout
    assert not (tmp_path / ".venv").exists()


def test_an_unknown_command_is_wrong_use() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "rendang.config.commands", "dance"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "There is no command dance." in ran.stderr


def test_a_taken_port_is_named_before_anything_is_made_or_deleted(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / "demonstration").touch()
    (home / "kept").touch()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit) as stopped:
            demonstration.demo(["--port", str(port), "--fresh"])
    assert code_of(stopped) == 4
    assert f"Port {port} is taken" in capsys.readouterr().err
    assert {path.name for path in home.iterdir()} == {"demonstration", "kept"}


def test_a_second_demonstration_says_where_the_first_one_runs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    with (home / "demonstration").open("w") as first:
        first.write(json.dumps({"process": 4711, "address": "http://localhost:8123"}))
        first.flush()
        fcntl.flock(first, fcntl.LOCK_EX)
        with pytest.raises(SystemExit) as stopped:
            demonstration.demo([])
    assert code_of(stopped) == 6
    assert "runs already: http://localhost:8123/ (process 4711)" in capsys.readouterr().err


def test_a_full_disk_is_named(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 3 * 2**20))
    monkeypatch.setattr(demonstration, "require_port", lambda *_, **__: None)
    with pytest.raises(SystemExit) as stopped:
        demonstration.demo([])
    assert code_of(stopped) == 5
    assert "The disk is full" in capsys.readouterr().err
    assert not (home / "postgres").exists()


def test_a_demonstration_never_moves_into_a_real_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "keys").mkdir(parents=True)
    with pytest.raises(SystemExit) as stopped:
        demonstration.demo(["--fresh"])
    assert code_of(stopped) == 2
    assert "something else than a demonstration" in capsys.readouterr().err
    assert (home / "keys").is_dir()


def test_starting_afresh_deletes_the_demonstration_and_nothing_beside_it(home: Path) -> None:
    beside = home.parent / "beside"
    beside.mkdir()
    (beside / "kept").touch()
    (home / "files").mkdir(parents=True)
    (home / "link").symlink_to(beside)
    server = Server(home, durable=False)
    with server:
        place = server.place
    (home / "demonstration").touch()
    demonstration.erase(home)
    assert [path.name for path in home.iterdir()] == ["demonstration"]
    assert not (place / "data").exists()
    assert (beside / "kept").exists()


def test_fictional_people_stay_out_of_a_database_that_holds_something_else(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(home, durable=False) as server, psycopg.connect(server.url, autocommit=True) as connection:
        demonstration.require_demonstration(server.url)
        connection.execute("create table django_migrations (id int)")
        with pytest.raises(SystemExit) as stopped:
            demonstration.require_demonstration(server.url)
        assert code_of(stopped) == 2
        connection.execute("comment on table django_migrations is 'demonstration of 20 people'")
        demonstration.require_demonstration(server.url)


def test_manage_without_any_database_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(installation, "DEMONSTRATION", tmp_path / "nowhere")
    with pytest.raises(SystemExit) as stopped:
        installation.manage(["import_roster", "people.xlsx"])
    assert code_of(stopped) == 2
    assert "There is no database for import_roster yet" in capsys.readouterr().err


def test_serving_for_real_wants_to_be_told_where_the_data_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        installation.serve([])
    assert code_of(stopped) == 2
    assert "RENDANG_DATABASE_URL" in capsys.readouterr().err


def test_a_second_command_joins_the_database_that_the_first_one_started(home: Path) -> None:
    with database.embedded(home, durable=False) as first:
        with database.embedded(home, durable=False) as second:
            assert second == first
        with psycopg.connect(first) as connection:
            assert connection.execute("select 1").fetchone() == (1,), "the one who joined did not stop it"


def test_of_two_migrations_at_once_the_second_waits(home: Path) -> None:
    with database.embedded(home, durable=False) as url, database.alone(url), psycopg.connect(url) as other:
        taken = other.execute("select pg_try_advisory_lock(%s)", [database.MIGRATING]).fetchone()
        assert taken == (False,)


def test_a_process_that_ignores_the_request_to_end_is_ended(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = start([sys.executable, "-c", code], {}, tmp_path / "log")
    while not (tmp_path / "log").read_text():
        time.sleep(0.02)
    end(process, grace=0.2)
    assert process.returncode == -signal.SIGKILL


def test_a_process_that_dies_is_started_again_and_one_that_cannot_live_is_given_up(tmp_path: Path) -> None:
    with Processes({}, tmp_path) as processes:
        first = processes.add("worker", SLEEP)
        first.kill()
        first.wait()
        assert processes.watch() is None
        second = processes.running["worker"]
        assert second.pid != first.pid and lives(second.pid)
        processes.add("web", [sys.executable, "-c", "print('broken')"])
        given_up = None
        until = time.monotonic() + 10
        while given_up is None and time.monotonic() < until:
            time.sleep(0.05)
            given_up = processes.watch()
        assert given_up == "web"
    assert wait_until_dead(second.pid)
    assert (tmp_path / "web.log").read_text() == "broken\n" * 4


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is only told on Linux")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_nothing_is_left_running_however_a_command_ends(number: signal.Signals, tmp_path: Path) -> None:
    code = f"""
import time
from rendang.config.commands.processes import Interrupted, Processes, obey_signals
obey_signals()
try:
    with Processes({{}}) as processes:
        print(processes.add("web", {SLEEP!r}).pid, flush=True)
        time.sleep(60)
except Interrupted as interruption:
    raise SystemExit(interruption.number)
"""
    command = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    child = int(command.stdout.readline())
    assert lives(child)
    command.send_signal(number)
    code_given = command.wait(10)
    command.stdout.close()
    assert code_given == (-number if number == signal.SIGKILL else number)
    assert wait_until_dead(child)


def test_the_lock_pins_uv_with_hashes_so_that_pip_can_check_it() -> None:
    pinned = environment.pinned("uv")
    assert pinned.startswith("uv==")
    assert pinned.count("--hash=sha256:") > 1
    assert not pinned.rstrip().endswith("\\")


def test_a_set_up_is_done_once_and_again_when_the_lock_changes(tmp_path: Path) -> None:
    assert not environment.is_made(tmp_path / "missing", "lock 1")
    environment.stamp(tmp_path, "lock 1")
    assert environment.is_made(tmp_path, "lock 1")
    assert not environment.is_made(tmp_path, "lock 2")


def test_the_test_command_runs_in_parallel_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(quality, "run", lambda command, _: ran.append([str(part) for part in command[3:]]) or 5)
    monkeypatch.setattr(quality.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(quality, "embedded", lambda *_, **__: nullcontext("postgresql:///test"))
    assert quality.test(["-k", "intake"]) == 5, "pytest's exit code is ours"
    assert quality.test(["-n", "0"]) == 5
    assert quality.test(["tests/config/test_commands.py::test_help"]) == 5
    assert ran == [
        ["-n", "2", "--dist", "loadgroup", "-k", "intake"],
        ["-n", "0"],
        ["tests/config/test_commands.py::test_help"],
    ]


def test_where_python_may_not_write_beside_the_sources_the_bytecode_is_kept_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")

    environment.keep_bytecode()

    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
    assert os.environ["PYTHONPYCACHEPREFIX"] == str(environment.VENV / "bytecode")


def test_the_identity_sandbox_stops_the_start_of_a_real_installation(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from rendang.config.commands import prepare

    settings.DEMONSTRATION = False
    settings.RENDANG_IDENTITY_PROVIDER = ""
    prepare.refuse_if_misconfigured()
    settings.RENDANG_IDENTITY_PROVIDER = "rendang.kernel.accounts.sandbox.SandboxProvider"

    with pytest.raises(SystemExit) as stopped:
        prepare.refuse_if_misconfigured()

    assert stopped.value.code == 2
    assert "The identity sandbox is configured outside the demonstration" in capsys.readouterr().err
