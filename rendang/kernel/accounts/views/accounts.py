"""What the security administrator does with accounts; granting roles is in ``kernel/access``."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import requires
from rendang.kernel.accounts import actions, forms
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.views.security import confirmed, staff_of


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.ROLE_PROPOSE)
@confirmed
def create(request: HttpRequest) -> HttpResponse:
    form = forms.AccountForm(request.POST or None)
    if form.is_valid():
        try:
            user, password = actions.create_account(**form.cleaned_data, by=staff_of(request))
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return _initial_password(request, user, password)
    return render(request, "accounts/create.html", {"form": form})


def _initial_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """Shown once and kept nowhere."""
    return render(request, "accounts/initial_password.html", {"member": user, "password": password})


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.ROLE_PROPOSE)
@confirmed
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    user = _member(pk)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            password = actions.reset_password(user, by=staff_of(request), **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return _initial_password(request, user, password)
    label = _("Issue a new initial password")
    return render(request, "accounts/manage.html", {"form": form, "member": user, "label": label})


def _page(label: Promise, done: Promise, act: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    @require_http_methods(["GET", "POST"])
    @requires(Permission.ROLE_PROPOSE)
    @confirmed
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        user = _member(pk)
        form = forms.ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                act(user, by=staff_of(request), **form.cleaned_data)
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                messages.success(request, str(done))
                return redirect("access:member", user.pk)
        return render(request, "accounts/manage.html", {"form": form, "member": user, "label": label})

    return page


deactivate = _page(
    gettext_lazy("Close the account"),
    gettext_lazy("The account is closed. Open sessions end with their next click."),
    actions.deactivate,
)
reactivate = _page(gettext_lazy("Reopen the account"), gettext_lazy("The account is open again."), actions.reactivate)
unlock = _page(
    gettext_lazy("Unlock the sign-in"), gettext_lazy("The person may try to sign in again now."), actions.unlock
)


def _member(pk: int) -> User:
    return get_object_or_404(User, pk=pk, kind=User.Kind.STAFF)
