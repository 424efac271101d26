from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rendang.circulation.graduates import actions, forms, queries
from rendang.circulation.graduates.models import Graduate, GraduateList
from rendang.circulation.parcels.models import Parcel
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.core.sheets.writing import workbook
from rendang.kernel.workflow.forms import ReasonForm


@require_safe
@requires(Permission.GRADUATE_VIEW)
def lists(request: HttpRequest) -> HttpResponse:
    """The lists of the schools: how many are expected, how many have come, how many dossiers match nobody."""
    context = {
        "page": keyset_page(queries.lists(request.user), request),
        "unmatched": queries.unmatched(request.user).count(),
        "may_edit": can(request.user, Permission.GRADUATE_EDIT),
    }
    return render(request, "graduates/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.GRADUATE_EDIT)
def upload(request: HttpRequest) -> HttpResponse:
    """A school's list: judged line by line, then expected."""
    here = institutions_where(request.user, Permission.GRADUATE_EDIT)
    form = forms.ListForm(request.POST or None, request.FILES or None, institutions=here)
    lines: list[queries.Line] = []
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        file, only_judge = said.pop("file"), said.pop("only_judge")
        try:
            if only_judge:
                lines = queries.judge(file, said["institution"])
            else:
                made = actions.import_list(file, by=request.user, file_name=file.name, **said)
                messages.success(request, _("The list is imported."))
                return redirect(made)
        except ValidationError as refused:
            show_refusal(form, refused)
    wrong = [line for line in lines if line.problem or line.remark]
    context = {
        "form": form,
        "judged": len(lines),
        "good": sum(not line.problem for line in lines),
        "wrong": wrong[:200],
    }
    return render(request, "graduates/upload.html", context)


@require_safe
@requires(Permission.GRADUATE_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: who is expected, who has come; the look is noted."""
    rows = GraduateList.objects.select_related("institution", "imported_by")
    found = get_visible_or_404(rows, request.user, Permission.GRADUATE_VIEW, pk=pk)
    form = forms.FilterForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    graduates = queries.graduates_shown(found, asked.get("show", ""), asked.get("text", ""))
    record_view("graduatelist.view", found, by=request.user)
    context = {
        "list": found,
        "counts": queries.lists(request.user).get(pk=pk),
        "page": keyset_page(graduates, request),
        "filter": form,
        "may_edit": can(request.user, Permission.GRADUATE_EDIT, at=found.institution_id),
    }
    return render_page(request, "graduates/detail.html", context, partial="rows")


@require_safe
@requires(Permission.GRADUATE_VIEW)
def expected(request: HttpRequest, pk: int) -> FileResponse:
    """应到未到: the workbook for the school of whose dossier has not come, identity numbers masked."""
    found = get_visible_or_404(GraduateList.objects.all(), request.user, Permission.GRADUATE_VIEW, pk=pk)
    record_view("graduatelist.export", found, by=request.user)
    columns = [("姓名", 14), ("公民身份号码", 22), ("学号", 18), ("学历", 14), ("专业", 26)]
    rows = found.graduates.expected().order_by("row")
    values = rows.values_list("name", "id_masked", "student_number", "education", "major")
    about = [(_("List"), str(found)), (_("Made for"), found.school)]
    made = workbook("应到未到", columns, values.iterator(), about)
    return FileResponse(
        made, as_attachment=True, filename=f"应到未到-{found.school}-{timezone.localdate():%Y%m%d}.xlsx"
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.GRADUATE_EDIT)
def arrival(request: HttpRequest, parcel: int) -> HttpResponse:
    """The dossiers of graduates in a parcel, one a line; each line shows what became of it.

    It begins with the names that were read on the outside.
    """
    rows = Parcel.objects.select_related("institution")
    found = get_visible_or_404(rows, request.user, Permission.GRADUATE_EDIT, pk=parcel)
    named = found.enclosures.filter(case=None).order_by("pk").values_list("name", flat=True)
    form = forms.ArrivalsForm(request.POST or None, initial={"lines": "\n".join(named)})
    outcomes: list[actions.Outcome] = []
    if request.method == "POST" and form.is_valid():
        try:
            outcomes = actions.take_arrivals(found, form.cleaned_data["lines"].splitlines(), by=request.user)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            form = forms.ArrivalsForm()
    context = {"parcel": found, "form": form, "outcomes": outcomes, "taken": sum(one.done for one in outcomes)}
    return render(request, "graduates/arrival.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.GRADUATE_EDIT)
def strike_off(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Graduate.objects.select_related("list")
    graduate = get_visible_or_404(rows, request.user, Permission.GRADUATE_EDIT, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.strike_off(graduate, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Struck off."))
            return redirect(graduate.list)
    return render(request, "graduates/strike_off.html", {"graduate": graduate, "form": form})
