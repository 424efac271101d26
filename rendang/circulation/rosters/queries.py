"""What the pages show of a roster's verdicts."""

from dataclasses import dataclass
from typing import Any

from rendang.circulation.rosters.judging import NOTES
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.circulation.rosters.report import (
    ALREADY_HELD,
    ARCHIVE_NUMBER_TAKEN,
    DIFFERS,
    HELD_ELSEWHERE,
)
from rendang.circulation.rosters.words import REASONS, REMEDIES

_SHOWN = 12


@dataclass(frozen=True)
class Finding:
    """One reason with its rows, as the summary shows it."""

    reason: str
    label: Any
    remedy: Any
    count: int
    # [(sheet name, first row numbers)]
    rows: list[tuple[str, list[int]]]
    more: int


def findings(roster: Roster) -> dict[str, list[Finding]]:
    """rejected, warned, on record: the reasons that occur, most frequent first, each with its first rows."""
    sheets = roster.report.get("sheets", [])
    groups = {
        "rejected": [*_reasons(sheets, "rejected"), *_verdicts(sheets, ARCHIVE_NUMBER_TAKEN)],
        "conflict": _verdicts(sheets, HELD_ELSEWHERE),
        "warned": [*_reasons(sheets, "warned"), *(found for note in NOTES for found in _verdicts(sheets, note))],
        "on_record": [*_verdicts(sheets, DIFFERS), *_verdicts(sheets, ALREADY_HELD)],
    }
    return {name: sorted(found, key=lambda finding: -finding.count) for name, found in groups.items() if found}


def _reasons(sheets: list[dict[str, Any]], group: str) -> list[Finding]:
    reasons = sheets[0][group] if sheets else {}
    return [
        found
        for reason in reasons
        if (found := _finding(reason, [(sheet["name"], sheet[group][reason]) for sheet in sheets]))
    ]


def _verdicts(sheets: list[dict[str, Any]], verdict: str) -> list[Finding]:
    found = _finding(verdict, [(sheet["name"], sheet.get(verdict, [])) for sheet in sheets])
    return [found] if found else []


def _finding(reason: str, rows: list[tuple[str | None, list[int]]]) -> Finding | None:
    count = sum(len(numbers) for _name, numbers in rows)
    if not count:
        return None
    shown = [(name or "", numbers[:_SHOWN]) for name, numbers in rows if numbers]
    more = count - sum(len(numbers) for _name, numbers in shown)
    return Finding(reason, REASONS[reason], REMEDIES[reason], count, shown, more)


def source_of(custody_id: int) -> RosterRow | None:
    """The file, sheet and row from which a custody was recorded; ``None`` when it came another way."""
    rows = RosterRow.objects.filter(custody=custody_id, verdict=RosterRow.Verdict.IMPORTED)
    return rows.select_related("roster").order_by("roster_id").first()
