"""Leaving a trace and sealing it. Every action calls ``record`` in its own transaction; every look ``record_view``."""

from rendang.kernel.audit.actions.recording import HIDDEN, Snapshot, changes, record, record_all, record_view, snapshot
from rendang.kernel.audit.actions.sealing import (
    seal_batch,
    seal_events,
    seal_every_minute,
    verify_every_night,
    verify_log,
)

__all__ = [
    "HIDDEN",
    "Snapshot",
    "changes",
    "record",
    "record_all",
    "record_view",
    "seal_batch",
    "seal_events",
    "seal_every_minute",
    "snapshot",
    "verify_every_night",
    "verify_log",
]
