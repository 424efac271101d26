"""A stored file as the answer to a request."""

from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import open_file

# What a browser may show inside the page; anything else is only ever downloaded.
SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})


def serve(
    request: HttpRequest,
    stored: StoredFile,
    *,
    permission: Permission | None,
    belongs_to: Model | None = None,
    inline: bool = False,
    name: str = "",
) -> StreamingHttpResponse:
    """The file for the person who asked: 404 of another institution, 403 without the permission at its own.

    ``belongs_to`` is the case whose paper it is: then whoever may see the case at either institution may see it.
    ``permission=None`` is for pages marked ``@citizen`` or ``@public`` that have established themselves whose file
    it is; on a page of staff it is refused. The caller records the view where the content is personal. ``name``: what
    the file is called from now on, where that says more than what it was stored under.
    """
    if permission is None:
        view = getattr(request.resolver_match, "func", None)
        if getattr(view, "access", None) not in {"citizen", "public"}:
            raise PermissionDenied
    elif belongs_to is not None:
        rows: Any = type(belongs_to)._default_manager.all()
        get_visible_or_404(rows, request.user, permission, pk=belongs_to.pk)
    else:
        stored = get_visible_or_404(StoredFile.objects.all(), request.user, permission, pk=stored.pk)
    pieces = open_file(stored)
    first = next(pieces, None)  # damage at the beginning becomes an error page, not a broken download
    if first is None:
        raise Http404
    response = StreamingHttpResponse(chain([first], pieces), content_type=stored.media_type)
    shown = inline and stored.media_type in SHOWN_INLINE
    response["Content-Disposition"] = content_disposition_header(not shown, name or stored.name) or "attachment"
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def show_pdf(content: bytes, *, name: str) -> HttpResponse:
    """A paper made for this request alone, in the browser; it is stored nowhere, also not on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["Cache-Control"] = "private, no-store"
    return response
