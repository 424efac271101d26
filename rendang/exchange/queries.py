"""Who a token belongs to."""

import hashlib
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from rendang.exchange.models import ApiClient


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def client_of(token: str) -> ApiClient | None:
    """The client with this token, unless it has expired or been revoked."""
    return (
        ApiClient.objects.filter(
            token_digest=digest(token), revoked_at__isnull=True, expires_on__gte=timezone.localdate()
        )
        .select_related("actor", "institution")
        .first()
    )


class TokenAuthentication(HttpBearer):
    """``Authorization: Bearer <token>``; the client then acts with its scopes at its institution, nowhere else."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        client = client_of(token)
        if client is None:
            return None
        actor: Any = client.actor
        actor._membership_rows = [(client.institution_id, "API_CLIENT")]
        actor.scopes = frozenset(client.scopes)
        request.user = actor
        request.api_client = client  # type: ignore[attr-defined]
        return actor
