"""Everything that changes the programs which use the interface."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.exchange.models import ApiClient, IdempotentRequest
from rendang.exchange.queries import digest
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.models import User
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.jobs import job, scheduled

# How long a repeated request is recognised.
REMEMBERED = dt.timedelta(days=2)


@transaction.atomic
def register_client(
    institution: Institution, *, by: Any, name: str, scopes: Iterable[str], expires_on: dt.date
) -> tuple[ApiClient, str]:
    """A new client and its token, which is shown this once and stored nowhere."""
    if not can(by, Permission.API_CLIENT_MANAGE, at=institution):
        raise PermissionDenied
    scopes = sorted(set(scopes))
    if not scopes or set(scopes) - set(API_SCOPES):
        raise ValidationError({"scopes": _("Choose at least one of the scopes offered.")})
    if expires_on <= timezone.localdate():
        raise ValidationError({"expires_on": _("The token must be valid for some time.")})
    token = secrets.token_urlsafe(32)
    actor = User.objects.create(
        kind=User.Kind.CLIENT, username=f"client-{secrets.token_hex(8)}", name=name, password="!"
    )
    client = ApiClient(
        name=name,
        institution=institution,
        actor=actor,
        token_digest=digest(token),
        scopes=scopes,
        created_by=by,
        expires_on=expires_on,
    )
    client.save()
    audit.record("api_client.register", client, by=by)
    return client, token


@transaction.atomic
def revoke_client(client: ApiClient, *, by: Any) -> ApiClient:
    """From now on the token opens nothing."""
    if not can(by, Permission.API_CLIENT_MANAGE, at=client.institution_id):
        raise PermissionDenied
    client = ApiClient.objects.select_for_update().get(pk=client.pk)
    if client.revoked_at:
        raise ValidationError(_("This client is revoked already."))
    before = audit.snapshot(client)
    client.revoked_at = timezone.now()
    client.save(update_fields=["revoked_at"])
    audit.record("api_client.revoke", client, by=by, before=before)
    return client


def once(client: ApiClient, key: str, request: bytes, respond: Callable[[], HttpResponse]) -> HttpResponse | None:
    """Answer a write once per key: a repetition gets the first answer, without doing anything.

    ``None`` when the key was used for a different request. Two at the same moment: the second waits for the first.
    Only success is remembered, so a refused request may be corrected and sent again with its key.
    """
    asked = hashlib.sha256(request).digest()
    with transaction.atomic():
        ApiClient.objects.select_for_update(no_key=True).get(pk=client.pk)
        known = IdempotentRequest.objects.filter(client=client, key=key).first()
        if known:
            if bytes(known.request_digest) != asked:
                return None
            return HttpResponse(bytes(known.body), status=known.status, content_type="application/json")
        answer = respond()
        if answer.status_code < 300:
            IdempotentRequest.objects.create(
                client=client, key=key, request_digest=asked, status=answer.status_code, body=answer.content
            )
        return answer


@scheduled(cron="17 3 * * *")
@job(queueing_lock="forget_idempotent_requests")
def forget_idempotent_requests(timestamp: int) -> None:
    """Keys older than two days are forgotten."""
    IdempotentRequest.objects.filter(created_at__lt=timezone.now() - REMEMBERED).delete()
