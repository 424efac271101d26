"""Settling a conflict of custody: custody follows the finding, and the dossier gets a place where it was found."""

from typing import Any

from django.db import transaction

from rendang.dossiers.actions import CONFLICT_STEPS
from rendang.dossiers.models import CustodyConflict
from rendang.storage import actions as storage


@transaction.atomic
def move(conflict: CustodyConflict, *, by: Any, finding: str) -> CustodyConflict:
    """The claim is confirmed: the dossier is no longer in the former keeper's slot, but on the desk of the new one."""
    settled = CONFLICT_STEPS["move"](conflict, by=by, finding=finding)
    storage.put_on_desk(settled.dossier, settled.institution, by=by, detail=settled.number, case=settled)
    return settled


STEPS = {**CONFLICT_STEPS, "move": move}
