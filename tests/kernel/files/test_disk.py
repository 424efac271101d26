"""The storage on a disk of ours answers when the file outlives a power cut, as object storage does."""

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from rendang.kernel.files.disk import DiskStorage


def test_a_name_is_kept_and_its_content_replaced(tmp_path):
    storage = DiskStorage(location=tmp_path)
    for content in (b"old", b"new"):
        assert storage.save("blobs/aa/name", ContentFile(content)) == "blobs/aa/name"
    with storage.open("blobs/aa/name") as file:
        assert file.read() == b"new"
    assert storage.listdir("blobs/aa") == ([], ["name"])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells which file a descriptor is")
def test_new_folders_are_on_disk_up_to_the_storage_itself(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    DiskStorage(location=tmp_path).save("blobs/aa/name", ContentFile(b"content"))
    assert synced[1:] == [tmp_path / "blobs/aa", tmp_path / "blobs", tmp_path]


def test_no_name_leads_out_of_the_storage(tmp_path):
    with pytest.raises(Exception, match="traversal"):
        DiskStorage(location=tmp_path / "files").save("../outside", ContentFile(b"x"))
    assert not (tmp_path / "outside").exists()
