"""What every test may ask for by name."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from rendang.kernel.access.models import Institution, Role
from rendang.kernel.accounts.models import User
from rendang.kernel.documents import typesetting
from rendang.kernel.standards.queries import freshness
from tests import factories, standards

# A gate gives the same answer to the same change; new examples are looked for where somebody can look into them.
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("gate" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Without a pool: its idle connections would keep the test database from being dropped.

    Tables of tests are so small that any plan does; planning every statement anew is a quarter of the database's time.
    """
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    options.pop("pool", None)
    options["options"] = options["options"].replace("force_custom_plan", "auto")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Transactional tests empty every table afterwards, which the audit log refuses outside the tests."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_event_is_not_emptied")
        cursor.execute("ALTER TABLE audit_auditseal DISABLE TRIGGER audit_seal_is_not_emptied")
        standards.load(cursor)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A transactional test leaves every table empty; the next test finds the standards again."""
    yield
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    emptied = fixtures or (marker and marker.kwargs.get("transaction"))
    if emptied and nextitem is not None:  # after the last test the database is gone
        with django_db_blocker_of(item).unblock(), connection.cursor() as cursor:
            standards.restore(cursor)


def django_db_blocker_of(item: pytest.Item) -> Any:
    from pytest_django.plugin import blocking_manager_key

    return item.config.stash[blocking_manager_key]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Messages are compared in the language of the sources; tests/test_translations.py keeps the Chinese."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_request_is_under_way() -> None:
    """A streamed answer that a test does not read to its end is a request without one: its standards stand still."""
    freshness.end()


@pytest.fixture(autouse=True)
def _cheap_password_hash(settings: object) -> None:
    """Argon2 is slow on purpose; tests/kernel/accounts checks that the real settings use it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _plain_static_files(settings: object) -> None:
    """Static files straight from their sources; tests/config looks at how they are collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # type: ignore[attr-defined]
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True  # type: ignore[attr-defined]


class FirstCopies:
    """Typesets each template once and hands the same PDF out again: for those to whom it is all one what it says."""

    def __init__(self, compiler: Any) -> None:
        self.compiler = compiler
        self.made: dict[str, bytes] = {}

    def compile(self, *, input: str, **given: Any) -> bytes:
        if input not in self.made:
            self.made[input] = self.compiler.compile(input=input, **given)
        return self.made[input]


@pytest.fixture(scope="module")
def one_copy_of_each_paper() -> Iterator[None]:
    """Most of the time of whoever walks through the business is typesetting; what is printed is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        copies = FirstCopies(typesetting._compiler())
        patch.setattr(typesetting, "_compiler", lambda: copies)
        yield


@pytest.fixture
def institution(db: None) -> Institution:
    return factories.InstitutionFactory()


@pytest.fixture
def other_institution(db: None) -> Institution:
    return factories.InstitutionFactory()


@pytest.fixture
def clerk(institution: Institution) -> User:
    return factories.staff(institution, Role.CLERK)


@pytest.fixture
def reviewer(institution: Institution) -> User:
    return factories.staff(institution, Role.REVIEWER)


@pytest.fixture
def approver(institution: Institution) -> User:
    return factories.staff(institution, Role.APPROVER)


@pytest.fixture
def keeper(institution: Institution) -> User:
    return factories.staff(institution, Role.KEEPER)


@pytest.fixture
def digitiser(institution: Institution) -> User:
    return factories.staff(institution, Role.DIGITISER)


@pytest.fixture
def head(institution: Institution) -> User:
    return factories.staff(institution, Role.HEAD)


@pytest.fixture
def supervisor(db: None) -> User:
    return factories.staff(None, Role.SUPERVISOR)


@pytest.fixture
def system_administrator(db: None) -> User:
    return factories.staff(None, Role.SYSTEM_ADMINISTRATOR)


@pytest.fixture
def security_administrator(db: None) -> User:
    return factories.staff(None, Role.SECURITY_ADMINISTRATOR)


@pytest.fixture
def audit_administrator(db: None) -> User:
    return factories.staff(None, Role.AUDIT_ADMINISTRATOR)


@pytest.fixture
def citizen(db: None) -> User:
    return factories.CitizenFactory()


@pytest.fixture
def signed_in() -> Iterator[Callable[[User], Client]]:
    """``signed_in(clerk).get(url)``: a browser in which that person has signed in, second factor included."""

    def sign_in(user: User, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["second_factor"] = True
        session.save()
        return client

    yield sign_in
