"""Everything that changes an intake. Time limits, carriers and reasons of return are data of kernel.standards."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake import papers
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import carrier_is_allowed
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.actions import next_in_series, open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.people.models import Person
from rendang.storage import actions as storage

State = Intake.State


@transaction.atomic
def apply(
    institution: Institution,
    *,
    by: Any,
    name: str,
    id_number: str,
    reason: str,
    sender: str,
    sender_address: str = "",
    archive_type: str = Custody.ArchiveType.PERSONAL,
    mobile: str = "",
    channel: str = Case.Channel.WINDOW,
) -> Intake:
    """Somebody wants the dossier kept here: open the intake (form 《个人委托人事档案管理服务申请表》).

    Refused when an institution of the system already holds the dossier (it must be transferred, not taken in twice)
    or when an intake of this person is already under way here.
    """
    if not can(by, Permission.INTAKE_REGISTER, at=institution):
        raise PermissionDenied
    person = people.find_or_create_person(name=name, id_number=id_number, mobile=mobile, by=by)
    Person.objects.select_for_update().get(pk=person.pk)
    holding = Custody.objects.filter(dossier__person=person, status=Custody.Status.HELD).first()
    if holding:
        raise ValidationError(
            _("%(institution)s holds this dossier already. Ask that institution for a transfer instead.")
            % {"institution": holding.institution.name}
        )
    if Intake.objects.open().filter(person=person, institution=institution).exists():
        raise ValidationError(_("An intake of this person is already under way here."))
    intake = Intake(
        institution=institution,
        person=person,
        dossier=getattr(person, "dossier", None),
        state=State.APPLIED,
        reason=reason,
        sender=sender,
        sender_address=sender_address,
        archive_type=archive_type,
        channel=channel,
    )
    return open_case(intake, by=by, permission=None, deadline="recall_letter_issue")


@step(
    Intake,
    label=gettext_lazy("Issue the recall letter"),
    sources=[State.APPLIED],
    target=State.CALLED,
    permission=Permission.INTAKE_DECIDE,
    deadline="recall_wait",
)
def issue_letter(intake: Intake, *, by: Any) -> None:
    """调档函: numbered, dated, valid for as long as the policy says."""
    today = timezone.localdate()
    (number,) = next_in_series("recall_letter", intake.institution, f"{today:%Y}")
    validity = standards.deadline("recall_letter_validity", start=today, institution=intake.institution)
    intake.letter_number = f"{intake.institution.code}调〔{today:%Y}〕{number:04d}号"
    intake.letter_date, intake.letter_valid_until = today, validity.due
    intake.letter_file = papers.recall_letter(intake, by=by)


@step(
    Intake,
    label=gettext_lazy("Register the parcel"),
    sources=[State.CALLED],
    target=State.ARRIVED,
    permission=Permission.INTAKE_REGISTER,
    deadline="intake_unseal",
)
def register_parcel(
    intake: Intake,
    *,
    by: Any,
    carrier: str,
    parcel_sender: str,
    seal: str,
    arrived_on: dt.date,
    waybill: str = "",
    handed_over_by: str = "",
    photos: Iterable[Any] = (),
) -> None:
    """到件登记 — before anything is opened: how it came, its number, from whom, and how the seal is."""
    parcel = parcels.register(
        intake.institution,
        by=by,
        arrived_on=arrived_on,
        carrier=carrier,
        sender=parcel_sender,
        seal=seal,
        waybill=waybill,
        handed_over_by=handed_over_by,
        photos=photos,
    )
    _arrive(intake, parcel, by=by)


@step(
    Intake,
    label=gettext_lazy("Match a parcel"),
    sources=[State.APPLIED, State.CALLED],
    target=State.ARRIVED,
    permission=Permission.INTAKE_REGISTER,
    deadline="intake_unseal",
)
def match_parcel(intake: Intake, *, by: Any, parcel: Parcel) -> None:
    """A parcel that has been registered already, alone or with other dossiers in it, is the one waited for."""
    _arrive(intake, parcel, by=by)


def _arrive(intake: Intake, parcel: Parcel, *, by: Any) -> None:
    assert intake.person
    parcels.match(parcel, intake, intake.person, by=by)
    intake.parcel = parcel


@transaction.atomic
def match_many(parcel: Parcel, intakes: Iterable[Intake], *, by: Any) -> int:
    """All dossiers that came in one parcel, or none; returns how many."""
    matched = [match_parcel(intake, by=by, parcel=parcel) for intake in sorted(intakes, key=lambda one: one.pk)]
    if not matched:
        raise ValidationError(_("Choose at least one intake."))
    return len(matched)


@transaction.atomic
def open_for_parcel(
    parcel: Parcel,
    *,
    by: Any,
    name: str,
    id_number: str,
    reason: str,
    archive_type: str = Custody.ArchiveType.PERSONAL,
) -> Intake:
    """Nobody applied, but the dossier is here: an intake is opened for it as it lies in the parcel."""
    intake = apply(
        parcel.institution,
        by=by,
        name=name,
        id_number=id_number,
        reason=reason,
        sender=parcel.sender,
        archive_type=archive_type,
    )
    return match_parcel(intake, by=by, parcel=parcel)


@step(
    Intake,
    label=gettext_lazy("Open the parcel"),
    sources=[State.ARRIVED],
    target=State.HALF_OPENED,
    permission=Permission.INTAKE_OPEN,
)
def open_parcel(
    intake: Intake, *, by: Any, principal_volumes: int, duplicate_volumes: int, papers_counted: int
) -> None:
    """The first of the two people opens and counts."""
    assert intake.parcel
    parcel = intake.parcel
    if not carrier_is_allowed(parcel.carrier, on=parcel.arrived_on) or parcel.seal != Parcel.Seal.INTACT:
        raise ValidationError(
            _("This parcel came by a forbidden way or its seal is not intact: return it, do not open it.")
        )
    intake.first_opener = by
    intake.principal_volumes, intake.duplicate_volumes, intake.papers = (
        principal_volumes,
        duplicate_volumes,
        papers_counted,
    )


@step(
    Intake,
    label=gettext_lazy("Sign the opening as second person"),
    sources=[State.HALF_OPENED],
    target=State.OPENED,
    permission=Permission.INTAKE_OPEN,
    unlike=["first_opener"],
    deadline="intake_review",
    singly=True,
)
def witness_opening(intake: Intake, *, by: Any) -> None:
    """The second person has seen the same; nobody opens a dossier alone."""
    intake.second_opener = by


@step(
    Intake,
    label=gettext_lazy("Compare with notice and list"),
    sources=[State.OPENED],
    target=State.COMPARED,
    permission=Permission.INTAKE_REVIEW,
)
def compare(
    intake: Intake, *, by: Any, notice_agrees: bool, list_agrees: bool, right_person: bool, comparison: str = ""
) -> None:
    """转递通知单 and 材料目录清单 against what is there (domain.md §1.8, 2 to 4)."""
    if not (notice_agrees and list_agrees and right_person) and not comparison.strip():
        raise ValidationError({"comparison": _("Say what differs.")})
    intake.notice_agrees, intake.list_agrees, intake.right_person = notice_agrees, list_agrees, right_person
    intake.comparison = comparison


@step(
    Intake,
    label=gettext_lazy("Review"),
    sources=[State.COMPARED],
    target=State.REVIEWED,
    permission=Permission.INTAKE_REVIEW,
    deadline="intake_decide",
)
def review(intake: Intake, *, by: Any, review: str, missing: str = "") -> None:
    """审核: what was found, and which key papers are missing — noted and told once, never a reason to refuse."""
    intake.reviewer, intake.review, intake.missing = by, review, missing


@step(
    Intake,
    label=gettext_lazy("Accept"),
    sources=[State.REVIEWED],
    target=State.ACCEPTED,
    permission=Permission.INTAKE_DECIDE,
    unlike=["reviewer"],
    deadline=None,
)
def accept(intake: Intake, *, by: Any) -> None:
    """The dossier is ours from now on: archive number, receipt, and a place on the desk until it is shelved."""
    if not (intake.notice_agrees and intake.list_agrees and intake.right_person):
        raise ValidationError(_("Notice, list and parcel do not agree: return the dossier or compare again."))
    assert intake.person
    intake.custody = dossiers.take_custody(
        dossiers.ensure_dossier(intake.person, by=by),
        intake.institution,
        by=by,
        archive_type=intake.archive_type,
        received_on=f"{timezone.localdate():%Y-%m-%d}",
        received_reason=intake.reason,
        received_from=intake.sender,
    )
    intake.dossier = intake.custody.dossier
    dossiers.ensure_volumes(
        intake.dossier, principal=intake.principal_volumes or 0, duplicate=intake.duplicate_volumes or 0, by=by
    )
    storage.put_on_desk(intake.dossier, intake.institution, by=by, detail=intake.number, case=intake)
    intake.receipt_file = papers.receipt(intake, by=by)


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


@step(
    Intake,
    label=gettext_lazy("Return to the sender"),
    sources=[State.ARRIVED, State.OPENED, State.COMPARED, State.REVIEWED],
    target=State.RETURNED,
    permission=Permission.INTAKE_DECIDE,
    deadline=None,
    way_out=True,
)
def return_parcel(intake: Intake, *, by: Any, return_reason: str, return_detail: str) -> None:
    """退回 with one of the coded reasons of the rules; a missing paper is not among them (75号; domain.md §9)."""
    if not standards.is_code("return_reason", return_reason):
        raise ValidationError({"return_reason": _("This is not a reason for which a dossier may be returned.")})
    intake.return_reason, intake.return_detail = return_reason, return_detail
    intake.return_file = papers.return_slip(intake, by=by)


@step(
    Intake,
    label=gettext_lazy("Withdraw"),
    sources=[State.APPLIED, State.CALLED],
    target=State.WITHDRAWN,
    permission=Permission.INTAKE_REGISTER,
    deadline=None,
    way_out=True,
)
def withdraw(intake: Intake, *, by: Any, reason: str) -> None:
    """The person no longer wants the dossier here, or the letter has run out."""


STEPS = {
    function.__name__: function
    for function in (
        issue_letter,
        register_parcel,
        match_parcel,
        open_parcel,
        witness_opening,
        compare,
        review,
        accept,
        compare_again,
        return_parcel,
        withdraw,
    )
}
