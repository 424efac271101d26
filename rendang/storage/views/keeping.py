"""The page that says how a dossier is to be kept."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, requires
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to
from rendang.storage import actions, forms, queries
from rendang.storage.models import Keeping


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def keeping(request: HttpRequest, pk: int) -> HttpResponse:
    """How thick a dossier is and in what sort of store it belongs."""
    rows = Dossier.objects.select_related("person")
    dossier = get_visible_or_404(rows, request.user, Permission.STORAGE_MOVE, pk=pk)
    said = Keeping.objects.filter(dossier=dossier).first()
    initial = {"thickness": said.thickness, "purpose": said.purpose} if said else {}
    form = forms.KeepingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_keeping(dossier, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("It is noted how the dossier is to be kept."))
            return go_to(request, "storage:history", pk)
    held = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).first()
    usual = queries.usual_thickness(held.institution_id) if held else None
    return render(request, "storage/keeping.html", {"form": form, "dossier": dossier, "usual": usual})
