"""Pages of a citizen who has signed in with the real name: the own dossier's whereabouts, cases and certificates."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.accruals.models import Chase
from rendang.circulation.intake import actions as intakes
from rendang.circulation.intake.models import Intake
from rendang.dossiers.models import Undertaking
from rendang.kernel.access.queries import citizen
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.queries import FlowState, flow, flow_of, tone
from rendang.people import actions as people
from rendang.people.models import Message
from rendang.portal import forms
from rendang.portal.queries import OwnCase, followed, looks_at, own_cases, own_dossier
from rendang.services.certificates import actions as certificates
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import status_of

# What goes on inside the institutions (a removal, a conflict) is not the citizen's to follow.
SHOWN = ("intake", "transfer", "departure", "certificate", "undertaking")

# While one of these is open, no second way out is begun.
WAYS_OUT = ("transfer", "departure")


def index_of(request: HttpRequest) -> bytes:
    """The blind index of the signed-in citizen's identity number: what ties them to their own rows."""
    return bytes(request.user.id_index)  # type: ignore[arg-type,union-attr]


@never_cache
@require_safe
@citizen
def me(request: HttpRequest) -> HttpResponse:
    own = own_dossier(request.user)
    cases = own_cases(index_of(request)).filter(kind__in=SHOWN)
    cases = cases.select_related("institution", "counterpart").order_by("-pk")[:20]
    called = {
        one.pk: one for one in Intake.objects.filter(person__id_index=index_of(request)).select_related("parcel")
    }
    issued = Certificate.objects.filter(
        person__id_index=index_of(request),
        issued_at__isnull=False,
    ).select_related("custody", "institution")
    told = Message.objects.filter(person__id_index=index_of(request)).select_related("institution")
    told_lately = list(told.order_by("-sent_at", "-pk")[:20])
    people.note_read(told, by=request.user)
    context = {
        "own": own,
        "is_coming": any(one.is_open for one in called.values()),
        "is_leaving": own_cases(index_of(request)).open().filter(kind__in=WAYS_OUT).exists(),
        "messages_to_me": told_lately,
        "cases": [
            (one, _course(one, called.get(one.case.pk)), tone(one.follows), called.get(one.case.pk))
            for one in followed(cases)
        ],
        "undertakings": Undertaking.objects.open()
        .filter(person__id_index=index_of(request))
        .select_related("institution")
        .order_by("-pk")[:20],
        "letters": Chase.objects.open()
        .filter(person__id_index=index_of(request), addressee_kind=Chase.Addressee.PERSON)
        .select_related("institution")
        .order_by("-pk")[:20],
        "today": timezone.localdate(),
        "certificates": [(certificate, status_of(certificate)) for certificate in issued.order_by("-pk")[:20]],
    }
    return render(request, "portal/me.html", context)


def _course(one: OwnCase, intake: Intake | None) -> list[FlowState]:
    """An intake whose dossier moves inside the city has a course of its own."""
    return flow(intake) if intake and intake.moves_inside and one.follows is one.case else flow_of(one.follows)


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
@require_http_methods(["GET", "POST"])
@citizen
def intake(request: HttpRequest) -> HttpResponse:
    """An application to have one's dossier kept, followed afterwards under "my cases"."""
    form = forms.IntakeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            intakes.apply_online(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Your application has arrived. You can follow it here."))
            return redirect("portal:me")
    return render(request, "portal/intake.html", {"form": form})


@never_cache
@require_safe
@citizen
def letter(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The recall letter of an intake of one's own: to be handed to the present keeper."""
    found = _own_intake(request, pk)
    if found.letter_file is None:
        raise Http404
    record_view("intake.print", found, by=request.user, reason="letter")
    return serve(request, found.letter_file, permission=None, inline=True)


@never_cache
@require_POST
@citizen
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Before the dossier has arrived, whoever applied may take the application back."""
    found = _own_intake(request, pk)
    if found.applicant_id != request.user.pk:
        raise Http404
    with told(request, _("Your application is withdrawn.")):
        intakes.withdraw(found, by=request.user, reason="withdrawn_online")
    return redirect("portal:me")


def _own_intake(request: HttpRequest, pk: int) -> Intake:
    rows = Intake.objects.select_related("letter_file", "institution")
    return get_object_or_404(rows, pk=pk, person__id_index=index_of(request))


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
