"""调卷单 and 归位单: pages, papers, and ticking off by scan."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from rendang.dossiers.models import Dossier
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.camera import reads_labels
from rendang.kernel.core.htmx import render_page
from rendang.storage import actions, forms, queries
from rendang.storage.models import Placement
from rendang.storage.papers import RoundLine, RoundList, render_round_list


def institution_of(request: HttpRequest, permission: Permission) -> tuple[Institution, InstitutionChoice]:
    """The institution of the address, else the first at which the person may; and the form that chooses it."""
    institutions = institutions_where(request.user, permission)
    asked = request.GET.copy()
    if "institution" not in asked and institutions:
        asked["institution"] = str(institutions[0].pk)
    form = InstitutionChoice(asked, institutions=institutions)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data["institution"], form


@reads_labels
@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def pick_list(request: HttpRequest) -> HttpResponse:
    """What is wanted now, in walking order; a scanned label ticks its line off."""
    institution, chosen = institution_of(request, Permission.STORAGE_MOVE)
    dossiers = Dossier.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    form = forms.FetchForm(request.POST or None, dossiers=dossiers)
    fetched: Placement | None = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            fetched = actions.fetch(data["dossier"], institution, by=request.user, detail=data["detail"])
        except ValidationError as refused:
            form.add_error("dossier", refused.messages)
        else:
            form = forms.FetchForm(initial={"detail": data["detail"]}, dossiers=dossiers)
    found = queries.pick_list(institution)
    if found.to_fetch or found.waiting:
        record_view("retrieval.list", institution, by=request.user, institution=institution)
    context = {
        "filter": chosen,
        "choose": len(chosen.only) > 1,
        "institution": institution,
        "form": form,
        "list": found,
        "fetched": fetched,
        "at": timezone.localtime(),
    }
    return render_page(request, "storage/pick_list.html", context, partial="work")


@require_safe
@requires(Permission.STORAGE_MOVE)
def pick_list_paper(request: HttpRequest) -> HttpResponse:
    institution, _form = institution_of(request, Permission.STORAGE_MOVE)
    found = queries.pick_list(institution)
    lines = [
        RoundLine(
            store=str(line.slot.store) if line.slot else "",
            position=line.slot.code if line.slot else line.placement.detail if line.placement else "",
            number=line.number,
            name=line.dossier.person.name,
            barcode=line.dossier.barcode,
            about="；".join(line.purposes),
            urgent=line.is_urgent,
        )
        for line in found.to_fetch
    ]
    record_view("retrieval.print", institution, by=request.user, institution=institution)
    remarks = [f"另有 {len(found.waiting)} 件不在架，待归还后再调。"] if found.waiting else []
    return _paper(request, institution, "调卷单", ("用途", ""), lines, remarks)


@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def put_back_list(request: HttpRequest) -> HttpResponse:
    """What lies about with no open need, in walking order of the slots it goes to; the chosen ones are put there."""
    institution, chosen = institution_of(request, Permission.STORAGE_MOVE)
    typed, refused = (
        ({}, {}) if request.method == "GET" else place_chosen(request, institution, queries.lying_about(institution))
    )
    if request.method == "POST" and not refused:
        return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    found = queries.put_back_list(institution)
    if found:
        record_view("placement.list", institution, by=request.user, institution=institution)
    warned = queries.warnings_of({line.placement.dossier_id: line.slot for line in found if line.slot})
    context = {
        "filter": chosen,
        "choose": len(chosen.only) > 1,
        "institution": institution,
        "rows": [
            {
                "line": line,
                "slot": typed.get(line.placement.dossier_id) or (line.slot.code if line.slot else ""),
                "refused": refused.get(line.placement.dossier_id, ""),
                "warning": warned.get(line.placement.dossier_id, ""),
                "scan_url": f"{reverse('storage:scan', args=['place'])}?dossier={line.placement.dossier.barcode}",
            }
            for line in found
        ],
    }
    return render(request, "storage/put_back_list.html", context)


@require_safe
@requires(Permission.STORAGE_MOVE)
def put_back_paper(request: HttpRequest) -> HttpResponse:
    institution, _form = institution_of(request, Permission.STORAGE_MOVE)
    lines = [
        RoundLine(
            store=str(line.slot.store) if line.slot else "",
            position=line.slot.code if line.slot else "",
            number=line.number,
            name=line.placement.dossier.person.name,
            barcode=line.placement.dossier.barcode,
            about=line.placement.label,
        )
        for line in queries.put_back_list(institution)
    ]
    record_view("placement.print", institution, by=request.user, institution=institution)
    return _paper(request, institution, "归位单", ("现在何处", ""), lines, [])


def _paper(
    request: HttpRequest,
    institution: Institution,
    title: str,
    columns: tuple[str, str],
    lines: list[RoundLine],
    remarks: list[str],
) -> HttpResponse:
    return pdf(
        render_round_list(
            RoundList(
                title=title,
                institution=institution.name,
                columns=columns,
                lines=lines,
                printed_by=str(request.user),
                printed_on=timezone.localdate(),
                remarks=remarks,
            )
        )
    )


def pdf(made: bytes, name: str = "list") -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def place_chosen(
    request: HttpRequest, institution: Institution, among: Any, most: int = 200
) -> tuple[dict[int, str], dict[int, str]]:
    """What was typed and what was refused, by dossier; what could be placed has been."""
    chosen = {int(pk) for pk in request.POST.getlist("dossier") if pk.isascii() and pk.isdecimal() and len(pk) < 19}
    typed = {pk: request.POST.get(f"slot_{pk}", "") for pk in sorted(chosen)[:most]}
    ours = list(among.filter(dossier__in=typed).values_list("dossier_id", flat=True))
    known = queries.known_slots(institution, typed.values())
    wanted = {pk: known[typed[pk]] for pk in ours if typed[pk] in known}
    refused = {pk: _("There is no slot “%(code)s”.") % {"code": typed[pk]} for pk in ours if typed[pk] not in known}
    refused |= actions.place_all(wanted, by=request.user)
    if done := len(wanted) - len(refused.keys() & wanted.keys()):
        said = ngettext("%(count)d dossier is placed.", "%(count)d dossiers are placed.", done)
        messages.success(request, said % {"count": done})
    if refused:
        said = ngettext(
            "%(count)d dossier could not be placed and stays ticked; the reason stands beside it.",
            "%(count)d dossiers could not be placed and stay ticked; the reason stands beside each.",
            len(refused),
        )
        messages.warning(request, said % {"count": len(refused)})
    if gone := len(typed) - len(ours):
        said = ngettext(
            "%(count)d dossier no longer waits for a place: somebody else has placed it or taken it.",
            "%(count)d dossiers no longer wait for a place: somebody else has placed them or taken them.",
            gone,
        )
        messages.info(request, said % {"count": gone})
    if not typed:
        messages.warning(request, _("No dossier is ticked. Tick the dossiers to be placed."))
    return typed, refused
