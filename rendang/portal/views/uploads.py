"""What the link of a chasing letter opens, for anyone who has the letter; and the same for the person it is to."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.accruals.models import Chase
from rendang.circulation.accruals.queries import Link, link_of, standing_of
from rendang.kernel.access.queries import citizen, public
from rendang.portal import actions, forms
from rendang.portal.models import PublicRequest
from rendang.portal.views.public import address_of


@public
@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the files once. A link that is used, replaced, ended or too old says what to do; an unknown one, too."""
    return _page(
        request,
        lambda: link_of(token, timezone.localdate()),
        lambda letter, files: accruals.receive_upload(token, files),
        counted_as=token,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@citizen
def asked_for(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter to the citizen who is signed in: the same page, and no link needed."""
    index = bytes(request.user.id_index)  # type: ignore[arg-type,union-attr]
    rows = Chase.objects.filter(person__id_index=index, addressee_kind=Chase.Addressee.PERSON)
    rows = rows.select_related("institution", "person", "answer")

    def standing() -> tuple[Link, Chase]:
        letter = get_object_or_404(rows, pk=pk)
        return standing_of(letter, timezone.localdate()), letter

    return _page(
        request,
        standing,
        lambda letter, files: accruals.receive_from_person(letter, files, by=request.user),
        counted_as=f"letter {pk}",
        own=True,
    )


def _page(
    request: HttpRequest,
    standing: Callable[[], tuple[Link, Chase | None]],
    receive: Callable[[Any, Any], Any],
    *,
    counted_as: str,
    own: bool = False,
) -> HttpResponse:
    """Every attempt to send counts against the limits of the address and of the link."""
    link, letter = standing()
    limits = accruals.upload_limits(letter.institution) if letter else (0, 0)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.UploadForm(*sent, limits=limits)
    received, status = False, 200 if link == Link.OPEN else 410
    if request.method == "POST":
        try:
            actions.count(PublicRequest.Kind.UPLOAD, address=address_of(request), link=counted_as)
            if link == Link.OPEN and form.is_valid():
                receive(letter, form.cleaned_data["file"])
                received = True
        except actions.TooMany as refused:
            form.add_error(None, refused.messages)
            status = 429
        except ValidationError as refused:
            form.add_error("file", refused.messages)
            link, letter = standing()
            status = 200 if link == Link.OPEN else 410
    context = {
        "link": link,
        "letter": letter,
        "form": form,
        "received": received,
        "limited": status == 429,
        "own": own,
    }
    return render(request, "portal/upload.html", context, status=status)
