"""The page of a step, the same for every kind of case, and what every case page shows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, get_visible_or_404, requires
from rendang.kernel.audit.queries import timeline
from rendang.kernel.core.forms import show_refusal, told
from rendang.kernel.core.htmx import go_to, render_page
from rendang.kernel.core.pagination import keyset_page
from rendang.kernel.workflow import actions, forms
from rendang.kernel.workflow.models import Case, CaseQuerySet, kinds
from rendang.kernel.workflow.queries import flow, standing, tone
from rendang.kernel.workflow.steps import (
    STEPS,
    Step,
    leads_on,
    may_take,
    steps_open_to,
    waits_for_another,
    what_is_in_the_way,
)

FormFor = type[Form] | Callable[[Any], type[Form]]

# As many as a list shows on a page, and some more.
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class KindOfCase:
    """What the pages of a kind of case were made with (``step_page``)."""

    take: Mapping[str, Callable[..., Any]]
    forms_of: Mapping[str, FormFor]
    view: Permission
    # Name → the field of the case with the file, or its relation to rows with one; and what the paper is called.
    papers: Mapping[str, tuple[str, Any]]
    prints: Permission


KINDS: dict[type[Case], KindOfCase] = {}


def case_context(request: HttpRequest, case: Any) -> dict[str, Any]:
    """What ``workflow/case.html`` shows of any kind: its course, its time limit, the steps open to this person."""
    main = case.main_step(timezone.localdate())
    buttons = [
        {
            "label": rule.label,
            "url": case.address_of(rule.name),
            # What the case names stands out, else the way on; ways out of the usual course are plain.
            "style": "primary"
            if (main == rule.name if main else leads_on(rule, type(case), case.state))
            else "outline-secondary",
        }
        for rule in steps_open_to(request.user, case)
    ]
    dossiers = type(case)._meta.get_field("dossier").related_model._default_manager
    return {
        "case": case,
        "may_open_dossier": case.dossier_id is not None
        and dossiers.visible_to(request.user, Permission.DOSSIER_VIEW).filter(pk=case.dossier_id).exists(),
        "steps": buttons,
        "flow": flow(case),
        "for_another": [] if case.paused_at else [rule.label for rule in waits_for_another(request.user, case)],
        "may_pause": can(request.user, Permission.CASE_PAUSE, at=case.institution_id),
        **known_of(case),
    }


def instead_of_refused(user: Any, permission: Permission, members: Any, cases: Any) -> list[tuple[str, str]]:
    """Label and address of what a refusal speaks of, where the user may open it: members, and cases under way."""
    return [
        *((_("Page of the member"), one.get_absolute_url()) for one in members.visible_to(user, permission)),
        *(
            (_("Case %(number)s") % {"number": one.number}, one.get_absolute_url())
            for one in cases.open().visible_to(user, permission)
        ),
    ]


def known_of(case: Any) -> dict[str, Any]:
    """Where a case stands and what was done with it so far."""
    return {
        "standing": standing(case, timezone.localdate()),
        "tone": tone(case),
        "events": timeline(case, often=case.OFTEN),
    }


def step_page(
    model: type[Case],
    take: Mapping[str, Callable[..., Any]],
    forms_of: Mapping[str, FormFor],
    view: Permission,
    *,
    papers: Mapping[str, tuple[str, Any]] | None = None,
    prints: Permission | None = None,
    taken_here: Callable[[HttpRequest, Any], None] | None = None,
) -> Callable[..., HttpResponseBase]:
    """The page ``…/<pk>/<step>/`` of a kind: a form if the step asks for something, else a confirmation.

    ``take`` are the step functions by name; ``forms_of`` their forms (none: nothing is asked). ``papers`` are those
    that can be printed for many cases at once, with the permission ``prints`` or else that to look. ``taken_here`` is
    told of the case when a step was taken on this page. That a step is certain to be refused is said before anybody
    fills in its form (``before_step``); a form that is made for one case may say the same of it (``in_the_way``).
    """
    KINDS[model] = KindOfCase(take, forms_of, view, papers or {}, prints or view)

    @require_http_methods(["GET", "POST"])
    @requires(view)
    def page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
        case = get_visible_or_404(model._default_manager.all(), request.user, view, pk=pk)
        rule = STEPS[model].get(step)
        if rule is None or step not in take:
            raise Http404
        if not may_take(request.user, rule, case):
            raise PermissionDenied
        form_for = forms_of.get(step, Form)
        form_class = form_for if isinstance(form_for, type) else form_for(case)
        form = form_class(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                taken = take[step](case, by=request.user, **form.cleaned_data)
            except ValidationError as refused:
                show_refusal(form, refused)
            else:
                if taken_here:
                    taken_here(request, taken)
                _tell(request, rule, taken)
                if taken.institution_id != case.institution_id:  # it went to another institution, and is seen there
                    return go_to(request, f"{case.PAGE.partition(':')[0]}:list")
                return go_to(request, case.PAGE, pk)
        intro = case.attested(step)
        if not (intro or form.fields):
            intro = _("Nothing is asked for: press the button to take the step.")
        context = {"case": case, "rule": rule, "form": form, "intro": intro}
        if request.method == "GET":
            in_the_way = what_is_in_the_way(rule, [case], request.user)[0]
            context["in_the_way"] = in_the_way or getattr(form, "in_the_way", "")
        if not request.htmx:  # type: ignore[attr-defined]
            context |= known_of(case)
        return render_page(request, "workflow/step.html", context, partial="form")

    return page


def _tell(request: HttpRequest, rule: Step, taken: Any) -> None:
    """What came of the step; what is done in part only is no success."""
    if came_of := taken.came_of(rule.name):
        level = messages.SUCCESS if taken.state == rule.target else messages.WARNING
        messages.add_message(request, level, _("%(step)s: %(came_of)s.") % {"step": rule.label, "came_of": came_of})
    else:
        messages.success(request, _("Done: %(step)s.") % {"step": rule.label})


def form_for_many(form_for: FormFor) -> type[Form] | None:
    """What is asked once for many cases: the form itself where ``FOR_MANY`` is true, or the one it names instead."""
    if not isinstance(form_for, type):
        return None
    asked = getattr(form_for, "FOR_MANY", None)
    return form_for if asked is True else asked


def steps_for_many(model: type[Case]) -> dict[str, Step]:
    """The steps that may be taken for many cases at once: they ask for nothing, or for the same of all."""
    made_with = KINDS.get(model)
    if made_with is None:
        return {}
    return {
        name: rule
        for name, rule in STEPS[model].items()
        if name in made_with.take
        and not rule.singly
        and (name not in made_with.forms_of or form_for_many(made_with.forms_of[name]))
    }


def choices_for_many(model: type[Case], steps: Mapping[int, list[str]]) -> dict[str, Any] | None:
    """What a table of cases offers for the ticked rows: the steps open for at least one of them.

    ``steps`` are the names of the steps open to this person, by the key of the case.
    """
    open_somewhere = {name for names in steps.values() for name in names}
    offered = [rule for name, rule in steps_for_many(model).items() if name in open_somewhere]
    if not offered:
        return None
    kind = model._meta.model_name
    names = {rule.name for rule in offered}
    return {
        "steps": [
            {"name": rule.name, "label": rule.label, "url": reverse("workflow:many", args=[kind, rule.name])}
            for rule in offered
        ],
        "rows": {key: " ".join(name for name in open_here if name in names) for key, open_here in steps.items()},
    }


def case_list(
    request: HttpRequest,
    rows: CaseQuerySet,
    template: str,
    extra: Mapping[str, Any],
    filter_form: type[forms.CaseFilterForm] = forms.CaseFilterForm,
) -> HttpResponse:
    """The list of a kind: filtered by state, urgency and text (in the address), newest first, page by page.

    Rows can be ticked and a step taken for all of them. ``extra`` holds what the kind's template adds, and ``empty``:
    what to say when there is nothing yet; ``filter_form`` is the kind's own where it narrows by more.
    """
    today = timezone.localdate()
    form = filter_form(rows.model, request.GET)
    read_along = ("institution", "counterpart", "person", *rows.model.NAMED_BY)
    rows = form.apply(rows.with_urgency(today)).select_related(*read_along)
    page = keyset_page(rows, request)
    entries = [(row, standing(row, today), tone(row)) for row in page.rows]
    steps = {row.pk: [rule.name for rule in steps_open_to(request.user, row)] for row in page.rows}
    many = choices_for_many(rows.model, steps)
    made_with = KINDS.get(rows.model)
    if made_with and made_with.papers and can(request.user, made_with.prints):
        many = many or {"steps": [], "rows": {}}
        many["print_url"] = reverse("desk:print", args=[rows.model._meta.model_name])
    if many:
        many["ticked"] = keys_ticked(request.GET)
    context = {
        "page": page,
        "entries": entries,
        "filter": form,
        "many": many,
        "between_two": any(
            row.counterpart_id or getattr(row, "sender", "") or getattr(row, "goes_to", "") for row in page.rows
        ),
        "ends": rows.model.ENDS,
        "about": rows.model.ABOUT,
        "has_papers": any(row.paper_number for row in page.rows),
        **extra,
    }
    return render(request, template, context)


def keys_ticked(asked: QueryDict, name: str = "case", *, most: int | None = MOST_AT_ONCE) -> list[int]:
    """The keys of the rows that are ticked, no more than ``most``; ``name`` is that of their boxes."""
    keys = [int(key) for key in asked.getlist(name) if key.isascii() and key.isdigit() and len(key) < 19]
    return keys[:most]


def ticked(asked: QueryDict, rows: Any) -> Any:
    """Of these rows those that are ticked in a list of cases."""
    return rows.filter(pk__in=keys_ticked(asked))


def way_back(
    asked: QueryDict,
    keep: Iterable[Any] = (),
    *,
    tried: Iterable[Any] | None = None,
    name: str = "case",
    start: str = "",
) -> str:
    """The address of the list in which the rows were ticked, on this site; those to ``keep`` are ticked there.

    ``name`` is that of their boxes, ``start`` the address for those who come from none.
    ``tried``: the rows with which it was tried; the others that were ticked were left out, and stay ticked.
    """
    back = asked.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = start or reverse("desk:home")
    parts = urlsplit(back)
    query = QueryDict(parts.query, mutable=True)
    left_out = [] if tried is None else sorted(set(keys_ticked(query, name)) - {row.pk for row in tried})
    query.setlist(name, [str(key) for key in [*(row.pk for row in keep), *left_out]])
    return urlunsplit(parts._replace(query=query.urlencode()))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_VIEW)
def many(request: HttpRequest, kind: str, step: str) -> HttpResponse:
    """One step for the cases ticked in a list: first what will happen, then, case by case, what has happened.

    Each case takes the step by itself, with every check of its own: one that is refused holds up no other.
    """
    model = kinds().get(kind)
    rule = steps_for_many(model).get(step) if model else None
    if model is None or rule is None:
        raise Http404
    made_with = KINDS[model]
    if not (can(request.user, made_with.view) and can(request.user, rule.permission)):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    rows = ticked(asked, model._default_manager.visible_to(request.user, made_with.view))
    cases = list(rows.select_related("institution", "counterpart", "person", *model.NAMED_BY).order_by("pk"))
    form_class = form_for_many(made_with.forms_of[step]) if step in made_with.forms_of else Form
    assert form_class  # a form made for one case is never offered for many
    form = form_class(request.POST or None)
    context = {"kind": model, "rule": rule, "form": form, "back": way_back(asked, keep=cases)}
    about_others = model.ABOUT == Case.ABOUT and any(not case.person_id for case in cases)
    context["about"] = _("Person or matter") if about_others else model.ABOUT
    if request.method == "POST" and form.is_valid():
        outcomes = actions.take_each(rule, made_with.take[step], cases, by=request.user, **form.cleaned_data)
        refused, part = sum(bool(each.refusal) for each in outcomes), sum(each.is_partial for each in outcomes)
        context |= {"outcomes": outcomes, "refused": refused, "part": part, "done": len(outcomes) - refused - part}
        back = context["back"] = way_back(
            asked, keep=[outcome.case for outcome in outcomes if outcome.refusal], tried=cases
        )
        done = [each.case for each in outcomes if not each.refusal]
        context["print_url"] = _print_url(request.user, model, done, back)
        return render_page(request, "workflow/many_done.html", context, partial="outcomes")
    before = list(zip(cases, what_is_in_the_way(rule, cases, request.user), strict=True))
    ready = [case for case, refusal in before if not refusal]
    attested = {case.attested(step) for case in ready}
    context |= {"entries": before, "ready": ready, "intro": attested.pop() if len(attested) == 1 else ""}
    return render_page(request, "workflow/many.html", context, partial="form")


def _print_url(user: Any, model: type[Case], done: list[Any], back: str) -> str:
    """Where the papers that the step has made are printed together; empty, when it has made none.

    ``done``: the cases as they were read before the step.
    """
    made_with = KINDS[model]
    own = {field.name for field in model._meta.concrete_fields}
    files = [name for name, _label in made_with.papers.values() if name in own]
    if not done or not files or not can(user, made_with.prints):
        return ""
    before = {case.pk: [getattr(case, f"{name}_id") for name in files] for case in done}
    now = model._default_manager.filter(pk__in=before).values_list("pk", *files)
    if not any(file and file != former for key, *each in now for file, former in zip(each, before[key], strict=True)):
        return ""
    chosen = QueryDict(mutable=True)
    chosen.setlist("case", [str(key) for key in before])
    chosen["back"] = back
    return f"{reverse('desk:print', args=[model._meta.model_name])}?{chosen.urlencode()}"


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_PAUSE)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_visible_or_404(Case.objects.all(), request.user, Permission.CASE_PAUSE, pk=pk)
    form = forms.PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.pause(case, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The case is paused."))
            return go_to(request, case)
    return render_page(request, "workflow/pause.html", {"case": case, "form": form}, partial="form")


@require_POST
@requires(Permission.CASE_PAUSE)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_visible_or_404(Case.objects.all(), request.user, Permission.CASE_PAUSE, pk=pk)
    with told(request, _("The case goes on.")):
        actions.resume(case, by=request.user)
    return redirect(case)


@require_http_methods(["GET"])
@requires(Permission.CASE_VIEW)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Any case by its key: on to the page of its kind."""
    found = get_object_or_404(Case.objects.visible_to(request.user, Permission.CASE_VIEW), pk=pk)
    return redirect(found)
