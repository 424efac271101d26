import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from rendang.kernel.access import actions
from rendang.kernel.access.models import Institution, Membership, MembershipProposal, Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, may_decide, proposals, staff
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from tests import factories


@pytest.fixture
def newcomer(db: None) -> User:
    return factories.UserFactory()


@pytest.fixture
def proposal(newcomer: User, institution: Institution, security_administrator: User) -> MembershipProposal:
    return actions.propose_role(
        newcomer, role=Role.CLERK, institution=institution, reason="人事〔2026〕7号", by=security_administrator
    )


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def held(user: User) -> list[tuple[int | None, str]]:
    return list(Membership.objects.filter(user=user).values_list("institution_id", "role"))


def test_a_role_is_granted_by_two_people(proposal: MembershipProposal, newcomer: User, head: User) -> None:
    assert held(newcomer) == []
    actions.confirm_role(proposal, by=head)
    assert held(newcomer) == [(proposal.institution_id, "CLERK")]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("CONFIRMED", head)
    assert verbs() == ["role.propose", "role.confirm"]
    event = AuditEvent.objects.get(verb="role.confirm")
    assert (event.actor_id, event.institution_id) == (head.pk, proposal.institution_id)
    assert event.changes["state"] == ["PROPOSED", "CONFIRMED"]


def test_a_declined_role_is_not_granted(proposal: MembershipProposal, newcomer: User, head: User) -> None:
    actions.decline_role(proposal, by=head, reason="已有两名窗口人员")
    proposal.refresh_from_db()
    assert (held(newcomer), proposal.state) == ([], "DECLINED")
    assert AuditEvent.objects.get(verb="role.decline").reason == "已有两名窗口人员"


def test_a_decision_is_made_once(proposal: MembershipProposal, newcomer: User, head: User, supervisor: User) -> None:
    actions.decline_role(proposal, by=head, reason="否")
    with pytest.raises(ValidationError, match="already"):
        actions.confirm_role(proposal, by=supervisor)
    assert held(newcomer) == []
    assert verbs() == ["role.propose", "role.decline"]


@pytest.mark.parametrize("role", [Role.CLERK, Role.APPROVER, Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR])
def test_who_may_not_confirm(
    proposal: MembershipProposal, newcomer: User, institution: Institution, role: Role
) -> None:
    somebody = factories.staff(institution, role)
    with pytest.raises(PermissionDenied):
        actions.confirm_role(proposal, by=somebody)
    assert (held(newcomer), verbs()) == ([], ["role.propose"])


def test_the_head_of_another_institution_may_not_confirm(
    proposal: MembershipProposal, newcomer: User, other_institution: Institution
) -> None:
    with pytest.raises(PermissionDenied):
        actions.confirm_role(proposal, by=factories.staff(other_institution, Role.HEAD))
    assert held(newcomer) == []


def test_a_head_may_not_confirm_a_role_of_the_city(newcomer: User, head: User, security_administrator: User) -> None:
    """The roles of the city name no institution; that must not be read as any institution."""
    proposal = actions.propose_role(
        newcomer, role=Role.SUPERVISOR, institution=None, reason="任命", by=security_administrator
    )
    assert not may_decide(head, None)
    with pytest.raises(PermissionDenied):
        actions.confirm_role(proposal, by=head)
    assert held(newcomer) == []


def test_a_supervisor_confirms_a_role_of_the_city(
    newcomer: User, supervisor: User, security_administrator: User
) -> None:
    proposal = actions.propose_role(
        newcomer, role=Role.AUDIT_ADMINISTRATOR, institution=None, reason="任命", by=security_administrator
    )
    actions.confirm_role(proposal, by=supervisor)
    assert held(newcomer) == [(None, "AUDIT_ADMINISTRATOR")]


def test_nobody_proposes_for_themselves(institution: Institution, security_administrator: User) -> None:
    with pytest.raises(ValidationError, match="themselves"):
        actions.propose_role(
            security_administrator, role=Role.CLERK, institution=institution, reason="x", by=security_administrator
        )
    assert (MembershipProposal.objects.count(), verbs()) == (0, [])


def test_nobody_confirms_a_role_of_their_own(
    institution: Institution, head: User, security_administrator: User
) -> None:
    proposal = actions.propose_role(
        head, role=Role.APPROVER, institution=institution, reason="兼任", by=security_administrator
    )
    with pytest.raises(ValidationError, match="own"):
        actions.confirm_role(proposal, by=head)
    assert held(head) == [(institution.pk, "HEAD")]


def test_only_the_security_administrator_proposes(newcomer: User, institution: Institution, head: User) -> None:
    with pytest.raises(PermissionDenied):
        actions.propose_role(newcomer, role=Role.CLERK, institution=institution, reason="x", by=head)
    assert (MembershipProposal.objects.count(), verbs()) == (0, [])


