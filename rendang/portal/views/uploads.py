"""What the link of a chasing letter opens, for anyone who has the letter."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rendang.circulation.accruals import actions
from rendang.circulation.accruals.queries import asked_by_link
from rendang.kernel.access.queries import public
from rendang.portal import forms


@public
@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Takes one file; a link that is used, ended, too old or unknown says the same to everybody."""
    letter = asked_by_link(token, timezone.localdate())
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    received = False
    if letter is not None and request.method == "POST" and form.is_valid():
        try:
            actions.receive_upload(token, form.cleaned_data["file"])
        except ValidationError as refused:
            form.add_error("file", refused.messages)
            letter = asked_by_link(token, timezone.localdate())
        else:
            received = True
    status = 200 if letter is not None or received else 410
    return render(request, "portal/upload.html", {"letter": letter, "form": form, "received": received}, status=status)
