import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from rendang.kernel.access.models import Membership
from rendang.kernel.accounts import actions
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from tests.factories import PASSWORD


def test_there_is_one_system_actor_who_cannot_sign_in(db):
    first, second = actions.system_actor(), actions.system_actor()
    assert first == second
    assert (first.username, first.kind, first.has_usable_password()) == ("system", "SYSTEM", False)
    assert AuditEvent.objects.get().verb == "account.create"


def test_a_new_account_has_an_initial_password_and_no_role(security_administrator):
    user, password = actions.create_account(username="zhaoliu", name="赵六", by=security_administrator)
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}-\w{4}", password)
    assert user.check_password(password)
    assert user.must_change_password
    assert user.memberships.count() == 0
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id) == ("account.create", security_administrator.pk)
    assert password not in str(event.changes)


def test_only_the_security_administrator_makes_accounts(head, system_administrator):
    before = User.objects.count()
    for somebody in (head, system_administrator):
        with pytest.raises(PermissionDenied):
            actions.create_account(username="zhaoliu", name="赵六", by=somebody)
    assert (User.objects.count(), AuditEvent.objects.count()) == (before, 0)


def test_a_user_name_is_taken_once(security_administrator, clerk):
    with pytest.raises(ValidationError, match="already"):
        actions.create_account(username=clerk.username, name="赵六", by=security_administrator)


def test_a_forgotten_password(security_administrator, clerk):
    password = actions.reset_password(clerk, by=security_administrator, reason="本人申请")
    clerk.refresh_from_db()
    assert clerk.check_password(password)
    assert clerk.must_change_password
    event = AuditEvent.objects.get()
    assert (event.verb, event.reason, event.changes) == ("account.reset_password", "本人申请", {})


def test_accounts_are_closed_and_reopened(security_administrator, clerk):
    actions.deactivate(clerk, by=security_administrator, reason="离职")
    clerk.refresh_from_db()
    assert not clerk.is_active
    with pytest.raises(ValidationError, match="already"):
        actions.deactivate(clerk, by=security_administrator, reason="离职")
    actions.reactivate(clerk, by=security_administrator, reason="返聘")
    clerk.refresh_from_db()
    assert clerk.is_active
    changes = list(AuditEvent.objects.order_by("pk").values_list("changes", flat=True))
    assert changes == [{"is_active": [True, False]}, {"is_active": [False, True]}]


def test_nobody_manages_their_own_account(security_administrator):
    for act in (actions.deactivate, actions.reset_password):
        with pytest.raises(ValidationError, match="own"):
            act(security_administrator, by=security_administrator, reason="x")


@pytest.fixture
def administrator_browser(signed_in, security_administrator, time_machine):
    client = signed_in(security_administrator)
    security_administrator.set_password(PASSWORD)
    security_administrator.save()
    client = signed_in(security_administrator)
    client.post("/accounts/confirm/", {"password": PASSWORD})
    return client


def test_an_account_is_made_on_screen_and_the_password_shown_once(administrator_browser):
    data = {"username": "zhaoliu", "name": "赵六", "email": ""}
    page = administrator_browser.post("/accounts/staff/new/", data).content.decode()
    password = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", page)[0]
    assert User.objects.get(username="zhaoliu").check_password(password)


def test_a_refused_account_keeps_what_was_typed(administrator_browser, clerk):
    page = administrator_browser.post("/accounts/staff/new/", {"username": clerk.username, "name": "赵六"})
    assert "already" in page.content.decode()
    assert 'value="赵六"' in page.content.decode()


@pytest.mark.parametrize("what", ["password", "deactivate", "reactivate", "unlock"])
def test_the_pages_of_an_account_ask_for_a_reason(administrator_browser, clerk, what):
    page = f"/accounts/staff/{clerk.pk}/{what}/"
    assert administrator_browser.get(page).status_code == 200
    before = AuditEvent.objects.count()
    assert administrator_browser.post(page, {"reason": ""}).status_code == 200
    assert AuditEvent.objects.count() == before


def test_the_pages_need_the_security_administrator_and_a_fresh_password(
    signed_in, head, security_administrator, clerk
):
    page = f"/accounts/staff/{clerk.pk}/deactivate/"
    assert signed_in(head).get(page).status_code == 403
    assert signed_in(security_administrator).get(page).url.startswith("/accounts/confirm/")
    assert Client().get(page).url.startswith("/accounts/sign-in/")


def test_an_installation_begins_with_four_people(db, capsys):
    people = {
        "system": "xitong:王一",
        "security": "anquan:王二",
        "audit": "shenji:王三",
        "supervisor": "jianguan:王四",
    }
    call_command("first_accounts", **people)
    assert sorted(Membership.objects.values_list("user__username", "role")) == [
        ("anquan", "SECURITY_ADMINISTRATOR"),
        ("jianguan", "SUPERVISOR"),
        ("shenji", "AUDIT_ADMINISTRATOR"),
        ("xitong", "SYSTEM_ADMINISTRATOR"),
    ]
    password = capsys.readouterr().out.splitlines()[1].split()[-1]
    assert User.objects.get(username="anquan").check_password(password)
    with pytest.raises(CommandError, match="already"):
        call_command("first_accounts", **people)
