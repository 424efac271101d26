import io
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from rendang.desk.forms import RangeForm
from rendang.desk.help import TOPICS, topic_for
from rendang.desk.queries import exact_hit, list_of_coming, looks_like_id_number
from rendang.desk.to_do import to_do_lists
from rendang.dossiers import queries as dossiers
from rendang.institutions.queries import notices_for
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, proposals, requires
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.documents import registers as books
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.views import keys_ticked

PREVIEW = 50


@require_safe
@requires(Permission.DESK_USE)
def home(request: HttpRequest) -> HttpResponse:
    """What the person can do next, by due date; below it what others have to do; and the notices."""
    today = timezone.localdate()
    context: dict[str, Any] = {
        "notices": notices_for(request.user, today)[:3],
        "may_see_cases": can(request.user, Permission.CASE_VIEW),
    }
    if can(request.user, Permission.ROLE_CONFIRM):
        context["proposals_waiting"] = proposals(request.user).filter(state="PROPOSED").count()
    if context["may_see_cases"]:
        context |= to_do_lists(request.user, today, request.GET)
        if context["many"]:
            context["many"]["ticked"] = keys_ticked(request.GET)
    return render(request, "desk/home.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.DOSSIER_FIND)
def search(request: HttpRequest) -> HttpResponse:
    """The one box: a whole number opens what it names, anything else is looked for among the dossiers; of whom none is
    here, among the intakes and transfers that bring one.

    Sent by POST, so that an identity number never stands in an address.
    """
    text = request.POST.get("q", "").strip()
    if not text:
        return redirect("dossiers:list")
    if hit := exact_hit(request.user, text):
        return redirect(hit)
    if looks_like_id_number(text):
        return render(request, "desk/not_found.html", status=404)
    if not dossiers.search(request.user, text).exists() and (coming := list_of_coming(request.user, text)):
        return redirect(f"{reverse(coming)}?{urlencode({'text': text})}")
    return redirect(f"{reverse('dossiers:list')}?{urlencode({'q': text})}")


@require_safe
@requires(Permission.DESK_USE)
def help(request: HttpRequest) -> HttpResponse:
    """The rule behind a screen: what it is for, what the law says, and the policies in force today."""
    topic = topic_for(request.GET.get("topic", ""))
    in_force = [standards.policy(code, on=timezone.localdate()) for code in topic.policies]
    policies = [(policy, standards.value_text(policy.value, policy.unit)) for policy in in_force]
    return render(request, "desk/help.html", {"topic": topic, "policies": policies, "topics": TOPICS})


@require_safe
@requires(Permission.REGISTER_PRINT)
def registers(request: HttpRequest) -> HttpResponse:
    """The registers the person may print."""
    return render(request, "desk/registers.html", {"registers": books.open_to(request.user)})


@require_safe
@requires(Permission.REGISTER_PRINT)
def register(request: HttpRequest, code: str) -> HttpResponseBase:
    """One register for a range of days: on screen, as PDF (``form=pdf``) or as workbook (``form=xlsx``)."""
    book = books.REGISTERS.get(code)
    if book is None:
        raise Http404
    if not can(request.user, book.permission):
        raise PermissionDenied
    form = RangeForm(book, request.user, request.GET or None)
    lines: list[list[str]] = []
    if form.is_valid():
        asked = form.cleaned_data
        where, first, last = asked["institution"], asked["first"], asked["last"]
        try:
            lines = books.entries(book, where, first, last, by=request.user)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            name = f"{book.title}-{first:%Y%m%d}-{last:%Y%m%d}"
            if request.GET.get("form") == "pdf":
                content = io.BytesIO(books.as_pdf(book, lines, where, first, last, by=request.user))
                return FileResponse(content, filename=f"{name}.pdf", content_type="application/pdf")
            if request.GET.get("form") == "xlsx":
                made = books.as_workbook(book, lines, where, first, last, by=request.user)
                return FileResponse(made, as_attachment=True, filename=f"{name}.xlsx")
    context = {"book": book, "filter": form, "lines": lines[:PREVIEW], "count": len(lines), "preview": PREVIEW}
    return render(request, "desk/register.html", context)