@pytest.mark.parametrize(
    ("has", "gets"),
    [
        (Role.CLERK, Role.SYSTEM_ADMINISTRATOR),
        (Role.SUPERVISOR, Role.AUDIT_ADMINISTRATOR),
        (Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR),
        (Role.SYSTEM_ADMINISTRATOR, Role.KEEPER),
        (Role.AUDIT_ADMINISTRATOR, Role.SUPERVISOR),
    ],
)
def test_administrators_hold_no_other_role(
    institution: Institution, security_administrator: User, has: Role, gets: Role
) -> None:
    person = factories.staff(institution, has)
    where = None if gets in factories.CITY_ROLES else institution
    with pytest.raises(ValidationError, match="three different people") as refused:
        actions.propose_role(person, role=gets, institution=where, reason="x", by=security_administrator)
    assert str(has.label) in str(refused.value)
    assert MembershipProposal.objects.count() == 0


def test_exclusion_is_looked_at_again_when_confirming(
    proposal: MembershipProposal, newcomer: User, head: User, supervisor: User, security_administrator: User
) -> None:
    second = actions.propose_role(
        newcomer, role=Role.SYSTEM_ADMINISTRATOR, institution=None, reason="x", by=security_administrator
    )
    actions.confirm_role(proposal, by=head)
    with pytest.raises(ValidationError, match="three different people"):
        actions.confirm_role(second, by=supervisor)
    assert held(newcomer) == [(proposal.institution_id, "CLERK")]


def test_a_role_is_withdrawn_by_two_people(clerk: User, institution: Institution, head: User) -> None:
    administrator = factories.staff(None, Role.SECURITY_ADMINISTRATOR)
    proposal = actions.propose_role(
        clerk, role=Role.CLERK, institution=institution, withdraws=True, reason="调离", by=administrator
    )
    assert held(clerk) == [(institution.pk, "CLERK")]
    actions.confirm_role(proposal, by=head)
    assert held(clerk) == []
    assert verbs() == ["role.propose_withdrawal", "role.confirm"]


def test_the_last_administrator_stays(audit_administrator: User, security_administrator: User) -> None:
    with pytest.raises(ValidationError, match="last person"):
        actions.propose_role(
            audit_administrator,
            role=Role.AUDIT_ADMINISTRATOR,
            institution=None,
            withdraws=True,
            reason="x",
            by=security_administrator,
        )


def test_what_cannot_be_proposed(
    clerk: User, newcomer: User, citizen: User, institution: Institution, security_administrator: User
) -> None:
    def refusal(user: User, **what: object) -> str:
        with pytest.raises(ValidationError) as refused:
            actions.propose_role(user, reason="x", by=security_administrator, **what)
        return refused.value.messages[0]

    assert refusal(clerk, role=Role.CLERK, institution=institution) == "This person holds the role already."
    assert (
        refusal(clerk, role=Role.HEAD, institution=institution, withdraws=True)
        == "This person does not hold the role."
    )
    assert "name no institution" in refusal(newcomer, role=Role.SUPERVISOR, institution=institution)
    assert "Name the institution" in refusal(newcomer, role=Role.CLERK, institution=None)
    assert refusal(citizen, role=Role.CLERK, institution=institution) == "Roles are for members of staff."
    newcomer.is_active = False
    newcomer.save()
    assert "closed" in refusal(newcomer, role=Role.CLERK, institution=institution)
    assert MembershipProposal.objects.count() == 0


def test_the_same_proposal_waits_only_once(proposal: MembershipProposal, security_administrator: User) -> None:
    with pytest.raises(ValidationError, match="waiting"):
        actions.propose_role(
            proposal.user, role=Role.CLERK, institution=proposal.institution, reason="y", by=security_administrator
        )
    assert MembershipProposal.objects.count() == 1


def test_a_first_role_needs_the_server(newcomer: User, security_administrator: User, institution: Institution) -> None:
    with pytest.raises(PermissionDenied):
        actions.grant_first_role(newcomer, role=Role.HEAD, institution=institution, by=security_administrator)
    actions.grant_first_role(newcomer, role=Role.HEAD, institution=institution, by=system_actor())
    with pytest.raises(ValidationError, match="already"):
        actions.grant_first_role(newcomer, role=Role.CLERK, institution=institution, by=None)
    assert held(newcomer) == [(institution.pk, "HEAD")]


def test_heads_see_their_own_staff_and_proposals_only(
    proposal: MembershipProposal,
    clerk: User,
    head: User,
    other_institution: Institution,
    security_administrator: User,
    supervisor: User,
) -> None:
    stranger = factories.staff(other_institution, Role.HEAD)
    assert set(staff(head)) == {clerk, head}
    assert set(staff(stranger)) == {stranger}
    assert stranger in set(staff(supervisor))
    assert list(proposals(head)) == [proposal]
    assert list(proposals(stranger)) == []
    assert list(proposals(security_administrator)) == [proposal]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR])
def test_no_administrator_opens_a_dossier(db: None, role: Role) -> None:
    person = factories.staff(None, role)
    opened = {Permission.DOSSIER_VIEW, Permission.DOSSIER_FIND, Permission.DOSSIER_UNMASK, Permission.DOSSIER_EXPORT}
    assert not any(can(person, permission) for permission in opened)
