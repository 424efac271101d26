"""Everything that changes a collective household. Public security is the authority; what it registers is noted."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.household import papers
from rendang.circulation.household.models import CollectiveHousehold, HouseholdMember, HouseholdMove, PageLoan
from rendang.circulation.household.queries import has_parted, lost_loan, open_loans, page_is_out, told_of_parting
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.page import before_beginning
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.people.models import Person

State, Direction = HouseholdMove.State, HouseholdMove.Direction


def found_household(
    institution: Institution, *, by: Any, number: str, address: str, police_station: str
) -> CollectiveHousehold:
    """Put a household book on record. Raises ``ValidationError`` when the number is known."""
    if not can(by, Permission.HOUSEHOLD_EDIT, at=institution):
        raise PermissionDenied
    try:
        with transaction.atomic():
            household = CollectiveHousehold.objects.create(
                institution=institution, number=number.strip(), address=address, police_station=police_station
            )
            audit.record("collectivehousehold.add", household, by=by)
            return household
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


@transaction.atomic
def apply_to_move_in(
    person: Person,
    household: CollectiveHousehold,
    *,
    by: Any,
    other_address: str,
    channel: str = Case.Channel.WINDOW,
) -> HouseholdMove:
    """落户: somebody whose dossier is kept here asks to be registered in the household."""
    if not can(by, Permission.HOUSEHOLD_EDIT, at=household.institution_id):
        raise PermissionDenied
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    refuse_unless_they_may_come(person, household.institution)
    if not household.is_active:
        raise ValidationError(_("This household takes nobody any more."))
    move = HouseholdMove(
        institution=household.institution,
        person=person,
        dossier=getattr(person, "dossier", None),
        state=State.APPLIED,
        direction=Direction.IN,
        household=household,
        other_address=other_address.strip(),
        channel=channel,
    )
    return open_case(move, by=by, permission=None, deadline="household_move")


@before_beginning("household:arrival")
def refuse_unless_they_may_come(person: Person, institution: Institution) -> None:
    """Whichever the household: the dossier is here, and the person is registered in none and moves to none."""
    if not Custody.objects.filter(
        dossier__person=person, institution=institution, status=Custody.Status.HELD
    ).exists():
        raise ValidationError(
            _("The dossier of this person is not kept here: the household is for people whose dossiers are.")
        )
    if HouseholdMember.objects.filter(person=person, until__isnull=True).exists():
        raise ValidationError(_("This person is registered in a collective household already."))
    _refuse_if_moving(person)


@transaction.atomic
def apply_to_move_out(
    member: HouseholdMember, *, by: Any, other_address: str, reason: str = "", channel: str = Case.Channel.WINDOW
) -> HouseholdMove:
    """迁出: a member leaves for another household."""
    member = _locked(member, by)
    _refuse_if_moving(member.person)
    move = HouseholdMove(
        institution=member.institution,
        person=member.person,
        dossier=getattr(member.person, "dossier", None),
        state=State.APPLIED,
        direction=Direction.OUT,
        household=member.household,
        member=member,
        other_address=other_address.strip(),
        reason=reason,
        channel=channel,
    )
    return open_case(move, by=by, permission=None, deadline="household_move")


def _refuse_if_moving(person: Person) -> None:
    if HouseholdMove.objects.open().filter(person=person).exists():
        raise ValidationError(_("A move of this registration is already under way."))


@step(
    HouseholdMove,
    label=gettext_lazy("Agree"),
    sources=[State.APPLIED],
    target=State.APPROVED,
    permission=Permission.HOUSEHOLD_APPROVE,
    unlike=["opened_by"],
    deadline="household_letter_validity",
)
def approve(move: HouseholdMove, *, by: Any) -> None:
    """A second person agrees; the person takes it to the police, whose permit is valid for a time."""
    move.approved_by = by


@step(
    HouseholdMove,
    label=gettext_lazy("Note the registration"),
    sources=[State.APPROVED],
    target=State.REGISTERED,
    permission=Permission.HOUSEHOLD_EDIT,
    deadline=None,
)
def register(
    move: HouseholdMove,
    *,
    by: Any,
    registered_on: dt.date,
    permit_number: str,
    permit_date: dt.date,
    page: str = "",
) -> None:
    """What the police have registered: a new member page, or a member page that goes with who leaves."""
    today = timezone.localdate()
    if registered_on > today:
        raise ValidationError({"registered_on": _("The police cannot have registered it in the future.")})
    if permit_date > registered_on:
        raise ValidationError({"permit_date": _("The permit cannot be younger than the registration.")})
    valid = standards.deadline("household_letter_validity", start=permit_date, institution=move.institution).due
    if registered_on > valid:
        raise ValidationError(
            {"permit_date": _("The permit ran out on %(day)s: the police issue a new one.") % {"day": valid}}
        )
    move.registered_on, move.permit_number = registered_on, permit_number.strip()
    move.permit_date, move.permit_valid_until = permit_date, valid
    assert move.person
    if move.direction == Direction.IN:
        if not page.strip():
            raise ValidationError({"page": _("Say on which page of the household book the member stands.")})
        move.member = HouseholdMember.objects.create(
            person=move.person,
            institution=move.institution,
            household=move.household,
            page=page.strip(),
            since=registered_on,
        )
        text = "householdmove.came"
    else:
        assert move.member_id
        member = HouseholdMember.objects.select_for_update().get(pk=move.member_id)
        if why := page_is_out([move]).get(move.pk):
            raise ValidationError(why)
        if registered_on < member.since:
            raise ValidationError({"registered_on": _("The member cannot leave before having moved in.")})
        member.until = registered_on
        member.save(update_fields=["until"])
        text = "householdmove.left"
    said = say(text, institution=move.institution, number=move.household.number)
    people.tell(move.person, said, institution=move.institution, by=by, case=move)


@step(
    HouseholdMove,
    label=gettext_lazy("Withdraw"),
    sources=[State.APPLIED, State.APPROVED],
    target=State.WITHDRAWN,
    permission=Permission.HOUSEHOLD_EDIT,
    deadline=None,
    way_out=True,
)
def withdraw(move: HouseholdMove, *, by: Any, reason: str) -> None:
    """The person no longer wants to move, or the police have refused."""
    move.reason = reason


@transaction.atomic
def tell_of_parting(member: HouseholdMember, *, by: Any) -> HouseholdMember:
    """人档户分离告知: the person is told, once, that the registration stays while the dossier goes."""
    member = _locked(member, by)
    if not has_parted(member):
        raise ValidationError(_("The dossier of this member is kept here and stays: there is nothing to tell."))
    if told_of_parting(member):
        raise ValidationError(_("The person was told on %(day)s already.") % {"day": member.told_parted_on})
    before = audit.snapshot(member)
    member.told_parted_on, member.told_parted_by = timezone.localdate(), by
    member.save(update_fields=["told_parted_on", "told_parted_by"])
    audit.record("householdmember.tell_of_parting", member, by=by, before=before)
    said = say("householdmember.parted", institution=member.institution, number=member.household.number)
    people.tell(member.person, said, institution=member.institution, by=by)
    return member


def note_new_page(
    member: HouseholdMember, *, by: Any, issued_on: dt.date, page_reason: str, page: str
) -> HouseholdMember:
    """换页: the police have issued another page, after a loss or because an entry changed; it is in the book now."""
    try:
        with transaction.atomic():
            member = _locked(member, by)
            if open_loans().filter(member=member).exists():
                raise ValidationError(_("The member page is lent. Take it back or report it lost first."))
            if issued_on > timezone.localdate():
                raise ValidationError({"issued_on": _("The police cannot have issued it in the future.")})
            if issued_on < member.since:
                raise ValidationError({"issued_on": _("The page cannot be older than the registration.")})
            if page_reason not in HouseholdMember.PageReason.values:
                raise ValidationError({"page_reason": _("Say why the police have issued another page.")})
            if not page.strip():
                raise ValidationError({"page": _("Say on which page of the household book the member stands.")})
            before = audit.snapshot(member)
            member.page, member.page_issued_on, member.page_reason = page.strip(), issued_on, page_reason
            member.page_noted_at = timezone.now()
            member.save(update_fields=["page", "page_issued_on", "page_reason", "page_noted_at"])
            audit.record("householdmember.note_new_page", member, by=by, before=before)
            return member
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


def _locked(member: HouseholdMember, by: Any) -> HouseholdMember:
    """Somebody who is registered now, for a change by who may make it."""
    rows = HouseholdMember.objects.select_for_update(of=("self",))
    member = rows.select_related("person", "household", "institution").get(pk=member.pk)
    if not can(by, Permission.HOUSEHOLD_EDIT, at=member.institution_id):
        raise PermissionDenied
    if member.until:
        raise ValidationError(_("This member has left the household already."))
    return member


@transaction.atomic
def lend_page(
    member: HouseholdMember, *, by: Any, purpose: str, with_head_page: bool = False, channel: str = Case.Channel.WINDOW
) -> PageLoan:
    """户口页借用: the member signs for the own page and takes it away, until the day the policy sets."""
    member = _locked(member, by)
    refuse_unless_there_is_a_page(member)
    loan = PageLoan(
        institution=member.institution,
        person=member.person,
        dossier=getattr(member.person, "dossier", None),
        state=PageLoan.State.LENT,
        member=member,
        purpose=purpose.strip(),
        with_head_page=with_head_page,
        channel=channel,
    )
    open_case(loan, by=by, permission=None, deadline="household_page_loan")
    loan.slip_file = papers.page_slip(loan, by=by)
    loan.save(update_fields=["slip_file"])
    return loan


def refuse_unless_there_is_a_page(member: HouseholdMember) -> None:
    """What was lost is not lent; the new one is, once it is noted."""
    if lost_loan(member):
        raise ValidationError(
            _("The member page was reported lost. Note the new one here when the police have issued it.")
        )


@step(
    PageLoan,
    label=gettext_lazy("Take the page back"),
    sources=[PageLoan.State.LENT],
    target=PageLoan.State.RETURNED,
    permission=Permission.HOUSEHOLD_EDIT,
    deadline=None,
)
def take_back_page(loan: PageLoan, *, by: Any) -> None:
    """The page is in the household book again."""
    loan.returned_on = timezone.localdate()


@step(
    PageLoan,
    label=gettext_lazy("Report lost"),
    sources=[PageLoan.State.LENT],
    target=PageLoan.State.LOST,
    permission=Permission.HOUSEHOLD_EDIT,
    deadline=None,
    way_out=True,
)
def report_page_lost(loan: PageLoan, *, by: Any, reason: str) -> None:
    """The police issue a new page; until then the member has none to lend."""
    loan.is_lost, loan.reason = True, reason


STEPS = {function.__name__: function for function in (approve, register, withdraw)}
PAGE_STEPS = {function.__name__: function for function in (take_back_page, report_page_lost)}
