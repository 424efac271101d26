"""保管争议: the supervisor finds out where the dossier really is, and custody follows the finding."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.dossiers.actions.custody import end_custody, held_custody, locked
from rendang.dossiers.models import Custody, CustodyConflict
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.steps import step

State = CustodyConflict.State


@step(
    CustodyConflict,
    label=gettext_lazy("Confirm the holder"),
    sources=[State.OPEN],
    target=State.KEPT,
    permission=Permission.CONFLICT_SETTLE,
    deadline=None,
)
def keep(conflict: CustodyConflict, *, by: Any, finding: str) -> None:
    """The dossier lies where the record said; the claim is refuted and stays on record as such."""
    _note(conflict, finding)
    locked(conflict.claim.dossier)
    _set_claim(conflict, Custody.Status.REFUTED, by=by)


@step(
    CustodyConflict,
    label=gettext_lazy("Confirm the claim"),
    sources=[State.OPEN],
    target=State.MOVED,
    permission=Permission.CONFLICT_SETTLE,
    deadline=None,
)
def move(conflict: CustodyConflict, *, by: Any, finding: str) -> None:
    """The dossier lies with the institution that claimed it: the holder's custody ends, the claim becomes custody."""
    _note(conflict, finding)
    holding = held_custody(locked(conflict.claim.dossier))
    if holding and holding.institution_id == conflict.institution_id:
        raise ValidationError(_("The dossier has come to this institution since. Confirm the holder instead."))
    if holding:
        end_custody(holding, by=by, reason=Custody.BY_A_FINDING, sent_to=conflict.institution.name)
    _set_claim(conflict, Custody.Status.HELD, by=by)


def _note(conflict: CustodyConflict, finding: str) -> None:
    if not finding.strip():
        raise ValidationError({"finding": _("Say where the dossier was found.")})
    conflict.finding = finding.strip()


def _set_claim(conflict: CustodyConflict, status: str, *, by: Any) -> None:
    claim = Custody.objects.select_for_update(no_key=True).get(pk=conflict.claim_id)
    before = audit.snapshot(claim)
    claim.status = status
    claim.save(update_fields=["status"])
    audit.record("custody.settle", claim, by=by, before=before, reason=conflict.finding)


CONFLICT_STEPS = {"keep": keep, "move": move}
