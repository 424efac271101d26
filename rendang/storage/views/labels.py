"""The page that prints labels."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import institutions_where, requires
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.language import listed
from rendang.storage import actions, forms, queries
from rendang.storage.labels import STOCKS, SYMBOLS
from rendang.storage.views.picking import institution_of

Subject = forms.LabelForm.Subject
PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def labels(request: HttpRequest) -> HttpResponse:
    """Sheets of labels as PDF: of slots, of boxes, of what lies in them, of what is to be placed, of a list."""
    institutions = institutions_where(request.user, Permission.STORAGE_MOVE)
    given = {name: request.GET[name] for name in ("subject", "first", "last", "listed") if name in request.GET}
    form = forms.LabelForm(request.POST or None, initial=given, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        try:
            sheet = _sheet(request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            response = HttpResponse(sheet, content_type="application/pdf")
            response["Content-Disposition"] = 'inline; filename="labels.pdf"'
            return response
    return render(request, "storage/labels.html", {"form": form, "most": actions.MOST_LABELS})


@require_safe
@requires(Permission.STORAGE_MOVE)
def label_log(request: HttpRequest) -> HttpResponse:
    """Which labels were printed, by whom, on what sheet, and why again."""
    institution, form = institution_of(request, Permission.STORAGE_MOVE)
    page = Paginator(queries.label_prints(institution), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(line, STOCKS[line.stock].label, SYMBOLS[line.symbol]) for line in page.object_list]
    context = {"filter": form, "choose": len(form.only) > 1, "page": page, "rows": rows}
    return render(request, "storage/label_log.html", context)


def _sheet(
    by: Any, *, institution: Institution, subject: str, first: str, last: str, listed: str, **sheet: Any
) -> bytes:
    most = actions.MOST_LABELS + 1  # one more is refused with a sentence
    if subject in {Subject.SLOTS, Subject.BOXES}:
        slots = list(queries.slots_between(institution, first, last)[:most])
        act = actions.print_slot_labels if subject == Subject.SLOTS else actions.print_box_labels
        return act(slots, institution, by=by, **sheet)
    if subject == Subject.DOSSIERS:
        lying = queries.lying_in(queries.slots_between(institution, first, last))
        dossiers = list(lying.values_list("dossier_id", flat=True)[:most])
    elif subject == Subject.UNPLACED:
        dossiers = list(queries.unplaced(institution).values_list("dossier_id", flat=True)[:most])
    else:
        dossiers = _listed(by, listed.split())
    return actions.print_dossier_labels(dossiers, institution, by=by, **sheet)


def _listed(by: Any, texts: list[str]) -> list[int]:
    visible = Dossier.objects.visible_to(by, Permission.STORAGE_MOVE)
    known = queries.dossiers_by_code(visible, texts)
    if unknown := [text for text in texts if text not in known]:
        raise ValidationError(_("No dossier found for: %(texts)s.") % {"texts": listed(unknown[:10])})
    return list(dict.fromkeys(known[text] for text in texts))
