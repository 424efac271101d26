from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rendang.dossiers.models import CustodyConflict
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.workflow.views import case_context, case_list, step_page
from rendang.supervision import actions, forms
from rendang.supervision.queries import sides


@require_safe
@requires(Permission.CONFLICT_VIEW)
def conflict_list(request: HttpRequest) -> HttpResponse:
    """Dossiers that two institutions say they hold; a head sees those of the own institution, the city all."""
    rows = CustodyConflict.objects.visible_to(request.user, Permission.CONFLICT_VIEW)
    empty = {
        "icon": "arrows-diff",
        "title": _("No custody conflict"),
        "text": _("When a second institution reports a dossier that another holds, the conflict appears here."),
    }
    return case_list(request, rows, "supervision/conflicts.html", {"empty": empty})


@require_safe
@requires(Permission.CONFLICT_VIEW)
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CustodyConflict.objects.select_related(
        "institution", "counterpart", "person", "claim__employer", "holding__employer"
    )
    found = get_visible_or_404(rows, request.user, Permission.CONFLICT_VIEW, pk=pk)
    record_view("custodyconflict.view", found, by=request.user)
    return render(request, "supervision/conflict.html", case_context(request, found) | {"sides": sides(found)})


step = step_page(CustodyConflict, actions.STEPS, forms.FORMS, Permission.CONFLICT_VIEW)
