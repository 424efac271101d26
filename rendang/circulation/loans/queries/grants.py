"""数字查阅授权: what a digital consultation allows, asked by whatever shows the images."""

import datetime as dt

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.dossiers.models import Dossier, Material
from rendang.dossiers.queries.permits import Permit, grants_permits


def open_grants(dossier: Dossier | int, *, at: dt.datetime | None = None) -> list[Loan]:
    """The digital consultations of a dossier that are open at a moment (now)."""
    moment = at or timezone.now()
    rows = Loan.objects.filter(dossier=dossier, state=Loan.State.GRANTED, paused_at=None)
    return list(rows.filter(granted_at__lte=moment, granted_until__gt=moment).order_by("pk"))


@grants_permits
def permits_of(material: Material, moment: dt.datetime) -> list[Permit]:
    """Under which digital consultations the material may be shown.

    Looks at the record anew: a grant that was recalled a moment ago is over.
    """
    if material.removed_at is not None:
        return []
    return [
        Permit(loan, loan.granted_until, loan.may_print, loan.may_download)
        for loan in open_grants(material.dossier_id, at=moment)
        if loan.granted_until and covers(loan, material.class_mark)
    ]


def permit(loan: Loan, material: Material, *, at: dt.datetime | None = None) -> Permit | None:
    """What the loan allows with this material at a moment (now); ``None``: it may not be shown."""
    return next((one for one in permits_of(material, at or timezone.now()) if one.case.pk == loan.pk), None)


def covers(loan: Loan, class_mark: str) -> bool:
    """Whether the class belongs to what was asked for: 4 covers 4-1, an empty list covers all."""
    return not loan.class_marks or any(
        class_mark == mark or class_mark.startswith(f"{mark}-") for mark in loan.class_marks
    )
