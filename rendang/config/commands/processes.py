"""The processes of a command: started together, watched, stopped together however the command ends."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Self

from rendang.config.commands.environment import ROOT
from rendang.kernel.core.parent import end_with_parent

GRACE = 30  # seconds a process gets to finish what it is doing
STOPPING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class Interrupted(BaseException):
    """Ctrl-C, SIGTERM or the end of the terminal: everything is to be stopped cleanly."""

    def __init__(self, number: int) -> None:
        self.number = number


def _interrupt(number: int, _: object) -> NoReturn:
    for stopping in STOPPING:  # while stopping, a second Ctrl-C does not cut the first short
        signal.signal(stopping, signal.SIG_IGN)
    raise Interrupted(number)


def obey_signals() -> None:
    """Turn the signals that end a command into Interrupted; what nohup ignores stays ignored."""
    for number in STOPPING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _begin() -> None:
    # What is ignored here would stay ignored there; a child that is to stop must hear it.
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM)


def start(
    command: Sequence[str | Path], environment: Mapping[str, str], log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that ends with this one, in a session of its own: Ctrl-C reaches it through us only."""
    output = log.open("ab") if log is not None else None
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_begin,
        )
    finally:
        if output is not None:
            output.close()


def end(process: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """SIGTERM to the process, and after the grace SIGKILL to all it started."""
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(command: Sequence[str | Path], environment: Mapping[str, str], folder: Path = ROOT) -> int:
    """Run one process in the terminal to its end and give its exit code; when we are interrupted, so is it."""
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, env={**os.environ, **environment}, preexec_fn=_begin
    )
    try:
        code = process.wait()
    except Interrupted as interruption:
        if interruption.number == signal.SIGINT:  # the terminal has told it too; twice would cut its clean end short
            with suppress(subprocess.TimeoutExpired):
                process.wait(3)
        with suppress(subprocess.TimeoutExpired, ProcessLookupError):
            process.send_signal(interruption.number)
            process.wait(GRACE)
        process.kill()
        process.wait()
        raise
    return code if code >= 0 else 128 - code


class Processes:
    """Named processes that are started again when they die, unless they die at once again and again."""

    def __init__(self, environment: Mapping[str, str], logs: Path | None = None) -> None:
        self.environment, self.logs = environment, logs
        self.commands: dict[str, Sequence[str | Path]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: dict[str, list[float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.terminate()
        for process in self.running.values():
            end(process)

    def add(self, name: str, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        self.commands[name] = command
        self.running[name] = start(command, self.environment, self.log(name))
        return self.running[name]

    def log(self, name: str) -> Path | None:
        if self.logs is None:
            return None
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".log.1"))
        return path

    def watch(self) -> str | None:
        """Start again what has died; the name of a process that does not stay alive, else None."""
        for name, process in list(self.running.items()):
            if process.poll() is None:
                continue
            recent = [moment for moment in self.deaths.get(name, []) if moment > time.monotonic() - 60]
            self.deaths[name] = [*recent, time.monotonic()]
            if len(recent) >= 3:
                return name
            self.add(name, self.commands[name])
        return None
