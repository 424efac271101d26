"""Everything that changes a Party relation. Limits of a stay and of a letter are data of kernel.standards."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.party import papers
from rendang.circulation.party.models import PartyBranch, PartyMembership, PartyTransfer
from rendang.circulation.party.queries import (
    ITS_DOSSIER_GOES,
    dossier_is_here,
    membership_of,
    not_to_be_approved,
    stay_until,
)
from rendang.dossiers.queries.departure import is_going
from rendang.dossiers.queries.page import before_beginning
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import next_in_series, open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.people.models import Person

State, Direction = PartyTransfer.State, PartyTransfer.Direction


def found_branch(institution: Institution, *, by: Any, name: str, secretary: str = "") -> PartyBranch:
    """Put a branch on record. Raises ``ValidationError`` when there is one of that name."""
    if not can(by, Permission.PARTY_EDIT, at=institution):
        raise PermissionDenied
    try:
        with transaction.atomic():
            branch = PartyBranch.objects.create(
                institution=institution, name=name.strip(), secretary=secretary.strip()
            )
            audit.record("partybranch.add", branch, by=by)
            return branch
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


@transaction.atomic
def register_arrival(
    person: Person,
    branch: PartyBranch,
    *,
    by: Any,
    other_committee: str,
    letter_number: str,
    letter_date: dt.date,
    letter_valid_until: dt.date | None = None,
    stay: str,
    other_branch: str = "",
    is_probationary: bool = False,
    dues_paid_to: dt.date | None = None,
    channel: str = Case.Channel.WINDOW,
) -> PartyTransfer:
    """转入: somebody has brought the introduction letter. The dossier must be here, the letter still valid.

    A letter that names no validity is valid as long as the policy ``party_letter_validity`` says.
    """
    institution = branch.institution
    if not can(by, Permission.PARTY_EDIT, at=institution):
        raise PermissionDenied
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    today = timezone.localdate()
    if letter_date > today:
        raise ValidationError({"letter_date": _("The introduction letter cannot be dated in the future.")})
    if letter_valid_until and letter_valid_until < letter_date:
        raise ValidationError({"letter_valid_until": _("The letter cannot run out before it was written.")})
    refuse_unless_it_may_come(person, institution)
    valid_until = letter_valid_until or _valid_until(letter_date, institution)
    if valid_until < today:
        raise ValidationError(
            {
                "letter_valid_until" if letter_valid_until else "letter_date": _(
                    "The letter ran out on %(day)s. Ask the sender for a new one."
                )
                % {"day": valid_until}
            }
        )
    case = PartyTransfer(
        institution=institution,
        person=person,
        dossier=getattr(person, "dossier", None),
        state=State.REGISTERED,
        direction=Direction.IN,
        branch=branch,
        stay=stay,
        is_probationary=is_probationary,
        other_committee=other_committee.strip(),
        other_branch=other_branch.strip(),
        letter_number=letter_number.strip(),
        letter_date=letter_date,
        letter_valid_until=valid_until,
        dues_paid_to=dues_paid_to,
        channel=channel,
    )
    return open_case(case, by=by, permission=None, deadline="party_transfer")


@before_beginning("party:arrival")
def refuse_unless_it_could_come(person: Person, institution: Institution) -> None:
    """Whatever a letter says: the dossier is here and stays, the relation is not kept yet, and no record denies it."""
    if not dossier_is_here(person, institution):
        raise ValidationError(
            _("The dossier of this person is not kept here: take it in first, then the Party relation.")
        )
    _refuse_if_its_dossier_goes(person)
    if person.political_status:
        _refuse_unless_member(person)
    if membership_of(person):
        raise ValidationError(_("The Party relation of this person is kept by a branch already."))
    if PartyTransfer.objects.open().filter(person=person).exists():
        raise ValidationError(_("A transfer of this Party relation is already under way."))


def refuse_unless_it_may_come(person: Person, institution: Institution) -> None:
    """It could come, and the record says member."""
    refuse_unless_it_could_come(person, institution)
    _refuse_unless_member(person)


def _refuse_unless_member(person: Person) -> None:
    if not person.is_party_member:
        raise ValidationError(
            _("The record does not say that this person is a member of the Party. Correct the political status first.")
        )


@transaction.atomic
def register_departure(
    membership: PartyMembership,
    *,
    by: Any,
    other_committee: str,
    other_branch: str = "",
    reason: str = "",
    channel: str = Case.Channel.WINDOW,
) -> PartyTransfer:
    """转出: the member asks for the introduction letter to another committee."""
    membership = PartyMembership.objects.select_for_update().select_related("branch").get(pk=membership.pk)
    if not can(by, Permission.PARTY_EDIT, at=membership.institution_id):
        raise PermissionDenied
    if membership.until:
        raise ValidationError(_("This Party relation has left already."))
    if PartyTransfer.objects.open().filter(person=membership.person_id).exists():
        raise ValidationError(_("A transfer of this Party relation is already under way."))
    case = PartyTransfer(
        institution=membership.institution,
        person=membership.person,
        dossier=getattr(membership.person, "dossier", None),
        state=State.REGISTERED,
        direction=Direction.OUT,
        membership=membership,
        branch=membership.branch,
        is_probationary=membership.is_probationary,
        dues_paid_to=membership.dues_paid_to,
        other_committee=other_committee.strip(),
        other_branch=other_branch.strip(),
        reason=reason,
        channel=channel,
    )
    return open_case(case, by=by, permission=None, deadline="party_transfer")


@step(
    PartyTransfer,
    label=gettext_lazy("Approve"),
    sources=[State.REGISTERED],
    target=State.APPROVED,
    permission=Permission.PARTY_APPROVE,
    unlike=["opened_by"],
    deadline="party_slip",
)
def approve(case: PartyTransfer, *, by: Any) -> None:
    """A second person admits who comes, or signs the letter of who leaves."""
    case.approved_by = by
    today = timezone.localdate()
    if case.direction == Direction.OUT:
        (number,) = next_in_series("party_letter", case.institution, f"{today:%Y}")
        case.letter_number = f"{case.institution.code}党〔{today:%Y}〕{number:04d}号"
        case.letter_date, case.letter_valid_until = today, _valid_until(today, case.institution)
        case.letter_file = papers.introduction_letter(case, by=by)
        return
    if why := not_to_be_approved([case]).get(case.pk):
        raise ValidationError(why)
    assert case.person
    case.membership = PartyMembership.objects.create(
        person=case.person,
        institution=case.institution,
        branch=case.branch,
        is_probationary=case.is_probationary,
        stay=case.stay,
        stay_until=stay_until(case.stay, today, case.institution),
        since=today,
        dues_paid_to=case.dues_paid_to,
    )


@step(
    PartyTransfer,
    label=gettext_lazy("Complete with the slip"),
    sources=[State.APPROVED],
    target=State.COMPLETED,
    permission=Permission.PARTY_EDIT,
    deadline=None,
)
def complete(case: PartyTransfer, *, by: Any, slip_date: dt.date) -> None:
    """回执联: ours has gone back to the sender, or the receiver's has come: then the relation has left."""
    if slip_date > timezone.localdate():
        raise ValidationError({"slip_date": _("The slip cannot be dated in the future.")})
    if case.letter_date and slip_date < case.letter_date:
        raise ValidationError({"slip_date": _("The slip cannot be older than the letter.")})
    case.slip_date = slip_date
    assert case.person and case.membership_id
    if case.direction == Direction.OUT:
        membership = PartyMembership.objects.select_for_update().get(pk=case.membership_id)
        membership.until = max(slip_date, membership.since)
        membership.save(update_fields=["until"])
        said = say("partytransfer.left", committee=case.other_committee)
    else:
        said = say("partytransfer.came", institution=case.institution, branch=case.branch.name)
    people.tell(case.person, said, institution=case.institution, by=by, case=case)


