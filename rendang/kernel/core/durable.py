"""Files that a power cut leaves whole or not there at all.

Written aside, put on the disk, then given their name, and the name put on the disk too: a file that is on disk under a
name that is not would be gone after the cut, and one with a name but without content is worse. Knows no settings.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, pieces: Iterable[bytes], *, mode: int) -> None:
    """The file with this content, in the place of one that is there: at every moment the old one or the new one."""
    aside = _aside(path, pieces, mode)
    aside.replace(path)
    sync(path.parent)


def write_once(path: Path, content: bytes, *, mode: int) -> None:
    """The file with this content, unless it is there: of processes that start together the first one's counts."""
    aside = _aside(path, [content], mode)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    sync(path.parent)


def _aside(path: Path, pieces: Iterable[bytes], mode: int) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside
