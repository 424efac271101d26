"""A roster is received, judged, confirmed and imported; every one of its records says where it came from."""

from rendang.circulation.rosters.actions.life import (
    cancel,
    confirm,
    correct_columns,
    examine_file,
    import_file,
    import_roster,
    judge_roster,
    mark_up,
    receive,
    resume_stopped,
)

__all__ = [
    "cancel",
    "confirm",
    "correct_columns",
    "examine_file",
    "import_file",
    "import_roster",
    "judge_roster",
    "mark_up",
    "receive",
    "resume_stopped",
]
