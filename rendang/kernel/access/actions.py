"""Granting and withdrawing roles: the security administrator proposes, a second person confirms."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.models import CITY_ROLES, Institution, Membership, MembershipProposal, Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import ADMINISTRATORS, can, may_decide
from rendang.kernel.audit.actions import record, snapshot

State = MembershipProposal.State


@transaction.atomic
def propose_role(
    user: Any, *, role: str, institution: Institution | None, withdraws: bool = False, reason: str, by: Any
) -> MembershipProposal:
    """Propose to grant a role to a member of staff, or to withdraw it. Nothing changes until it is confirmed.

    City roles are held for the whole city: no institution is named. Nobody proposes anything for themselves.
    """
    if not can(by, Permission.ROLE_PROPOSE):
        raise PermissionDenied
    if user.pk == by.pk:
        raise ValidationError(_("Nobody proposes a role for themselves. Ask another security administrator."))
    _lock(user)
    _check_person(user)
    _check_place(role, institution)
    _check_possible(user, role, institution, withdraws)
    same = MembershipProposal.objects.filter(user=user, role=role, institution=institution, state=State.PROPOSED)
    if same.exists():
        raise ValidationError(_("The same role of this person is waiting for confirmation already."))
    proposal = MembershipProposal(
        user=user, institution=institution, role=role, withdraws=withdraws, reason=reason, proposed_by=by
    )
    proposal.full_clean(exclude=["decided_by", "decided_at"])
    proposal.save()
    record("role.propose_withdrawal" if withdraws else "role.propose", proposal, by=by, reason=reason)
    return proposal


@transaction.atomic
def confirm_role(proposal: MembershipProposal, *, by: Any) -> None:
    """The second person agrees: the role is granted or withdrawn at once."""
    proposal = _to_decide(proposal, by)
    user, where = proposal.user, proposal.institution
    if not proposal.withdraws:
        _check_person(user)
    _check_possible(user, proposal.role, where, proposal.withdraws)
    if proposal.withdraws:
        Membership.objects.get(user=user, institution=where, role=proposal.role).delete()
    else:
        membership = Membership(user=user, institution=where, role=proposal.role)
        membership.full_clean()
        membership.save()
    _decide(proposal, State.CONFIRMED, by, "role.confirm", "")


@transaction.atomic
def decline_role(proposal: MembershipProposal, *, by: Any, reason: str) -> None:
    """The second person does not agree: nothing changes."""
    _decide(_to_decide(proposal, by), State.DECLINED, by, "role.decline", reason)


@transaction.atomic
def grant_first_role(user: Any, *, role: str, institution: Institution | None, by: Any) -> Membership:
    """Grant a role without a second person: only on the server itself, to people who hold none yet.

    For the first accounts of an installation and for the demonstration; ``by`` is the system or ``None``.
    """
    if by is not None and by.kind != "SYSTEM":
        raise PermissionDenied
    _lock(user)
    _check_place(role, institution)
    if Membership.objects.filter(user=user).exists():
        raise ValidationError(_("This person holds a role already."))
    membership = Membership(user=user, institution=institution, role=role)
    membership.full_clean()
    membership.save()
    record("role.grant_first", membership, by=by)
    return membership


def _to_decide(proposal: MembershipProposal, by: Any) -> MembershipProposal:
    """The proposal as it is now, locked, if this person may decide on it."""
    proposal = MembershipProposal.objects.select_for_update().get(pk=proposal.pk)
    if not may_decide(by, proposal.institution_id):
        raise PermissionDenied
    if proposal.state != State.PROPOSED:
        raise ValidationError(_("Somebody has decided on this proposal already."))
    if by.pk == proposal.proposed_by_id:
        raise ValidationError(_("A second person must decide, not the one who proposed."))
    if by.pk == proposal.user_id:
        raise ValidationError(_("Nobody decides on a role of their own."))
    _lock(proposal.user)
    return proposal


def _decide(proposal: MembershipProposal, state: str, by: Any, verb: str, reason: str) -> None:
    before = snapshot(proposal)
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, timezone.now()
    proposal.full_clean(exclude=["user", "institution"])
    proposal.save()
    record(verb, proposal, by=by, before=before, reason=reason)


def _lock(user: Any) -> None:
    """One change of a person's roles at a time: what excludes each other must not slip in side by side."""
    type(user).objects.select_for_update().get(pk=user.pk)


def _check_person(user: Any) -> None:
    if not user.is_staff_member:
        raise ValidationError(_("Roles are for members of staff."))
    if not user.is_active:
        raise ValidationError(_("The account is closed. Reopen it first."))


def _check_place(role: str, institution: Institution | None) -> None:
    if role in CITY_ROLES and institution is not None:
        raise ValidationError({"institution": _("This role is held for the whole city; name no institution.")})
    if role not in CITY_ROLES and institution is None:
        raise ValidationError({"institution": _("Name the institution at which the role is held.")})


def _check_possible(user: Any, role: str, institution: Institution | None, withdraws: bool) -> None:
    held = set(Membership.objects.filter(user=user).values_list("institution_id", "role"))
    this = (institution.pk if institution else None, role)
    if withdraws:
        if this not in held:
            raise ValidationError(_("This person does not hold the role."))
        if role in ADMINISTRATORS and not _others_hold(user, role):
            raise ValidationError(_("This is the last person with the role. Grant it to somebody else first."))
        return
    if this in held:
        raise ValidationError(_("This person holds the role already."))
    others = {each for _where, each in held}
    if (role in ADMINISTRATORS and others) or others & ADMINISTRATORS:
        raise ValidationError(
            _(
                "System, security and audit administrator are three different people, and none of them does business "
                "(GB/T 22239-2019). This person holds: %(roles)s. Withdraw that first, or choose somebody else."
            )
            % {"roles": ", ".join(sorted(str(Role(each).label) for each in others))}
        )


def _others_hold(user: Any, role: str) -> bool:
    return Membership.objects.filter(role=role, user__is_active=True).exclude(user=user).exists()
