"""Pages for anyone: the one-entry query, verification, the service guide and the directory."""

import uuid
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import on_letter
from rendang.institutions.queries import directory, directory_version
from rendang.kernel.access.queries import public
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.queries import FlowState, course
from rendang.portal import actions, forms
from rendang.portal.challenge import answered, new_challenge
from rendang.portal.models import PublicRequest
from rendang.portal.queries import Whereabouts
from rendang.services.certificates.queries import verify, verify_paper

MAX_PDF = 5 * 1024 * 1024
# Bytes. Several times what the answers differ by, so that nearly every found one is as long as one that is not.
ANSWER_BLOCK = 16 * 1024


def address_of(request: HttpRequest) -> str:
    """The asker's network address as the server sees it."""
    return request.META.get("REMOTE_ADDR", "")


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def query(request: HttpRequest) -> HttpResponse:
    """One entry, the answer of all institutions. Found or not, the same work is done before the page is drawn."""
    if request.method != "POST":
        fresh = new_challenge()
        form = forms.QueryForm(initial={"token": fresh.token}, question=fresh.question)
        return render(request, "portal/query.html", {"form": form})
    form = forms.QueryForm(request.POST)
    if form.is_valid():
        challenge = challenge_of(form)
        if challenge is not None:
            try:
                found = actions.ask(**form.cleaned_data, address=address_of(request), challenge=challenge)
            except ValidationError as refused:
                form.add_error(None, refused.messages)
            else:
                return _padded(render(request, "portal/answer.html", _answer(found)))
    ask_anew(request, form)
    return render(request, "portal/query.html", {"form": form})


def ask_anew(request: HttpRequest, form: forms.ChallengedForm) -> None:
    """The question is used up or answered wrongly: the page asks a new one and keeps what was typed."""
    fresh = new_challenge()
    typed = request.POST.copy()
    typed["token"], typed["answer"] = fresh.token, ""
    form.data = typed
    form["answer"].label = fresh.question


def challenge_of(form: forms.ChallengedForm) -> uuid.UUID | None:
    """The number of the question that a valid form answers; wrong or too late: said beside the answer."""
    minutes = standards.policy("query_challenge_validity", on=timezone.localdate()).value
    challenge = answered(form.cleaned_data.pop("token"), form.cleaned_data.pop("answer"), max_age_seconds=minutes * 60)
    if challenge is None:
        form.add_error("answer", _("That is not the answer, or the question is too old. Here is a new one."))
    return challenge


def _answer(found: Whereabouts) -> dict[str, Any]:
    """What the page says. Both answers are drawn, whichever it is, so that neither takes longer."""
    kept = render_to_string("portal/_kept.html", {"found": found})
    not_kept, institutions = _same_for_everybody(directory_version(), get_language())
    return {"found": found, "answer": kept if found.is_found else not_kept, "institutions": institutions}


@lru_cache(maxsize=8)
def _same_for_everybody(version: str, language: str | None) -> tuple[str, str]:
    """That nothing was found, and the directory: drawn once for each state of the directory and language."""
    return (
        render_to_string("portal/_not_kept.html"),
        render_to_string("portal/_institutions.html", {"institutions": directory()}),
    )


def _padded(answer: HttpResponse) -> HttpResponse:
    """Filled up to a multiple of ``ANSWER_BLOCK`` with a comment: encryption hides what is sent, not how much."""
    frame = b"<!--%s-->"
    missing = -(len(answer.content) + len(frame) - 2) % ANSWER_BLOCK
    answer.write(frame % (b"." * missing))
    return answer


@public
@never_cache
@require_safe
def verify_certificate(request: HttpRequest) -> HttpResponse:
    """By number and code, typed or from the QR code on the paper."""
    given = {"number", "code"} <= request.GET.keys()
    form = forms.VerifyForm(request.GET if given else None)
    context: dict[str, Any] = {"form": form, "file_form": forms.VerifyFileForm(), "verdict": None}
    if given and form.is_valid():
        try:
            actions.count(PublicRequest.Kind.VERIFICATION, address=address_of(request))
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            context["verdict"] = verify(**form.cleaned_data)
    return render(request, "portal/verify.html", context)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """By the PDF itself: its signature, that nothing was changed, and what the register says of it."""
    form = forms.VerifyFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": forms.VerifyForm(), "file_form": form, "verdict": None, "by_file": True}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MAX_PDF:
            form.add_error("file", _("The file is larger than 5 MB; a certificate is much smaller."))
        else:
            try:
                actions.count(PublicRequest.Kind.VERIFICATION, address=address_of(request))
            except ValidationError as refused:
                form.add_error(None, refused.messages)
            else:
                context["verdict"] = verify_paper(file.read())
    return render(request, "portal/verify.html", context)


@public
@require_safe
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """Whether a recall letter is genuine and still open: for the keeper who received it. Nothing personal."""
    found = Intake.objects.filter(on_letter(number)).select_related("institution").first()
    replaced = found.replaced_letters.filter(number=number).first() if found else None
    expired = bool(found and found.letter_valid_until and found.letter_valid_until < timezone.localdate())
    context = {"number": number, "letter": found, "expired": expired, "replaced": replaced}
    return render(request, "portal/letter.html", context, status=200 if found else 404)


@public
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    return render(
        request, "portal/guide.html", {"items": [item for item in standards.service_items() if item.is_public]}
    )


@public
@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """What a service is, what to bring, how long it takes and how it goes — drawn from the rules in force."""
    try:
        item = standards.service_item(code)
    except LookupError:
        raise Http404 from None
    if not item.is_public:
        raise Http404
    limit = standards.time_limit(item)
    context = {
        "item": item,
        "limit": limit and standards.value_text(limit.value, limit.unit),
        "course": _course(code),
    }
    return render(request, "portal/service.html", context)


def _course(service_item: str) -> list[FlowState]:
    model = next((kind for kind in Case.__subclasses__() if service_item == kind.SERVICE_ITEM), None)
    return course(model) if model else []


@public
@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/directory.html", {"institutions": directory()})
