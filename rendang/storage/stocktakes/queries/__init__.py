"""What is asked about stocktakes: verdicts, progress, what is due, the register."""

from rendang.storage.stocktakes.queries.due import Due, next_due
from rendang.storage.stocktakes.queries.register import register_of_stocktakes
from rendang.storage.stocktakes.queries.resolving import SHOWN, choices_for, choices_for_all, findings_of
from rendang.storage.stocktakes.queries.verdicts import (
    VERDICTS_SQL,
    RackProgress,
    missing_before,
    progress,
    totals,
    unknown_labels,
)

__all__ = [
    "SHOWN",
    "VERDICTS_SQL",
    "Due",
    "RackProgress",
    "choices_for",
    "choices_for_all",
    "findings_of",
    "missing_before",
    "next_due",
    "progress",
    "register_of_stocktakes",
    "totals",
    "unknown_labels",
]
