"""The parcel: registered before it is opened, opened by two, matched with whoever waits for it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake.actions.applying import open_intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import carrier_is_allowed
from rendang.dossiers.models import Custody
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people

State = Intake.State


@step(
    Intake,
    label=gettext_lazy("Register the parcel"),
    sources=[State.CALLED],
    target=State.ARRIVED,
    permission=Permission.INTAKE_REGISTER,
    deadline="intake_unseal",
    only_for={"moves_inside": [False]},
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
    only_for={"moves_inside": [False]},
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
    """All dossiers that came in one parcel, or none; returns how many. A refusal names the intake it is about."""
    ordered = sorted(intakes, key=lambda one: one.pk)
    if not ordered:
        raise ValidationError(_("Choose at least one intake."))
    for intake in ordered:
        try:
            match_parcel(intake, by=by, parcel=parcel)
        except ValidationError as refused:
            raise ValidationError(
                _("%(number)s: %(refusal)s None of the ticked was matched.")
                % {"number": intake.number, "refusal": " ".join(refused.messages)}
            ) from refused
    return len(ordered)


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
    """Nobody applied, but the dossier is here: an intake is opened for it as it lies in the parcel.

    Also when another institution holds a dossier of this person: which of the two counts is found out afterwards.
    """
    if not can(by, Permission.INTAKE_REGISTER, at=parcel.institution_id):
        raise PermissionDenied
    intake = open_intake(
        parcel.institution,
        people.find_or_create_person(name=name, id_number=id_number, by=by),
        by=by,
        reason=reason,
        sender=parcel.sender,
        archive_type=archive_type,
        identity_check=Intake.IdentityCheck.NONE,
        channel=Case.Channel.WINDOW,
        held_elsewhere=True,
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
