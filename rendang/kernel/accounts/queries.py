"""Questions about accounts: who needs a second factor, who is locked out, which accounts the demonstration shows."""

import datetime as dt
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from rendang.kernel.access.models import Institution
from rendang.kernel.access.queries import ADMINISTRATORS
from rendang.kernel.access.scope import memberships_of
from rendang.kernel.accounts import second_factor
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.audit.sentences import sentence


def demands_second_factor(user: User) -> bool:
    """Whether the rules ask for one, whatever the person prefers: of administrators always (GB/T 22239-2019 8.1.4.1).

    Cheap: the gate asks with every click.
    """
    if not user.is_staff_member:
        return False
    held = memberships_of(user)
    places = {where for where, _role in held if where is not None}
    return any(role in ADMINISTRATORS for _where, role in held) or (
        bool(places) and Institution.objects.filter(pk__in=places, demands_second_factor=True).exists()
    )


def authenticator_of(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()


def recovery_codes_left(user: User) -> int:
    held = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(held).get_unused_codes()) if held else 0


def wrong_codes_lately(user: User) -> int:
    """Wrong second factors since the last right one, within the time a lock-out lasts."""
    since = timezone.now() - dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
    mine = AuditEvent.objects.filter(actor_id=user.pk, at__gte=since)
    passed = mine.filter(verb="account.pass_second_factor").order_by("-pk").values_list("pk", flat=True).first() or 0
    return mine.filter(verb="account.fail_second_factor", pk__gt=passed).count()


def demonstration_code(user: User) -> str:
    """The code an authenticator app would show now. Only in the demonstration, where there is no app to look at."""
    if not settings.DEMONSTRATION:
        raise ImproperlyConfigured("Codes of the second factor are shown in the demonstration only.")
    held = authenticator_of(user)
    if held is None:
        return ""
    return second_factor.current_code(decrypt(held.data["secret"]), used=held.data.get("last_step", 0))


class SignIn(NamedTuple):
    """One time the account was used or tried."""

    at: dt.datetime
    text: str
    address: str


def recent_sign_ins(user: User, limit: int = 8) -> list[SignIn]:
    """When and from where the account was last used or tried, newest first."""
    verbs = ("account.sign_in", "account.fail_sign_in", "account.lock", "account.fail_second_factor")
    mine = AuditEvent.objects.filter(subject_type=User._meta.label_lower, subject_id=user.pk, verb__in=verbs)
    return [
        SignIn(event.at, sentence(event.verb), event.changes.get("address", ""))
        for event in mine.order_by("-pk")[:limit]
    ]


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, for the audit log."""
    return str(request.META.get("REMOTE_ADDR", ""))


def unnamed_client(*_details: Any) -> str:
    """What the log of lock-outs calls a client: nothing. Who it was stands in the audit log."""
    return "a client"


def next_address(request: HttpRequest, default: str) -> str:
    """Where the person wanted to go before they were asked to sign in; never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return default
