"""A power cut finds the old file, the new one, or none; never half of one and never a name without content."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rendang.kernel.core import durable


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What was put on the disk, in order: the thing, and the names that its folder had at that moment."""
    seen: list[tuple[str, list[str]]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        folder = path if path.is_dir() else path.parent
        seen.append(("folder" if path.is_dir() else "content", sorted(each.name for each in folder.iterdir())))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    return seen


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells which file a descriptor is")
@pytest.mark.parametrize("write", ["write", "write_once"])
def test_content_is_on_disk_before_it_has_its_name_and_the_name_before_the_answer(write, on_disk, tmp_path):
    path = tmp_path / "key"
    if write == "write":
        durable.write(path, [b"one", b"two"], mode=0o600)
    else:
        durable.write_once(path, b"onetwo", mode=0o600)
    (first, names_then), (second, names_at_last) = on_disk
    assert (first, second) == ("content", "folder")
    assert path.name not in names_then
    assert names_at_last == ["key"]
    assert path.read_bytes() == b"onetwo"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    durable.write(path, [b"old"], mode=0o600)

    def broken() -> Iterator[bytes]:
        yield b"ne"
        raise OSError("power cut")

    with pytest.raises(OSError, match="power cut"):
        durable.write(path, broken(), mode=0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"
    durable.write(path, [b"new"], mode=0o600)
    assert path.read_bytes() == b"new"


def test_what_is_written_once_stays_the_first(tmp_path):
    for content in (b"first", b"second"):
        durable.write_once(tmp_path / "key", content, mode=0o600)
    assert (tmp_path / "key").read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["key"]
