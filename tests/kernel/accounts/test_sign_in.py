import pytest
from axes.models import AccessAttempt
from django.conf import settings as real_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from rendang.kernel.accounts.actions import forget_every_night, system_actor, unlock
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from tests import factories
from tests.factories import PASSWORD

SIGN_IN, HOME, PASSWORD_PAGE = "/accounts/sign-in/", "/accounts/security/", "/accounts/password/"


@pytest.fixture
def member(institution):
    return factories.staff(institution, "CLERK", username="wangfang", name="王芳", with_password=True)


@pytest.fixture
def visitor():
    return Client(headers={"accept-language": "en"})


def enter(visitor, username="wangfang", password=PASSWORD, **more):
    return visitor.post(SIGN_IN, {"username": username, "password": password, **more})


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_passwords_are_kept_with_argon2():
    """What the tests replace for speed; the settings themselves say Argon2 first."""
    from importlib import import_module

    assert import_module("rendang.config.settings").PASSWORD_HASHERS == [
        "django.contrib.auth.hashers.Argon2PasswordHasher"
    ]


def test_the_django_admin_is_not_installed_and_nobody_is_a_superuser(member):
    assert "django.contrib.admin" not in real_settings.INSTALLED_APPS
    assert not hasattr(member, "is_superuser")


def test_the_right_password_opens_the_desk_and_leaves_a_trace(visitor, member):
    answer = enter(visitor)
    assert (answer.status_code, answer.url) == (302, reverse("desk:home"))
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id, event.subject_id) == ("account.sign_in", member.pk, member.pk)
    assert event.changes == {"address": "127.0.0.1"}


def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(visitor, member):
    assert visitor.get(HOME).url == f"{SIGN_IN}?next={HOME}"
    assert enter(visitor, next=HOME).url == HOME
    visitor.post("/accounts/sign-out/")
    assert enter(visitor, next="https://elsewhere.example/").url == reverse("desk:home")


