"""Somebody wants the dossier kept here: at the window, online, by an employer; and the letter that calls for it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake import papers
from rendang.circulation.intake.models import Intake
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.files import actions as files
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.actions import next_in_series, open_case, open_cases
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
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

    ``identity_check`` says how it was seen that it is this person who asks. Refused when an institution of the system
    already holds the dossier (it must be transferred, not taken in twice) or when an intake of this person is already
    under way here. ``papers`` are what was handed in with it (``files.hand_in``); what lacks is shown on its page.
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
    people.tell_what_lacks(intake, "存档申请", by=by)
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
    holding = Custody.objects.filter(dossier__person=person, status=Custody.Status.HELD).first()
    if holding and holding.institution_id == institution.pk:
        raise ValidationError(
            _("This institution keeps this dossier already. What has come belongs to the supplementary materials.")
        )
    if holding and not held_elsewhere:
        raise ValidationError(
            _("%(institution)s holds this dossier already. Ask that institution for a transfer instead.")
            % {"institution": holding.institution}
        )
    if Intake.objects.open().filter(person=person, institution=institution).exists():
        raise ValidationError(_("An intake of this person is already under way here."))
    intake = Intake(
        institution=institution, person=person, dossier=getattr(person, "dossier", None), state=State.APPLIED, **facts
    )
    return open_case(intake, by=by, permission=None, deadline="recall_letter_issue")


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
    on_record = dict(Dossier.objects.filter(person__in=wanted).values_list("person_id", "pk"))
    return open_cases(
        [
            Intake(
                institution=institution,
                person=person,
                dossier_id=on_record.get(key),
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
def become_individual(keys: Iterable[int], *, by: Any) -> int:
    """Whoever left the employer while the dossier was on its way: it is taken in for the person."""
    rows = Intake.objects.select_for_update(of=["self", "case_ptr"]).filter(pk__in=keys, closed_at=None)
    changed = list(rows.exclude(state__in=[State.ACCEPTED, State.CONTESTED]).order_by("pk"))
    for intake in changed:
        before = audit.snapshot(intake)
        intake.archive_type, intake.employer = Custody.ArchiveType.PERSONAL, None
        intake.save(update_fields=["archive_type", "employer"])
        audit.record("intake.become_individual", intake, by=by, before=before)
    return len(changed)


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
    if intake.identity_check == Check.NONE:
        raise ValidationError(_("Nobody has shown who applies: a recall letter is issued to the person or an agent."))
    today = timezone.localdate()
    (number,) = next_in_series("recall_letter", intake.institution, f"{today:%Y}")
    validity = standards.deadline("recall_letter_validity", start=today, institution=intake.institution)
    intake.letter_number = f"{intake.institution.code}调〔{today:%Y}〕{number:04d}号"
    intake.letter_date, intake.letter_valid_until = today, validity.due
    intake.letter_file = papers.recall_letter(intake, by=by)


@step(
    Intake,
    label=gettext_lazy("Withdraw"),
    sources=[State.APPLIED, State.CALLED],
    target=State.WITHDRAWN,
    permission=Permission.INTAKE_REGISTER,
    deadline=None,
    applicant_may=True,
    way_out=True,
)
def withdraw(intake: Intake, *, by: Any, reason: str) -> None:
    """The person no longer wants the dossier here, or the letter has run out."""


@step(
    Intake,
    label=gettext_lazy("It came by a transfer"),
    sources=[State.APPLIED, State.CALLED],
    target=State.MOVED,
    permission=Permission.INTAKE_REGISTER,
    at="counterpart",  # an intake has none: nobody presses this, the system takes it when the transfer is received
    deadline=None,
    way_out=True,
    singly=True,
)
def close_as_transferred(intake: Intake, *, by: Any) -> None:
    """Another institution of the city has handed the dossier over: nothing is waited for any more."""
    held = Custody.objects.filter(institution=intake.institution_id, status=Custody.Status.HELD)
    custody = held.filter(dossier__person=intake.person_id).first()
    if custody is None:
        raise ValidationError(_("This institution does not keep the dossier: it has not come yet."))
    intake.dossier_id = custody.dossier_id


@dossiers.when_handed_over
def nothing_is_waited_for(custody: Custody) -> None:
    """The intakes that waited for this dossier end with its transfer. One that somebody works on is left to them."""
    waiting = Intake.objects.filter(
        institution=custody.institution_id, person=custody.dossier.person_id, state__in=[State.APPLIED, State.CALLED]
    )
    for intake in waiting.select_for_update(of=["self", "case_ptr"], skip_locked=True):
        close_as_transferred(intake, by=system_actor())
