from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.accruals import actions, forms
from rendang.circulation.accruals.models import Chase
from rendang.dossiers.models import Dossier, Undertaking
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.views import case_context, case_list, step_page


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def chase_list(request: HttpRequest) -> HttpResponse:
    rows = Chase.objects.visible_to(request.user, Permission.ACCRUAL_VIEW)
    empty = {
        "icon": "mail-question",
        "title": _("No chasing letter yet"),
        "text": _("A letter is written on the page of a dossier, or of an undertaking that is not kept."),
        "url": reverse("dossiers:list"),
        "label": _("Find a dossier"),
    }
    return case_list(request, rows, "accruals/chases.html", {"empty": empty})


@require_safe
@requires(Permission.ACCRUAL_VIEW)
def chase(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Chase.objects.select_related("institution", "person", "dossier", "promise", "answer")
    letter = get_visible_or_404(rows, request.user, Permission.ACCRUAL_VIEW, pk=pk)
    record_view("chase.view", letter, by=request.user)
    papers = [(_("Chasing letter"), reverse("accruals:chase_letter", args=[pk]))] if letter.letter_file_id else []
    return render(request, "accruals/chase.html", case_context(request, letter) | {"papers": papers})


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCRUAL_REGISTER)
def chase_write(request: HttpRequest, dossier: int) -> HttpResponse:
    """Write a letter; what an open undertaking still waits for stands in it already."""
    rows = Dossier.objects.select_related("person__employer")
    found = get_visible_or_404(rows, request.user, Permission.ACCRUAL_REGISTER, pk=dossier)
    promised = Undertaking.objects.open().filter(person=found.person).order_by("-pk").first()
    awaited = promised.items.filter(outcome="").values_list("name", flat=True) if promised else []
    initial = {"addressee": found.person.name, "titles": "\n".join(awaited)}
    form = forms.ChaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            letter = actions.chase(found, by=request.user, promise=promised, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The letter is ready. Print it and send it."))
            return go_to(request, "accruals:chase", letter.pk)
    context = {"dossier": found, "person": found.person, "form": form}
    return render_page(request, "accruals/chase_write.html", context, partial="form")


@require_safe
@requires(Permission.ACCRUAL_REGISTER)
def chase_letter(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The letter as PDF. It holds the link, so only who writes letters may print it."""
    letter = get_visible_or_404(Chase.objects.all(), request.user, Permission.ACCRUAL_REGISTER, pk=pk)
    if letter.letter_file is None:
        raise Http404
    record_view("chase.print", letter, by=request.user)
    return serve(request, letter.letter_file, permission=Permission.ACCRUAL_REGISTER, belongs_to=letter, inline=True)


chase_step = step_page(
    Chase, actions.CHASE_STEPS, forms.CHASE_FORMS, Permission.ACCRUAL_VIEW,
    papers={"letter": ("letter_file", gettext_lazy("Chasing letter"))}, prints=Permission.ACCRUAL_REGISTER,
)  # fmt: skip