@pytest.mark.parametrize(("username", "password"), [("wangfang", "wrong-one-12"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_look_the_same(visitor, member, username, password):
    page = enter(visitor, username, password)
    assert page.status_code == 200
    assert "The user name or the password is wrong." in page.content.decode()
    assert f'value="{username}"' in page.content.decode()
    assert password not in page.content.decode()
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id) == ("account.fail_sign_in", None)
    assert event.subject_id == (member.pk if username == "wangfang" else None)
    assert event.changes == {"address": "127.0.0.1"}


def test_neither_passwords_nor_what_was_typed_as_a_name_are_written_down(visitor, member, caplog):
    enter(visitor, "110101199003074514", "my-secret-password")
    enter(visitor, "wangfang", "my-secret-password")
    for event in AuditEvent.objects.all():
        assert "my-secret-password" not in str(vars(event))
        assert "110101199003074514" not in str(vars(event))
    assert "110101199003074514" not in caplog.text
    assert "wangfang" not in caplog.text


def test_five_wrong_passwords_lock_even_the_right_one_out(visitor, member):
    for _ in range(4):
        assert enter(visitor, password="wrong").status_code == 200
    answer = enter(visitor, password="wrong")
    assert answer.status_code == 429
    assert "locked" in answer.content.decode()
    assert enter(visitor).status_code == 429
    assert visitor.get(HOME).status_code == 302
    assert verbs() == ["account.fail_sign_in"] * 4 + ["account.lock"] * 2


def test_the_security_administrator_unlocks(visitor, member, security_administrator):
    for _ in range(5):
        enter(visitor, password="wrong")
    unlock(member, by=security_administrator, reason="本人来电")
    assert enter(visitor).status_code == 302
    assert verbs()[-2:] == ["account.unlock", "account.sign_in"]


@pytest.mark.parametrize("kind", ["closed", "citizen", "system"])
def test_who_cannot_sign_in_by_password(visitor, kind, db):
    if kind == "closed":
        user = factories.UserFactory(with_password=True, is_active=False)
    elif kind == "citizen":
        user = factories.CitizenFactory()
        user.set_password(PASSWORD)
        user.save()
    else:
        user = system_actor()
    assert enter(visitor, user.username).status_code == 200
    assert "_auth_user_id" not in visitor.session


def test_signing_out_ends_the_session(visitor, member):
    enter(visitor)
    assert visitor.get("/accounts/sign-out/").status_code == 405
    assert visitor.post("/accounts/sign-out/").url == SIGN_IN
    assert visitor.get(HOME).status_code == 302
    assert verbs() == ["account.sign_in", "account.sign_out"]


def test_an_idle_session_ends_and_says_so(visitor, member, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    enter(visitor)
    time_machine.move_to("2026-03-02 09:29", tick=False)
    assert visitor.get(HOME).status_code == 200
    time_machine.move_to("2026-03-02 09:58", tick=False)
    assert visitor.get(HOME).status_code == 200
    time_machine.move_to("2026-03-02 10:29", tick=False)
    answer = visitor.get(HOME, follow=True)
    assert answer.redirect_chain == [(f"{SIGN_IN}?next={HOME}", 302)]
    assert "time limit" in answer.content.decode()
    assert AuditEvent.objects.latest("pk").changes == {"limit": "idle"}


def test_a_session_ends_after_ten_hours_however_busy(visitor, member, time_machine):
    time_machine.move_to("2026-03-02 08:00", tick=False)
    enter(visitor)
    for hour in range(8, 18):
        for minute in (5, 25, 45):
            time_machine.move_to(f"2026-03-02 {hour:02}:{minute:02}", tick=False)
            assert visitor.get(HOME).status_code == 200
    time_machine.move_to("2026-03-02 18:01", tick=False)
    assert visitor.get(HOME).status_code == 302
    assert "_auth_user_id" not in visitor.session


def test_a_fragment_of_a_page_is_not_replaced_by_the_sign_in_page(visitor, member, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    enter(visitor)
    time_machine.move_to("2026-03-02 10:00", tick=False)
    answer = visitor.get(
        HOME, headers={"hx-request": "true", "hx-current-url": f"http://testserver{HOME}", "accept-language": "en"}
    )
    assert answer.headers["HX-Redirect"] == f"{SIGN_IN}?next=%2Faccounts%2Fsecurity%2F"


def test_a_closed_account_is_out_with_the_next_click(visitor, member):
    enter(visitor)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert visitor.get(HOME).status_code == 302


def test_an_initial_password_must_be_changed_first(visitor, member):
    User.objects.filter(pk=member.pk).update(must_change_password=True)
    enter(visitor)
    assert visitor.get(HOME).url == f"{PASSWORD_PAGE}?next=%2Faccounts%2Fsecurity%2F"
    new = "New-horse-staple-8"
    answer = visitor.post(PASSWORD_PAGE, {"old": PASSWORD, "new": new, "again": new, "next": HOME})
    assert answer.url == HOME
    assert visitor.get(HOME).status_code == 200
    visitor.post("/accounts/sign-out/")
    assert enter(visitor, password=PASSWORD).status_code == 200
    assert enter(visitor, password=new).status_code == 302
    assert "account.set_password" in verbs()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"old": "wrong", "new": "New-horse-staple-8", "again": "New-horse-staple-8"}, "not your present password"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "too short"),
        ({"old": PASSWORD, "new": "password1234", "again": "password1234"}, "too common"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "different from the present"),
        ({"old": PASSWORD, "new": "New-horse-staple-8", "again": "New-horse-staple-9"}, "differ"),
    ],
)
def test_refused_new_passwords(visitor, member, data, message):
    enter(visitor)
    assert message in visitor.post(PASSWORD_PAGE, data).content.decode()
    member.refresh_from_db()
    assert member.check_password(PASSWORD)
    assert verbs() == ["account.sign_in"]


def test_changing_the_password_ends_other_sessions(visitor, member):
    enter(visitor)
    other = Client()
    enter(other)
    new = "New-horse-staple-8"
    visitor.post(PASSWORD_PAGE, {"old": PASSWORD, "new": new, "again": new})
    assert visitor.get(HOME).status_code == 200
    assert other.get(HOME).status_code == 302


def test_the_own_page_shows_the_latest_sign_ins(visitor, member):
    enter(visitor, password="wrong")
    enter(visitor)
    page = visitor.get(HOME).content.decode()
    assert "Sign-in failed" in page
    assert "127.0.0.1" in page


def test_ended_sessions_and_old_attempts_are_forgotten(visitor, member, time_machine):
    time_machine.move_to("2026-03-02 09:00", tick=False)
    enter(visitor, password="wrong")
    enter(visitor)
    time_machine.move_to("2026-03-02 20:00", tick=False)
    forget_every_night(timestamp=0)
    assert (Session.objects.count(), AccessAttempt.objects.count()) == (1, 0)
    enter(Client(), password="wrong")
    time_machine.move_to("2026-03-03 20:01", tick=False)
    forget_every_night(timestamp=0)
    assert (Session.objects.count(), AccessAttempt.objects.count()) == (0, 0)
