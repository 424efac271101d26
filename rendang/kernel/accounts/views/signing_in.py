from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rendang.kernel.access.queries import public
from rendang.kernel.accounts import actions, forms
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.queries import next_address


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = next_address(request, resolve_url(settings.LOGIN_REDIRECT_URL))
    if isinstance(request.user, User) and request.user.is_staff_member:
        return redirect(wanted)
    form = forms.SignInForm(request.POST or None)
    if form.is_valid():
        try:
            actions.sign_in(request, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return redirect(wanted)
    return render(request, "accounts/sign_in.html", {"form": form, "next": next_address(request, "")})


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):
        return redirect("accounts:sign_in")
    actions.sign_out(request, by=user)
    return redirect("/" if user.is_citizen else "accounts:sign_in")
