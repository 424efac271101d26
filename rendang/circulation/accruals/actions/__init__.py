"""Everything that changes accruals: registering, identifying, filing; and letters that chase what does not come."""

from collections.abc import Callable
from typing import Any

from rendang.circulation.accruals.actions.chasing import (
    CHASE_STEPS,
    chase,
    receive_from_person,
    receive_upload,
    upload_limits,
)
from rendang.circulation.accruals.actions.filing import put_in, send_back
from rendang.circulation.accruals.actions.identifying import identify_all, note_verdicts
from rendang.circulation.accruals.actions.registering import register

# By the names of the steps; identifying and filing may take a second step of themselves.
STEPS: dict[str, Callable[..., Any]] = {"identify": identify_all, "file": put_in, "send_back": send_back}

__all__ = [
    "CHASE_STEPS",
    "STEPS",
    "chase",
    "identify_all",
    "note_verdicts",
    "put_in",
    "receive_from_person",
    "receive_upload",
    "register",
    "send_back",
    "upload_limits",
]
