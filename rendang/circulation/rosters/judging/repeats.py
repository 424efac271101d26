"""Finds the identity and archive numbers that stand in a file twice."""

import sqlite3
from collections.abc import Sequence

from rendang.circulation.rosters.judging.verdicts import Judged, Rejection

# Numbers kept in memory (60 bytes each); the ones before go to disk, so that memory stays flat.
_MOST_IN_MEMORY = 250_000
_MOST_PARAMETERS = 16_000


class Before:
    """The numbers of the rows accepted so far, as 64-bit hashes: two of a million meet once in 40 million files."""

    def __init__(self, most_in_memory: int = _MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._recent: set[int] = set()
        self._disk: sqlite3.Connection | None = None

    def reject_repeated(self, rows: Sequence[Judged]) -> None:
        """Mark the rows whose number stands in an earlier accepted one; remember the numbers of the others."""
        accepted = [row for row in rows if not row.rejection]
        keys = [(hash(row.id_number), hash("№" + row.values["archive_number"])) for row in accepted]
        seen = self._recent
        earlier = self._on_disk([key for pair in keys for key in pair]) if self._disk else ()
        for row, (identity, archive) in zip(accepted, keys, strict=True):
            has_number = row.values["archive_number"]
            if identity in seen or identity in earlier:
                row.rejection = Rejection.DUPLICATE_IN_FILE
            elif has_number and (archive in seen or archive in earlier):
                row.rejection = Rejection.DUPLICATE_ARCHIVE_NUMBER
            else:
                seen.add(identity)
                if has_number:
                    seen.add(archive)
        if len(seen) > self._most:
            self._to_disk()

    def _on_disk(self, keys: Sequence[int]) -> set[int]:
        assert self._disk
        found: set[int] = set()
        for at in range(0, len(keys), _MOST_PARAMETERS):
            some = keys[at : at + _MOST_PARAMETERS]
            query = f"SELECT key FROM seen WHERE key IN ({','.join('?' * len(some))})"
            found.update(key for (key,) in self._disk.execute(query, some))
        return found

    def _to_disk(self) -> None:
        if self._disk is None:
            self._disk = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._disk.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000;"
                "CREATE TABLE seen (key INTEGER PRIMARY KEY); BEGIN"
            )
        self._disk.executemany("INSERT INTO seen VALUES (?)", ((key,) for key in sorted(self._recent)))
        self._recent.clear()

    def close(self) -> None:
        if self._disk:
            self._disk.close()
