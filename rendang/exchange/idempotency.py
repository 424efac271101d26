"""Writes over the interface that may be repeated safely: ``Idempotency-Key``."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from rendang.exchange.actions import once
from rendang.exchange.queries import client_of

PREFIX = "/api/"
MAX_LENGTH = 80


class IdempotencyMiddleware:
    """A POST under /api/ with the header ``Idempotency-Key`` is done once; its repetition gets the first answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method != "POST" or not request.path.startswith(PREFIX):
            return self.get_response(request)
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        client = client_of(token) if scheme.lower() == "bearer" else None
        if client is None:
            return self.get_response(request)
        if len(key) > MAX_LENGTH:
            return problem(400, _("An idempotency key has at most 80 characters."))
        asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
        answer = once(client, key, asked, lambda: self.get_response(request))
        return answer or problem(422, _("This idempotency key was used for a different request."))


def problem(status: int, detail: str) -> JsonResponse:
    """A refusal as the interface puts it (RFC 9457)."""
    return JsonResponse({"status": status, "detail": detail}, status=status, content_type="application/problem+json")
