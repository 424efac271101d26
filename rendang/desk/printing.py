"""批量打印: the papers of many cases of one kind as one PDF."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Manager
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, requires
from rendang.kernel.audit.actions import record_view
from rendang.kernel.documents.together import together
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import read_file
from rendang.kernel.files.serving import show_pdf
from rendang.kernel.workflow.models import Case, kinds
from rendang.kernel.workflow.views import KINDS, KindOfCase, ticked, way_back


class PapersForm(forms.Form):
    """Which kinds of paper are printed."""

    paper = forms.MultipleChoiceField(label=gettext_lazy("Printed papers"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, choices: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = choices  # type: ignore[attr-defined]


@require_safe
@requires(Permission.CASE_VIEW)
def print_papers(request: HttpRequest, kind: str) -> HttpResponse:
    """The papers of the cases ticked in a list: which of them, and then all in one PDF, in the order of the cases.

    As for a single paper: each that is printed is an audit event on its case.
    """
    model = kinds().get(kind)
    made_with = KINDS.get(model) if model else None
    if model is None or made_with is None or not made_with.papers:
        raise Http404
    if not can(request.user, made_with.prints):
        raise PermissionDenied
    cases = _ticked(request, model, made_with)
    counts = {name: sum(_paper(case, made_with, name) is not None for case in cases) for name in made_with.papers}
    choices = [(name, f"{made_with.papers[name][1]} ({count})") for name, count in counts.items() if count]
    given = request.GET if request.GET.keys() & {"paper", "chosen"} else None  # none chosen is told, not guessed
    form = PapersForm(choices, given, initial={"paper": [name for name, _label in choices]})
    if form.is_valid():
        papers = _printed(request, cases, made_with, form.cleaned_data["paper"])
        title = str(model._meta.verbose_name)
        return show_pdf(together(papers, title=title), name=f"{title}-{timezone.localdate():%Y%m%d}.pdf")
    context = {
        "kind": model,
        "cases": cases,
        "form": form,
        "any": bool(choices),
        "back": way_back(request.GET, keep=cases),
    }
    return render(request, "desk/print.html", context)


def _ticked(request: HttpRequest, model: type[Case], made_with: KindOfCase) -> list[Any]:
    rows = ticked(request.GET, model._default_manager.visible_to(request.user, made_with.prints))
    own = {field.name for field in model._meta.concrete_fields}
    sources = {source for source, _label in made_with.papers.values()}
    rows = rows.select_related("institution", "person", *sorted(sources & own))
    return list(rows.prefetch_related(*(f"{source}__file" for source in sorted(sources - own))).order_by("pk"))


def _paper(case: Any, made_with: KindOfCase, name: str) -> StoredFile | None:
    """A paper that was typeset here, the latest of its name; what somebody handed in is not printed."""
    stored = getattr(case, made_with.papers[name][0])
    if isinstance(stored, Manager):
        stored = max(stored.all(), key=lambda row: row.pk, default=None)
        stored = stored and stored.file
    return stored if stored is not None and stored.kind == Kind.PAPER else None


def _printed(request: HttpRequest, cases: list[Any], made_with: KindOfCase, names: list[str]) -> Iterator[bytes]:
    for case in cases:
        for name in made_with.papers:
            stored = _paper(case, made_with, name) if name in names else None
            if stored is not None:
                record_view(f"{case.kind}.print", case, by=request.user, reason=name)
                yield read_file(stored)
