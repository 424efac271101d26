"""Storing files, proving that they are as they were stored, and clearing away what a crash left behind."""

import hashlib
import hmac
import io
import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied, SuspiciousFileOperation, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit.actions import record, snapshot
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.files import sealing
from rendang.kernel.files.kinds import LIMITS, MIB, TYPE_NAMES, Kind
from rendang.kernel.files.models import StoredFile, SubmittedPaper
from rendang.kernel.files.queries import open_file
from rendang.kernel.files.sniffing import sniff
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case

BLOCK = 1024 * 1024
FOLDER = "blobs"
# What a crash left; a younger blob without a row may belong to a transaction still open.
ORPHAN_AGE = timedelta(days=1)
CHECKED_A_NIGHT = 500


def _digest(content: BinaryIO, limit: int) -> tuple[str, int]:
    """SHA-256 and size; stops reading as soon as the limit is passed."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while block := content.read(BLOCK):
        size += len(block)
        if size > limit:
            raise ValidationError(
                _("The file is larger than %(limit)s. Split it, or save it at a lower resolution."),
                code="too_large",
                params={"limit": filesizeformat(limit)},
            )
        digest.update(block)
    if not size:
        raise ValidationError(_("The file is empty. Choose the file again."), code="empty")
    return digest.hexdigest(), size


def _media_type(content: BinaryIO, kind: str) -> str:
    media_type = sniff(content)
    allowed = LIMITS[kind].media_types
    if media_type not in allowed:
        raise ValidationError(
            _("The content of the file is not one of: %(types)s. The ending of its name does not count."),
            code="type_not_allowed",
            params={"types": ", ".join(TYPE_NAMES[each] for each in allowed)},
        )
    return media_type


def _new_place() -> str:
    """A name never used before, that tells nothing: no blob is ever written over another one's."""
    name = secrets.token_hex(24)
    return f"{FOLDER}/{name[:2]}/{name}"


def _alone_with_content(institution: Institution | None, sha256: str) -> None:
    """One writer per content until the transaction ends: two stores of the same content wait for each other."""
    scope = institution.pk if institution else 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"file:{scope}:{sha256}"])


def _write(storage_key: str, content: BinaryIO, data_key: bytes) -> None:
    """Write the blob whole; when this returns, it outlives a power cut."""
    content.seek(0)
    name = default_storage.save(storage_key, File(io.BufferedReader(sealing.SealedReader(content, data_key))))
    assert name == storage_key, "the storage keeps a blob under the name it is given"


def _keep_blob(institution: Institution | None, sha256: str, content: BinaryIO) -> tuple[str, bytes]:
    """Place and wrapped data key of the content, which is written unless it is there; a damaged one is written anew.

    A new blob gets a place of its own, whatever a crash left behind, and even if this connection, and with it the
    lock, was lost meanwhile: a row committed by somebody else never finds another key's blob in its place. One
    written anew is byte for byte the one that was there, and takes its place in a single moment.
    """
    _alone_with_content(institution, sha256)
    of_this_content = StoredFile.objects.filter(institution=institution, sha256=sha256)
    same = of_this_content.order_by("is_intact").first()  # False sorts first
    if same is None:
        storage_key, data_key = _new_place(), secrets.token_bytes(sealing.KEY_LENGTH)
        _write(storage_key, content, data_key)
        return storage_key, sealing.wrap(data_key, storage_key)
    if same.is_intact is False or not default_storage.exists(same.storage_key):
        _write(same.storage_key, content, sealing.unwrap(bytes(same.data_key), same.storage_key))
    return same.storage_key, bytes(same.data_key)


@transaction.atomic
def store(content: bytes | BinaryIO, *, name: str, kind: str, institution: Institution | None, by: Any) -> StoredFile:
    """Keep a file: encrypted, typed by its content, once per institution however often the same content comes.

    ``content`` is bytes or a seekable binary file (an upload is one). Raises ``ValidationError`` for an empty file,
    one above the size limit of its kind, or of a type that its kind does not take.
    """
    source: BinaryIO = io.BytesIO(content) if isinstance(content, bytes) else content
    sha256, size = _digest(source, LIMITS[kind].size)
    media_type = _media_type(source, kind)
    storage_key, wrapped = _keep_blob(institution, sha256, source)
    stored = StoredFile.objects.create(
        institution=institution,
        kind=Kind(kind),
        name=_plain_name(name),
        media_type=media_type,
        size=size,
        sha256=sha256,
        storage_key=storage_key,
        data_key=wrapped,
        created_by=by,
    )
    record("file.store", stored, by=by, detail={"kind": kind, "sha256": sha256, "size": size})
    return stored


