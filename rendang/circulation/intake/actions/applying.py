"""Somebody wants the dossier kept here: at the window, online, by an employer."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from rendang.circulation.intake.models import Intake
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.files import actions as files
from rendang.kernel.workflow.actions import open_case, open_cases
from rendang.kernel.workflow.models import Case
from rendang.people import actions as people
from rendang.people.models import Employer, Person

State = Intake.State
Check = Intake.IdentityCheck


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
    personal_identity: str = "",
    mobile: str = "",
    identity_check: str = Check.CARD,
    channel: str = Case.Channel.WINDOW,
    papers: Iterable[tuple[str, Any]] = (),
) -> Intake:
    """Somebody wants the dossier kept here: open the intake (form 《个人委托人事档案管理服务申请表》).

    ``identity_check`` says how it was seen that it is this person who asks. Refused when the dossier is kept here
    already, is on its way here, or when an intake of this person is already under way here. If another institution of
    the city keeps it, the recall letter is brought before that one. ``papers`` are what was handed in with it
    (``files.hand_in``); what lacks is shown on its page.
    """
    if not can(by, Permission.INTAKE_REGISTER, at=institution):
        raise PermissionDenied
    person = people.find_or_create_person(name=name, id_number=id_number, mobile=mobile, by=by)
    intake = open_intake(
        institution,
        person,
        by=by,
        reason=reason,
        sender=sender,
        sender_address=sender_address,
        archive_type=archive_type,
        personal_identity=personal_identity,
        identity_check=identity_check,
        channel=channel,
    )
    files.hand_in(intake, papers, by=by, permission=None)
    return intake


@transaction.atomic
def apply_online(
    institution: Institution,
    *,
    by: Any,
    reason: str,
    sender: str,
    sender_address: str = "",
    personal_identity: str = "",
    mobile: str = "",
    papers: Iterable[tuple[str, Any]] = (),
) -> Intake:
    """A citizen who has signed in with the real name asks for the own dossier to be kept here (portal).

    A paper that lacks does not refuse it: the applicant is told once what to bring or send (75号).
    """
    if not getattr(by, "is_citizen", False):
        raise PermissionDenied
    if not institution.is_active:
        raise ValidationError({"institution": _("This institution no longer takes dossiers.")})
    person = people.find_or_create_person(name=by.name, id_number=by.id_number, mobile=mobile, by=by)
    intake = open_intake(
        institution,
        person,
        by=by,
        reason=reason,
        sender=sender,
        sender_address=sender_address,
        personal_identity=personal_identity,
        identity_check=Check.ONLINE,
        channel=Case.Channel.ONLINE,
        applicant=by,
    )
    files.hand_in(intake, papers, by=by, permission=None)
    people.tell_what_lacks(intake, "intake.lacks", by=by)
    return intake


@transaction.atomic
def open_intake(
    institution: Institution,
    person: Person,
    *,
    by: Any,
    held_elsewhere: bool = False,
    **facts: Any,
) -> Intake:
    """The rules of opening, whoever asks. ``held_elsewhere``: the dossier lies here already, whoever else has one."""
    Person.objects.select_for_update().get(pk=person.pk)
    held = Custody.objects.filter(dossier__person=person, status=Custody.Status.HELD)
    holding = held.select_related("institution").first()
    if holding and holding.institution_id == institution.pk:
        raise ValidationError(
            _("This institution keeps this dossier already. What has come belongs to the supplementary materials.")
        )
    if holding and not held_elsewhere:
        _refuse_if_on_its_way(holding, institution)
        facts |= kept_by(holding.institution)
    if Intake.objects.open().filter(person=person, institution=institution).exists():
        raise ValidationError(_("An intake of this person is already under way here."))
    # Who has an open case about a dossier may open it: an earlier one of this person's is not ours before it comes.
    intake = Intake(institution=institution, person=person, state=State.APPLIED, **facts)
    return open_case(intake, by=by, permission=None, deadline="recall_letter_issue")


def kept_by(keeper: Institution) -> dict[str, Any]:
    """What an intake says of a keeper in the city, whatever was typed."""
    return {"moves_inside": True, "sender": keeper.name, "sender_address": keeper.address[:200]}


def _refuse_if_on_its_way(holding: Custody, institution: Institution) -> None:
    """By name: transfers are a business of their own that an intake does not know."""
    coming = Case.objects.open().filter(kind="transfer", dossier=holding.dossier_id, counterpart=institution).first()
    if coming:
        raise ValidationError(
            _("This dossier is coming here already, by transfer %(number)s.") % {"number": coming.number}
        )


@transaction.atomic
def open_many(institution: Institution, entrusted: Iterable[Person], *, by: Any, employer: Employer) -> list[Intake]:
    """An employer entrusts many at once: an intake each, waiting for the parcels; the agreement stands for the letter.

    Left out is whose dossier is held in the city already, or whose intake here is under way.
    """
    wanted = {person.pk: person for person in entrusted}
    locked = Person.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    list(locked.values_list("pk", flat=True))
    held = Custody.objects.filter(dossier__person__in=wanted, status=Custody.Status.HELD)
    under_way = Intake.objects.open().filter(person__in=wanted, institution=institution)
    left_out = {*held.values_list("dossier__person_id", flat=True), *under_way.values_list("person_id", flat=True)}
    return open_cases(
        [
            Intake(
                institution=institution,
                person=person,
                state=State.CALLED,
                reason="entrusted_by_employer",
                sender=employer.name,
                archive_type=Custody.ArchiveType.UNIT,
                employer=employer,
                identity_check=Check.EMPLOYER,
            )
            for key, person in sorted(wanted.items())
            if key not in left_out
        ],
        by=by,
        deadline="recall_wait",
    )


@transaction.atomic
def become_individual(keys: Iterable[int], *, by: Any) -> set[int]:
    """Whoever left the employer while the dossier was on its way: it is taken in for the person. Returns which."""
    rows = Intake.objects.select_for_update(of=["self", "case_ptr"]).filter(pk__in=keys, closed_at=None)
    changed = list(rows.exclude(state__in=[State.ACCEPTED, State.CONTESTED]).order_by("pk"))
    for intake in changed:
        before = audit.snapshot(intake)
        intake.archive_type, intake.employer = Custody.ArchiveType.PERSONAL, None
        intake.save(update_fields=["archive_type", "employer"])
        audit.record("intake.become_individual", intake, by=by, before=before)
    return {intake.pk for intake in changed}
