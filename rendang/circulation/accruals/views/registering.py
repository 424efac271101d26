from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from rendang.circulation.accruals import actions, forms, judging, queries
from rendang.dossiers.models import Custody, Dossier
from rendang.dossiers.queries import custody_of
from rendang.dossiers.queries.classify import suggested_mark
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where, requires
from rendang.kernel.core.forms import show_refusal
from rendang.kernel.core.htmx import go_to
from rendang.kernel.standards.english import in_words
from rendang.kernel.workflow.views import keys_ticked

# Rows that can be registered and are shown; all that cannot are.
SHOWN = 50
DELIVERY = ("sender", "deliverer", "received_on")


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCRUAL_REGISTER)
def register_list(request: HttpRequest) -> HttpResponse:
    """One list of papers of many people: judged row by row, corrected in place, registered together.

    Nothing is kept of a list that is only judged: its rows go back and forth in the page.
    """
    institutions = institutions_where(request.user, Permission.ACCRUAL_REGISTER)
    form = forms.ListForm(request.POST or None, request.FILES or None, institutions=institutions)
    verdicts: list[judging.Verdict] = []
    accrual: Any = None
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            rows = (
                judging.read(asked["file"], form.common)
                if asked["file"]
                else judging.read_pasted(asked["pasted"], form.common)
            )
            verdicts = judging.judge(rows, asked["institution"])
            good = [verdict for verdict in verdicts if verdict.is_good]
            # A file is looked at first; only rows that have been shown are registered.
            if "register" in request.POST and good and not asked["file"]:
                accrual = actions.register(
                    asked["institution"],
                    by=request.user,
                    rows=[(verdict.dossier_id or 0, verdict.facts) for verdict in good],
                    **{name: asked[name] for name in DELIVERY},
                )
                said = ngettext(
                    "%(count)d paper is registered under %(number)s.",
                    "%(count)d papers are registered under %(number)s.",
                    len(good),
                )
                messages.success(request, said % {"count": len(good), "number": accrual.number})
                if len(good) == len(verdicts):
                    return go_to(request, "accruals:detail", accrual.pk)
                verdicts = [verdict for verdict in verdicts if not verdict.is_good]
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            form = _again(form, verdicts, institutions)
    good_count = sum(verdict.is_good for verdict in verdicts)
    ordered = sorted(verdicts, key=lambda one: (one.is_good, one.line))
    shown = len(verdicts) - good_count + SHOWN
    context = {
        "form": form,
        "verdicts": ordered[:shown],
        "not_shown": len(ordered[shown:]),
        "good": good_count,
        "bad": len(verdicts) - good_count,
        "accrual": accrual,
    }
    return render(request, "accruals/register_list.html", context)


def _again(form: forms.ListForm, verdicts: list[judging.Verdict], institutions: Any) -> forms.ListForm:
    """The form with the rows in it as text, to be corrected and judged again."""
    values: Any = {name: form.cleaned_data[name] for name in (*DELIVERY, *judging.COMMON)}
    values |= {"institution": form.cleaned_data["institution"].pk}
    values["pasted"] = judging.as_text((verdict.said for verdict in verdicts), form.common)
    return forms.ListForm(initial=values, institutions=institutions)


def _promised(asked: QueryDict, dossier: Dossier, custody: Custody | None) -> dict[str, str]:
    """Title and class of the awaited paper with which the page was opened: under these it settles its promise."""
    if custody is None:
        return {}
    awaited = queries.awaited_items(dossier, custody.institution)
    item = awaited.filter(pk__in=keys_ticked(asked, "item", most=1)).first()
    return {"title": item.name, "class_mark": item.class_mark} if item else {}


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCRUAL_REGISTER)
def register_one(request: HttpRequest, dossier: int) -> HttpResponse:
    """One paper, on the page of its dossier."""
    rows = Dossier.objects.select_related("person")
    found = get_visible_or_404(rows, request.user, Permission.ACCRUAL_REGISTER, pk=dossier)
    custody = custody_of(found)
    initial = {"sender": found.person.name} | _promised(request.GET, found, custody)
    form = forms.PaperForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        delivery = {name: facts.pop(name) for name in DELIVERY}
        facts["class_mark"] = facts["class_mark"] or suggested_mark(facts["title"])
        try:
            if custody is None:
                raise ValidationError(_("No institution holds this dossier, so no paper can be registered for it."))
            accrual = actions.register(custody.institution, by=request.user, rows=[(found.pk, facts)], **delivery)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The paper is registered."))
            return go_to(request, "accruals:detail", accrual.pk)
    context = {
        "dossier": found,
        "person": found.person,
        "form": form,
        "awaited": [in_words(name) for name in queries.awaited(found, custody.institution)] if custody else [],
    }
    return render(request, "accruals/register.html", context)
