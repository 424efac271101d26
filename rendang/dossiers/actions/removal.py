"""材料撤出: no paper leaves a dossier on one person's word (《干部人事档案工作条例》; domain.md §1.5 P8)."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.dossiers.actions.custody import held_custody, locked
from rendang.dossiers.actions.materials import close_up
from rendang.dossiers.models import Material, MaterialRemoval
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.steps import step

State = MaterialRemoval.State


@transaction.atomic
def propose_removal(material: Material, *, by: Any, reason: str) -> MaterialRemoval:
    """Ask, with a reason, that a paper leave the dossier. Until a second person approves it stays where it is."""
    dossier = locked(material.dossier)
    custody = held_custody(dossier)
    if custody is None:
        raise ValidationError(_("No institution holds this dossier, so its catalogue cannot be changed."))
    if not can(by, Permission.MATERIAL_REMOVE, at=custody.institution_id):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the paper must leave the dossier.")})
    if not Material.objects.filter(pk=material.pk, removed_at=None).exists():
        raise ValidationError(_("This paper is no longer in the dossier."))
    if MaterialRemoval.objects.open().filter(material=material).exists():
        raise ValidationError(_("The removal of this paper has been proposed already."))
    removal = MaterialRemoval(
        institution=custody.institution,
        person_id=dossier.person_id,
        dossier=dossier,
        material=material,
        reason=reason.strip(),
        state=State.PROPOSED,
    )
    return open_case(removal, by=by, permission=None, deadline="material_removal_decide")


@step(
    MaterialRemoval,
    label=gettext_lazy("Approve the removal"),
    sources=[State.PROPOSED],
    target=State.APPROVED,
    permission=Permission.MATERIAL_APPROVE,
    unlike=["opened_by"],
    deadline=None,
)
def approve(removal: MaterialRemoval, *, by: Any, decision_reason: str = "") -> None:
    """The paper leaves the catalogue, those behind it move up; who asked, who approved and why stay on record."""
    removal.decision_reason = decision_reason.strip()
    dossier = locked(removal.material.dossier)
    material = Material.objects.get(pk=removal.material_id)
    before = audit.snapshot(material)
    material.removed_at = timezone.now()
    material.save(update_fields=["removed_at"])
    close_up(dossier, material.scheme, material.class_mark)
    audit.record(
        "material.remove", material, by=by, before=before, reason=removal.reason, institution=removal.institution
    )


@step(
    MaterialRemoval,
    label=gettext_lazy("Refuse the removal"),
    sources=[State.PROPOSED],
    target=State.REFUSED,
    permission=Permission.MATERIAL_APPROVE,
    unlike=["opened_by"],
    deadline=None,
    way_out=True,
)
def refuse(removal: MaterialRemoval, *, by: Any, decision_reason: str) -> None:
    """The paper stays in the dossier."""
    if not decision_reason.strip():
        raise ValidationError({"decision_reason": _("Say why the paper stays.")})
    removal.decision_reason = decision_reason.strip()


REMOVAL_STEPS = {"approve": approve, "refuse": refuse}
