from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rendang.circulation.agreements import actions, forms
from rendang.circulation.agreements.models import Agent, Agreement, Entrusted
from rendang.circulation.agreements.queries import (
    read_roster,
    status_list,
    tallies,
    waiting_for_intake,
    with_status,
)
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, institutions_where, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.core.sheets.writing import workbook
from rendang.kernel.files.serving import serve
from rendang.kernel.workflow.views import case_context, case_list, step_page

TONES = {"EXPECTED": "yellow", "ARRIVED": "blue", "HELD": "green", "INDIVIDUAL": "yellow", "ELSEWHERE": "red"}


@require_safe
@requires(Permission.AGREEMENT_VIEW)
def agreement_list(request: HttpRequest) -> HttpResponse:
    rows = Agreement.objects.visible_to(request.user, Permission.AGREEMENT_VIEW).select_related("employer")
    may_draft = can(request.user, Permission.AGREEMENT_EDIT)
    empty = {
        "icon": "file-certificate",
        "title": _("No agreement yet"),
        "text": _("An agreement begins when an employer entrusts the dossiers of its people."),
    }
    if may_draft:
        empty |= {"url": reverse("agreements:draft"), "label": _("New agreement")}
    return case_list(request, rows, "agreements/list.html", {"empty": empty, "may_draft": may_draft})


