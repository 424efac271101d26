"""The papers of an application of one's own: what there is, what lacks, and more to add."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.transfers.actions import LETTER
from rendang.kernel.access.queries import citizen
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.files import actions as files
from rendang.kernel.files.forms import papers_form
from rendang.kernel.files.models import SubmittedPaper
from rendang.kernel.files.queries import papers_lacking, papers_shown
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.models import Case

# Kinds of case that take papers, and the paper that has a field of its own.
TAKE_PAPERS = {"intake": "", "departure": LETTER}


@never_cache
@require_http_methods(["GET", "POST"])
@citizen
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Only whoever applied: what others have handed in is not theirs to see."""
    case = get_object_or_404(Case, pk=pk, applicant=request.user, kind__in=TAKE_PAPERS)
    covered = TAKE_PAPERS[case.kind]
    form = papers_form(case.service_item, covered)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            if not files.hand_in(case, form.cleaned_data["papers"], by=request.user, permission=None):
                raise ValidationError(_("Choose at least one file."))
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Your papers have arrived."))
            return redirect("portal:papers", pk)
    context = {
        "case": case,
        "form": form,
        "submitted": case.submitted.filter(submitted_by=request.user.pk),
        "lacking": papers_shown(case, papers_lacking(case, covered=covered)) if case.is_open else [],
    }
    return render(request, "portal/papers.html", context)


@never_cache
@require_safe
@citizen
def submitted(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """A paper that one has handed in oneself."""
    rows = SubmittedPaper.objects.select_related("file", "case")
    found = get_object_or_404(rows, pk=pk, submitted_by=request.user.pk)
    record_view("submittedpaper.view", found, by=request.user, reason=found.title)
    return serve(request, found.file, permission=None, inline=True)
