"""Reading stored files. Whoever reads has checked the permission; pages do it through ``serving.serve``."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from django.core.files.storage import default_storage

from rendang.kernel.files import sealing
from rendang.kernel.files.models import StoredFile


def open_file(stored: StoredFile) -> Iterator[bytes]:
    """The plain content in pieces of at most 1 MiB. Raises ``DamagedFile`` at the first that is not as stored."""
    data_key = sealing.unwrap(bytes(stored.data_key), stored.storage_key)
    try:
        blob = default_storage.open(stored.storage_key)
    except FileNotFoundError:
        raise sealing.DamagedFile from None
    with blob:
        yield from sealing.opened(cast(BinaryIO, blob), data_key)


def read_file(stored: StoredFile) -> bytes:
    """The whole content; for files known to be small."""
    return b"".join(open_file(stored))
