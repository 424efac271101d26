"""An employer or a keeper outside asks for a dossier, without an account, and follows the request by its receipt."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rendang.circulation.transfers.queries.letters import verdict_on
from rendang.circulation.transfers.queries.requests import request_followed
from rendang.kernel.access.queries import public
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.standards import queries as standards
from rendang.portal import actions, forms
from rendang.portal.challenge import new_challenge
from rendang.portal.models import PublicRequest
from rendang.portal.views.public import address_of, ask_anew, challenge_of


@public
@never_cache
@require_http_methods(["GET", "POST"])
def request_dossier(request: HttpRequest) -> HttpResponse:
    """The answer is a receipt number and nothing else, whether anybody here keeps the dossier or not."""
    if request.method != "POST":
        fresh = new_challenge()
        form = forms.RequestForm(initial={"token": fresh.token}, question=fresh.question)
        return render(request, "portal/request.html", {"form": form})
    form = forms.RequestForm(request.POST, request.FILES)
    if form.is_valid() and (challenge := challenge_of(form)) is not None:
        try:
            number, read = actions.request_dossier(
                **form.cleaned_data, address=address_of(request), challenge=challenge
            )
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            context = {"number": number, "letter_verdict": verdict_on(read)}
            return render(request, "portal/request_received.html", context)
    ask_anew(request, form)
    return render(request, "portal/request.html", {"form": form})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """How a request goes, for who has its receipt number and the telephone number given with it."""
    form = forms.FollowForm(request.POST or None)
    context = {"form": form, "asked": False, "found": None}
    if request.method == "POST" and form.is_valid():
        try:
            actions.count(PublicRequest.Kind.VERIFICATION, address=address_of(request))
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            found = request_followed(**form.cleaned_data)
            outcome = found and (found.departure_opened or found.transfer_offered)
            context |= {
                "asked": True,
                "found": found,
                "outcome": outcome,
                "passed_on": list(found.passed_on.select_related("to")) if found else [],
                "carrier": outcome and outcome.carrier and standards.code_label("carrier", outcome.carrier),
                "answer": found and found.answer_code and standards.code_label("request_answer", found.answer_code),
            }
    return render(request, "portal/follow.html", context)
