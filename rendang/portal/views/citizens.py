"""Pages of a citizen who has signed in with the real name: the own dossier's whereabouts, cases and certificates."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers.models import Undertaking
from rendang.kernel.access.queries import citizen
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.queries import flow_of, tone
from rendang.people import actions as people
from rendang.people.models import Message
from rendang.portal import forms
from rendang.portal.queries import looks_at, own_dossier
from rendang.services.certificates import actions as certificates
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import status_of

# What goes on inside the institutions (a removal, a conflict) is not the citizen's to follow.
SHOWN = ("intake", "transfer", "certificate", "undertaking")


def index_of(request: HttpRequest) -> bytes:
    """The blind index of the signed-in citizen's identity number: what ties them to their own rows."""
    return bytes(request.user.id_index)  # type: ignore[arg-type,union-attr]


@never_cache
@require_safe
@citizen
def me(request: HttpRequest) -> HttpResponse:
    own = own_dossier(request.user)
    cases = Case.objects.filter(person__id_index=index_of(request), kind__in=SHOWN)
    cases = cases.select_related("institution", "counterpart").order_by("-pk")[:20]
    issued = Certificate.objects.filter(
        person__id_index=index_of(request),
        issued_at__isnull=False,
    ).select_related("custody", "institution")
    told = Message.objects.filter(person__id_index=index_of(request)).select_related("institution")
    told_lately = list(told.order_by("-sent_at", "-pk")[:20])
    people.note_read(told, by=request.user)
    context = {
        "own": own,
        "messages_to_me": told_lately,
        "cases": [(case, flow_of(case), tone(case)) for case in cases],
        "undertakings": Undertaking.objects.open()
        .filter(person__id_index=index_of(request))
        .select_related("institution")
        .order_by("-pk")[:20],
        "certificates": [(certificate, status_of(certificate)) for certificate in issued.order_by("-pk")[:20]],
    }
    return render(request, "portal/me.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@citizen
def apply(request: HttpRequest) -> HttpResponse:
    """The certificate of custody, at once."""
    own = own_dossier(request.user)
    if own is None:
        return redirect("portal:me")
    form = forms.CertificateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            certificates.apply_online(own.dossier, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("Your certificate is ready."))
            return redirect("portal:me")
    return render(request, "portal/apply.html", {"form": form, "own": own})


@never_cache
@require_safe
@citizen
def paper(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The signed PDF of a certificate of one's own."""
    certificate = (
        Certificate.objects.filter(
            pk=pk,
            person__id_index=index_of(request),
        )
        .select_related("file")
        .first()
    )
    if certificate is None or certificate.file is None:
        raise Http404
    return serve(request, certificate.file, permission=None, inline=True)


@never_cache
@require_safe
@citizen
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at my dossier: institution, day and purpose (PIPL art. 44)."""
    own = own_dossier(request.user)
    rows = looks_at(own.dossier.person_id) if own else []
    return render(request, "portal/looks.html", {"own": own, "looks": rows})
