from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.workflow.models import Case, CaseQuerySet, Urgency


class PauseForm(forms.Form):
    reason = forms.CharField(label=_("Reason of the pause"), max_length=200)


class ReasonForm(forms.Form):
    """For every step that asks only why; many cases may have one reason."""

    # The step may be taken for many ticked cases at once: what is typed is true of each of them.
    FOR_MANY = True

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class CaseFilterForm(forms.Form):
    """What a list of cases can be narrowed by; what is not understood narrows nothing."""

    state = forms.ChoiceField(label=_("State"), required=False)
    urgency = forms.ChoiceField(label=_("Time limit"), required=False, choices=[("", _("All")), *Urgency.choices])
    text = forms.CharField(label=_("Case number or name"), required=False, max_length=60)

    def __init__(self, kind: type[Case], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            ("open", _("Open")),
            *kind.State.choices,
        ]

    def apply(self, rows: CaseQuerySet) -> CaseQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("state") == "open":
            rows = rows.open()
        elif asked.get("state"):
            rows = rows.filter(state=asked["state"])
        if asked.get("urgency"):
            rows = rows.open().filter(urgency=asked["urgency"])
        if text := asked.get("text", "").strip():
            rows = rows.filter(self.named(text))
        return rows

    def named(self, text: str) -> Q:
        """Which cases a number or a name means, by their beginnings."""
        return Q(number__startswith=text.upper()) | Q(person__name__startswith=text)
