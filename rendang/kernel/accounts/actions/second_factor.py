"""Setting up, entering and giving up the second factor."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.queries import demands_second_factor, wrong_codes_lately
from rendang.kernel.accounts.second_factor import matching_step
from rendang.kernel.audit.actions import record


class LockedOut(PermissionDenied):
    """Too many wrong codes: the account must wait as long as after too many wrong passwords."""


@transaction.atomic
def set_second_factor(user: User, *, secret: str, code: str, by: User) -> list[str]:
    """Tie an authenticator app to the account once it has shown a right code. Returns the recovery codes."""
    User.objects.select_for_update().get(pk=user.pk)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise ValidationError(_("A second factor is set up already. Remove it first."))
    step = matching_step(secret, code)
    if step is None:
        raise ValidationError(_("This is not the code the app shows now. Compare the clock of the telephone."))
    return _tie(user, secret, step, by)


@transaction.atomic
def give_second_factor(user: User, *, secret: str, by: User) -> list[str]:
    """Tie a known secret to an account of the demonstration, whose codes are shown on the page."""
    if not settings.DEMONSTRATION:
        raise PermissionDenied
    return _tie(user, secret, 0, by)


def _tie(user: User, secret: str, step: int, by: User) -> list[str]:
    held = TOTP.activate(user, secret).instance
    held.data["last_step"] = step
    held.save(update_fields=["data"])
    codes = RecoveryCodes.activate(user).generate_codes()
    record("account.set_second_factor", user, by=by, detail={})
    return codes


def enter_second_factor(user: User, *, code: str) -> bool:
    """Check a code of the app or a recovery code; each counts once. ``False`` for a wrong one.

    Raises ``LockedOut`` after as many wrong codes as wrong passwords are allowed.
    """
    with transaction.atomic():  # one attempt at a time, so that parallel guesses are counted too
        User.objects.select_for_update().get(pk=user.pk)
        if wrong_codes_lately(user) >= settings.AXES_FAILURE_LIMIT:
            raise LockedOut
        kind = _used(user, code.strip().replace(" ", ""))
        if kind:
            record("account.pass_second_factor", user, by=user, detail={"kind": kind})
        else:
            record("account.fail_second_factor", user, by=user, detail={})
    return bool(kind)


def _used(user: User, code: str) -> str:
    held = {one.type: one for one in Authenticator.objects.select_for_update().filter(user=user)}
    app, recovery = held.get(Authenticator.Type.TOTP), held.get(Authenticator.Type.RECOVERY_CODES)
    if app is not None:
        step = matching_step(decrypt(app.data["secret"]), code)
        if step is not None and step > app.data.get("last_step", 0):
            app.data["last_step"], app.last_used_at = step, timezone.now()
            app.save(update_fields=["data", "last_used_at"])
            return "app"
    if recovery is not None and RecoveryCodes(recovery).validate_code(code):
        return "recovery code"
    return ""


@transaction.atomic
def renew_recovery_codes(user: User, *, by: User) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing from now on."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user).generate_codes()
    record("account.renew_recovery_codes", user, by=by, detail={})
    return codes


@transaction.atomic
def remove_second_factor(user: User, *, by: User, reason: str = "", lost: bool = False) -> None:
    """Give it up. Refused to those who must have one, unless the telephone is ``lost`` (a new one is set up next)."""
    if demands_second_factor(user) and not lost:
        raise ValidationError(_("Your role or institution demands a second factor."))
    Authenticator.objects.filter(user=user).delete()
    record("account.remove_second_factor", user, by=by, reason=reason, detail={"lost": lost})
