"""告知承诺 as the citizen sees it: what is missing, what that may mean, and the promise, confirmed online."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers import actions
from rendang.dossiers.models import Undertaking
from rendang.kernel.access.queries import citizen
from rendang.kernel.files.serving import serve
from rendang.portal import forms


def _own(request: HttpRequest, pk: int) -> Undertaking:
    index = bytes(request.user.id_index)  # type: ignore[arg-type,union-attr]
    rows = Undertaking.objects.select_related("institution", "person", "notice_file")
    found = rows.filter(pk=pk, person__id_index=index).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@citizen
def undertaking(request: HttpRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    form = forms.PromiseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_online(found, by=request.user, statement=form.cleaned_data["statement"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("Your promise is confirmed."))
            return redirect("portal:undertaking", pk)
    context: dict[str, Any] = {"undertaking": found, "items": found.items.all(), "form": form}
    return render(request, "portal/undertaking.html", context)


@never_cache
@require_safe
@citizen
def undertaking_paper(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The notice and the promise as PDF."""
    found = _own(request, pk)
    if found.notice_file is None:
        raise Http404
    return serve(request, found.notice_file, permission=None, inline=True)
