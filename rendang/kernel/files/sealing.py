"""Encryption of a file at rest: AES-256-GCM in chunks of 1 MiB, so that memory stays flat at any size.

Each chunk has its own nonce: an 11-byte counter and one byte that marks the last chunk. A data key encrypts exactly
one blob, so no nonce repeats. A changed, moved or missing chunk, and a blob cut off anywhere, fail to decrypt.
The data key is wrapped by a key derived from the master key and bound to the blob's place in the storage.
"""

import io
import secrets
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rendang.kernel.core.crypto import NONCE_LENGTH, key_for

CHUNK = 1024 * 1024
TAG = 16
KEY_LENGTH = 32
MAGIC = b"RDF1"  # the format, and its version


class DamagedFile(ValidationError):
    """The blob is not what was stored: changed, cut off, missing, or under another master key."""

    def __init__(self) -> None:
        super().__init__(
            _("The stored file is damaged or incomplete. Tell the system administrator; a backup can restore it."),
            code="damaged_file",
        )


def _wrapping() -> AESGCM:
    return AESGCM(key_for("file keys"))


def wrap(data_key: bytes, storage_key: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return nonce + _wrapping().encrypt(nonce, data_key, storage_key.encode())


def unwrap(wrapped: bytes, storage_key: str) -> bytes:
    try:
        return _wrapping().decrypt(wrapped[:NONCE_LENGTH], wrapped[NONCE_LENGTH:], storage_key.encode())
    except InvalidTag:
        raise DamagedFile from None


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(NONCE_LENGTH - 1, "big") + bytes([last])


def _pieces(source: BinaryIO, length: int) -> Iterator[tuple[int, bytes, bool]]:
    """(number, piece, is it the last); an empty source is one empty last piece."""
    number, piece = 0, _exactly(source, length)
    while True:
        following = _exactly(source, length) if len(piece) == length else b""
        yield number, piece, not following
        if not following:
            return
        number, piece = number + 1, following


def _exactly(source: BinaryIO, length: int) -> bytes:
    """As many bytes as asked for, fewer only at the end: a raw stream may return short reads."""
    parts, missing = [], length
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def sealed(plain: BinaryIO, data_key: bytes) -> Iterator[bytes]:
    """The blob of a plain file, piece by piece."""
    cipher = AESGCM(data_key)
    yield MAGIC
    for number, piece, last in _pieces(plain, CHUNK):
        yield cipher.encrypt(_nonce(number, last), piece, MAGIC)


def opened(blob: BinaryIO, data_key: bytes) -> Iterator[bytes]:
    """The plain content, piece by piece, each proven before it is given out. Raises ``DamagedFile``."""
    cipher = AESGCM(data_key)
    if blob.read(len(MAGIC)) != MAGIC:
        raise DamagedFile
    for number, piece, last in _pieces(blob, CHUNK + TAG):
        try:
            yield cipher.decrypt(_nonce(number, last), piece, MAGIC)
        except InvalidTag:
            raise DamagedFile from None


class SealedReader(io.RawIOBase):
    """The blob as a stream that any storage can read: encrypts while it is read, never in memory as a whole."""

    def __init__(self, plain: BinaryIO, data_key: bytes) -> None:
        self._pieces = sealed(plain, data_key)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
