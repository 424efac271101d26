"""What becomes of each row of a roster: imported, imported with a warning, or rejected for one reason.

Pure: knows the file, the codes and the day, not the database.
"""

from rendang.circulation.rosters.judging.judge import Judge
from rendang.circulation.rosters.judging.verdicts import (
    CODED,
    FIELDS,
    ID_CARD,
    NOTES,
    PAST_DATES,
    SAID_TO_HAVE_LEFT,
    UNREADABLE_DATE,
    Judged,
    Rejection,
    Warning,
)

__all__ = [
    "CODED",
    "FIELDS",
    "ID_CARD",
    "NOTES",
    "PAST_DATES",
    "SAID_TO_HAVE_LEFT",
    "UNREADABLE_DATE",
    "Judge",
    "Judged",
    "Rejection",
    "Warning",
]
