from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.core.forms import told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.standards import actions, forms
from rendang.kernel.standards.models import ClassificationScheme, Code, CodeSynonym, CodeTable
from rendang.kernel.standards.queries import code_label
from rendang.kernel.standards.queries import key_materials as in_force
from rendang.kernel.standards.views.pages import crumbs, form_page, show_refusal, tabs

PAGE_SIZE = 50


@require_safe
@requires(Permission.STANDARD_VIEW)
def table_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    in_force = Q(codes__valid_from__isnull=True) | Q(codes__valid_from__lte=today)
    in_force &= Q(codes__valid_to__isnull=True) | Q(codes__valid_to__gte=today)
    tables = CodeTable.objects.annotate(size=Count("codes", filter=in_force)).order_by("order")
    return render(request, "standards/tables.html", {"tables": tables, "tabs": tabs("list")})


@require_safe
@requires(Permission.STANDARD_VIEW)
def table(request: HttpRequest, table: str) -> HttpResponse:
    found = get_object_or_404(CodeTable, code=table)
    form = forms.CodeFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = Code.objects.filter(table=found).select_related("table")
    if not wanted.get("ended"):
        rows = rows.in_force(wanted.get("on") or timezone.localdate())
    if text := (wanted.get("q") or "").strip():
        rows = rows.filter(Q(code__startswith=text) | Q(name__contains=text) | Q(short_name__contains=text))
    context = {
        "table": found,
        "form": form,
        "page": Paginator(rows.order_by("order", "valid_from"), PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs(),
        "may_edit": can(request.user, Permission.STANDARD_EDIT),
        "today": timezone.localdate(),
    }
    return render_page(request, "standards/table.html", context, partial="rows")


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def code_add(request: HttpRequest, table: str) -> HttpResponse:
    found = get_object_or_404(CodeTable, code=table)
    back = reverse("standards:table", args=[table])
    return form_page(
        request,
        forms.CodeForm(request.POST or None),
        lambda values: actions.set_code(found, by=request.user, **values),
        title=_("New code: {table}").format(table=found),
        submit=_("Enter"),
        done=_("The code is entered."),
        back=back,
        trail=crumbs((str(found), back)),
        go_to=lambda: go_to(request, "standards:table", table),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def code_change(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Code.objects.select_related("table"), pk=pk)
    back = reverse("standards:table", args=[row.table.code])
    initial = {name: getattr(row, name) for name in ("code", "name", "short_name", "parent", "note")}
    form = forms.CodeForm(request.POST or None, initial=initial)
    form.fields["code"].disabled = True
    return form_page(
        request,
        form,
        lambda values: actions.set_code(row.table, by=request.user, **values),
        title=_("New meaning: {code} {name}").format(code=row.code, name=row.english_name or row.name),
        submit=_("Enter"),
        done=_("The code is entered."),
        back=back,
        trail=crumbs((str(row.table), back)),
        intro=_("The former meaning ends the day before and stays for records that carry it."),
        go_to=lambda: go_to(request, "standards:table", row.table.code),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
def code_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Code.objects.select_related("table"), pk=pk)
    back = reverse("standards:table", args=[row.table.code])
    return form_page(
        request,
        forms.EndForm(request.POST or None),
        lambda values: actions.end_code(row, by=request.user, **values),
        title=_("End a code: {code} {name}").format(code=row.code, name=row.english_name or row.name),
        submit=_("End it"),
        done=_("The code ends."),
        back=back,
        trail=crumbs((str(row.table), back)),
        intro=_("After its last day nobody can choose it; records that carry it keep it and its name."),
        go_to=lambda: go_to(request, "standards:table", row.table.code),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.STANDARD_VIEW)
def synonyms(request: HttpRequest, table: str) -> HttpResponse:
    """What rosters say for the codes of a table; permitted staff add to it."""
    found = get_object_or_404(CodeTable, code=table)
    may_edit = can(request.user, Permission.STANDARD_EDIT)
    form = forms.SynonymForm(request.POST or None, table=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_synonym(found, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The synonym is entered."))
            return go_to(request, "standards:synonyms", table)
    rows = found.synonyms.order_by("code", "text")
    context = {
        "table": found,
        "form": form if may_edit else None,
        "page": Paginator(rows, 2 * PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs((str(found), reverse("standards:table", args=[table]))),
        "may_edit": may_edit,
    }
    return render(request, "standards/synonyms.html", context)


@require_POST
@requires(Permission.STANDARD_EDIT)
def synonym_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(CodeSynonym.objects.select_related("table"), pk=pk)
    with told(request, _("The synonym is taken out.")):
        actions.remove_synonym(row, by=request.user)
    return redirect("standards:synonyms", row.table.code)


@require_safe
@requires(Permission.STANDARD_VIEW)
def classification(request: HttpRequest) -> HttpResponse:
    every = ClassificationScheme.objects.order_by("-valid_from")
    wanted = request.GET.get("scheme")
    scheme = next((row for row in every if row.code == wanted), None) or (every[0] if every else None)
    context = {
        "schemes": [
            {"label": str(row), "url": f"?scheme={row.code}", "active": scheme and row.pk == scheme.pk}
            for row in every
        ],
        "scheme": scheme,
        "marks": scheme.marks.order_by("order") if scheme else [],
        "tabs": tabs("classification"),
    }
    return render(request, "standards/classification.html", context)


@require_safe
@requires(Permission.STANDARD_VIEW)
def key_materials(request: HttpRequest) -> HttpResponse:
    """What is asked for when it is missing, of whom, and why; and what must never be asked for."""
    rows = [
        {
            "material": row,
            "person_types": [code_label("person_type", code, short=False) for code in row.person_types],
            "education": [code_label("education", code) for code in row.education],
            "political_status": [code_label("political_status", code) for code in row.political_status],
            "circumstance": code_label("circumstance", row.circumstance, short=False) if row.circumstance else "",
        }
        for row in in_force()
    ]
    return render(request, "standards/key_materials.html", {"rows": rows, "tabs": tabs("key_materials")})