@step(
    PartyTransfer,
    label=gettext_lazy("Issue the letter again"),
    sources=[State.APPROVED],
    target=State.REGISTERED,
    permission=Permission.PARTY_EDIT,
    deadline="party_transfer",
    way_out=True,
    only_for={"direction": [Direction.OUT]},
)
def renew(case: PartyTransfer, *, by: Any, reason: str) -> None:
    """The letter ran out or was lost on its way: a new one is signed; the former number stays in the trace."""
    case.letter_number, case.letter_date, case.letter_valid_until, case.letter_file = "", None, None, None
    case.approved_by = None


@step(
    PartyTransfer,
    label=gettext_lazy("Withdraw"),
    sources=[State.REGISTERED],
    target=State.WITHDRAWN,
    permission=Permission.PARTY_EDIT,
    deadline=None,
    way_out=True,
)
def withdraw(case: PartyTransfer, *, by: Any, reason: str) -> None:
    """The letter is returned or the member stays; a returned letter may be registered again."""
    case.reason, case.letter_number = reason, ""


@transaction.atomic
def correct_membership(membership: PartyMembership, *, by: Any, reason: str = "", **fields: Any) -> PartyMembership:
    """Branch, dues, probation, reason of the stay, and where a floating member is; the end of a stay follows."""
    membership = (
        PartyMembership.objects.select_for_update(of=("self",)).select_related("institution").get(pk=membership.pk)
    )
    if not can(by, Permission.PARTY_EDIT, at=membership.institution_id):
        raise PermissionDenied
    if membership.until:
        raise ValidationError(_("This Party relation has left already."))
    before = audit.snapshot(membership)
    for name, value in fields.items():
        setattr(membership, name, value)
    if membership.branch.institution_id != membership.institution_id:
        raise ValidationError({"branch": _("This branch belongs to another institution.")})
    if membership.floats_to and not membership.floats_since:
        raise ValidationError({"floats_since": _("Say since when the member is elsewhere.")})
    if not membership.floats_to and fields.get("floats_since") not in {None, before["floats_since"]}:
        raise ValidationError({"floats_to": _("Say where the member is.")})
    if not membership.floats_to:
        membership.floats_since = None
    elif membership.floats_since and membership.floats_since > timezone.localdate():
        raise ValidationError({"floats_since": _("The member cannot have left in the future: note it on the day.")})
    if membership.stay != before["stay"]:
        membership.stay_until = stay_until(membership.stay, timezone.localdate(), membership.institution)
    changed = [name for name, value in before.items() if getattr(membership, name) != value]
    if changed:
        membership.save(update_fields=changed)
        audit.record("partymembership.change", membership, by=by, before=before, reason=reason)
    return membership


def _refuse_if_its_dossier_goes(person: Person) -> None:
    """Else the relation would stay behind (domain.md §1.7)."""
    if is_going(person.dossier.pk):
        raise ValidationError(ITS_DOSSIER_GOES)


def _valid_until(day: dt.date, institution: Institution) -> dt.date:
    return standards.deadline("party_letter_validity", start=day, institution=institution).due


STEPS = {function.__name__: function for function in (approve, complete, renew, withdraw)}
