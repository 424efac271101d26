"""May the holder of a digital consultation see this paper now? Whatever shows it asks; each answer leaves a trace."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from rendang.circulation.loans import queries
from rendang.circulation.loans.models import Loan
from rendang.dossiers.models import Material
from rendang.dossiers.queries.permits import Permit
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit


def ask_to_see(loan: Loan, material: Material, *, by: Any, at: dt.datetime | None = None) -> Permit | None:
    """What the consultation allows with the paper now; ``None``: it is not named, the time is over, it was recalled.

    Both answers are noted: ``loan.ask`` when it may be seen, ``loan.deny`` when not.
    """
    if not can(by, Permission.LOAN_VIEW, at=loan.institution_id):
        raise PermissionDenied
    found = queries.permit(loan, material, at=at) if material.dossier_id == loan.dossier_id else None
    with transaction.atomic():
        detail = {"paper": [None, material.number]}
        audit.record("loan.ask" if found else "loan.deny", loan, by=by, detail=detail)
    return found
