import re

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.test import Client

from rendang.kernel.accounts.actions import citizen_of
from rendang.kernel.accounts.identity import ConfirmedIdentity, provider
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.sandbox import PATH, SandboxProvider
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.core.crypto import blind_index

START, SANDBOX, RETURN = "/accounts/citizen/", "/accounts/citizen/sandbox/", "/accounts/citizen/return/"
NUMBER = "110101199003074514"


@pytest.fixture
def sandbox(settings):
    settings.DEMONSTRATION = True
    settings.RENDANG_IDENTITY_PROVIDER = PATH


@pytest.fixture
def visitor(db):
    return Client(headers={"accept-language": "en"})


def come_in(visitor, name="李雷", number=NUMBER, wanted=START):
    assert visitor.post(START, {"next": wanted}).url == SANDBOX
    assert visitor.post(SANDBOX, {"name": name, "id_number": number}).url == SANDBOX
    code = re.search(r"<code[^>]*>(\d{6})</code>", visitor.get(SANDBOX).content.decode())[1]
    assert visitor.post(SANDBOX, {"code": code}).url == RETURN
    return visitor.get(RETURN)


def test_a_citizen_comes_in_through_the_sandbox(sandbox, visitor):
    assert come_in(visitor, wanted="/accounts/citizen/?x=1").url == "/accounts/citizen/?x=1"
    citizen = User.objects.get(kind="CITIZEN")
    assert (citizen.name, citizen.id_number, bytes(citizen.id_index)) == ("李雷", NUMBER, blind_index(NUMBER))
    assert visitor.session["_auth_user_id"] == str(citizen.pk)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "account.create",
        "account.sign_in_citizen",
    ]


def test_the_number_is_nowhere_in_the_clear(sandbox, visitor):
    come_in(visitor)
    citizen = User.objects.get(kind="CITIZEN")
    assert NUMBER not in citizen.username
    assert NUMBER not in str([vars(event) for event in AuditEvent.objects.all()])
    assert NUMBER not in str(dict(visitor.session))


def test_the_claim_waits_encrypted_in_the_session(sandbox, visitor):
    visitor.post(START)
    visitor.post(SANDBOX, {"name": "李雷", "id_number": NUMBER})
    assert NUMBER not in str(dict(visitor.session))
    assert "identity_sandbox" in visitor.session


def test_the_same_person_is_the_same_account_with_the_name_confirmed_last(sandbox, db):
    first = come_in(Client(), name="李雷")
    second = come_in(Client(), name="李蕾")
    assert first.status_code == second.status_code == 302
    assert User.objects.get(kind="CITIZEN").name == "李蕾"
    assert AuditEvent.objects.get(verb="account.change").changes == {"name": ["***", "***"]}


def test_an_old_number_of_15_digits_is_the_same_person(db):
    old = citizen_of(ConfirmedIdentity("李雷", "110101900307451"), by=None)
    assert old == citizen_of(ConfirmedIdentity("李雷", NUMBER[:17] + NUMBER[17]), by=None)


def test_an_invalid_number_makes_no_account(db):
    with pytest.raises(ValidationError):
        citizen_of(ConfirmedIdentity("李雷", "110101199003074515"), by=None)
    assert User.objects.count() == 0


def test_a_mistyped_number_is_kept_and_explained(sandbox, visitor):
    visitor.post(START)
    page = visitor.post(SANDBOX, {"name": "李雷", "id_number": "110101199003074515"}).content.decode()
    assert "not a valid ID number" in page
    assert 'value="110101199003074515"' in page


def test_the_code_must_be_right_in_time_and_not_guessed(sandbox, visitor, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    visitor.post(START)
    visitor.post(SANDBOX, {"name": "李雷", "id_number": NUMBER})
    code = SandboxProvider().code(type("Request", (), {"session": visitor.session})())
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        assert "not the code" in visitor.post(SANDBOX, {"code": wrong}).content.decode()
    assert "Begin again" in visitor.post(SANDBOX, {"code": code}).content.decode()
    assert visitor.get(RETURN).status_code == 200
    assert User.objects.count() == 0


def test_a_code_is_worth_nothing_after_five_minutes(sandbox, visitor, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    visitor.post(START)
    visitor.post(SANDBOX, {"name": "李雷", "id_number": NUMBER})
    code = SandboxProvider().code(type("Request", (), {"session": visitor.session})())
    time_machine.shift(301)
    assert "no longer valid" in visitor.post(SANDBOX, {"code": code}).content.decode()
    assert User.objects.count() == 0


def test_coming_back_without_having_proved_anything_opens_nothing(sandbox, visitor):
    visitor.post(START)
    page = visitor.get(RETURN)
    assert "not confirmed" in page.content.decode()
    visitor.post(SANDBOX, {"name": "李雷", "id_number": NUMBER})
    assert "not confirmed" in visitor.get(RETURN).content.decode()
    assert User.objects.count() == 0


def test_a_confirmation_counts_once(sandbox, visitor):
    come_in(visitor)
    visitor.post("/accounts/sign-out/")
    assert visitor.get(RETURN).status_code == 200
    assert "_auth_user_id" not in visitor.session


def test_a_closed_account_stays_out(sandbox, visitor, citizen):
    citizen.is_active = False
    citizen.save()
    assert come_in(visitor).status_code == 403
    assert "_auth_user_id" not in visitor.session


def test_the_sandbox_page_says_what_it_is(sandbox, visitor):
    page = visitor.get(SANDBOX).content.decode()
    assert "演示沙箱" in page
    assert "Demonstration sandbox" in page


def test_the_sandbox_refuses_to_exist_outside_the_demonstration(visitor, settings):
    settings.DEMONSTRATION = False
    settings.RENDANG_IDENTITY_PROVIDER = PATH
    with pytest.raises(ImproperlyConfigured):
        provider()
    assert [problem.id for problem in run_checks() if problem.id == "accounts.E001"] == ["accounts.E001"]


def test_without_a_provider_citizens_are_sent_to_the_counter(visitor, settings):
    settings.RENDANG_IDENTITY_PROVIDER = ""
    assert "go to the counter" in visitor.get(START).content.decode()
    assert visitor.get(SANDBOX).status_code == 404
    assert visitor.get(RETURN).status_code == 404


def test_a_citizens_session_is_short(sandbox, visitor, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    come_in(visitor)
    time_machine.shift(16 * 60)
    visitor.get(START)
    assert "_auth_user_id" not in visitor.session


def test_a_citizen_has_no_business_on_the_desk(signed_in, citizen):
    client = signed_in(citizen)
    for page in ("/desk/access/staff/", "/accounts/security/", "/accounts/password/", "/accounts/staff/new/"):
        assert client.get(page).status_code == 403


def test_citizens_are_refused_the_actions_of_staff(citizen, clerk):
    from rendang.kernel.accounts import actions

    with pytest.raises(PermissionDenied):
        actions.deactivate(clerk, by=citizen, reason="x")
    clerk.refresh_from_db()
    assert clerk.is_active
