"""Pages for a scanner: one dossier at a time, or a slot and everything that goes into it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.core.camera import reads_labels
from rendang.kernel.core.htmx import render_page
from rendang.kernel.workflow.queries import cases_named
from rendang.storage import actions, forms, queries
from rendang.storage.models import Placement, Slot

MODES = {
    "place": pgettext_lazy("keeper", "Place"),
    "move": pgettext_lazy("keeper", "Move"),
    "take_out": pgettext_lazy("keeper", "Take out"),
    "put_back": pgettext_lazy("keeper", "Put back"),
}


def tabs(current: str) -> list[dict[str, Any]]:
    """The ways of scanning."""
    ways: list[tuple[Any, str, str]] = [
        (label, reverse("storage:scan", args=[name]), name) for name, label in MODES.items()
    ]
    ways.insert(1, (_("Place many"), reverse("storage:batch"), "batch"))
    return [{"label": label, "url": url, "active": name == current} for label, url, name in ways]


@reads_labels
@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def scan(request: HttpRequest, mode: str) -> HttpResponse:
    """Made for a scanner: the dossier's label, the slot's label, the next dossier. Each result is one line.

    A dossier to be placed without a slot gets one suggested; Enter accepts it.
    """
    if mode not in MODES:
        raise Http404
    reach: dict[str, Any] = {
        "mode": mode,
        "dossiers": Dossier.objects.visible_to(request.user, Permission.STORAGE_MOVE),
        "slots": Slot.objects.visible_to(request.user, Permission.STORAGE_MOVE),
    }
    given = {name: request.GET[name] for name in ("dossier", "slot", "detail") if name in request.GET}
    form = forms.ScanForm(request.POST or None, initial=given, **reach)
    result = suggested = refusal = None
    in_the_way: list[Any] = []
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        keep = data.pop("keep_slot", False)
        dossier = data.pop("dossier")
        if mode == "place" and data["slot"] is None:
            suggested = _suggested(dossier, request.user)
            if suggested is None:
                form.add_error("slot", _("No slot is free for it. Scan a slot, or plan more slots."))
            else:
                form = forms.ScanForm(initial={"dossier": dossier.barcode, "slot": suggested.code}, **reach)
                form.fields["slot"].widget.attrs["data-suggested"] = ""
        else:
            try:
                result = _take(mode, dossier, data, request.user)
            except ValidationError as refused:
                # A full slot is scanned anew; whatever else is in the way concerns the dossier.
                wrong = "slot" if "slot" in form.fields and getattr(refused, "code", None) == "full" else "dossier"
                form.add_error(wrong, refused.messages)
                in_the_way = cases_named(refused.messages, request.user)
                refusal = {"code": dossier.barcode, "refused": " ".join(refused.messages)}
            else:
                kept = {"slot": data["slot"].code, "keep_slot": True} if keep else {}
                form = forms.ScanForm(initial=kept | {"detail": data.get("detail", "")}, **reach)
    if form.errors and not refusal:  # the list keeps what the next scan would wipe away
        said = " ".join(str(one) for errors in form.errors.values() for one in errors)
        refusal = {"code": request.POST.get("dossier", "")[:60], "refused": said}
    context = {
        "form": form,
        "mode": mode,
        "tabs": tabs(mode),
        "title": MODES[mode],
        "suggested": suggested,
        "in_the_way": in_the_way,
        "results": [_line(result)] if result else [refusal] if refusal else [],
        "at": timezone.localtime(),
    }
    return render_page(request, "storage/scan.html", context, partial="form")


def _suggested(dossier: Dossier, by: Any) -> Slot | None:
    held = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).first()
    if held is None or not can(by, Permission.STORAGE_MOVE, at=held.institution_id):
        return None
    return queries.suggest(held.institution_id, [dossier.pk]).get(dossier.pk)


def _take(mode: str, dossier: Dossier, data: dict[str, Any], by: Any) -> Placement:
    if mode == "place":
        return actions.place(dossier, data["slot"], by=by)
    if mode == "move":
        return actions.move(dossier, data["slot"], by=by)
    if mode == "take_out":
        return actions.take_out(dossier, by=by, detail=data["detail"])
    return actions.put_back(dossier, by=by)


def _line(placement: Placement) -> dict[str, Any]:
    warned = queries.warnings_of({placement.dossier_id: placement.slot}) if placement.slot else {}
    return {"placement": placement, "warning": warned.get(placement.dossier_id, "")}


@reads_labels
@require_http_methods(["GET", "POST"])
@requires(Permission.STORAGE_MOVE)
def batch(request: HttpRequest) -> HttpResponse:
    """A slot's label, then the labels of the dossiers that go into it: twenty dossiers in twenty-one scans."""
    form, typed = forms.BatchForm(), forms.CodesForm()
    slots = Slot.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    slot: Slot | None = None
    results: list[dict[str, Any]] = []
    in_the_way: list[Any] = []
    if request.method == "POST" and "codes" in request.POST:
        typed = forms.CodesForm(request.POST)
        if typed.is_valid():
            data = typed.cleaned_data
            results, slot = _place_scans(request, data["codes"], slots, None, data["moving"])
            typed = forms.CodesForm(initial={"moving": data["moving"]})
    elif request.method == "POST":
        form = forms.BatchForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            slot = queries.slot_by_code(slots, data["slot"]) if data["slot"] else None
            results, slot = _place_scans(request, [data["code"]], slots, slot, data["moving"])
            wrong = [line["refused"] for line in results if line.get("refused")]
            if wrong:
                in_the_way = cases_named(wrong, request.user)
                again = request.POST.copy()
                again["slot"] = slot.code if slot else ""
                form = forms.BatchForm(again)
                form.add_error("code", wrong)
            else:
                form = forms.BatchForm(initial={"slot": slot.code if slot else "", "moving": data["moving"]})
    context = {
        "form": form,
        "typed": typed,
        "slot": Slot.objects.select_related("store").get(pk=slot.pk) if slot else None,
        "tabs": tabs("batch"),
        "results": results[::-1],
        "in_the_way": in_the_way,
        "done": sum("placement" in line for line in results),
        "at": timezone.localtime(),
    }
    return render_page(request, "storage/batch.html", context, partial="form")


def _place_scans(
    request: HttpRequest, codes: list[str], slots: Any, slot: Slot | None, moving: bool
) -> tuple[list[dict[str, Any]], Slot | None]:
    """A line for each scanned dossier, placed or refused; and the slot that holds now."""
    dossiers = Dossier.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    scans, slot = queries.read_scans(codes, slots, dossiers, into=slot)
    wanted = {scan.dossier: scan.slot for scan in scans if scan.dossier and scan.slot}
    refused: dict[int, str] = {}
    for institution in {target.institution_id for target in wanted.values()}:
        here = {pk: target.pk for pk, target in wanted.items() if target.institution_id == institution}
        refused |= actions.place_all(here, by=request.user, moving=moving)
    now = queries.current_placements(wanted).select_related("slot", "dossier__person")
    places = {placement.dossier_id: placement for placement in now}
    warned = queries.warnings_of({pk: target for pk, target in wanted.items() if pk not in refused})
    lines = []
    for scan in scans:
        problem = scan.problem or refused.get(scan.dossier or 0, "")
        if problem:
            lines.append({"code": scan.code, "refused": problem, "cases": cases_named([problem], request.user)})
        elif scan.dossier:
            lines.append({"placement": places[scan.dossier], "warning": warned.get(scan.dossier, "")})
    return lines, slot
