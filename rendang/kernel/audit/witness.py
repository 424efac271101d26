"""What this machine remembers of the seals, outside the database: a line a seal, number and digest.

Whoever rules the database can throw away all seals and let events be sealed anew; this file, and every copy of a
seal's digest that somebody noted elsewhere, tells. Beside the keys, never in the database's own folder.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection


def path() -> Path:
    return Path(settings.HOME) / "audit" / f"{connection.settings_dict['NAME']}.seals"


def remembered() -> Iterator[tuple[int, str]]:
    """Number and digest (hexadecimal) of the seals this machine has seen, in order."""
    if not path().exists():
        return
    with path().open() as file:
        for line in file:
            number, _, digest = line.partition(" ")
            if line.endswith("\n"):  # a line cut off by a power failure is written again
                yield int(number), digest.strip()


def last_remembered() -> int:
    """The number of the last seal this machine has seen; 0 for none."""
    if not path().exists():
        return 0
    with path().open("rb") as file:
        file.seek(max(0, path().stat().st_size - 400))
        lines = file.read().split(b"\n")
    return int(lines[-2].split()[0]) if len(lines) > 1 else 0


def remember(seals: Iterable[tuple[int, str]]) -> None:
    """Add lines for the seals not known yet, on disk before it returns; one process at a time."""
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _end_with_a_whole_line(file.fileno())
        known = last_remembered()
        file.write("".join(f"{number} {digest}\n" for number, digest in seals if number > known).encode())
        file.flush()
        os.fsync(file.fileno())


def _end_with_a_whole_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 400, max(0, size - 400))
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(descriptor, size - len(tail) + tail.rfind(b"\n") + 1)
