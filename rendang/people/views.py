"""Pages on which the record of a person is kept up. The record is read on the dossier's page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to
from rendang.kernel.standards import queries as standards
from rendang.people import actions, forms, queries
from rendang.people.models import Kinship, Person, PersonRecord


def _person(request: HttpRequest, pk: int, permission: Permission = Permission.PERSON_EDIT) -> Person:
    people = Person.objects.select_related("employer", "dossier")
    return get_visible_or_404(people, request.user, permission, pk=pk)


def _context(person: Person, tab: str, **more: Any) -> dict[str, Any]:
    dossier = getattr(person, "dossier", None)
    tabs = [
        {"label": label, "url": reverse(f"people:{name}", args=[person.pk]), "active": name == tab}
        for name, label in (
            ("edit", _("Facts")),
            ("identity", _("Identity")),
            ("records", _("Records")),
            *([("employer", _("Employer"))] if person.employer_id else []),
        )
    ]
    return {"person": person, "dossier": dossier, "tabs": tabs, **more}


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    initial = {name: getattr(person, name) for name in forms.PERSON_FACTS}
    initial["employer_name"] = person.employer.name if person.employer else ""
    form = forms.PersonForm(request.POST or None, initial=initial)
    forms.tell_what_the_roster_says(form, person)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        name = facts.pop("employer_name")
        try:
            with transaction.atomic():
                facts["employer"] = actions.find_or_create_employer(name, by=request.user) if name else None
                actions.correct_person(person, by=request.user, **facts)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The record is saved."))
            return go_to(request, "people:edit", pk)
    if request.method == "GET":
        audit.record_view("person.view", person, by=request.user)
    return render(request, "people/edit.html", _context(person, "edit", form=form))


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def identity(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    initial = {name: getattr(person, name) for name in ("name", "identity_kind", "sex", "birth_date")}
    form = forms.IdentityForm(request.POST or None, initial=initial)
    forms.tell_what_the_roster_says(form, person)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        if not facts["id_number"]:
            del facts["id_number"]
        try:
            actions.correct_person(person, by=request.user, **facts)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The identity is corrected."))
            return go_to(request, "people:identity", pk)
    if request.method == "GET":
        audit.record_view("person.view", person, by=request.user)
    identities = list(person.other_identities.order_by("pk"))
    return render(request, "people/identity.html", _context(person, "identity", form=form, identities=identities))


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def identity_add(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = forms.OtherIdentityForm(request.POST or None, initial={"kind": Person.IdentityKind.PASSPORT})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.add_identity(person, by=request.user, number=facts.pop("id_number"), **facts)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The identity is added."))
            return go_to(request, "people:identity", pk)
    title = _("Add an identity")
    return render(request, "people/form.html", _context(person, "identity", form=form, title=title))


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.DOSSIER_UNMASK)
def unmask(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole number, once, in the answer to a stated reason; never in an address, never cached."""
    person = _person(request, pk, Permission.DOSSIER_UNMASK)
    form = forms.UnmaskForm(request.POST or None)
    number = ""
    if request.method == "POST" and form.is_valid():
        try:
            number = actions.unmask(person, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as refused:
            show_refusal(form, refused)
    return render(request, "people/unmask.html", {"person": person, "form": form, "number": number})


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def employer(request: HttpRequest, pk: int) -> HttpResponse:
    """What is on record of the person's employer (data set B01)."""
    person = _person(request, pk)
    if person.employer is None:
        raise Http404
    names = list(forms.EmployerForm.base_fields)
    form = forms.EmployerForm(request.POST or None, initial={name: getattr(person.employer, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_employer(person.employer, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The employer's record is saved."))
            return go_to(request, "people:employer", pk)
    return render(request, "people/edit.html", _context(person, "employer", form=form))


@require_safe
@requires(Permission.PERSON_EDIT)
def records(request: HttpRequest, pk: int) -> HttpResponse:
    """The repeated parts of the data set: education, employment, family, rewards, languages, training, titles."""
    person = _person(request, pk)
    parts = [
        {"kind": kind, "label": PART_LABELS[kind], "rows": [_shown(row) for row in _rows(person, model)]}
        for kind, model in actions.RECORDS.items()
    ]
    audit.record_view("person.view", person, by=request.user)
    return render(request, "people/records.html", _context(person, "records", parts=parts))


PART_LABELS = {
    "education": gettext_lazy("Education"),
    "employment": gettext_lazy("Employment"),
    "familymember": gettext_lazy("Family"),
    "reward": gettext_lazy("Rewards and sanctions"),
    "languageskill": gettext_lazy("Languages"),
    "training": gettext_lazy("Training"),
    "title": gettext_lazy("Titles and qualifications"),
}


def _rows(person: Person, model: type[PersonRecord]) -> Any:
    return model._default_manager.filter(person=person).order_by("start", "pk")


def _shown(row: PersonRecord) -> dict[str, Any]:
    """A row in words: its own name first, then the rest with codes spelt out."""
    facts = []
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name in {"id", "person", "start", "end"} or value in {"", None, False} or str(row) == value:
            continue
        if field.name in forms.TABLES:
            value = standards.code_label(forms.TABLES[field.name], value)
        facts.append(str(field.verbose_name) if value is True else value)
    return {"row": row, "name": str(row), "facts": facts}


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def record_add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    person = _person(request, pk)
    model = _model(kind)
    form = forms.record_form(model)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_record(person, kind, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The entry is added."))
            return go_to(request, "people:records", pk)
    return render(request, "people/form.html", _context(person, "records", form=form, title=PART_LABELS[kind]))


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def record_edit(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    person = _person(request, pk)
    model = _model(kind)
    row = get_object_or_404(_rows(person, model), pk=row_pk)
    form_class = forms.record_form(model)
    form = form_class(request.POST or None, initial={name: getattr(row, name) for name in form_class.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_record(row, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The entry is saved."))
            return go_to(request, "people:records", pk)
    context = _context(person, "records", form=form, title=PART_LABELS[kind])
    context["remove_url"] = reverse("people:record_remove", args=[pk, kind, row_pk])
    return render(request, "people/form.html", context)


@require_http_methods(["POST"])
@requires(Permission.PERSON_EDIT)
def record_remove(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    person = _person(request, pk)
    actions.remove_record(get_object_or_404(_rows(person, _model(kind)), pk=row_pk), by=request.user)
    messages.success(request, _("The entry is taken out. What it said remains in the audit log."))
    return go_to(request, "people:records", pk)


def _model(kind: str) -> type[PersonRecord]:
    if kind not in actions.RECORDS:
        raise Http404
    return actions.RECORDS[kind]


@require_http_methods(["GET", "POST"])
@requires(Permission.DESK_USE)
def kinships(request: HttpRequest) -> HttpResponse:
    """One's own declarations: whose dossiers one must not open. ``end`` names one that no longer holds."""
    ending = request.POST.get("end", "")
    form = forms.KinshipForm(None if ending else request.POST or None)
    end_form = forms.KinshipEndForm(request.POST if ending else None)
    try:
        if ending and end_form.is_valid():
            mine = Kinship.objects.filter(user=request.user.pk)
            kinship = get_object_or_404(mine, pk=int(ending) if ending.isdecimal() and len(ending) < 19 else 0)
            actions.end_kinship(kinship, by=request.user, **end_form.cleaned_data)
            messages.success(request, _("The declaration has ended. It stays on record with your reason."))
            return go_to(request, "people:kinships")
        if form.is_bound and form.is_valid():
            actions.declare_kinship(by=request.user, **form.cleaned_data)
            messages.success(request, _("Declared. The system will not open this dossier for you."))
            return go_to(request, "people:kinships")
    except ValidationError as refused:
        show_refusal(end_form if ending else form, refused)
    rows = Kinship.objects.filter(user=request.user.pk).order_by("ended_at", "-pk")
    context = {
        "rows": [(row, standards.code_label("kinship", row.relation, short=False)) for row in rows],
        "form": form,
        "end_form": end_form,
        "ending": ending,
        "may_see_staff": can(request.user, Permission.KINSHIP_VIEW),
    }
    return render(request, "people/kinships.html", context)


@require_safe
@requires(Permission.KINSHIP_VIEW)
def kinships_of_staff(request: HttpRequest) -> HttpResponse:
    """What the members of staff have declared: for the head, who answers for it that they have."""
    rows = queries.kinships_of_staff(request.user)
    for each in {row.user for row in rows}:
        audit.record_view("kinship.view", each, by=request.user)
    context = {"rows": [(row, standards.code_label("kinship", row.relation, short=False)) for row in rows]}
    return render(request, "people/kinships_of_staff.html", context)
