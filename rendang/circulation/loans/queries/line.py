"""Who has a dossier in hand, who waits for it and in which order, and who keeps it too long."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from rendang.circulation.loans.models import Loan
from rendang.dossiers.models import Dossier

State = Loan.State
# The dossier is with somebody, lost, or has come back and is not in order.
NOT_THERE = (*Loan.IN_HAND, State.DISCREPANT, *Loan.LOST)


def holder_of(dossier: Dossier) -> Loan | None:
    """The loan under which the dossier is out of the store, or is being put right, now."""
    return Loan.objects.filter(dossier=dossier, state__in=NOT_THERE).order_by("-handed_over_at").first()


def holders_of(dossiers: Iterable[int]) -> dict[int, Loan]:
    """Dossier id → the loan that has it, for those that are out. One query, however many."""
    rows = Loan.objects.filter(dossier__in=list(dossiers), state__in=NOT_THERE).order_by("handed_over_at")
    return {loan.dossier_id: loan for loan in rows if loan.dossier_id}


def _line(loans: Any) -> Any:
    return loans.filter(state=State.APPROVED, use__in=Loan.PAPER).order_by("approved_at", "pk")


def first_in_line(dossier: Dossier) -> Loan | None:
    """The loan that gets the dossier next: the one approved first."""
    return _line(Loan.objects.filter(dossier=dossier)).first()


def ahead_of(loan: Loan) -> Loan | None:
    """The loan that has the dossier, or gets it before this one."""
    holder = holder_of(loan.dossier) if loan.dossier else None
    if holder is not None and holder.pk != loan.pk:
        return holder
    line = _line(Loan.objects.filter(dossier=loan.dossier).exclude(pk=loan.pk))
    if loan.approved_at:
        line = line.filter(Q(approved_at__lt=loan.approved_at) | Q(approved_at=loan.approved_at, pk__lt=loan.pk))
    return line.first()


def places_in_line(dossiers: Iterable[int]) -> dict[int, int]:
    """Loan id → its place in the line for its dossier, 1 for the first. One query, however many."""
    found: dict[int, int] = {}
    waits: dict[int | None, int] = {}
    for pk, dossier in _line(Loan.objects.filter(dossier__in=list(dossiers))).values_list("pk", "dossier"):
        waits[dossier] = found[pk] = waits.get(dossier, 0) + 1
    return found


def open_loan_of(dossier: Dossier, *, returning: bool) -> Loan | None:
    """What a scanned dossier is about at the desk: the loan that comes back, or the one to be handed over."""
    if returning:
        return Loan.objects.filter(dossier=dossier, state__in=Loan.IN_HAND).first()
    return first_in_line(dossier)


def waiting(loans: Any) -> Any:
    """Approved and not handed over yet, in the order of approval: the dossier is to be fetched or is with another."""
    return _line(loans).select_related("institution", "person", "dossier")


def overdue(loans: Any, on: dt.date) -> Any:
    """Dossiers that should have come back, the longest first."""
    rows = loans.overdue(on).filter(state__in=Loan.IN_HAND)
    return rows.select_related("institution", "person", "agency").order_by("due_date", "pk")
