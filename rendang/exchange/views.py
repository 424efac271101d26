from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.exchange import actions, forms
from rendang.exchange.models import ApiClient
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where, requires
from rendang.kernel.core.forms import told


@require_safe
@requires(Permission.API_CLIENT_MANAGE)
def clients(request: HttpRequest) -> HttpResponse:
    rows = ApiClient.objects.visible_to(request.user, Permission.API_CLIENT_MANAGE)
    rows = rows.select_related("institution", "created_by").order_by("-pk")[:200]
    return render(request, "exchange/clients.html", {"clients": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.API_CLIENT_MANAGE)
def register(request: HttpRequest) -> HttpResponse:
    form = forms.ClientForm(request.POST or None)
    field = form.fields["institution"]
    field.queryset = institutions_where(request.user, Permission.API_CLIENT_MANAGE)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            client, token = actions.register_client(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            return render(request, "exchange/registered.html", {"client": client, "token": token})
    return render(request, "exchange/register.html", {"form": form})


@require_POST
@requires(Permission.API_CLIENT_MANAGE)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_visible_or_404(ApiClient.objects.all(), request.user, Permission.API_CLIENT_MANAGE, pk=pk)
    with told(request, _("The token opens nothing any more.")):
        actions.revoke_client(client, by=request.user)
    return redirect("exchange:clients")
