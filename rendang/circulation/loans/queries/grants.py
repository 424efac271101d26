"""数字查阅授权: what a consultation allows. Answered only to ``dossiers.actions.ask_to_see``, which logs it."""

import datetime as dt

from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.queries.rules import is_the_person
from rendang.dossiers.models import Custody, Dossier, Material
from rendang.dossiers.queries import catalogue
from rendang.dossiers.queries.permits import Answer, Denial, grants_permits
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards import queries as standards

State = Loan.State
DENIALS = {
    State.APPLIED: Denial.NOT_OPENED,
    State.ENDORSED: Denial.NOT_OPENED,
    State.APPROVED: Denial.NOT_OPENED,
    State.RECALLED: Denial.RECALLED,
}


@grants_permits(Permission.LOAN_VIEW)
def _answers(material: Material, moment: dt.datetime) -> list[Answer]:
    """What each application to read or borrow this dossier says of the paper, the newest first.

    Looks at the record anew: a grant that was recalled a moment ago is over.
    """
    rows = Loan.objects.filter(dossier=material.dossier_id).select_related("institution", "custody", "person")
    return [
        Answer(loan, _denial(loan, material, moment), loan.granted_until, loan.may_print, loan.may_download)
        for loan in rows.prefetch_related("materials", "borrowers").order_by("-pk")
    ]


def _denial(loan: Loan, material: Material, moment: dt.datetime) -> str:
    """Why the paper may not be shown under this loan; empty: it may."""
    if loan.use != Loan.Use.DIGITAL:
        return Denial.NOT_GRANTED
    if any(loan.person and is_the_person(bytes(one.id_index), loan.person) for one in loan.borrowers.all()):
        return Denial.OWN  # the record of the person was corrected after the application
    if loan.custody.status != Custody.Status.HELD:
        return Denial.LEFT
    until = loan.granted_until
    if loan.state == State.FINISHED:
        return Denial.EXPIRED if until and until <= moment else Denial.CLOSED
    if loan.state != State.GRANTED:
        return DENIALS.get(State(loan.state), Denial.NOT_GRANTED)
    if until is None or until <= moment:
        return Denial.EXPIRED
    if loan.paused_at:
        return Denial.PAUSED
    return "" if _covers(loan, material) else Denial.NOT_NAMED


def _covers(loan: Loan, material: Material) -> bool:
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
