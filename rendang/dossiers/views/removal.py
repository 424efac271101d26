"""材料撤出: the cases in which a paper is to leave a dossier."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rendang.dossiers import forms
from rendang.dossiers.actions import REMOVAL_STEPS
from rendang.dossiers.models import MaterialRemoval
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit import actions as audit
from rendang.kernel.workflow.views import case_context, case_list, step_page


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def removal_list(request: HttpRequest) -> HttpResponse:
    rows = MaterialRemoval.objects.visible_to(request.user, Permission.CATALOGUE_VIEW)
    empty = {
        "icon": "file-minus",
        "title": _("No paper is to be removed"),
        "text": _("A removal is proposed on the page of the paper, in the catalogue of its dossier."),
    }
    return case_list(request, rows, "dossiers/removals.html", {"empty": empty})


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    rows = MaterialRemoval.objects.select_related("institution", "person", "material", "opened_by")
    found = get_visible_or_404(rows, request.user, Permission.CATALOGUE_VIEW, pk=pk)
    audit.record_view("materialremoval.view", found, by=request.user)
    return render(request, "dossiers/removal.html", case_context(request, found))


FORMS = {"approve": forms.ApprovalForm, "refuse": forms.RefusalForm}
step = step_page(MaterialRemoval, REMOVAL_STEPS, FORMS, Permission.CATALOGUE_VIEW)
