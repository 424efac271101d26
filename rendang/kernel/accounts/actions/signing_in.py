"""Coming in and going out. Every attempt leaves a trace; none leaves a password."""

import datetime as dt
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset as forget_failures
from django.contrib.auth import authenticate, login, logout
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.identity import ConfirmedIdentity
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.queries import address_of, authenticator_of
from rendang.kernel.audit.actions import record
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import convert_old_id_number, id_number_problem, normalise_id_number
from rendang.kernel.core.jobs import job, scheduled

BACKEND = "django.contrib.auth.backends.ModelBackend"
# What a session remembers: when it began and when it was last used (seconds since 1970), and what was proved.
BEGAN, SEEN, CONFIRMED = "began", "seen", "confirmed"
SECOND_FACTOR_DUE, SECOND_FACTOR = "second_factor_due", "second_factor"


def sign_in(request: HttpRequest, *, username: str, password: str) -> User:
    """Staff by name and password. Refuses with one and the same message whatever was wrong; locks after repetition."""
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User) and user.is_staff_member:
        _enter(request, user)
        return user
    known = User.objects.filter(username=username).first()
    verb = "account.lock" if getattr(request, "axes_locked_out", False) else "account.fail_sign_in"
    with transaction.atomic():
        # A wrong name is not written down: people type passwords and identity numbers into the wrong box.
        record(verb, known or User(), by=None, detail={"address": address_of(request)})
    raise ValidationError(_("The user name or the password is wrong. Mind capital letters."))


@transaction.atomic
def sign_in_citizen(request: HttpRequest, identity: ConfirmedIdentity) -> User:
    """Whoever the identity provider confirmed: found again by the number, made an account the first time."""
    user = citizen_of(identity, by=None)
    if not user.is_active:
        raise PermissionDenied
    _enter(request, user)
    return user


@transaction.atomic
def citizen_of(identity: ConfirmedIdentity, *, by: User | None) -> User:
    """The citizen's account for a confirmed identity; the name is the one confirmed last."""
    number = normalise_id_number(identity.id_number)
    if id_number_problem(number):
        raise ValidationError(_("The identity provider returned a number that is not valid."))
    if len(number) == 15:
        number = convert_old_id_number(number)
    index = blind_index(number)
    user, created = User.objects.select_for_update().get_or_create(
        id_index=index,
        defaults={
            "kind": User.Kind.CITIZEN,
            "username": f"citizen-{index.hex()}",
            "name": identity.name,
            "id_number": number,
            "password": "!",
        },
    )
    if created:
        record("account.create", user, by=by or user, detail={"kind": [None, user.kind]})
    elif user.name != identity.name:
        user.name = identity.name
        user.save(update_fields=["name"])
        record("account.change", user, by=by or user, detail={"name": ["***", "***"]})
    return user


def sign_out(request: HttpRequest, *, by: User) -> None:
    _leave(request, by, "account.sign_out", {})


def end_session(request: HttpRequest, *, by: User, limit: str) -> None:
    """The time limit ``limit`` (``idle`` or ``absolute``) has passed."""
    _leave(request, by, "account.end_session", {"limit": limit})


@transaction.atomic
def _enter(request: HttpRequest, user: User) -> None:
    login(request, user, backend=BACKEND)
    now = dt.datetime.now(dt.UTC).timestamp()
    has_second_factor = user.is_staff_member and authenticator_of(user) is not None
    request.session.update({BEGAN: now, SEEN: now, CONFIRMED: now, SECOND_FACTOR_DUE: has_second_factor})
    verb = "account.sign_in_citizen" if user.is_citizen else "account.sign_in"
    record(verb, user, by=user, detail={"address": address_of(request)})


@transaction.atomic
def _leave(request: HttpRequest, user: User, verb: str, detail: dict[str, Any]) -> None:
    logout(request)
    record(verb, user, by=user, detail=detail)


@transaction.atomic
def unlock(user: User, *, by: User, reason: str) -> None:
    """Forget the failed attempts, so that the person may try again at once."""
    if not can(by, Permission.ROLE_PROPOSE) or user.pk == by.pk:
        raise PermissionDenied
    forget_failures(username=user.username)
    record("account.unlock", user, by=by, reason=reason, detail={})


def confirm_password(request: HttpRequest, *, password: str, by: User) -> None:
    """The password once more, before a dangerous act. Wrong ones count towards the lock-out like those at sign-in."""
    if authenticate(request, username=by.username, password=password) != by:
        with transaction.atomic():
            record("account.fail_sign_in", by, by=by, detail={"address": address_of(request)})
        raise ValidationError(_("This is not your password."))
    request.session[CONFIRMED] = dt.datetime.now(dt.UTC).timestamp()
    with transaction.atomic():
        record("account.confirm_password", by, by=by, detail={})


@scheduled(cron="41 2 * * *")
@job(queue="accounts", queueing_lock="accounts.forget")
def forget_every_night(timestamp: int) -> None:
    """Clear ended sessions, and failed attempts that no longer lock anybody out (they carry addresses)."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - dt.timedelta(days=1)).delete()
