"""May this paper be seen now? The one question before an image is shown; whatever the answer, it leaves a trace."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from rendang.dossiers.models import Material
from rendang.dossiers.queries.permits import GRANTORS, Answer, Denial, Wish
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.people.queries import kinship_to

NEAREST = list(Denial)
NOT_ALLOWED = {Wish.PRINT: ("may_print", Denial.NO_PRINTING), Wish.DOWNLOAD: ("may_download", Denial.NO_DOWNLOAD)}


@transaction.atomic
def ask_to_see(material: Material, *, by: Any, wish: str = Wish.READ, case: Any = None) -> Answer:
    """Whether the image of the paper may be shown, printed or taken along at this moment, and under which case.

    ``case`` asks for one consultation alone, else any that ``by`` may know of will do. A refusal is an answer, not an
    error, so that its trace stays: ``material.show`` or ``material.deny`` with the code of the ``Denial``, on the case
    that answered, else on the dossier. Ask anew for every paper: a grant recalled a moment ago is over.
    """
    answer = _answer(material, by, Wish(wish), case)
    audit.record(
        "material.show" if answer.allowed else "material.deny",
        answer.case or material.dossier,
        by=by,
        institution=getattr(answer.case, "institution", None),
        reason=answer.denial,
        detail={"paper": [None, material.number], "wish": [None, str(wish)]},
    )
    return answer


def _answer(material: Material, by: Any, wish: Wish, case: Any) -> Answer:
    if kinship := kinship_to(by, material.dossier):
        return Answer(case, Denial(kinship))
    if case is not None and case.dossier_id != material.dossier_id:
        return Answer(case, Denial.OTHER_DOSSIER)
    if material.removed_at is not None:
        return Answer(case, Denial.REMOVED)
    moment = timezone.now()
    answers = [
        _as_wished(answer, wish)
        for permission, grantor in GRANTORS
        for answer in grantor(material, moment)
        if (case is None or case.pk == answer.case.pk) and can(by, permission, at=answer.case.institution_id)
    ]
    allowed = next((answer for answer in answers if answer.allowed), None)
    nearest = max(answers, key=lambda answer: NEAREST.index(Denial(answer.denial or NEAREST[0])), default=None)
    return allowed or nearest or Answer(case, Denial.NO_GRANT)


def _as_wished(answer: Answer, wish: Wish) -> Answer:
    if not answer.allowed or wish not in NOT_ALLOWED:
        return answer
    fact, denial = NOT_ALLOWED[wish]
    return answer if getattr(answer, fact) else replace(answer, denial=denial)
