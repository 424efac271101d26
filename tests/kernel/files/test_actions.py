"""Storing files: kept once, kept secret, refused in words, proven on demand."""

import datetime as dt
import hashlib
import io
import os
import secrets
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files import actions, kinds, sealing
from rendang.kernel.files.actions import store, sweep, verify_fixity
from rendang.kernel.files.kinds import Kind, Limits
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file, read_file
from rendang.kernel.files.sealing import CHUNK, DamagedFile

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + "王小明".encode()


def keep(content, institution, by, name="证明.pdf", kind=Kind.PAPER):
    return store(content, name=name, kind=kind, institution=institution, by=by)


def blobs(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_stored_file_comes_back_as_it_was(institution, clerk):
    stored = keep(PDF, institution, clerk)
    assert read_file(stored) == PDF
    assert (stored.size, stored.media_type, stored.name) == (len(PDF), "application/pdf", "证明.pdf")
    assert stored.sha256 == hashlib.sha256(PDF).hexdigest()
    assert stored.created_by == clerk
    event = AuditEvent.objects.get(verb="file.store")
    assert (event.subject_id, event.institution_id, event.actor_id) == (stored.pk, institution.pk, clerk.pk)


def test_what_rests_in_the_storage_is_encrypted_and_its_name_tells_nothing(institution, clerk, storage_folder):
    stored = keep(PDF, institution, clerk)
    (blob,) = blobs(storage_folder)
    assert "王小明".encode() not in blob.read_bytes()
    assert stored.sha256 not in str(blob)
    assert bytes(stored.data_key)[12:44] not in blob.read_bytes()


def test_a_big_upload_is_stored_in_pieces(institution, clerk):
    content = PDF + secrets.token_bytes(3 * CHUNK)
    stored = keep(io.BytesIO(content), institution, clerk, kind=Kind.SCAN)
    pieces = list(open_file(stored))
    assert len(pieces) == 4
    assert b"".join(pieces) == content


def test_the_same_content_is_kept_once_per_institution(institution, other_institution, clerk, storage_folder):
    first, second = keep(PDF, institution, clerk), keep(PDF, institution, clerk, name="again.pdf")
    assert len(blobs(storage_folder)) == 1
    assert first.pk != second.pk
    assert read_file(second) == PDF
    elsewhere = keep(PDF, other_institution, clerk)
    assert elsewhere.storage_key != first.storage_key
    assert len(blobs(storage_folder)) == 2


def test_the_path_in_a_name_is_dropped(institution, clerk):
    assert keep(PDF, institution, clerk, name="C:\\office\\..\\名册 2026.pdf").name == "名册_2026.pdf"
    assert keep(PDF, institution, clerk, name="../../etc/passwd").name == "passwd"
    assert keep(PDF, institution, clerk, name="..").name == "file"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", Kind.PAPER, "empty"),
        (b"<html><script>", Kind.PAPER, "type_not_allowed"),
        (b"MZ\x90\x00\x03", Kind.ATTACHMENT, "type_not_allowed"),
        (PDF, Kind.ROSTER, "type_not_allowed"),
    ],
)
def test_what_is_not_taken_is_refused_and_nothing_is_left(content, kind, code, institution, clerk, storage_folder):
    with pytest.raises(ValidationError) as refusal:
        keep(content, institution, clerk, kind=kind)
    assert refusal.value.code == code
    assert not StoredFile.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not blobs(storage_folder)


def test_a_file_above_the_limit_of_its_kind_is_refused(institution, clerk, storage_folder, monkeypatch):
    monkeypatch.setitem(kinds.LIMITS, Kind.PAPER, Limits(len(PDF) - 1, (kinds.PDF,)))
    with pytest.raises(ValidationError) as refusal:
        keep(PDF, institution, clerk)
    assert refusal.value.code == "too_large"
    assert not StoredFile.objects.exists()
    assert not blobs(storage_folder)


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "half"])
def test_damage_is_found_and_refused(damage, institution, clerk, storage_folder):
    stored = keep(PDF + secrets.token_bytes(2 * CHUNK), institution, clerk)
    assert verify_fixity(stored, by=clerk) is True
    (blob,) = blobs(storage_folder)
    content = blob.read_bytes()
    if damage == "flip":
        blob.write_bytes(content[:2000] + bytes([content[2000] ^ 1]) + content[2001:])
    elif damage == "cut":
        blob.write_bytes(content[:-1])
    elif damage == "half":
        blob.write_bytes(content[: 4 + CHUNK + 16])
    else:
        blob.unlink()
    with pytest.raises(DamagedFile):
        read_file(stored)
    assert verify_fixity(stored, by=clerk) is False
    stored.refresh_from_db()
    assert stored.is_intact is False
    assert AuditEvent.objects.filter(verb="file.verify").latest("pk").changes["is_intact"] == [True, False]


