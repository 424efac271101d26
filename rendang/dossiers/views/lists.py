"""The list of dossiers: found by one box, narrowed by filters that stay in the address, exported for a reason."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rendang.dossiers import actions, forms, queries
from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries.leaving import why_it_left
from rendang.dossiers.search_text import Shape, read_search_text
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import render_page
from rendang.kernel.core.pagination import PAGE_SIZE, KeysetPage, keyset_page
from rendang.kernel.standards import queries as standards
from rendang.people.queries import find_by_id_number


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_FIND)
def dossier_list(request: HttpRequest) -> HttpResponse:
    """The custodies that fit the text and the filters. The box is sent by POST: an identity number is personal data
    and has no place in an address; everything else goes on as an address that can be kept."""
    if request.method == "POST":
        return _find(request)
    form = forms.FilterForm(request.user, request.GET)
    form.is_valid()
    rows = queries.search(request.user, form.text, form.filters)
    page = _page(request, rows, form.text)
    actions.note_search(by=request.user, text=form.text, filters=form.filters, shown=len(page.rows))
    context = {
        "form": form,
        "page": page,
        "entries": [(row, _sex(row), why_it_left(row)) for row in page.rows],
        "sort": "number" if read_search_text(form.text).shape == Shape.NUMBER else "",
        "is_filtered": bool(form.text or form.filters),
        "left": _left(request, form, page),
        "elsewhere": queries.held_elsewhere(request.user, form.text),
        "may_open": can(request.user, Permission.DOSSIER_VIEW),
        # A dossier that has left still opens: its former keeper is told when and to whom.
        "openable": {Custody.Status.HELD, Custody.Status.ENDED},
        "may_export": can(request.user, Permission.DOSSIER_EXPORT) and bool(page.rows),
        "address": request.GET.urlencode(),
    }
    return render_page(request, "dossiers/list.html", context, partial="rows")


def _find(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("q", "").strip()
    wanted = read_search_text(text)
    if wanted.may_identify and (person := find_by_id_number(wanted.value)):
        dossier = Dossier.objects.visible_to(request.user, Permission.DOSSIER_VIEW).filter(person=person).first()
        if dossier:
            return redirect(dossier)
        if held := queries.held_elsewhere(request.user, text):
            audit.record_view("dossier.locate", held.dossier, by=request.user)
            messages.info(request, _("This dossier is held by %(institution)s.") % {"institution": held.institution})
            return redirect("dossiers:list")
    if wanted.shape == Shape.ID_NUMBER:
        messages.warning(request, _("No dossier is on record under this identity number."))
        return redirect("dossiers:list")
    kept = {name: value for name, value in request.GET.items() if name not in {"q", "after", "before"}}
    return redirect(f"{request.path}?{urlencode({**kept, 'q': text})}")


def _left(request: HttpRequest, form: forms.FilterForm, page: KeysetPage) -> str:
    """Where nothing that is held fits but something that has left does: the address of that list."""
    if page.rows or not form.text or form.filters.get("status"):
        return ""
    ended = {"status": Custody.Status.ENDED}
    found = queries.search(request.user, form.text, form.filters | ended).exists()
    return f"{request.path}?{urlencode({**request.GET.dict(), **ended})}" if found else ""


def _sex(row: Custody) -> str:
    return standards.code_label("sex", row.dossier.person.sex)


def _page(request: HttpRequest, rows: ScopedQuerySet, text: str) -> KeysetPage:
    """Newest first, or in the order of archive numbers: when asked for, and when a number is what was looked for."""
    sort = request.GET.get("sort", "number" if read_search_text(text).shape == Shape.NUMBER else "")
    if sort not in {"number", "-number"}:
        return keyset_page(rows, request)
    after, before = (
        int(key) if (key := request.GET.get(name, "")).isdecimal() and len(key) < 19 else None
        for name in ("after", "before")
    )
    return queries.page_by_number(rows, after=after, before=before, size=PAGE_SIZE, descending=sort == "-number")


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.DOSSIER_EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The list with the filters of its address as a workbook, once a reason is given."""
    wanted = forms.FilterForm(request.user, request.GET)
    wanted.is_valid()
    form = forms.ExportForm(actions.may_see_numbers(request.user), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            book = actions.export_dossiers(
                by=request.user, text=wanted.text, filters=wanted.filters, **form.cleaned_data
            )
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            name = f"dossiers-{timezone.localdate():%Y%m%d}.xlsx"
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            return FileResponse(book, as_attachment=True, filename=name, content_type=kind)  # type: ignore[return-value]
    said = [(field.label, _said(wanted, field.name)) for field in wanted if wanted.cleaned_data.get(field.name)]
    return render(request, "dossiers/export.html", {"form": form, "said": said, "address": request.GET.urlencode()})


def _said(form: forms.FilterForm, name: str) -> str:
    """A filter in the words of the page."""
    value = form.cleaned_data[name]
    return str(dict(getattr(form.fields[name], "choices", ())).get(value, value))
