"""How a call for a dossier inside the city goes, as far as who calls may know it: at whom, since when, answered how.

The business that takes calls stands above; it says under ``@says_how_calls_go`` what became of them.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rendang.kernel.access.models import Institution
from rendang.kernel.workflow.models import Case


@dataclass(frozen=True)
class CallCourse:
    """Where a call stands. Nothing of the dossier, nor of what goes on at its keeper."""

    keeper: Institution
    asked_at: dt.datetime
    number: str  # of the request at the keeper
    waits: bool  # for the keeper's answer
    answered_at: dt.datetime | None = None
    answer: str = ""
    answer_detail: str = ""
    transfer: Case | None = None  # by which the dossier comes, or was to come

    @property
    def is_refused(self) -> bool:
        return bool(self.answer)

    @property
    def has_failed(self) -> bool:
        """Neither waited for nor on its way: it may be asked again."""
        return not self.waits and (self.transfer is None or not self.transfer.is_open)


Finder = Callable[[Iterable[str]], Mapping[str, CallCourse]]
FINDERS: list[Finder] = []


def says_how_calls_go(finder: Finder) -> Finder:
    """Ask ``finder(letter numbers) -> {letter number: course}``; declared beside the business's queries."""
    FINDERS.append(finder)
    return finder


def courses_of_calls(letter_numbers: Iterable[str]) -> dict[str, CallCourse]:
    """The latest course of each call that was brought before a keeper in the city."""
    numbers = [number for number in letter_numbers if number]
    return {number: course for find in FINDERS for number, course in find(numbers).items()} if numbers else {}
