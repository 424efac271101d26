"""What is done about each finding, once, with a reason."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import actions as storage
from rendang.storage import queries as places
from rendang.storage.models import Placement, Slot
from rendang.storage.stocktakes.models import Finding, Stocktake
from rendang.storage.stocktakes.queries import SHOWN, choices_for

R = Finding.Resolution


@transaction.atomic
def resolve(finding: Finding, *, by: Any, resolution: str, reason: str, slot: Slot | None = None) -> Finding:
    """Resolve a finding while the stocktake is being resolved; the place of the dossier follows.

    ``slot``: which of the two slots in which it was seen; without it the first. Raises ``ValidationError`` when it is
    resolved already or the place refuses it, with what to do.
    """
    case = Stocktake.objects.select_for_update(of=("case_ptr",), no_key=True).get(pk=finding.stocktake_id)
    if not can(by, Permission.STOCKTAKE_RUN, at=case.institution_id):
        raise PermissionDenied
    if case.state != Stocktake.State.COUNTED:
        raise ValidationError(
            _("Findings are resolved after the count and before the signature; the stocktake is “%(state)s”.")
            % {"state": case.state_label}
        )
    finding = Finding.objects.select_for_update(of=("self",), no_key=True).select_related(*SHOWN).get(pk=finding.pk)
    if finding.resolution:
        raise ValidationError(
            _("This finding is resolved already: %(how)s.") % {"how": finding.get_resolution_display()}
        )
    if resolution not in dict(choices_for(finding)):
        raise ValidationError({"resolution": _("A finding of this kind is not resolved in this way.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say how it was resolved and why.")})
    if slot is not None and slot.pk not in {finding.seen_slot_id, finding.other_slot_id}:
        raise ValidationError({"slot": _("It was seen in no such slot.")})
    finding.resolution, finding.reason = resolution, reason.strip()[:200]
    finding.resolved_by, finding.resolved_at = by, timezone.now()
    if finding.dossier:
        _let_the_place_follow(finding, finding.dossier, case, slot or finding.seen_slot, by)
    finding.save(update_fields=["resolution", "reason", "resolved_by", "resolved_at"])
    audit.record(
        "finding.resolve",
        finding.dossier or case,
        by=by,
        institution=case.institution,
        reason=finding.reason,
        detail={"stocktake": [None, case.number], "resolution": ["", resolution]},
    )
    return finding


def resolve_all(findings: Iterable[Finding], *, by: Any, resolution: str, reason: str) -> dict[int, str]:
    """Resolve findings of one verdict alike, each by itself; returns finding id → why that one was not resolved.

    One that is refused holds up no other. Refused as a whole unless all are of one stocktake and one verdict.
    """
    findings = list(findings)
    if len({(finding.stocktake_id, finding.verdict) for finding in findings}) > 1:
        raise ValidationError(_("Findings are resolved together when they are of one verdict. Tick those of one."))
    refused: dict[int, str] = {}
    for finding in findings:
        try:
            resolve(finding, by=by, resolution=resolution, reason=reason)
        except ValidationError as refusal:
            refused[finding.pk] = " ".join(refusal.messages)
    return refused


def _let_the_place_follow(finding: Finding, dossier: Dossier, case: Stocktake, slot: Slot | None, by: Any) -> None:
    now = places.current_placement(dossier)
    match finding.resolution:
        case R.FOUND_AGAIN | R.PUT_BACK:
            if now is None or now.slot_id != finding.expected_slot_id:
                raise ValidationError(
                    _("The record says it is elsewhere by now: %(place)s. Choose another resolution.")
                    % {"place": now.label if now else "—"}
                )
            seen = storage.Seen(dossier.pk, timezone.now(), finding.expected_slot_id)
            storage.note_seen([seen], case.institution_id, by=by)
        case R.TAKEN_BACK:
            if finding.open_hand:
                raise ValidationError(
                    _("%(barcode)s is still out under %(case)s. Take it back there first.")
                    % {"barcode": dossier, "case": finding.open_hand.number}
                )
        case R.ACCEPTED:
            _accept(dossier, now, slot, case, by)
        case R.REPORTED:
            storage.report_missing(dossier, by=by, detail=case.number, case=case)
        case R.DESK:
            if not Custody.objects.filter(
                dossier=dossier, institution=case.institution_id, status=Custody.Status.HELD
            ).exists():
                raise ValidationError(
                    _("%(barcode)s is not in your custody. Hand it over to be registered.") % {"barcode": dossier}
                )
            storage.put_on_desk(dossier, case.institution, by=by, detail=case.number, case=case)


def _accept(dossier: Dossier, now: Placement | None, slot: Slot | None, case: Stocktake, by: Any) -> None:
    """It stays where it was seen: moved there in the record, or placed there when it was in no slot."""
    assert slot is not None
    if now and now.slot_id == slot.pk:
        return  # somebody has put the record right already
    if now and now.kind == Placement.Kind.SLOT:
        storage.move(dossier, slot, by=by)
        return
    if now and now.kind in Placement.AWAY:  # it has come back without anybody's writing it down
        storage.put_on_desk(dossier, case.institution, by=by, detail=case.number, case=case)
    storage.place(dossier, slot, by=by, case=case)
