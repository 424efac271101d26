"""The findings of a stocktake and how each may be resolved."""

from rendang.storage.stocktakes.models import ExpectedDossier, Finding, Stocktake, Verdict

R = Finding.Resolution


def findings_of(stocktake: Stocktake) -> Finding.FindingQuerySet:
    """With all that a line shows; three joins, however many."""
    rows = Finding.objects.filter(stocktake=stocktake)
    return rows.select_related("dossier__person", "expected_slot", "seen_slot", "other_slot", "resolved_by")


def choices_for(finding: Finding) -> list[tuple[str, str]]:
    """How this finding may be resolved, with the words for a form."""
    on_record = finding.expected_slot_id is not None and finding.expected_state == ExpectedDossier.State.SLOT
    seen = finding.seen_slot_id is not None
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
    return [(choice.value, str(choice.label)) for choice in [*possible, R.LEFT_OPEN]]
