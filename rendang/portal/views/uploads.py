"""What the link of a chasing letter opens, for anyone who has the letter."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.accruals.queries import Link, link_of
from rendang.kernel.access.queries import public
from rendang.portal import actions, forms
from rendang.portal.models import PublicRequest
from rendang.portal.views.public import address_of


@public
@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the files once. A link that is used, replaced, ended or too old says what to do; an unknown one, too.

    Every attempt to send counts against the limits of the address and of the link.
    """
    link, letter = link_of(token, timezone.localdate())
    limits = accruals.upload_limits(letter.institution) if letter else (0, 0)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.UploadForm(*sent, limits=limits)
    received, status = False, 200 if link == Link.OPEN else 410
    if request.method == "POST":
        try:
            actions.count(PublicRequest.Kind.UPLOAD, address=address_of(request), link=token)
            if link == Link.OPEN and form.is_valid():
                accruals.receive_upload(token, form.cleaned_data["file"])
                received = True
        except actions.TooMany as refused:
            form.add_error(None, refused.messages)
            status = 429
        except ValidationError as refused:
            form.add_error("file", refused.messages)
            link, letter = link_of(token, timezone.localdate())
            status = 200 if link == Link.OPEN else 410
    context = {"link": link, "letter": letter, "form": form, "received": received, "limited": status == 429}
    return render(request, "portal/upload.html", context, status=status)
