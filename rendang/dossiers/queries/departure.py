"""What stands in the way of a dossier's leaving: asked of every business that knows something of it.

The businesses of circulation do not know each other; each adds what it knows under ``@before_departure``. A fee is
never among them (domain.md §5.3, 3).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse

from rendang.kernel.standards.telling import Said, told

Check = Callable[[Iterable[int]], dict[int, list["Obstacle"]]]


@dataclass(frozen=True)
class Obstacle:
    """Why a dossier should not leave yet, and the page on which that can be cleared.

    ``said`` is a sentence of the app with its values: it is also kept, and read later in another language. A
    ``warning`` is shown and does not hold the dossier back; ``going`` says that it is on its way out already.
    """

    said: Said
    page: str = ""  # name of the page in the URL configuration
    key: int | None = None  # what it is opened with
    warning: bool = False
    going: bool = False

    @property
    def text(self) -> str:
        """In the reader's language."""
        return told([self.said])

    @property
    def url(self) -> str:
        """The address at which it can be cleared; empty, when there is none."""
        return reverse(self.page, args=[self.key] if self.key is not None else []) if self.page else ""


CHECKS: dict[str, Check] = {}


def before_departure(check: Check) -> Check:
    """Ask ``check(dossier ids) -> {dossier id: obstacles}`` before a dossier leaves; set-based, for hundreds at once.

    The module that declares it is imported by ``ready()`` of its app, so that jobs ask it, too.
    """
    CHECKS[f"{check.__module__}.{check.__name__}"] = check
    return check


def obstacles(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """For each dossier all that stands in its way, hindrances before warnings; empty: nothing does."""
    ids = list(dossiers)
    found: dict[int, list[Obstacle]] = {pk: [] for pk in ids}
    for check in CHECKS.values():
        for pk, some in check(ids).items():
            found[pk] += some
    return {pk: sorted(some, key=lambda one: one.warning) for pk, some in found.items()}


def is_going(dossier: int) -> bool:
    """Whether the dossier is being transferred or leaves the city: from the application until it has arrived."""
    return bool(which_take([dossier])[dossier])


def which_take(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """The transfers and departures with which each dossier is about to leave; none, when it stays."""
    return {pk: [one for one in found if one.going] for pk, found in obstacles(dossiers).items()}
