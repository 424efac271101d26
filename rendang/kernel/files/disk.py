"""Stored files on a disk of ours, safe against a power cut when ``save`` returns, as object storage is."""

from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from rendang.kernel.core import durable


class DiskStorage(FileSystemStorage):
    """A file appears whole under its name or not at all; one that is there is replaced in a single moment."""

    def __init__(self, *, location: Path | str) -> None:
        super().__init__(location=location, allow_overwrite=True)

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.write(path, content.chunks(), mode=self.file_permissions_mode or 0o666)
        folder = path.parent
        while folder != Path(self.location):  # the folder may be new, to another process too that is just making it
            folder = folder.parent
            durable.sync(folder)
        return name
