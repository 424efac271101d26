"""Making accounts, closing them, and their passwords."""

import secrets

from django.contrib.auth import password_validation, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.actions import record, snapshot
from rendang.kernel.audit.sentences import SYSTEM

# Without characters that are mistaken for each other when read from paper (0 O 1 l I).
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


@transaction.atomic
def system_actor() -> User:
    """Whoever acts when nobody does: jobs, deadlines, the loading of standards. Cannot sign in."""
    user, created = User.objects.get_or_create(
        kind=User.Kind.SYSTEM, defaults={"username": "system", "name": SYSTEM, "password": "!"}
    )
    if created:
        record("account.create", user, by=None, detail={"kind": [None, user.kind]})
    return user


@transaction.atomic
def create_account(*, username: str, name: str, email: str = "", by: User | None) -> tuple[User, str]:
    """An account for a member of staff, without any role yet. Returns it with its initial password, known once.

    ``by`` is the security administrator; ``None`` only when the first accounts are made on the server itself.
    """
    if by is not None and not can(by, Permission.ROLE_PROPOSE):
        raise PermissionDenied
    password = _initial_password()
    user = User(username=username, name=name, email=email, password=make_password(password), must_change_password=True)
    user.full_clean(exclude=["password"])
    user.save()
    record("account.create", user, by=by, detail={"username": [None, username], "kind": [None, user.kind]})
    return user, password


@transaction.atomic
def reset_password(user: User, *, by: User, reason: str) -> str:
    """A new initial password for somebody who forgot theirs. Their second factor stays as it is."""
    _check_may_manage(user, by)
    user = User.objects.select_for_update().get(pk=user.pk)
    password = _initial_password()
    user.password, user.must_change_password = make_password(password), True
    user.save(update_fields=["password", "must_change_password"])
    record("account.reset_password", user, by=by, reason=reason, detail={})
    return password


@transaction.atomic
def deactivate(user: User, *, by: User, reason: str) -> None:
    """Close the account at once: open sessions end with the next click. Roles are kept for the record."""
    _check_may_manage(user, by)
    _set_active(user, False, "account.deactivate", by, reason)


@transaction.atomic
def reactivate(user: User, *, by: User, reason: str) -> None:
    _check_may_manage(user, by)
    _set_active(user, True, "account.reactivate", by, reason)


def _set_active(user: User, active: bool, verb: str, by: User, reason: str) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active == active:
        raise ValidationError(_("The account is already in this state."))
    before = snapshot(user)
    user.is_active = active
    user.save(update_fields=["is_active"])
    record(verb, user, by=by, before=before, reason=reason)


def _check_may_manage(user: User, by: User) -> None:
    if not can(by, Permission.ROLE_PROPOSE) or not user.is_staff_member:
        raise PermissionDenied
    if user.pk == by.pk:
        raise ValidationError(_("Nobody manages their own account."))


@transaction.atomic
def set_password(request: HttpRequest, *, old: str, new: str, by: User) -> None:
    """A password of one's own choice; the other sessions of the account end."""
    user = User.objects.select_for_update().get(pk=by.pk)
    if not user.check_password(old):
        raise ValidationError({"old": _("This is not your present password.")})
    if user.check_password(new):
        raise ValidationError({"new": _("Choose a password different from the present one.")})
    try:
        password_validation.validate_password(new, user)
    except ValidationError as refused:
        raise ValidationError({"new": refused.messages}) from None
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    update_session_auth_hash(request, user)
    record("account.set_password", user, by=user, detail={})


def _initial_password() -> str:
    """Four groups of four letters or digits: 93 bits, readable over a counter."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))
