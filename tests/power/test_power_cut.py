"""kill -9 of everything during an import, a move and a sealing: nothing lost that was confirmed, nothing doubled.

The house is an installation of its own (tests/power/house.py) on a server with the settings of a real one. The power
goes twice: with a move, a chunk of rows and a seal waiting for their commits or just told that they have them.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rendang.kernel.core.postgres import Server
from tests.power.house import CHUNK, MOVES, NAMELESS, ROWS, SECOND

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds
# The headings are a row of the first chunk.
WHOLE_CHUNKS = [0, *range(CHUNK - 1, ROWS, CHUNK)]
PEOPLE = {"clerk", "worker", "sealer"}

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who started whom is read from /proc")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "house"
    home.mkdir()
    yield home
    Server(home).erase()


def lines(home: Path, name: str) -> list[str]:
    path = home.parent / name
    return path.read_text().splitlines() if path.exists() else []


def begin(day: str, home: Path, server: Server) -> subprocess.Popen[str]:
    own = {
        "DJANGO_SETTINGS_MODULE": "rendang.config.settings",
        "RENDANG_HOME": str(home),
        "RENDANG_DATABASE_URL": server.url,
        "RENDANG_DATABASE_POOL": "4",
    }
    with (home.parent / "log").open("a") as log:
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import django; django.setup(); from tests.power.house import live; live({day!r})",
            ],
            cwd=ROOT,
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def family(pid: int) -> list[int]:
    """The process and all that came from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def cut_the_power(house: subprocess.Popen[str], server: Server) -> None:
    """All stop in the same moment, then all are gone; nobody gets to say a last word."""
    all_of_them = family(house.pid) + family(server.process.pid)
    assert len(all_of_them) > 8, "the house, its three people, the server and theirs"
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in all_of_them:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    house.wait()
    house.stdout.close()
    server.process.wait()
    server.lock.close()  # what the launcher held ends with it


def until_the_cut(day: str, home: Path) -> None:
    server = Server(home)  # durable: the settings of a real installation
    server.start()
    house = begin(day, home, server)
    until = time.monotonic() + PATIENCE
    (home.parent / "ready").unlink(missing_ok=True)
    while set(lines(home, "ready")) != PEOPLE and house.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    there = set(lines(home, "ready"))
    cut_the_power(house, server)
    assert there == PEOPLE, (home.parent / "log").read_text()[-3000:]


def the_last_day(home: Path) -> dict[str, Any]:
    with Server(home) as server:
        house = begin("last", home, server)
        try:
            out, _ = house.communicate(timeout=PATIENCE)
        finally:
            house.kill()
    assert house.returncode == 0, (home.parent / "log").read_text()[-3000:]
    return json.loads(out)


def test_after_a_power_cut_nothing_confirmed_is_lost_and_nothing_is_doubled(home):
    until_the_cut("first", home)
    moves_of_the_first_day = lines(home, "confirmed")
    until_the_cut("second", home)
    confirmed = lines(home, "confirmed")
    found = the_last_day(home)
    second_morning, last_morning = map(json.loads, lines(home, "mornings"))

    # After the first cut: the two confirmed moves, not the third; whole chunks, if any; no seal.
    assert [f"move {pk}" for pk in second_morning["moves"]] == moves_of_the_first_day
    assert second_morning["moved"] == 2
    assert second_morning["rows"] in WHOLE_CHUNKS
    assert second_morning["rows"] <= 5 * CHUNK
    assert second_morning["held"] == MOVES - 2 + second_morning["rows"]
    assert (second_morning["seals"], set(second_morning["files"])) == (0, {True})

    # After the second: both confirmed, the roster that came in too, its file whole; the seal that was committed.
    assert len(last_morning["moves"]) == last_morning["moved"] == 4
    assert {f"move {pk}" for pk in last_morning["moves"]} | {f"roster {last_morning['rosters'][1]}"} == {
        line for line in confirmed if not line.startswith("seal")
    }
    assert last_morning["rows"] in WHOLE_CHUNKS
    assert second_morning["rows"] <= last_morning["rows"] < ROWS + NAMELESS
    assert last_morning["held"] == MOVES - 4 + last_morning["rows"]
    assert f"seal {last_morning['seals']}" in confirmed
    assert set(last_morning["files"]) == {True}

    # In the end everything is there once.
    assert set(found["moves"].values()) == {"RECEIVED"}
    assert found["moved"] == MOVES
    assert [roster[:3] for roster in found["rosters"]] == [["DONE", ROWS + NAMELESS, ROWS], ["DONE", SECOND, SECOND]]
    assert [roster[3] for roster in found["rosters"]] == list(map(json.loads, lines(home, "judged")))
    assert found["rows"] == [ROWS, SECOND]
    assert found["people"] is True
    dossiers = MOVES + ROWS + SECOND
    assert found["dossiers"] == found["archive_numbers"] == dossiers
    assert found["held"] == found["placed"] == [dossiers, dossiers]
    assert found["events"] == {
        "transfer.receive": MOVES,
        "roster.receive": 2,
        "roster.import": 2,
        "custody.end": MOVES,
    }
    assert found["audit"] == {"intact": True, "finding": "None", "unsealed": 0}
    assert found["seals"] == list(range(1, len(found["seals"]) + 1))
    # A notice and a receipt a move, two rosters; the receipt of the move that was cut is swept, no other file is.
    assert set(found["files"]) == {True}
    assert found["kinds"].count("PAPER") == 2 * MOVES
    assert found["kinds"].count("ROSTER") == 2
    assert found["swept"] == 1
