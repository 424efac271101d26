"""How papers stand inside a class of the catalogue: as the classification scheme prescribes (domain.md §3.1)."""

from collections.abc import Sequence

from rendang.dossiers.models import Material
from rendang.kernel.standards.models import ClassMark

# Papers without a date stand behind those with one.
UNDATED = "9999"

Key = tuple[int, str]


def place_of(paper: Material, mark: ClassMark | None) -> Key:
    """By the scheme's sequence of titles where the class has one, then by date as far as it is known."""
    sequence = mark.sequence if mark else []
    rank = next((at for at, word in enumerate(sequence) if word in paper.title), len(sequence))
    return rank, paper.formed_on or UNDATED


def insertion_point(papers: Sequence[Material], paper: Material, mark: ClassMark | None) -> int:
    """Where a new paper belongs: behind the last that does not come after it. An order made by hand is kept."""
    place = place_of(paper, mark)
    before = [at for at, other in enumerate(papers) if place_of(other, mark) <= place]
    return before[-1] + 1 if before else 0


def in_order(papers: Sequence[Material], mark: ClassMark | None) -> list[Material]:
    """All papers of a class in the prescribed order; equals stay as they stand."""
    return sorted(papers, key=lambda paper: place_of(paper, mark))
