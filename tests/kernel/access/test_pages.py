import pytest
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from rendang.kernel.access import actions
from rendang.kernel.access.models import Membership, MembershipProposal, Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import citizen, public, requires
from tests import factories

STAFF, PROPOSALS = "/desk/access/staff/", "/desk/access/proposals/"


@pytest.fixture
def proposal(institution, security_administrator):
    return actions.propose_role(
        factories.UserFactory(name="新人"), role=Role.KEEPER, institution=institution, reason="调入",
        by=security_administrator,
    )  # fmt: skip


def test_the_staff_list_shows_names_and_roles(signed_in, security_administrator, clerk, institution):
    page = signed_in(security_administrator).get(STAFF).content.decode()
    assert clerk.name in page
    assert "Window clerk" in page
    assert institution.label in page


def test_the_staff_list_is_filtered_by_role_and_institution(signed_in, security_administrator, clerk, head):
    client = signed_in(security_administrator)
    page = client.get(STAFF, {"role": "HEAD", "institution": clerk.memberships.get().institution_id})
    assert list(page.context["page"]) == [head]
    assert list(client.get(STAFF, {"name": "nobody at all"}).context["page"]) == []


def test_the_staff_list_takes_the_same_number_of_queries_however_long_it_is(
    signed_in, security_administrator, institution, django_assert_max_num_queries
):
    client = signed_in(security_administrator)
    for _ in range(30):
        factories.staff(institution, Role.CLERK)
    with django_assert_max_num_queries(14):
        client.get(STAFF)


@pytest.mark.parametrize("url", [STAFF, PROPOSALS])
def test_a_clerk_sees_none_of_it(signed_in, clerk, url):
    assert signed_in(clerk).get(url).status_code == 403


def test_a_head_sees_no_colleague_of_another_institution(signed_in, head, other_institution):
    stranger = factories.staff(other_institution, Role.CLERK)
    client = signed_in(head)
    assert stranger.name not in client.get(STAFF).content.decode()
    assert client.get(f"{STAFF}{stranger.pk}/").status_code == 404


def test_a_role_is_proposed_and_confirmed_on_screen(signed_in, security_administrator, head, institution):
    person = factories.UserFactory(name="新人")
    client = signed_in(security_administrator)
    answer = client.post(
        f"{STAFF}{person.pk}/propose/", {"role": "CLERK", "institution": institution.pk, "reason": "调入"}
    )
    assert answer.status_code == 302
    assert Membership.objects.filter(user=person).count() == 0
    proposal = MembershipProposal.objects.get()
    client = signed_in(head)
    assert "Decide" in client.get(PROPOSALS).content.decode()
    assert client.post(f"{PROPOSALS}{proposal.pk}/").status_code == 302
    assert Membership.objects.get(user=person).role == "CLERK"
    assert person.name in client.get(PROPOSALS, {"state": "decided"}).content.decode()


def test_no_role_is_chosen_beforehand(signed_in, security_administrator, institution, clerk):
    browser = signed_in(security_administrator)

    shown = browser.get(f"{STAFF}{clerk.pk}/propose/").context["form"]["role"]
    sent = browser.post(f"{STAFF}{clerk.pk}/propose/", {"role": "", "institution": institution.pk, "reason": "调入"})

    assert shown.value() is None
    assert next((choice.data["value"], choice.data["selected"]) for choice in shown) == ("", True)
    assert sent.context["form"].errors == {"role": ["This field is required."]}
    assert not MembershipProposal.objects.exists()


def test_a_refused_proposal_keeps_what_was_typed(signed_in, security_administrator, institution, clerk):
    data = {"role": "SYSTEM_ADMINISTRATOR", "institution": "", "reason": "因工作需要"}
    page = signed_in(security_administrator).post(f"{STAFF}{clerk.pk}/propose/", data).content.decode()
    assert "three different people" in page
    assert "因工作需要" in page
    assert MembershipProposal.objects.count() == 0


def test_a_decline_needs_a_reason(signed_in, head, proposal):
    client = signed_in(head)
    assert client.post(f"{PROPOSALS}{proposal.pk}/", {"decline": "1", "reason": ""}).status_code == 200
    proposal.refresh_from_db()
    assert proposal.state == "PROPOSED"
    client.post(f"{PROPOSALS}{proposal.pk}/", {"decline": "1", "reason": "编制已满"})
    proposal.refresh_from_db()
    assert proposal.state == "DECLINED"


def test_whoever_proposed_is_shown_no_decision(signed_in, security_administrator, proposal):
    client = signed_in(security_administrator)
    assert "Decide</a>" not in client.get(PROPOSALS).content.decode()
    assert client.get(f"{PROPOSALS}{proposal.pk}/").status_code == 403


def test_a_proposal_of_another_institution_is_not_there(signed_in, proposal, other_institution):
    stranger = factories.staff(other_institution, Role.HEAD)
    client = signed_in(stranger)
    assert client.get(f"{PROPOSALS}{proposal.pk}/").status_code == 404
    assert client.post(f"{PROPOSALS}{proposal.pk}/").status_code == 404
    assert Membership.objects.filter(user=proposal.user).count() == 0


def test_a_withdrawal_is_proposed_from_the_persons_page(signed_in, security_administrator, clerk):
    held = clerk.memberships.get()
    client = signed_in(security_administrator)
    assert f"{STAFF}{clerk.pk}/roles/{held.pk}/withdraw/" in client.get(f"{STAFF}{clerk.pk}/").content.decode()
    client.post(f"{STAFF}{clerk.pk}/roles/{held.pk}/withdraw/", {"reason": "调离"})
    proposal = MembershipProposal.objects.get()
    assert (proposal.withdraws, proposal.role, proposal.reason) == (True, "CLERK", "调离")


def test_whoever_is_not_signed_in_is_sent_to_the_right_door():
    """Citizens to the identity service, staff to their sign-in."""
    middleware = LoginRequiredMiddleware(lambda request: None)
    request = RequestFactory().get("/my/page/")
    request.user = AnonymousUser()
    for decorate, door in ((citizen, "/accounts/citizen/"), (requires(Permission.DESK_USE), "/accounts/sign-in/")):
        answer = middleware.process_view(request, decorate(lambda request: None), (), {})
        assert answer.url == f"{door}?next=/my/page/"
    assert middleware.process_view(request, public(lambda request: None), (), {}) is None
