"""鉴别: by the seven criteria and the rule of originals (中组发〔2009〕12号; domain.md §2.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.accruals import papers
from rendang.circulation.accruals.actions.filing import send_back, want_what_is_out
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.dossiers.queries.classify import suggested_mark
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit import actions as audit
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.steps import STEPS, may_take, refuse_unless_possible, step

State, Outcome = Accrual.State, AccrualItem.Outcome
ORIGINALS = ("original", "stamped_copy")
Verdict = Mapping[str, str]


@step(
    Accrual,
    label=gettext_lazy("Identify"),
    sources=[State.REGISTERED],
    target=State.IDENTIFIED,
    permission=Permission.ACCRUAL_IDENTIFY,
)
def identify(accrual: Accrual, *, by: Any, verdicts: Mapping[str, Verdict]) -> None:
    """Each paper is accepted with its class, or refused with a coded reason; what is refused goes back with a slip."""
    items = list(accrual.items.select_related("dossier__person"))
    # What was noted on an earlier page stays, unless it is named anew.
    _decide_all([item for item in items if str(item.pk) in verdicts or not item.outcome], verdicts)
    back = [item for item in items if item.outcome == Outcome.REFUSED]
    if back:
        accrual.slip_file = papers.return_slip(accrual, back, by=by)


@transaction.atomic
def note_verdicts(accrual: Accrual, *, by: Any, verdicts: Mapping[str, Verdict]) -> Accrual:
    """The verdicts of one page of a long delivery, by the key of a paper: kept until the delivery is identified."""
    accrual = Accrual.objects.select_for_update(of=("self", "case_ptr")).get(pk=accrual.pk)
    rule = STEPS[Accrual]["identify"]
    if not may_take(by, rule, accrual):
        raise PermissionDenied
    refuse_unless_possible(rule, accrual, by)
    named = [int(key) for key in verdicts if key.isascii() and key.isdecimal() and len(key) < 19]
    items = list(accrual.items.filter(pk__in=named).select_related("dossier__person"))
    _decide_all(items, verdicts)
    audit.record("accrual.note_verdicts", accrual, by=by, detail={"papers": [None, len(items)]})
    return accrual


def _decide_all(items: Sequence[AccrualItem], verdicts: Mapping[str, Verdict]) -> None:
    """All or none; whose verdict is wrong is named with what is wrong with it."""
    refused = [
        f"{item.dossier.person.name} {item.title}: {problem}"
        for item in items
        if (problem := _decide(item, verdicts.get(str(item.pk), {})))
    ]
    if refused:
        raise ValidationError(refused)
    AccrualItem.objects.bulk_update(items, ["outcome", "class_mark", "form", "refusal", "refusal_detail"])


def _decide(item: AccrualItem, verdict: Verdict) -> str:
    """Put the verdict on the paper; what is wrong with the verdict, in words."""
    form = verdict.get("form") or item.form
    if standards.code_row("material_copy", form) is None:
        return _("“%(text)s” is no form of a paper.") % {"text": form}
    item.form = form
    refusal = verdict.get("refusal", "")
    if refusal:
        if not standards.is_code("accrual_refusal", refusal):
            return _("This is not a reason for which a paper may be refused.")
        item.outcome, item.refusal, item.refusal_detail = Outcome.REFUSED, refusal, verdict.get("detail", "")[:200]
        return ""
    if form not in ORIGINALS:
        return _("Only an original, or a copy stamped by whoever keeps the original, can be accepted.")
    mark = standards.class_mark(verdict.get("class_mark") or item.class_mark or suggested_mark(item.title))
    if mark is None or not mark.takes_materials:
        return _("Choose the class of the paper.")
    item.outcome, item.class_mark, item.refusal, item.refusal_detail = Outcome.ACCEPTED, mark.mark, "", ""
    return ""


@transaction.atomic
def identify_all(accrual: Accrual, *, by: Any, verdicts: Mapping[str, Verdict] | None = None) -> Accrual:
    """Identify every paper of a delivery. ``verdicts``, by the key of a paper: ``class_mark``, ``form``, ``refusal``
    (code table accrual_refusal), ``detail``. A paper not named is accepted as it was registered.

    When nothing is accepted everything goes back; dossiers that are out are put on the pick list.
    """
    accrual = identify(accrual, by=by, verdicts=verdicts or {})
    accepted = list(accrual.items.filter(outcome=Outcome.ACCEPTED).select_related("dossier"))
    if not accepted:
        return send_back(accrual, by=by)
    want_what_is_out(accepted, accrual, by=by)
    return accrual
