"""The gate behind sign-in: time limits of a session, second factor and first password, before any page is reached."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from rendang.kernel.accounts.actions.signing_in import BEGAN, SECOND_FACTOR, SECOND_FACTOR_DUE, SEEN, end_session
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.queries import authenticator_of, demands_second_factor

# What may be reached before the second factor and the first password: their own pages, the way out, the language.
FREE = frozenset(
    {
        "accounts:confirm",
        "accounts:second_factor",
        "accounts:second_factor_setup",
        "accounts:sign_out",
        "set_language",
        "healthz",
        "readyz",
    }
)
SEEN_EVERY = 60  # seconds; a session is written at most this often


class Gate:
    """Middleware, after sessions, authentication and messages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and (limit := self._passed_limit(request, user)):
            end_session(request, by=user, limit=limit)
            messages.info(request, _("You were signed out because a time limit had passed. Please sign in again."))
            if "HX-Request" in request.headers:
                page = urlsplit(request.headers.get("HX-Current-URL", "")).path
                return HttpResponseClientRedirect(f"{_sign_in_page(user)}?{urlencode({'next': page})}")
        return self.get_response(request)

    def _passed_limit(self, request: HttpRequest, user: User) -> str:
        """Which limit the session has passed, if any; else the session is noted as used."""
        now = time.time()
        began, seen = request.session.setdefault(BEGAN, now), request.session.get(SEEN, 0)
        kind = "citizen" if user.is_citizen else "staff"
        limits = settings.RENDANG_SESSION_MINUTES[kind]
        if now - began > limits["absolute"] * 60:
            return "absolute"
        if seen and now - seen > limits["idle"] * 60:
            return "idle"
        if now - seen > SEEN_EVERY:
            request.session[SEEN] = now
        return ""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or not user.is_staff_member or match is None or match.view_name in FREE:
            return None
        if not request.session.get(SECOND_FACTOR):
            if request.session.get(SECOND_FACTOR_DUE):
                return _go(request, "accounts:second_factor")
            if demands_second_factor(user):
                held = authenticator_of(user) is not None
                return _go(request, "accounts:second_factor" if held else "accounts:second_factor_setup")
        if user.must_change_password and match.view_name != "accounts:password":
            return _go(request, "accounts:password")
        return None


def _sign_in_page(user: User) -> str:
    return reverse("accounts:citizen_sign_in" if user.is_citizen else "accounts:sign_in")


def _go(request: HttpRequest, view: str) -> HttpResponse:
    """To the page that must come first, and from there back to where the person was going."""
    address = reverse(view)
    if request.method == "GET":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseClientRedirect(address) if "HX-Request" in request.headers else redirect(address)
