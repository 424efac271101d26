from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access.queries import public
from rendang.kernel.accounts import actions, forms, identity
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.queries import next_address
from rendang.kernel.accounts.sandbox import SandboxProvider

WANTED = "wanted"


@never_cache
@require_http_methods(["GET", "POST"])
@public
def citizen_sign_in(request: HttpRequest) -> HttpResponse:
    """What real-name sign-in is, and the way to the identity provider."""
    wanted = next_address(request, resolve_url(settings.CITIZEN_REDIRECT_URL))
    if isinstance(request.user, User) and request.user.is_citizen:
        return redirect(wanted)
    provider = identity.provider()
    if request.method == "POST" and provider is not None:
        request.session[WANTED] = wanted
        return redirect(provider.start(request))
    return render(request, "accounts/citizen_sign_in.html", {"connected": provider is not None, "next": wanted})


@never_cache
@require_safe
@public
def citizen_return(request: HttpRequest) -> HttpResponse:
    """Back from the identity provider."""
    provider = identity.provider()
    if provider is None:
        raise Http404
    wanted = request.session.get(WANTED) or resolve_url(settings.CITIZEN_REDIRECT_URL)
    try:
        actions.sign_in_citizen(request, provider.confirm(request))
    except ValidationError as refused:
        context = {"connected": True, "next": wanted, "refused": " ".join(refused.messages)}
        return render(request, "accounts/citizen_sign_in.html", context)
    request.session.pop(WANTED, None)
    return redirect(wanted)


@never_cache
@require_http_methods(["GET", "POST"])
@public
def sandbox(request: HttpRequest) -> HttpResponse:
    """Name and number, then the code that stands on the page. Exists in the demonstration only."""
    provider = identity.provider()
    if not isinstance(provider, SandboxProvider):
        raise Http404
    if request.GET.get("again"):
        return redirect(provider.start(request))
    code = provider.code(request)
    form = (forms.CodeForm if code else forms.IdentityForm)(request.POST or None)
    if form.is_valid():
        if not code:
            provider.claim(request, **form.cleaned_data)
            return redirect("accounts:sandbox")
        try:
            provider.prove(request, form.cleaned_data["code"].strip())
        except ValidationError as refused:
            form.add_error(None, refused)
            code = provider.code(request)
        else:
            return redirect("accounts:citizen_return")
    return render(request, "accounts/sandbox.html", {"form": form, "code": code})
