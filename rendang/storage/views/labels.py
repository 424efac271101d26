"""The page that prints labels."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import institutions_where, requires
from rendang.storage import actions, forms, queries

Subject = forms.LabelForm.Subject


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def labels(request: HttpRequest) -> HttpResponse:
    """A sheet of QR labels as PDF: of slots, of what lies in them, of what is to be placed, of a list."""
    institutions = institutions_where(request.user, Permission.STORAGE_MOVE)
    given = {name: request.GET[name] for name in ("subject", "first", "last", "listed") if name in request.GET}
    form = forms.LabelForm(request.POST or None, initial=given, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        try:
            sheet = _sheet(request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            response = HttpResponse(sheet, content_type="application/pdf")
            response["Content-Disposition"] = 'inline; filename="labels.pdf"'
            return response
    return render(request, "storage/labels.html", {"form": form, "most": actions.MOST_LABELS})


def _sheet(by: Any, *, institution: Institution, subject: str, first: str, last: str, listed: str) -> bytes:
    most = actions.MOST_LABELS + 1  # one more is refused with a sentence
    if subject == Subject.SLOTS:
        slots = list(queries.slots_between(institution, first, last)[:most])
        return actions.print_slot_labels(slots, institution, by=by)
    if subject == Subject.DOSSIERS:
        lying = queries.lying_in(queries.slots_between(institution, first, last))
        dossiers = list(lying.values_list("dossier_id", flat=True)[:most])
    elif subject == Subject.UNPLACED:
        dossiers = list(queries.unplaced(institution).values_list("dossier_id", flat=True)[:most])
    else:
        dossiers = _listed(by, listed.split())
    return actions.print_dossier_labels(dossiers, institution, by=by)


def _listed(by: Any, texts: list[str]) -> list[int]:
    visible = Dossier.objects.visible_to(by, Permission.STORAGE_MOVE)
    known = queries.dossiers_by_code(visible, texts)
    if unknown := [text for text in texts if text not in known]:
        raise ValidationError(_("No dossier found for: %(texts)s.") % {"texts": "、".join(unknown[:10])})
    return list(dict.fromkeys(known[text] for text in texts))
