"""A person's own account: password, second factor, recovery codes; the password again before dangerous acts."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.kernel.access.queries import signed_in
from rendang.kernel.accounts import actions, forms, queries
from rendang.kernel.accounts import second_factor as codes
from rendang.kernel.accounts.actions.signing_in import CONFIRMED, SECOND_FACTOR
from rendang.kernel.accounts.models import User
from rendang.kernel.core.forms import told

NEW_SECRET = "new_second_factor"
CONFIRMED_FOR = 10 * 60  # seconds during which the password need not be entered again

View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """Ask for the password once more unless it was entered in the last ten minutes (see ``confirm``)."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if time.time() - request.session.get(CONFIRMED, 0) > CONFIRMED_FOR:
            back = request.get_full_path() if request.method == "GET" else reverse("accounts:security")
            return redirect(f"{reverse('accounts:confirm')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return checked


def staff_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.is_staff_member:
        raise PermissionDenied
    return request.user


@require_safe
@signed_in
def security(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    context = {
        "has_second_factor": queries.authenticator_of(user) is not None,
        "demanded": queries.demands_second_factor(user),
        "codes_left": queries.recovery_codes_left(user),
        "sign_ins": queries.recent_sign_ins(user),
    }
    return render(request, "accounts/security.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    form = forms.PasswordForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.set_password(request, old=data["old"], new=data["new"], by=user)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The password is changed. Other sessions of this account have ended."))
            return redirect(queries.next_address(request, reverse("accounts:security")))
    context = {"form": form, "first": user.must_change_password, "next": queries.next_address(request, "")}
    return render(request, "accounts/password.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Enter the code before anything else can be reached."""
    user = staff_of(request)
    wanted = queries.next_address(request, resolve_url(settings.LOGIN_REDIRECT_URL))
    if queries.authenticator_of(user) is None:
        return redirect("accounts:second_factor_setup")
    form = forms.CodeForm(request.POST or None)
    locked = False
    if form.is_valid():
        try:
            right = actions.enter_second_factor(user, code=form.cleaned_data["code"])
        except actions.LockedOut:
            locked = True
        else:
            if right:
                request.session[SECOND_FACTOR] = True
                return redirect(wanted)
            form.add_error("code", _("This is not the code the app shows now, or it was used already."))
    context = {
        "form": form,
        "locked": locked,
        "next": queries.next_address(request, ""),
        "shown": queries.demonstration_code(user) if settings.DEMONSTRATION else "",
        "seconds_left": codes.seconds_left(),
    }
    return render(request, "accounts/second_factor.html", context, status=429 if locked else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    if queries.authenticator_of(user) is not None:
        return redirect("accounts:security")
    secret = request.session.setdefault(NEW_SECRET, generate_totp_secret())
    form = forms.CodeForm(request.POST or None)
    if form.is_valid():
        try:
            recovery = actions.set_second_factor(user, secret=secret, code=form.cleaned_data["code"].strip(), by=user)
        except ValidationError as refused:
            form.add_error("code", refused)
        else:
            del request.session[NEW_SECRET]
            request.session[SECOND_FACTOR] = True
            wanted = queries.next_address(request, reverse("accounts:security"))
            return render(request, "accounts/recovery_codes.html", {"codes": recovery, "next": wanted})
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": codes.picture(user.username, secret),
        "next": queries.next_address(request, ""),
        "shown": codes.current_code(secret) if settings.DEMONSTRATION else "",
        "demanded": queries.demands_second_factor(user),
    }
    return render(request, "accounts/second_factor_setup.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Asks first; then shows ten new codes once."""
    user = staff_of(request)
    if queries.authenticator_of(user) is None:
        return redirect("accounts:second_factor_setup")
    if request.method == "POST":
        recovery = actions.renew_recovery_codes(user, by=user)
        context = {"codes": recovery, "next": reverse("accounts:security")}
        return render(request, "accounts/recovery_codes.html", context)
    return render(request, "accounts/renew_recovery_codes.html")


@require_POST
@signed_in
@confirmed
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    with told(request, _("The second factor is removed.")):
        actions.remove_second_factor(user, by=user)
    return redirect("accounts:security")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    form = forms.ConfirmForm(request.POST or None)
    if form.is_valid():
        try:
            actions.confirm_password(request, password=form.cleaned_data["password"], by=user)
        except ValidationError as refused:
            form.add_error("password", refused)
        else:
            return redirect(queries.next_address(request, reverse("accounts:security")))
    return render(request, "accounts/confirm.html", {"form": form, "next": queries.next_address(request, "")})
