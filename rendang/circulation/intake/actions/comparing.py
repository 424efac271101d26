"""The transfer notice, the list and what is in the parcel, compared paper by paper (domain.md §1.8, 2 to 4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake.models import ComparedPaper, Intake
from rendang.circulation.intake.queries import MOST_PAPERS, differences_in_words
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.fields import validate_partial_date
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.steps import step

State = Intake.State


@transaction.atomic
def enter_list(intake: Intake, rows: Sequence[Mapping[str, Any]], *, by: Any, listed: bool = True) -> int:
    """The sender's list, paper by paper: class_mark, title, formed_on, pages, remarks; it takes the former's place.

    ``listed=False``: papers that lie in the parcel but not on the list; they come to what is there already. Every
    message names its row, and one row refused refuses all.
    """
    intake = _being_compared(intake, by)
    if not rows:
        raise ValidationError(_("There is no paper to add."))
    if listed:
        intake.compared.all().delete()
    there = intake.compared.count()
    if there + len(rows) > MOST_PAPERS:
        raise ValidationError(_("A list has at most %(most)d papers.") % {"most": MOST_PAPERS})
    refused: list[str] = []
    papers = []
    for number, row in enumerate(rows, start=1):
        pages, problem = _pages(row.get("pages", "")), _problem(row)
        if problem or pages is None:
            said = problem or _("Give the number of pages, at least 1.")
            refused.append(_("Row %(row)d: %(message)s") % {"row": row.get("line", number), "message": said})
            continue
        papers.append(
            ComparedPaper(
                intake=intake,
                position=there + number,
                class_mark=row["class_mark"],
                title=" ".join(str(row["title"]).split()),
                formed_on=row.get("formed_on", ""),
                pages_listed=pages if listed else None,
                pages_found=None if listed else pages,
                remarks=str(row.get("remarks", ""))[:100],
            )
        )
    if refused:
        raise ValidationError(refused)
    ComparedPaper.objects.bulk_create(papers)
    audit.record("intake.enter_list", intake, by=by, detail={"papers": [there, there + len(papers)]})
    return len(papers)


@transaction.atomic
def check_list(intake: Intake, found: Mapping[int, tuple[int | None, str]], *, by: Any) -> int:
    """What is there of each paper, by its key: pages found (0: it is not there; none: not looked at yet), remark."""
    intake = _being_compared(intake, by)
    changed = []
    for paper in intake.compared.filter(pk__in=found):
        pages, remarks = found[paper.pk]
        if (paper.pages_found, paper.remarks) != (pages, remarks.strip()):
            paper.pages_found, paper.remarks = pages, remarks.strip()[:100]
            changed.append(paper)
    if changed:
        ComparedPaper.objects.bulk_update(changed, ["pages_found", "remarks"])
        checked = [[paper.pk, paper.pages_listed, paper.pages_found] for paper in changed]
        audit.record("intake.check_list", intake, by=by, detail={"papers": [[], checked]})
    return len(changed)


@step(
    Intake,
    label=gettext_lazy("Compare with notice and list"),
    sources=[State.OPENED],
    target=State.COMPARED,
    permission=Permission.INTAKE_REVIEW,
)
def compare(
    intake: Intake,
    *,
    by: Any,
    notice_agrees: bool,
    right_person: bool,
    list_agrees: bool | None = None,
    comparison: str = "",
) -> None:
    """转递通知单 and 材料目录清单 against what is there; where the list was entered, it speaks for itself."""
    papers = list(intake.compared.all())
    if papers:
        if unchecked := sum(paper.pages_found is None for paper in papers):
            raise ValidationError(
                _("%(count)d papers of the list have not been looked at yet.") % {"count": unchecked}
            )
        list_agrees = not any(paper.differs for paper in papers)
        comparison = comparison.strip() or ("" if list_agrees else differences_in_words(papers))
    if list_agrees is None:
        raise ValidationError({"list_agrees": _("Enter the list, or say whether it agrees.")})
    if not (notice_agrees and list_agrees and right_person) and not comparison.strip():
        raise ValidationError({"comparison": _("Say what differs.")})
    intake.notice_agrees, intake.list_agrees, intake.right_person = notice_agrees, list_agrees, right_person
    intake.comparison = comparison


@step(
    Intake,
    label=gettext_lazy("Compare again"),
    sources=[State.COMPARED, State.REVIEWED],
    target=State.OPENED,
    permission=Permission.INTAKE_REVIEW,
    way_out=True,
)
def compare_again(intake: Intake, *, by: Any, reason: str) -> None:
    """The sender has explained or sent what was lacking: compare afresh; the former result stays in the trace."""
    intake.notice_agrees = intake.list_agrees = intake.right_person = None
    intake.comparison = ""


def _being_compared(intake: Intake, by: Any) -> Intake:
    """The intake, locked, while it lies open before the reviewer."""
    intake = Intake.objects.select_for_update(of=["self", "case_ptr"]).get(pk=intake.pk)
    if not can(by, Permission.INTAKE_REVIEW, at=intake.institution_id):
        raise PermissionDenied
    if intake.state != State.OPENED or intake.paused_at:
        raise ValidationError(_("The list is compared when two people have opened the parcel, before the review."))
    return intake


def _pages(said: Any) -> int | None:
    text = str(said).strip() or "1"
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= 9999 else None


def _problem(row: Mapping[str, Any]) -> str:
    """Why a paper could not stand in the catalogue like this; empty when it could."""
    mark = standards.class_mark(str(row.get("class_mark", "")))
    title = str(row.get("title", "")).strip()
    if not title or len(title) > 200:
        return _("Give the title of the paper; where it has none, compose one in [ ].")
    if mark is None:
        return _("There is no class “%(mark)s”.") % {"mark": row.get("class_mark", "")}
    if not mark.takes_materials:
        return _("Class %(mark)s has sub-classes: choose one.") % {"mark": mark.mark}
    try:
        validate_partial_date(row.get("formed_on", "") or "")
    except ValidationError as error:
        return error.messages[0]
    return ""
