import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import decrypt
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client

from rendang.kernel.access.models import Role
from rendang.kernel.accounts import actions, second_factor
from rendang.kernel.accounts.queries import demands_second_factor, demonstration_code, wrong_codes_lately
from rendang.kernel.audit.models import AuditEvent
from tests import factories
from tests.factories import PASSWORD

SIGN_IN, HOME = "/accounts/sign-in/", "/accounts/security/"
ENTRY, SETUP, CONFIRM = "/accounts/second-factor/", "/accounts/second-factor/setup/", "/accounts/confirm/"


@pytest.fixture(autouse=True)
def at_nine(time_machine):
    time_machine.move_to("2026-03-02 09:00:10+08:00", tick=False)
    return time_machine


@pytest.fixture
def secret():
    return generate_totp_secret()


@pytest.fixture
def administrator(db):
    return factories.staff(None, Role.SECURITY_ADMINISTRATOR, username="anquan", with_password=True)


@pytest.fixture
def protected(administrator, secret):
    """The administrator with an authenticator app; the time of its first code has passed."""
    administrator.recovery = actions.set_second_factor(
        administrator, secret=secret, code=second_factor.current_code(secret), by=administrator
    )
    return administrator


@pytest.fixture
def later(protected, at_nine):
    at_nine.move_to("2026-03-02 09:05:10+08:00", tick=False)


def browser_of(user):
    browser = Client(headers={"accept-language": "en"})
    assert browser.post(SIGN_IN, {"username": user.username, "password": PASSWORD}).status_code == 302
    return browser


@pytest.mark.parametrize("role", list(Role))
def test_the_three_administrators_always_need_it(institution, role):
    demanded = {"SYSTEM_ADMINISTRATOR", "SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR"}
    assert demands_second_factor(factories.staff(institution, role)) == (role in demanded)


def test_an_institution_can_demand_it(clerk, institution, other_institution):
    institution.demands_second_factor = True
    institution.save()
    assert demands_second_factor(clerk)
    assert not demands_second_factor(factories.staff(other_institution, Role.CLERK))


def test_who_sets_it_up_freely_may_leave_it(institution, administrator):
    clerk = factories.staff(institution, Role.CLERK, username="chuangkou", with_password=True)

    free, demanded = browser_of(clerk).get(SETUP), browser_of(administrator).get(SETUP)

    assert ">Cancel</a>" in free.text
    assert '<button type="submit" class="btn btn-link mt-3">Sign out</button>' not in free.text
    assert ">Cancel</a>" not in demanded.text
    assert '<button type="submit" class="btn btn-link mt-3">Sign out</button>' in demanded.text


def test_until_it_is_set_up_nothing_else_opens(administrator):
    browser = browser_of(administrator)
    assert browser.get(HOME).url == f"{SETUP}?next=%2Faccounts%2Fsecurity%2F"
    assert browser.get("/desk/access/staff/").status_code == 302
    assert browser.post("/accounts/password/", {}).url == SETUP
    page = browser.get(SETUP).content.decode()
    assert "data:image/svg+xml" in page
    assert browser.post("/language/", {"language": "en"}).status_code == 302
    assert browser.post("/accounts/sign-out/").status_code == 302


def test_it_is_set_up_with_a_right_code_and_gives_recovery_codes_once(administrator):
    browser = browser_of(administrator)
    browser.get(SETUP)
    secret = browser.session["new_second_factor"]
    page = browser.post(SETUP, {"code": "000000", "next": HOME}).content.decode()
    assert "not the code the app shows" in page
    assert browser.session["new_second_factor"] == secret
    page = browser.post(SETUP, {"code": second_factor.current_code(secret), "next": HOME}).content.decode()
    held = Authenticator.objects.get(user=administrator, type="totp")
    assert decrypt(held.data["secret"]) == secret
    assert secret not in held.data["secret"]
    assert page.count('<code class="fs-3">') == 10
    assert browser.get(HOME).status_code == 200
    assert AuditEvent.objects.latest("pk").verb == "account.set_second_factor"


def test_with_it_the_password_alone_opens_nothing(protected, later, secret):
    browser = browser_of(protected)
    assert browser.get("/desk/access/staff/").url == f"{ENTRY}?next=%2Fdesk%2Faccess%2Fstaff%2F"
    assert browser.get(SETUP).url == HOME
    assert browser.get(HOME).status_code == 302
    answer = browser.post(ENTRY, {"code": second_factor.current_code(secret), "next": "/desk/access/staff/"})
    assert answer.url == "/desk/access/staff/"
    assert browser.get("/desk/access/staff/").status_code == 200
    event = AuditEvent.objects.get(verb="account.pass_second_factor")
    assert (event.actor_id, event.changes) == (protected.pk, {"kind": "app"})


def test_whoever_set_it_up_of_their_own_will_enters_it_too(institution, secret, at_nine):
    clerk = factories.staff(institution, Role.CLERK, with_password=True)
    actions.set_second_factor(clerk, secret=secret, code=second_factor.current_code(secret), by=clerk)
    at_nine.shift(60)
    assert browser_of(clerk).get(HOME).url == f"{ENTRY}?next=%2Faccounts%2Fsecurity%2F"


