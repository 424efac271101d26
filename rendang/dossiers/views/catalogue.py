"""The catalogue of a dossier: read, written in a grid, put in order, printed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.dossiers import actions, forms, queries
from rendang.dossiers.models import Dossier, Material, MaterialRemoval, RecordedValue
from rendang.dossiers.papers import catalogue_pdf
from rendang.dossiers.pasting import class_of, read_pasted
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to
from rendang.kernel.core.language import listed
from rendang.kernel.files.serving import show_pdf
from rendang.kernel.standards import queries as standards

CELLS = ("class_mark", "title", "formed_on", "pages", "remarks")


def _dossier(request: HttpRequest, pk: int, permission: Permission) -> Dossier:
    return get_visible_or_404(Dossier.objects.select_related("person"), request.user, permission, pk=pk)


def _material(request: HttpRequest, pk: int, material: int, permission: Permission) -> Material:
    dossier = _dossier(request, pk, permission)
    found = get_object_or_404(dossier.materials.select_related("volume"), pk=material, removed_at=None)
    found.dossier = dossier
    return found


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def catalogue(request: HttpRequest, pk: int) -> HttpResponse:
    return _catalogue(request, _dossier(request, pk, Permission.CATALOGUE_VIEW))


def _catalogue(request: HttpRequest, dossier: Dossier, value_form: Any = None, status: int = 200) -> HttpResponse:
    papers = queries.papers_of(dossier)
    custody = queries.custody_of(dossier)
    may_edit = custody is not None and can(request.user, Permission.CATALOGUE_EDIT, at=custody.institution_id)
    audit.record_view("catalogue.view", dossier, by=request.user, institution=custody.institution if custody else None)
    context = {
        "dossier": dossier,
        "person": dossier.person,
        "custody": custody,
        "sections": queries.sections(papers, with_empty=False),
        "paper_count": len(papers),
        "page_count": sum(paper.pages for paper in papers),
        "twice": queries.listed_twice(papers),
        "leaving": set(MaterialRemoval.objects.open().filter(dossier=dossier).values_list("material_id", flat=True)),
        "facts": queries.recorded_values(dossier),
        "may_edit": may_edit,
        "may_remove": custody is not None and can(request.user, Permission.MATERIAL_REMOVE, at=custody.institution_id),
        "value_form": value_form or (forms.RecordedValueForm(dossier=dossier) if may_edit and papers else None),
    }
    return render(request, "dossiers/catalogue.html", context, status=status)


@require_http_methods(["GET", "POST"])
@requires(Permission.CATALOGUE_EDIT)
def catalogue_add(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid: a row a paper. ``do`` says what the button was: save, fill in pasted rows, five more rows."""
    dossier = _dossier(request, pk, Permission.CATALOGUE_EDIT)
    scheme = queries.scheme_of(dossier)
    paste = forms.PasteForm(request.POST or None)
    if request.method != "POST":
        return _grid(request, dossier, forms.MaterialGrid(form_kwargs={"scheme": scheme}), paste)
    rows = _rows(request, scheme)
    wanted = request.POST.get("do", "save")
    if wanted == "paste" and paste.is_valid():
        pasted = read_pasted(paste.cleaned_data["pasted"], standards.class_marks(scheme))
        rows = [row for row in rows if row["title"] or row["formed_on"] or row["remarks"]] + pasted
        if not pasted:
            paste.add_error(
                "pasted", _("Nothing was recognised. Copy the rows from the spreadsheet and paste them here.")
            )
        else:
            paste = forms.PasteForm()
    elif wanted == "more":
        rows += [dict.fromkeys(CELLS, "") for _number in range(forms.GRID_ROWS)]
    grid = forms.MaterialGrid(_as_data(rows), form_kwargs={"scheme": scheme})
    if wanted != "save" or not grid.is_valid():
        return _grid(request, dossier, grid, paste)
    filled = [form for form in grid if form.has_changed()]
    if not filled:
        messages.warning(request, _("No row is filled in yet."))
        return _grid(request, dossier, grid, paste)
    try:
        made = actions.add_materials(dossier, [form.cleaned_data for form in filled], by=request.user)
    except ValidationError as refused:
        _show_in_rows(filled, refused)
        return _grid(request, dossier, grid, paste)
    messages.success(
        request,
        ngettext("%(count)d paper is listed.", "%(count)d papers are listed.", len(made)) % {"count": len(made)},
    )
    _warn_of_likeness(request, dossier, made)
    return go_to(request, "dossiers:catalogue", pk)


def _grid(request: HttpRequest, dossier: Dossier, grid: Any, paste: Any) -> HttpResponse:
    context = {"dossier": dossier, "person": dossier.person, "grid": grid, "paste": paste}
    return render(request, "dossiers/catalogue_add.html", context)


def _rows(request: HttpRequest, scheme: str) -> list[dict[str, Any]]:
    """The grid as it was typed; a row without a class takes that of the row above it."""
    count = request.POST.get("form-TOTAL_FORMS", "0")
    marks, above, rows = standards.class_marks(scheme), "", []
    for at in range(min(int(count) if count.isdecimal() else 0, forms.MOST_ROWS)):
        row: dict[str, Any] = {name: request.POST.get(f"form-{at}-{name}", "") for name in CELLS}
        row["class_mark"] = class_of(row["class_mark"], marks) or row["class_mark"]
        if row["title"].strip():
            above = row["class_mark"] = row["class_mark"] or above
        rows.append(row)
    return rows


def _as_data(rows: list[dict[str, Any]]) -> dict[str, str]:
    data = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0"}
    for at, row in enumerate(rows):
        data |= {f"form-{at}-{name}": str(row[name]) for name in CELLS}
    return data