def test_another_files_blob_in_its_place_is_refused(institution, clerk, storage_folder):
    first, second = keep(PDF, institution, clerk), keep(PDF + b"2", institution, clerk)
    (storage_folder / first.storage_key).write_bytes((storage_folder / second.storage_key).read_bytes())
    with pytest.raises(DamagedFile):
        read_file(first)


def test_storing_the_content_again_heals_a_damaged_blob(institution, clerk, storage_folder):
    stored = keep(PDF, institution, clerk)
    (storage_folder / stored.storage_key).write_bytes(b"RDF1 rubbish")
    assert verify_fixity(stored, by=clerk) is False
    keep(PDF, institution, clerk)
    assert read_file(stored) == PDF
    assert verify_fixity(stored, by=clerk) is True


def test_a_crash_between_blob_and_row_leaves_no_file(institution, clerk, storage_folder, monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError), transaction.atomic():
        patch.setattr(actions, "record", crash)
        keep(PDF, institution, clerk)
    assert not StoredFile.objects.exists()
    (rest,) = blobs(storage_folder)
    rest.write_bytes(rest.read_bytes()[:10])  # even half a blob
    assert read_file(keep(PDF, institution, clerk)) == PDF
    long_ago = (timezone.now() - dt.timedelta(days=2)).timestamp()
    for path in blobs(storage_folder):
        os.utime(path, (long_ago, long_ago))
    assert sweep(timestamp=0) == 1
    assert not rest.exists()
    assert read_file(StoredFile.objects.get()) == PDF


def test_a_crash_while_writing_leaves_no_file(institution, clerk, storage_folder, monkeypatch):
    def crash(*args, **kwargs):
        raise OSError("disk full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"), transaction.atomic():
        patch.setattr(sealing.SealedReader, "readinto", crash)
        keep(PDF, institution, clerk)
    assert not StoredFile.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not blobs(storage_folder)
    assert read_file(keep(PDF, institution, clerk)) == PDF


def test_who_lost_the_lock_does_not_write_over_a_committed_file(institution, clerk, storage_folder, monkeypatch):
    """The connection, and the lock with it, breaks after the look for the content and before the blob is written."""
    write, meanwhile = actions._write, []

    def late(storage_key, content, data_key):
        monkeypatch.setattr(actions, "_write", write)
        meanwhile.append(keep(PDF, institution, clerk))
        write(storage_key, content, data_key)

    monkeypatch.setattr(actions, "_write", late)
    late_row = keep(PDF, institution, clerk)
    assert read_file(meanwhile[0]) == read_file(late_row) == PDF
    assert len(blobs(storage_folder)) == 2


def test_a_crash_while_healing_takes_nothing_away(institution, clerk, storage_folder, monkeypatch):
    """The check may have been wrong (a disk that did not answer for a moment): it stays until there is another."""
    stored = keep(PDF, institution, clerk)
    StoredFile.objects.update(is_intact=False)

    def crash(*args, **kwargs):
        raise OSError("power cut")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="power cut"), transaction.atomic():
        patch.setattr(sealing.SealedReader, "readinto", crash)
        keep(PDF, institution, clerk)
    assert read_file(stored) == PDF


def test_the_sweep_removes_old_blobs_without_a_row_and_no_others(institution, clerk, storage_folder):
    kept = keep(PDF, institution, clerk)
    old, young = storage_folder / "blobs/ff/old", storage_folder / "blobs/ff/young"
    half = storage_folder / "blobs/ff/.blob.0123456789abcdef"  # what a process killed while writing leaves
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_bytes(b"rest")
    half.write_bytes(b"re")
    young.write_bytes(b"being written")
    long_ago = (timezone.now() - dt.timedelta(days=2)).timestamp()
    for path in (old, half, storage_folder / kept.storage_key):
        os.utime(path, (long_ago, long_ago))
    assert sweep(timestamp=0) == 2
    assert not old.exists()
    assert not half.exists()
    assert young.exists()
    assert read_file(kept) == PDF


def test_the_sweep_of_an_empty_house_does_nothing(db):
    assert sweep(timestamp=0) == 0


def test_the_nightly_check_takes_the_files_not_checked_for_longest(institution, clerk, monkeypatch):
    never, lately = keep(PDF, institution, clerk), keep(PDF + b"2", institution, clerk)
    verify_fixity(lately, by=clerk)
    monkeypatch.setattr(actions, "CHECKED_A_NIGHT", 1)
    actions.check_fixity(timestamp=0)
    never.refresh_from_db()
    assert never.is_intact is True
    assert AuditEvent.objects.filter(verb="file.verify", actor_id=None).count() == 1