@require_http_methods(["GET", "POST"])
@requires(Permission.AGREEMENT_EDIT)
def draft(request: HttpRequest) -> HttpResponse:
    institutions = institutions_where(request.user, Permission.AGREEMENT_EDIT)
    form = forms.DraftForm(request.POST or None, institutions=institutions)
    if request.method == "POST" and form.is_valid():
        try:
            agreement = actions.draft(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The agreement is drafted. Next: the roster, and the signature."))
            return go_to(request, "agreements:detail", agreement.pk)
    return render_page(request, "agreements/draft.html", {"form": form}, partial="form")


@require_safe
@requires(Permission.AGREEMENT_VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Agreement.objects.select_related("institution", "employer", "approver", "file")
    agreement = get_visible_or_404(rows, request.user, Permission.AGREEMENT_VIEW, pk=pk)
    record_view("agreement.view", agreement, by=request.user)
    form = forms.PeopleFilterForm(request.GET)
    people = with_status(agreement.people.select_related("person", "intake"))
    asked = form.cleaned_data if form.is_valid() else {}
    if asked.get("status"):
        people = people.filter(status=asked["status"])
    if text := asked.get("text", "").strip():
        people = people.filter(person__name__startswith=text)
    page = keyset_page(people, request)
    counted = tallies(agreement)
    may_edit = can(request.user, Permission.AGREEMENT_EDIT, at=agreement.institution_id)
    is_live = agreement.state in (Agreement.State.DRAFTED, Agreement.State.IN_FORCE)
    waiting = waiting_for_intake(agreement).count() if agreement.state == Agreement.State.IN_FORCE else 0
    context = case_context(request, agreement) | {
        "papers": [(_("Agreement"), reverse("agreements:paper", args=[pk]))] if agreement.file else [],
        "agents": list(agreement.agents.all()),
        "page": page,
        "people": [
            (entry, Entrusted.Status(entry.status).label, TONES.get(entry.status, "grey")) for entry in page.rows
        ],
        "filter": form,
        "tallies": [
            (label, counted[code], f"?status={code}") for code, label in Entrusted.Status.choices if counted[code]
        ],
        "waiting": waiting,
        "may_open_intakes": can(request.user, Permission.INTAKE_VIEW, at=agreement.institution_id),
        "may_edit": may_edit and is_live,
    }
    return render(request, "agreements/detail.html", context)


@require_safe
@requires(Permission.AGREEMENT_VIEW)
def paper(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The agreement as it was signed."""
    rows = Agreement.objects.select_related("file")
    agreement = get_visible_or_404(rows, request.user, Permission.AGREEMENT_VIEW, pk=pk)
    if agreement.file is None:
        raise Http404
    record_view("agreement.print", agreement, by=request.user)
    return serve(request, agreement.file, permission=Permission.AGREEMENT_VIEW, belongs_to=agreement, inline=True)


@require_http_methods(["GET", "POST"])
@requires(Permission.AGREEMENT_EDIT)
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """The employer's list of its people."""
    agreement = _agreement(request, pk)
    form = forms.RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_people(agreement, read_roster(form.cleaned_data["file"]), by=request.user)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            _said(request, added)
            return go_to(request, "agreements:detail", pk)
    context = {"agreement": agreement, "form": form, "label": _("Upload the roster")}
    return render_page(request, "agreements/change.html", context, partial="form")


@require_POST
@requires(Permission.AGREEMENT_EDIT)
def add_held(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever's dossier is kept for this employer already."""
    return _act(request, pk, lambda agreement: _said(request, actions.add_held(agreement, by=request.user)))


@require_POST
@requires(Permission.AGREEMENT_EDIT)
def open_intakes(request: HttpRequest, pk: int) -> HttpResponse:
    """All in one go."""

    def act(agreement: Agreement) -> None:
        count = actions.open_intakes(agreement, by=request.user)
        said = ngettext("%(count)d intake is open.", "%(count)d intakes are open.", count)
        messages.success(request, said % {"count": count})

    return _act(request, pk, act)


@require_safe
@requires(Permission.AGREEMENT_VIEW)
def status(request: HttpRequest, pk: int) -> FileResponse:
    """The list for the employer: where each dossier stands, and nothing of what is in it."""
    rows = Agreement.objects.select_related("employer", "institution")
    agreement = get_visible_or_404(rows, request.user, Permission.AGREEMENT_VIEW, pk=pk)
    record_view("agreement.export", agreement, by=request.user)
    columns = [
        (_("Full name"), 14),
        (_("ID number"), 24),
        (_("State"), 24),
        (_("Contract"), 26),
        (_("Arrived"), 14),
        (_("In custody since"), 14),
        (_("Left"), 14),
    ]
    about = [(_("Employer"), agreement.employer.name), (_("Institution"), agreement.institution.name)]
    file = workbook(_("Roster"), columns, status_list(agreement), about)
    return FileResponse(file, as_attachment=True, filename=f"{agreement.agreement_number or agreement.number}.xlsx")


@require_http_methods(["GET", "POST"])
@requires(Permission.AGREEMENT_EDIT)
def add_agent(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    form = forms.AgentForm(request.POST or None)
    return _change(request, agreement, form, _("Name an agent"), actions.add_agent, agreement)


@require_POST
@requires(Permission.AGREEMENT_EDIT)
def end_agent(request: HttpRequest, pk: int) -> HttpResponse:
    agent = Agent.objects.select_related("agreement").filter(pk=pk).first()
    if agent is None:
        raise Http404
    return _act(request, agent.agreement_id, lambda _agreement: actions.end_agent(agent, by=request.user))


@require_safe
@requires(Permission.AGREEMENT_VIEW)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person of a roster: since when, with which proofs, and where the dossier stands."""
    entry = _entry(request, pk, Permission.AGREEMENT_VIEW)
    record_view("agreement.view", entry, by=request.user)
    may_edit = can(request.user, Permission.AGREEMENT_EDIT, at=entry.institution_id)
    context = {
        "entry": entry,
        "label": Entrusted.Status(entry.status).label,
        "tone": TONES.get(entry.status, "grey"),
        "may_join": may_edit and entry.status == Entrusted.Status.INDIVIDUAL,
        "may_leave": may_edit and entry.left_on is None,
        "may_open_intake": can(request.user, Permission.INTAKE_VIEW, at=entry.institution_id),
    }
    return render(request, "agreements/person.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.AGREEMENT_EDIT)
def join(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _entry(request, pk, Permission.AGREEMENT_EDIT)
    form = forms.JoinForm(request.POST or None, request.FILES or None)
    return _change(request, entry.agreement, form, _("Make it the employer's custody"), actions.join, entry)


@require_http_methods(["GET", "POST"])
@requires(Permission.AGREEMENT_EDIT)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _entry(request, pk, Permission.AGREEMENT_EDIT)
    form = forms.LeaveForm(request.POST or None, request.FILES or None)
    return _change(request, entry.agreement, form, _("Take off the roster"), actions.leave, entry)


@require_safe
@requires(Permission.AGREEMENT_VIEW)
def proof(request: HttpRequest, pk: int, which: str) -> StreamingHttpResponse:
    """The scanned proof of joining or leaving."""
    entry = _entry(request, pk, Permission.AGREEMENT_VIEW)
    stored = {"join": entry.join_proof, "leave": entry.left_proof}.get(which)
    if stored is None:
        raise Http404
    record_view("agreement.print", entry, by=request.user)
    return serve(request, stored, permission=Permission.AGREEMENT_VIEW, belongs_to=entry.agreement, inline=True)


step = step_page(
    Agreement, actions.STEPS, forms.FORMS, Permission.AGREEMENT_VIEW,
    papers={"agreement": ("file", gettext_lazy("Agreement"))},
)  # fmt: skip


def _agreement(request: HttpRequest, pk: int) -> Any:
    rows = Agreement.objects.select_related("institution", "employer")
    return get_visible_or_404(rows, request.user, Permission.AGREEMENT_EDIT, pk=pk)


def _entry(request: HttpRequest, pk: int, permission: Permission) -> Any:
    """The person, if the agreement is the reader's to see."""
    rows = Entrusted.objects.select_related(
        "agreement__employer", "agreement__institution", "person", "intake", "join_proof", "left_proof"
    )
    entry = with_status(rows).filter(pk=pk).first()
    if entry is None:
        raise Http404
    get_visible_or_404(Agreement.objects.all(), request.user, permission, pk=entry.agreement_id)
    return entry


def _said(request: HttpRequest, added: int) -> None:
    said = ngettext("%(count)d person is on the roster now.", "%(count)d people came onto the roster.", added)
    messages.success(request, said % {"count": added})


def _act(request: HttpRequest, pk: int, act: Callable[[Any], Any]) -> HttpResponse:
    agreement = _agreement(request, pk)
    try:
        act(agreement)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return go_to(request, "agreements:detail", pk)


def _change(
    request: HttpRequest, agreement: Agreement, form: Any, label: str, act: Callable[..., Any], subject: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act(subject, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": label})
            return go_to(request, "agreements:detail", agreement.pk)
    context = {"agreement": agreement, "form": form, "label": label, "subject": subject}
    return render_page(request, "agreements/change.html", context, partial="form")
