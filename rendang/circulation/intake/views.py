from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.intake import actions, forms
from rendang.circulation.intake.models import ComparedPaper, Intake
from rendang.circulation.intake.queries import (
    carriage_for,
    course_of_call,
    expected,
    held_elsewhere,
    not_to_be_matched,
    read_list,
    stands_against,
    summary,
    with_keeper_elsewhere,
)
from rendang.circulation.parcels.models import Parcel
from rendang.dossiers.models import Undertaking
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.files.serving import serve
from rendang.kernel.files.views import submitted_context, submitted_pages
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.queries import way_on
from rendang.kernel.workflow.views import case_context, case_list, keys_ticked, step_page

State = Intake.State
MOST_MATCHED = 300
PAPERS = {
    "letter": ("letter_file", gettext_lazy("Recall letter")),
    "receipt": ("receipt_file", gettext_lazy("Receipt")),
    "return": ("return_file", gettext_lazy("Return slip")),
}


@require_safe
@requires(Permission.INTAKE_VIEW)
def intake_list(request: HttpRequest) -> HttpResponse:
    rows = with_keeper_elsewhere(Intake.objects.visible_to(request.user, Permission.INTAKE_VIEW))
    extra = {
        "may_open": can(request.user, Permission.INTAKE_REGISTER),
        "empty": {
            "icon": "package-import",
            "title": _("No intake yet"),
            "text": _("An intake begins when somebody wants the dossier kept here."),
            "url": reverse("intake:apply"),
            "label": _("New intake"),
        },
    }
    return case_list(request, rows, "intake/list.html", extra)