@transaction.atomic
def hand_on(stored: StoredFile, to: Institution, *, by: Any) -> StoredFile:
    """The file belongs to another institution from now on, with the case whose paper it is. The caller has checked."""
    before = snapshot(stored)
    stored.institution = to
    stored.save(update_fields=["institution"])
    record("file.hand_on", stored, by=by, before=before)
    return stored


@transaction.atomic
def hand_in(
    case: Case, papers: Iterable[tuple[str, BinaryIO]], *, by: Any, permission: Permission | None
) -> list[SubmittedPaper]:
    """Add papers to an application: (which paper of the service item, its picture or PDF). All or none.

    ``permission`` is asked at the case's institution; ``None``: the caller has checked, or it is the applicant's own.
    Raises ``ValidationError`` when the case is closed, for a paper nobody asks for, for too many files, and for a
    file that is too large or of a type that is not taken.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("institution").get(pk=case.pk)
    if permission is not None and not can(by, permission, at=case.institution_id):
        raise PermissionDenied
    if not case.is_open:
        raise ValidationError(_("This case is closed: papers can no longer be added to it."))
    today, handed_in = timezone.localdate(), []
    largest = standards.policy("application_paper_size", on=today, institution=case.institution).value
    most = standards.policy("application_papers", on=today, institution=case.institution).value
    known = {*standards.service_item(case.service_item).papers, SubmittedPaper.OTHER}
    count = case.submitted.count()
    for title, content in papers:
        count += 1
        if count > most:
            raise ValidationError(_("An application takes at most %(most)d files.") % {"most": most})
        if title not in known:
            raise ValidationError(_("“%(paper)s” is not asked for here.") % {"paper": title})
        _digest(content, largest * MIB)
        stored = store(
            content, name=content.name or "paper", kind=Kind.ATTACHMENT, institution=case.institution, by=by
        )
        paper = SubmittedPaper.objects.create(case=case, title=title, file=stored, submitted_by=by)
        record("submittedpaper.hand_in", paper, by=by, detail={"title": title})
        handed_in.append(paper)
    return handed_in


def _plain_name(name: str) -> str:
    """The last part of a name, without characters that mean something to a file system or a header."""
    try:
        return get_valid_filename(PurePosixPath(name.replace("\\", "/")).name)[-200:]
    except SuspiciousFileOperation:  # nothing is left
        return "file"


@transaction.atomic
def verify_fixity(stored: StoredFile, *, by: Any) -> bool:
    """Read the whole file and compare it with what was stored; the verdict is kept and audited.

    Decryption proves that nothing was changed since the blob was written, the digest that it is this file's blob.
    """
    stored = StoredFile.objects.select_for_update(of=("self",)).get(pk=stored.pk)
    before = snapshot(stored)
    stored.is_intact = _is_as_stored(stored)
    stored.checked_at = timezone.now()
    stored.save(update_fields=["is_intact", "checked_at"])
    record("file.verify", stored, by=by, before=before)
    return stored.is_intact


def _is_as_stored(stored: StoredFile) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        for piece in open_file(stored):
            digest.update(piece)
            size += len(piece)
    except sealing.DamagedFile:
        return False
    return size == stored.size and hmac.compare_digest(digest.hexdigest(), stored.sha256)


@scheduled(cron="20 2 * * *")
@job(name="files.check_fixity", queueing_lock="files.check_fixity", pass_context=False)
def check_fixity(timestamp: int) -> None:
    """Every night, prove the files that were checked longest ago (DA/T 70-2018: integrity of electronic archives)."""
    longest_ago = F("checked_at").asc(nulls_first=True)
    for stored in StoredFile.objects.order_by(longest_ago, "pk")[:CHECKED_A_NIGHT]:
        verify_fixity(stored, by=None)


def _blobs() -> Iterator[list[str]]:
    """Folder by folder, all that the storage holds."""
    try:
        folders = default_storage.listdir(FOLDER)[0]
    except FileNotFoundError:  # nothing was ever stored
        return
    for folder in folders:
        yield [f"{FOLDER}/{folder}/{name}" for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]]


@scheduled(cron="50 2 * * *")
@job(name="files.sweep", queueing_lock="files.sweep", pass_context=False)
def sweep(timestamp: int) -> int:
    """Delete blobs older than a day that no row refers to: the rest of a crash or of a transaction taken back."""
    removed, limit = 0, timezone.now() - ORPHAN_AGE
    for blobs in _blobs():
        known = set(StoredFile.objects.filter(storage_key__in=blobs).values_list("storage_key", flat=True))
        for storage_key in sorted(set(blobs) - known):
            # Younger ones may belong to a transaction still open. A place is given once: no row will name it again.
            if default_storage.get_modified_time(storage_key) < limit:
                default_storage.delete(storage_key)
                removed += 1
    return removed
