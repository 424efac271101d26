"""数字查阅授权: what a digital consultation allows, asked by whatever shows the images."""

import datetime as dt

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.dossiers.models import Dossier, Material
from rendang.dossiers.queries import catalogue
from rendang.dossiers.queries.permits import Permit, grants_permits
from rendang.kernel.standards import queries as standards


def open_grants(dossier: Dossier | int, *, at: dt.datetime | None = None) -> list[Loan]:
    """The digital consultations of a dossier that are open at a moment (now)."""
    moment = at or timezone.now()
    rows = Loan.objects.filter(dossier=dossier, state=Loan.State.GRANTED, paused_at=None)
    rows = rows.filter(granted_at__lte=moment, granted_until__gt=moment)
    return list(rows.prefetch_related("materials").order_by("pk"))


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
        if loan.granted_until and covers(loan, material)
    ]


def permit(loan: Loan, material: Material, *, at: dt.datetime | None = None) -> Permit | None:
    """What the loan allows with this material at a moment (now); ``None``: it may not be shown."""
    return next((one for one in permits_of(material, at or timezone.now()) if one.case.pk == loan.pk), None)


def covers(loan: Loan, material: Material) -> bool:
    """Whether the paper belongs to what was asked for: by its class (4 covers 4-1) or named itself.

    Where neither classes nor papers are named, all of the dossier is.
    """
    named = {paper.pk for paper in loan.materials.all()}
    if not loan.class_marks and not named:
        return True
    mark = material.class_mark
    return material.pk in named or any(mark == one or mark.startswith(f"{one}-") for one in loan.class_marks)


def papers_by_class(dossier: Dossier) -> list[tuple[str, list[Material]]]:
    """The papers of a dossier under the headings of their classes, in the order of the catalogue."""
    papers = catalogue.papers_of(dossier)
    found: dict[str, list[Material]] = {}
    for paper in papers:
        found.setdefault(paper.class_mark, []).append(paper)
    names = {mark.mark: str(mark) for mark in standards.class_marks()}
    return [(names.get(mark, mark), rows) for mark, rows in found.items()]