def _show_in_rows(filled: list[Any], refused: ValidationError) -> None:
    """Each message beside the row it is about."""
    for error in getattr(refused, "error_list", [refused]):
        row = (error.params or {}).get("row", 1) if hasattr(error, "params") else 1
        filled[row - 1].add_error(None, error.messages)


def _warn_of_likeness(request: HttpRequest, dossier: Dossier, papers: list[Material]) -> None:
    """Perhaps the same paper twice: said, not refused."""
    twice = queries.listed_twice(queries.papers_of(dossier))
    numbers = [paper.number for paper in papers if paper.pk in twice]
    if numbers:
        messages.warning(
            request,
            _("Same class, title and date as another paper: %(numbers)s. Check whether it is listed twice.")
            % {"numbers": listed(numbers)},
        )


@require_http_methods(["GET", "POST"])
@requires(Permission.CATALOGUE_EDIT)
def material(request: HttpRequest, pk: int, material: int) -> HttpResponse:
    paper = _material(request, pk, material, Permission.CATALOGUE_EDIT)
    names = ("title", "formed_on", "pages", "copies", "remarks", "volume")
    initial = {name: getattr(paper, name) for name in names}
    form = forms.MaterialEditForm(request.POST or None, dossier=paper.dossier, scheme=paper.scheme, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            paper = actions.change_material(paper, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The paper is corrected."))
            _warn_of_likeness(request, paper.dossier, [paper])
            return go_to(request, "dossiers:catalogue", pk)
    return _paper_page(request, paper, form=form)


@require_POST
@requires(Permission.CATALOGUE_EDIT)
def material_move(request: HttpRequest, pk: int, material: int) -> HttpResponse:
    paper = _material(request, pk, material, Permission.CATALOGUE_EDIT)
    form = forms.MoveForm(request.POST, scheme=paper.scheme)
    if form.is_valid():
        try:
            moved = actions.move_material(paper, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The paper is now %(number)s.") % {"number": moved.number})
            return go_to(request, "dossiers:catalogue", pk)
    return _paper_page(request, paper, move_form=form)


def _paper_page(request: HttpRequest, paper: Material, *, form: Any = None, move_form: Any = None) -> HttpResponse:
    names = ("title", "formed_on", "pages", "copies", "remarks", "volume")
    dossier = paper.dossier
    edit = forms.MaterialEditForm(
        dossier=dossier, scheme=paper.scheme, initial={name: getattr(paper, name) for name in names}
    )
    place = {"class_mark": paper.class_mark, "position": paper.position}
    context = {
        "dossier": dossier,
        "person": dossier.person,
        "paper": paper,
        "form": form or edit,
        "move_form": move_form or forms.MoveForm(scheme=paper.scheme, initial=place),
        "may_remove": can(request.user, Permission.MATERIAL_REMOVE),
    }
    return render(request, "dossiers/material.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MATERIAL_REMOVE)
def material_remove(request: HttpRequest, pk: int, material: int) -> HttpResponse:
    """Propose, with a reason, that a paper leave the dossier; a second person decides."""
    paper = _material(request, pk, material, Permission.MATERIAL_REMOVE)
    form = forms.RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            removal = actions.propose_removal(paper, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The removal is proposed. A second person decides on it."))
            return go_to(request, "dossiers:removal", removal.pk)
    context = {"dossier": paper.dossier, "person": paper.dossier.person, "paper": paper, "form": form}
    return render(request, "dossiers/material_remove.html", context)


@require_POST
@requires(Permission.CATALOGUE_EDIT)
def catalogue_sort(request: HttpRequest, pk: int) -> HttpResponse:
    """All papers of a class into the order its rule prescribes."""
    dossier = _dossier(request, pk, Permission.CATALOGUE_EDIT)
    try:
        changed = actions.sort_class(dossier, request.POST.get("class_mark", ""), by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        said = ngettext("%(count)d paper has a new number.", "%(count)d papers have new numbers.", changed)
        messages.success(request, said % {"count": changed} if changed else _("The papers stand in order already."))
    return redirect("dossiers:catalogue", pk)


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def catalogue_print(request: HttpRequest, pk: int) -> HttpResponse:
    """目录 as PDF, in the browser."""
    dossier = _dossier(request, pk, Permission.CATALOGUE_VIEW)
    custody = queries.custody_of(dossier)
    try:
        pdf = catalogue_pdf(dossier, custody)
    except ValidationError as refused:  # a character that no font has: nothing is printed with a box in it
        messages.error(request, " ".join(refused.messages))
        return redirect("dossiers:catalogue", pk)
    audit.record_view(
        "catalogue.print", dossier, by=request.user, institution=custody.institution if custody else None
    )
    return show_pdf(pdf, name=f"{dossier.barcode}-catalogue.pdf")


@require_POST
@requires(Permission.CATALOGUE_EDIT)
def value_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what a paper says of a date."""
    dossier = _dossier(request, pk, Permission.CATALOGUE_EDIT)
    form = forms.RecordedValueForm(request.POST, dossier=dossier)
    if form.is_valid():
        try:
            actions.record_value(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The recorded value is noted."))
            return go_to(request, "dossiers:catalogue", pk)
    return _catalogue(request, dossier, form)


@require_POST
@requires(Permission.CATALOGUE_EDIT)
def value_remove(request: HttpRequest, pk: int, value: int) -> HttpResponse:
    dossier = _dossier(request, pk, Permission.CATALOGUE_EDIT)
    values = RecordedValue.objects.select_related("material__dossier__person").filter(material__dossier=dossier)
    actions.remove_recorded_value(get_object_or_404(values, pk=value), by=request.user)
    messages.success(request, _("The recorded value is taken out."))
    return redirect("dossiers:catalogue", pk)
