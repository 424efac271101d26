"""调档 inside the city: an institution calls by its recall letter for a dossier that another of the city keeps.

Who calls and who answers are businesses above that do not know each other: the one says here that it calls, calls off
or refuses, the other has declared what follows, in the same transaction. A call is known by the number of its letter.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.files.models import StoredFile


@dataclass(frozen=True)
class Call:
    """Which custody is to end, who calls for the dossier, by which letter, and why in a few words."""

    custody: Custody
    institution: Institution
    letter_number: str
    letter_date: dt.date
    letter: StoredFile
    why: str


Asked = Callable[[Call, Any], None]
Told = Callable[[str], None]
CALLED: list[Asked] = []
CALLED_OFF: list[Told] = []
REFUSED: list[Told] = []


def when_called_for(follower: Asked) -> Asked:
    """``follower(call, by)`` brings the call before the keeper; it refuses in words what the keeper cannot take up."""
    CALLED.append(follower)
    return follower


def when_called_off(follower: Told) -> Told:
    """``follower(letter_number)`` takes the call back from the keeper; it refuses in words when that is too late."""
    CALLED_OFF.append(follower)
    return follower


def when_call_refused(follower: Told) -> Told:
    """``follower(letter_number)`` tells who has called that the keeper has refused."""
    REFUSED.append(follower)
    return follower


def call_for(call: Call, *, by: Any) -> None:
    """The keeper is asked for the dossier. The caller has checked the right to and issued the letter."""
    for follow in CALLED:
        follow(call, by)


def call_off(letter_number: str) -> None:
    """The dossier is not wanted any more: what the keeper has not yet answered is taken back."""
    for follow in CALLED_OFF if letter_number else ():
        follow(letter_number)


def refuse_call(letter_number: str) -> None:
    """The keeper has said no. Where there was no letter, nobody has called."""
    for follow in REFUSED if letter_number else ():
        follow(letter_number)