@require_safe
@requires(Permission.INTAKE_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Intake.objects.select_related(
        "institution",
        "person__employer",
        "first_opener",
        "second_opener",
        "custody__conflict",
        "parcel",
        "employer",
        "entrusted__agreement__employer",
    )
    intake = get_visible_or_404(rows, request.user, Permission.INTAKE_VIEW, pk=pk)
    record_view("intake.view", intake, by=request.user)
    context = case_context(request, intake) | submitted_context(request, intake, edit=Permission.INTAKE_REGISTER)
    entrusted = getattr(intake, "entrusted", None)  # the person's place on an employer's roster
    context |= {
        "left": entrusted if entrusted and entrusted.left_on and intake.is_open else None,
        "reason": standards.code_label("intake_reason", intake.reason),
        "carrier": intake.parcel and standards.code_label("carrier", intake.parcel.carrier),
        "receipt_carrier": intake.receipt_carrier and standards.code_label("carrier", intake.receipt_carrier),
        "return_carrier": intake.return_carrier and standards.code_label("carrier", intake.return_carrier),
        "carriage": carriage_for(intake),
        "carriers": [standards.code_label("carrier", code) for code in carriage_for(intake).carriers],
        "stands_against": stands_against(intake),
        "call": course_of_call(intake),
        "replaced_letters": list(intake.replaced_letters.all()),
        "asked_next": intake.state == State.APPLIED and held_elsewhere(intake),
        "summary": summary(list(intake.compared.all())),
        "undertaking": Undertaking.objects.filter(origin=intake).first(),
        "lacking": [rule.name for rule in standards.key_materials() if rule.code in intake.lacking],
        "types": [standards.code_label("person_type", code) for code in intake.person_types],
        "may_see_list": can(request.user, Permission.CATALOGUE_VIEW, at=intake.institution_id),
        "conflict": intake.custody and getattr(intake.custody, "conflict", None),
        "return_reason": intake.return_reason and standards.code_label("return_reason", intake.return_reason),
        "papers": [
            (label, reverse("intake:paper", args=[pk, name]))
            for name, (field, label) in PAPERS.items()
            if getattr(intake, f"{field}_id")
        ],
    }
    # Beside the papers that hold, each with the mark that it holds no longer.
    context["papers"] += [
        (
            _("Recall letter %(number)s: replaced, holds no longer") % {"number": former.number},
            reverse("intake:replaced_letter", args=[pk, former.pk]),
        )
        for former in context["replaced_letters"]
    ]
    return render(request, "intake/detail.html", context)


@require_POST
@requires(Permission.INTAKE_VIEW)
def scan(request: HttpRequest) -> HttpResponse:
    """A recall letter is scanned, or its number, a name or an ID number typed: on to what is next for this person.

    By POST: nothing personal ever stands in an address.
    """
    form = forms.FindForm(request.POST)
    form.is_valid()
    where = institution_ids_where(request.user, Permission.INTAKE_VIEW)
    found = list(expected(where, form.cleaned_data.get("text", ""))[:50])
    if len(found) == 1:
        return redirect(way_on(request.user, found[0]))
    may_register = can(request.user, Permission.INTAKE_REGISTER)
    return render(request, "intake/scan.html", {"form": form, "found": found, "may_register": may_register})


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def match(request: HttpRequest, parcel: int) -> HttpResponse:
    """Whose dossier is in this parcel? Those whose keeper sent it are offered first; others are searched for.

    Who is ticked stays ticked and in sight while others are searched for, and when it is refused.
    """
    arrived = _parcel(request, parcel)
    form = forms.FindForm(request.POST or None)
    chosen = keys_ticked(request.POST, "intakes", most=None)  # as many as are in the parcel
    ours = Intake.objects.filter(institution=arrived.institution)
    waiting = ours.filter(state__in=[State.APPLIED, State.CALLED], moves_inside=False)
    if "match" in request.POST and not chosen:
        messages.warning(request, _("No person is ticked. Tick those whose dossiers are in the parcel."))
    elif "match" in request.POST:
        try:
            count = actions.match_many(arrived, ours.filter(pk__in=chosen), by=request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            said = ngettext("%(count)d intake is matched.", "%(count)d intakes are matched.", count)
            messages.success(request, said % {"count": count})
            return go_to(request, "parcels:detail", parcel)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    if text:
        fitting = expected([arrived.institution_id], text)
    else:
        fitting = ours.filter(state__in=[State.APPLIED, State.CALLED], sender=arrived.sender)
        fitting = fitting.select_related("person", "parcel").order_by("pk")
    rows = fitting.filter(pk__in=waiting)
    stay = waiting.filter(pk__in=chosen).select_related("person").order_by("pk")
    context = {
        "parcel": arrived,
        "form": form,
        "found": [*stay, *rows.exclude(pk__in=chosen)[:MOST_MATCHED]],
        "none_fits": not rows.exists(),
        "not_here": not_to_be_matched(fitting.exclude(pk__in=waiting)[:MOST_MATCHED]),
        "searched": text,
        "ticked": chosen,
    }
    return render(request, "intake/match.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def open_for_parcel(request: HttpRequest, parcel: int) -> HttpResponse:
    """The dossier is here and nobody applied."""
    arrived = _parcel(request, parcel)
    named = arrived.enclosures.filter(case=None).first()
    form = forms.OpenForParcelForm(request.POST or None, initial={"name": named.name if named else ""})
    if request.method == "POST" and form.is_valid():
        try:
            intake = actions.open_for_parcel(arrived, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The intake is open and matched with the parcel."))
            return go_to(request, "intake:detail", intake.pk)
    context = {"form": form, "parcel": arrived}
    return render_page(request, "intake/open_for_parcel.html", context, partial="form")


def _parcel(request: HttpRequest, pk: int) -> Parcel:
    rows = Parcel.objects.select_related("institution")
    parcel: Parcel = get_visible_or_404(rows, request.user, Permission.INTAKE_REGISTER, pk=pk)
    return parcel


@require_http_methods(["GET", "POST"])
@requires(Permission.INTAKE_REGISTER)
def apply(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.INTAKE_REGISTER)
    form = forms.ApplyForm(request.POST or None, request.FILES or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        try:
            intake = actions.apply(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The intake is open. Next: the recall letter."))
            return go_to(request, "intake:detail", intake.pk)
    return render_page(request, "intake/apply.html", {"form": form}, partial="form")


@require_http_methods(["GET", "POST"])
@requires(Permission.CATALOGUE_VIEW)
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """The list against the parcel, paper by paper: entered, looked at, differences shown."""
    rows = Intake.objects.select_related("institution", "person")
    intake = get_visible_or_404(rows, request.user, Permission.INTAKE_VIEW, pk=pk)
    papers = list(intake.compared.all())
    lines = [
        forms.FoundForm(
            request.POST if "check" in request.POST else None,
            prefix=f"paper{paper.pk}",
            initial={"found": paper.pages_found, "remarks": paper.remarks},
        )
        for paper in papers
    ]
    form = forms.ListForm(request.POST if "enter" in request.POST else None, request.FILES or None)
    if request.method == "POST":
        try:
            if _compared(request, intake, papers, lines, form):
                return go_to(request, "intake:comparison", pk)
        except ValidationError as refused:
            form.is_valid()
            show_refusal(form, refused)
    record_view("intake.view", intake, by=request.user, reason="comparison")
    context = {
        "case": intake,
        "lines": list(zip(papers, lines, strict=True)),
        "form": form,
        "summary": summary(papers),
        "may_compare": intake.state == State.OPENED
        and can(request.user, Permission.INTAKE_REVIEW, at=intake.institution_id),
    }
    return render(request, "intake/comparison.html", context)


def _compared(request: HttpRequest, intake: Intake, papers: list[ComparedPaper], lines: list[Any], form: Any) -> bool:
    """Whether what was sent has been saved; raises the refusal of the action."""
    if "all" in request.POST:
        rest = {paper.pk: (paper.pages_listed, paper.remarks) for paper in papers if paper.pages_found is None}
        actions.check_list(intake, rest, by=request.user)
    elif "check" in request.POST:
        if not all(line.is_valid() for line in lines):
            return False
        found = {
            paper.pk: (line.cleaned_data["found"], line.cleaned_data["remarks"])
            for paper, line in zip(papers, lines, strict=True)
        }
        actions.check_list(intake, found, by=request.user)
    else:
        if not form.is_valid():
            return False
        actions.enter_list(
            intake, read_list(**form.cleaned_data), by=request.user, listed=not form.cleaned_data["unlisted"]
        )
    messages.success(request, _("The comparison is saved."))
    return True


@require_safe
@requires(Permission.INTAKE_VIEW)
def paper(request: HttpRequest, pk: int, paper: str) -> StreamingHttpResponse:
    """A printed paper of the intake: the recall letter, the receipt or the return slip."""
    intake = get_visible_or_404(Intake.objects.all(), request.user, Permission.INTAKE_VIEW, pk=pk)
    stored = getattr(intake, PAPERS[paper][0]) if paper in PAPERS else None
    if stored is None:
        raise Http404
    record_view("intake.print", intake, by=request.user, reason=paper)
    return serve(request, stored, permission=Permission.INTAKE_VIEW, belongs_to=intake, inline=True)


@require_safe
@requires(Permission.INTAKE_VIEW)
def replaced_letter(request: HttpRequest, pk: int, letter: int) -> StreamingHttpResponse:
    """A recall letter as it went out, in whose place a later one has come; the name of the file says so."""
    intake = get_visible_or_404(Intake.objects.all(), request.user, Permission.INTAKE_VIEW, pk=pk)
    former = get_object_or_404(intake.replaced_letters.select_related("file"), pk=letter)
    record_view("intake.print", intake, by=request.user, reason="replaced_letter")
    name = f"已作废-{former.file.name}"  # a file of the institution, like the paper itself: Chinese
    return serve(request, former.file, permission=Permission.INTAKE_VIEW, belongs_to=intake, inline=True, name=name)


submitted, hand_in = submitted_pages(Intake, look=Permission.INTAKE_VIEW, edit=Permission.INTAKE_REGISTER)
step = step_page(Intake, actions.STEPS, forms.FORMS, Permission.INTAKE_VIEW, papers=PAPERS)
