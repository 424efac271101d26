from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.forms.requesting import REQUEST_FORMS
from rendang.circulation.transfers.models import DepartureRequest, PassedOn
from rendang.circulation.transfers.queries.calling import asked_alike
from rendang.circulation.transfers.queries.letters import no_longer_holds, verdict_on
from rendang.circulation.transfers.queries.requests import held_as
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.files.serving import serve
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.views import case_context, case_list, step_page

LATEST = 10


@require_safe
@requires(Permission.TRANSFER_VIEW)
def request_list(request: HttpRequest) -> HttpResponse:
    rows = DepartureRequest.objects.visible_to(request.user, Permission.TRANSFER_VIEW)
    empty = {
        "icon": "inbox",
        "title": _("No request from outside yet"),
        "text": _(
            "Employers and keepers outside send them on the portal, under “Ask for a dossier”;"
            " those of other institutions of the city come by themselves with their recall letters."
        ),
        "url": reverse("portal:request"),
        "label": _("Look at that page"),
    }
    passed = PassedOn.objects.visible_to(request.user, Permission.TRANSFER_VIEW).order_by("-pk")
    passed = passed.select_related("request", "institution", "to", "passed_by")
    return case_list(request, rows, "requests/list.html", {"empty": empty, "passed_on": passed[:LATEST]})


@require_safe
@requires(Permission.TRANSFER_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = DepartureRequest.objects.select_related(
        "institution", "person", "letter_of", "departure_opened", "transfer_offered"
    )
    found = get_visible_or_404(rows, request.user, Permission.TRANSFER_VIEW, pk=pk)
    record_view("departurerequest.view", found, by=request.user)
    held = held_as(found.asked_name, found.id_number) if found.is_open else None
    here = held if held and held.institution_id == found.institution_id else None
    context = case_context(request, found) | {
        "held": here,
        "held_elsewhere": held is not None and here is None,
        "letter_verdict": (no_longer_holds(found.letter_number) if found.is_open and found.letter_of_id else None)
        or verdict_on(found.letter_read),
        "asked_alike": asked_alike(found, here),
        "passed_on": list(found.passed_on.select_related("institution", "passed_by")),
        "answer": found.answer_code and standards.code_label("request_answer", found.answer_code, short=False),
        "outcome": found.departure_opened or found.transfer_offered,
        "papers": [(_("Recall letter"), reverse("requests:letter", args=[pk]))],
    }
    return render(request, "requests/detail.html", context)


@require_safe
@requires(Permission.TRANSFER_VIEW)
def letter(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The recall letter as it was sent."""
    rows = DepartureRequest.objects.select_related("letter_file")
    found = get_visible_or_404(rows, request.user, Permission.TRANSFER_VIEW, pk=pk)
    record_view("departurerequest.print", found, by=request.user, reason="letter")
    return serve(request, found.letter_file, permission=Permission.TRANSFER_VIEW, belongs_to=found, inline=True)


step = step_page(DepartureRequest, actions.REQUEST_STEPS, REQUEST_FORMS, Permission.TRANSFER_VIEW)
