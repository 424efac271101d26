"""Reading stored files. Whoever reads has checked the permission; pages do it through ``serving.serve``."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from rendang.kernel.files import sealing
from rendang.kernel.files.models import StoredFile, SubmittedPaper
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case


def open_file(stored: StoredFile) -> Iterator[bytes]:
    """The plain content in pieces of at most 1 MiB. Raises ``DamagedFile`` at the first that is not as stored."""
    data_key = sealing.unwrap(bytes(stored.data_key), stored.storage_key)
    try:
        blob = default_storage.open(stored.storage_key)
    except FileNotFoundError:
        raise sealing.DamagedFile from None
    with blob:
        yield from sealing.opened(cast(BinaryIO, blob), data_key)


def read_file(stored: StoredFile) -> bytes:
    """The whole content; for files known to be small."""
    return b"".join(open_file(stored))


def papers_asked(service_item: str, *, covered: str = "") -> list[tuple[str, str]]:
    """The papers of a service item today: (as it is kept, in the language on screen), ``OTHER`` last.

    ``covered`` is how the name of a paper begins that has a field of its own: a recall letter.
    """
    item = standards.service_item(service_item)
    shown = item.shown_papers()
    pairs = zip(item.papers, shown if len(shown) == len(item.papers) else item.papers, strict=True)
    return [
        *(pair for pair in pairs if not (covered and pair[0].startswith(covered))),
        (SubmittedPaper.OTHER, _("Other papers")),
    ]


def papers_shown(case: Case, papers: Iterable[str]) -> list[str]:
    """Papers of the case's service item in the language on screen."""
    shown = dict(papers_asked(case.service_item))
    return [shown.get(paper, paper) for paper in papers]


def papers_lacking(case: Case, *, covered: str = "") -> list[str]:
    """What is asked of every applicant and has not been handed in: never a reason to refuse (75号), always said."""
    there = set(case.submitted.values_list("title", flat=True))
    return [
        paper
        for paper in standards.service_item(case.service_item).papers_of_everybody()
        if paper not in there and not (covered and paper.startswith(covered))
    ]