def test_each_code_counts_once(protected, later, secret, at_nine):
    code = second_factor.current_code(secret)
    assert actions.enter_second_factor(protected, code=code) is True
    assert actions.enter_second_factor(protected, code=code) is False
    at_nine.shift(30)
    assert actions.enter_second_factor(protected, code=code) is False
    assert actions.enter_second_factor(protected, code=second_factor.current_code(secret)) is True


def test_a_telephone_may_be_half_a_minute_wrong_but_not_more(protected, later, secret, at_nine):
    code = second_factor.current_code(secret)
    at_nine.shift(90)
    assert actions.enter_second_factor(protected, code=code) is False
    at_nine.shift(-60)
    assert actions.enter_second_factor(protected, code=code) is True


def test_a_recovery_code_works_once(protected, later):
    code = protected.recovery[3]
    assert actions.enter_second_factor(protected, code=code) is True
    assert actions.enter_second_factor(protected, code=code) is False
    renewed = actions.renew_recovery_codes(protected, by=protected)
    assert actions.enter_second_factor(protected, code=protected.recovery[4]) is False
    assert actions.enter_second_factor(protected, code=renewed[4]) is True


def test_five_wrong_codes_lock_the_account_for_half_an_hour(protected, later, secret, at_nine):
    browser = browser_of(protected)
    for _ in range(5):
        assert browser.post(ENTRY, {"code": "000000"}).status_code == 200
    answer = browser.post(ENTRY, {"code": second_factor.current_code(secret)})
    assert answer.status_code == 429
    assert "Too many wrong codes" in answer.content.decode()
    # Signing in again with the right password does not give five more.
    assert browser_of(protected).post(ENTRY, {"code": second_factor.current_code(secret)}).status_code == 429
    assert wrong_codes_lately(protected) == 5
    at_nine.shift(31 * 60)
    assert browser_of(protected).post(ENTRY, {"code": second_factor.current_code(secret)}).status_code == 302


def test_who_must_have_it_cannot_remove_it(protected, later):
    with pytest.raises(ValidationError, match="demands"):
        actions.remove_second_factor(protected, by=protected)
    assert Authenticator.objects.filter(user=protected).count() == 2


def test_a_lost_telephone_is_dealt_with_on_the_server(protected, later):
    call_command("reset_second_factor", "anquan", "--reason", "本人持身份证到场")
    assert Authenticator.objects.count() == 0
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason) == ("account.remove_second_factor", "本人持身份证到场")
    assert browser_of(protected).get(HOME).url.startswith(SETUP)


def test_whoever_may_removes_it_on_screen(institution, secret, at_nine, signed_in):
    clerk = factories.staff(institution, Role.CLERK, with_password=True)
    actions.set_second_factor(clerk, secret=secret, code=second_factor.current_code(secret), by=clerk)
    at_nine.shift(60)
    browser = browser_of(clerk)
    browser.post(ENTRY, {"code": second_factor.current_code(secret)})
    browser.post("/accounts/second-factor/remove/")
    assert Authenticator.objects.count() == 0


def test_dangerous_acts_ask_for_the_password_once_more(protected, later, secret, at_nine):
    browser = browser_of(protected)
    browser.post(ENTRY, {"code": second_factor.current_code(secret)})
    page = "/accounts/second-factor/recovery-codes/"
    assert browser.get(page).status_code == 200
    at_nine.shift(11 * 60)
    assert browser.get(page).url == f"{CONFIRM}?next=%2Faccounts%2Fsecond-factor%2Frecovery-codes%2F"
    assert browser.post(page).status_code == 302
    assert "not your password" in browser.post(CONFIRM, {"password": "wrong"}).content.decode()
    assert browser.post(CONFIRM, {"password": PASSWORD, "next": page}).url == page
    assert browser.post(page).content.decode().count('<code class="fs-3">') == 10


def test_the_demonstration_shows_the_current_code(protected, later, secret, settings):
    settings.DEMONSTRATION = True
    page = browser_of(protected).get(ENTRY).content.decode()
    assert second_factor.current_code(secret) in page
    assert "演示" in page


def test_the_demonstration_never_shows_a_code_already_used(protected, later, settings):
    settings.DEMONSTRATION = True
    shown = demonstration_code(protected)
    assert actions.enter_second_factor(protected, code=shown) is True
    assert demonstration_code(protected) != shown
    assert actions.enter_second_factor(protected, code=demonstration_code(protected)) is True


def test_outside_the_demonstration_no_code_is_shown_or_given(protected, later, secret, settings):
    settings.DEMONSTRATION = False
    assert second_factor.current_code(secret) not in browser_of(protected).get(ENTRY).content.decode()
    with pytest.raises(ImproperlyConfigured):
        demonstration_code(protected)
    with pytest.raises(PermissionDenied):
        actions.give_second_factor(factories.UserFactory(), secret=secret, by=protected)
