"""The findings of a stocktake and how each may be resolved."""

from collections.abc import Iterable

from rendang.storage.models import Placement
from rendang.storage.stocktakes.models import ExpectedDossier, Finding, Stocktake, Verdict

R = Finding.Resolution
# What the words of a finding need.
SHOWN = (
    "stocktake__institution", "dossier__person", "expected_slot__store", "seen_slot", "other_slot", "resolved_by",
    "movement__slot", "movement__case", "movement__institution",
)  # fmt: skip


def findings_of(stocktake: Stocktake) -> Finding.FindingQuerySet:
    """With all that a line shows, however many, in one query."""
    return Finding.objects.filter(stocktake=stocktake).select_related(*SHOWN)


def choices_for(finding: Finding) -> list[tuple[str, str]]:
    """How this finding may be resolved, with the words for a form."""
    on_record = finding.expected_slot_id is not None and finding.expected_state == ExpectedDossier.State.SLOT
    seen = finding.seen_slot_id is not None
    if finding.open_hand:  # counted and signed for where it was lent, and nowhere else
        return _worded([R.TAKEN_BACK, R.LEFT_OPEN])
    was_lent = finding.movement is not None and finding.movement.kind in Placement.IN_HAND and finding.movement.case_id
    match finding.verdict:
        case Verdict.MISSING:
            known = finding.expected_state == ExpectedDossier.State.MISSING
            possible = [*([R.FOUND_AGAIN] if on_record else []), R.DESK, *([] if known else [R.REPORTED])]
        case Verdict.MISPLACED | Verdict.TWICE:
            possible = [*([R.PUT_BACK] if on_record else []), *([R.ACCEPTED] if seen else []), R.DESK]
        case _ if finding.dossier_id:
            possible = [*([R.ACCEPTED] if seen else []), R.DESK, R.TO_REGISTER]
        case _:
            possible = [R.TO_REGISTER]
    return _worded([*([R.TAKEN_BACK] if was_lent and seen else []), *possible, R.LEFT_OPEN])


def choices_for_all(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """How all of these may be resolved alike: what is possible with each of them."""
    offered = [choices_for(finding) for finding in findings]
    first = offered[0] if offered else []
    return [choice for choice in first if all(choice in others for others in offered)]


def _worded(choices: Iterable[Finding.Resolution]) -> list[tuple[str, str]]:
    return [(choice.value, str(choice.label)) for choice in choices]
