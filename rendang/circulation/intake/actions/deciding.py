"""Review, acceptance, the receipt — and what happens when another institution holds a dossier of the same person."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake import papers
from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import awaits_promise
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody, Undertaking
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.storage import actions as storage

State = Intake.State


@step(
    Intake,
    label=gettext_lazy("Review"),
    sources=[State.COMPARED],
    target=State.REVIEWED,
    permission=Permission.INTAKE_REVIEW,
    deadline="intake_decide",
)
def review(
    intake: Intake,
    *,
    by: Any,
    review: str,
    missing: str = "",
    person_types: Sequence[str] = (),
    lacking: Sequence[str] = (),
) -> None:
    """审核: what was found, and which key materials are lacking — told once and promised, never a reason to refuse.

    ``lacking`` are codes of key materials; for them the notice is printed and the undertaking opened.
    """
    assert intake.person
    intake.reviewer, intake.review, intake.missing = by, review, missing
    intake.person_types, intake.lacking = list(person_types), list(lacking)
    told = Undertaking.objects.open().filter(person=intake.person, institution=intake.institution)
    if lacking and not told.exists():
        named = [{"code": code} for code in lacking]
        dossiers.tell_once(intake.person, intake.institution, by=by, missing=named, case=intake)


@step(
    Intake,
    label=gettext_lazy("Accept"),
    sources=[State.REVIEWED],
    target=State.ACCEPTED,
    permission=Permission.INTAKE_DECIDE,
    unlike=["reviewer"],
    deadline="receipt_return",
)
def accept(intake: Intake, *, by: Any) -> None:
    """The dossier is ours from now on: archive number, catalogue, and a place on the desk until it is shelved.

    What is lacking does not stand against it, once the person knows and has promised it (112号).
    """
    _refuse_unless_agreeing(intake)
    if awaits_promise(intake):
        raise ValidationError(
            _("The person has been told what is lacking. Accept when the promise is signed or confirmed online.")
        )
    assert intake.person
    intake.custody = dossiers.take_custody(
        dossiers.ensure_dossier(intake.person, by=by),
        intake.institution,
        by=by,
        archive_type=intake.archive_type,
        employer=intake.employer,
        received_on=f"{timezone.localdate():%Y-%m-%d}",
        received_reason=intake.reason,
        received_from=intake.sender,
    )
    storage.put_on_desk(intake.custody.dossier, intake.institution, by=by, detail=intake.number, case=intake)
    _bring_in(intake, intake.custody, by=by)


@step(
    Intake,
    label=gettext_lazy("Send the receipt"),
    sources=[State.ACCEPTED],
    target=State.RECEIPTED,
    permission=Permission.INTAKE_REGISTER,
    deadline=None,
    singly=True,
)
def send_receipt(
    intake: Intake, *, by: Any, receipt_carrier: str, receipt_sent_on: dt.date, receipt_waybill: str = ""
) -> None:
    """回执 goes back to the sender, who waits for it and would chase it (domain.md §1.7, 3 and 4)."""
    assert intake.custody
    if not f"{intake.custody.received_on}" <= f"{receipt_sent_on:%Y-%m-%d}" <= f"{timezone.localdate():%Y-%m-%d}":
        raise ValidationError({"receipt_sent_on": _("The day lies between the acceptance and today.")})
    intake.receipt_carrier, intake.receipt_waybill = receipt_carrier, receipt_waybill.strip().upper()
    intake.receipt_sent_on = receipt_sent_on


@step(
    Intake,
    label=gettext_lazy("Give to supervision: held elsewhere"),
    sources=[State.REVIEWED],
    target=State.CONTESTED,
    permission=Permission.INTAKE_DECIDE,
    unlike=["reviewer"],
    deadline="custody_conflict_settle",
    way_out=True,
    singly=True,
)
def claim(intake: Intake, *, by: Any) -> None:
    """Another institution holds a dossier of this person: a claim, a custody conflict, and this intake as evidence."""
    _refuse_unless_agreeing(intake)
    assert intake.person
    conflict = dossiers.claim_custody(
        dossiers.ensure_dossier(intake.person, by=by),
        intake.institution,
        by=by,
        archive_number=dossiers.next_archive_number(intake.institution),
        received_on=f"{timezone.localdate():%Y-%m-%d}",
    )
    intake.custody, intake.dossier = conflict.claim, conflict.dossier


@step(
    Intake,
    label=gettext_lazy("Accept after the finding"),
    sources=[State.CONTESTED],
    target=State.ACCEPTED,
    permission=Permission.INTAKE_DECIDE,
    deadline="receipt_return",
    singly=True,
)
def accept_settled(intake: Intake, *, by: Any) -> None:
    """Supervision has found that the dossier is ours: what it came with is entered, and the receipt printed."""
    assert intake.custody_id
    custody = Custody.objects.select_related("dossier").get(pk=intake.custody_id)
    if custody.status != Custody.Status.HELD:
        raise ValidationError(
            _("The claim is “%(state)s”: accept the dossier when supervision has confirmed it, or return the parcel.")
            % {"state": custody.get_status_display()}
        )
    _bring_in(intake, custody, by=by)


def _refuse_unless_agreeing(intake: Intake) -> None:
    if not (intake.notice_agrees and intake.list_agrees and intake.right_person):
        raise ValidationError(_("Notice, list and parcel do not agree: return the dossier or compare again."))


def _bring_in(intake: Intake, custody: Custody, *, by: Any) -> None:
    """Volumes, the compared papers as catalogue, the receipt, and a word to the person."""
    assert intake.person
    intake.dossier = custody.dossier
    dossiers.ensure_volumes(
        custody.dossier, principal=intake.principal_volumes or 0, duplicate=intake.duplicate_volumes or 0, by=by
    )
    # A dossier that was here before keeps its catalogue; what is on it already is not listed twice.
    known = set(custody.dossier.materials.filter(removed_at=None).values_list("class_mark", "title", "formed_on"))
    rows = [
        {
            "class_mark": paper.class_mark,
            "title": paper.title,
            "formed_on": paper.formed_on,
            "pages": paper.pages_found,
            "remarks": paper.remarks,
        }
        for paper in intake.compared.filter(pages_found__gt=0)
        if (paper.class_mark, paper.title, paper.formed_on) not in known
    ]
    if rows:
        dossiers.add_materials(custody.dossier, rows, by=by, permission=None)
    intake.receipt_file = papers.receipt(intake, by=by)
    said = say("custody.taken", institution=intake.institution, number=custody.archive_number)
    people.tell(intake.person, said, institution=intake.institution, by=by, case=intake)
