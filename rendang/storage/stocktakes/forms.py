from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.workflow.forms import ReasonForm
from rendang.storage.models import Slot, Store
from rendang.storage.stocktakes.actions import Read
from rendang.storage.stocktakes.models import Finding, Stocktake, Verdict
from rendang.storage.stocktakes.queries import choices_for, choices_for_all


class PlanForm(InstitutionChoice):
    occasion = forms.ChoiceField(label=_("Occasion"), choices=Stocktake.Occasion.choices)
    planned_for = forms.DateField(
        label=_("Planned for"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    stores = forms.ModelMultipleChoiceField(
        label=_("Only these stores"),
        queryset=Store.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: the whole institution. Only that counts as the yearly stocktake or the half-yearly check."),
    )

    def __init__(self, *args: Any, stores: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stores"].queryset = stores  # type: ignore[attr-defined]


class ScanForm(forms.Form):
    """For a browser without JavaScript: a label a line; the page's own device and first number make it count once."""

    codes = forms.CharField(
        label=_("Labels, one a line"),
        widget=forms.Textarea(
            attrs={"rows": 6, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
        help_text=_("First the label of the slot, then those of the dossiers in it. A line “-” ends the slot."),
    )
    device = forms.CharField(max_length=36, widget=forms.HiddenInput)


def uploaded(data: Any) -> tuple[str, list[Read]]:
    """What a device sends, as it is read; raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else."""
    reads = []
    for one in data["scans"]:
        at = parse_datetime(one.get("at") or "")
        number, code = one["number"], one["code"]
        if type(number) is not int or type(code) is not str or (at and not is_aware(at)):
            raise TypeError
        reads.append(Read(number, code, at))
    return str(data["device"]), reads


class ConcludeForm(forms.Form):
    conclusion = forms.CharField(label=_("Conclusion"), max_length=200, required=False)


class FindingFilterForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[("", _("All")), *Verdict.choices],
    )
    standing = forms.ChoiceField(
        label=_("Resolution"),
        required=False,
        choices=[("", _("All")), ("waiting", _("Not resolved yet")), *Finding.Resolution.choices],
    )

    def apply(self, rows: Any) -> Any:
        self.is_valid()
        if verdict := self.cleaned_data.get("verdict"):
            rows = rows.filter(verdict=verdict)
        if standing := self.cleaned_data.get("standing"):
            rows = rows.filter(resolution="" if standing == "waiting" else standing)
        return rows


def _none_yet(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is done about a dossier is chosen, never found chosen."""
    return [("", "—"), *choices] if len(choices) > 1 else choices


class ResolveForm(forms.Form):
    resolution = forms.ChoiceField(label=_("Resolution"))
    slot = forms.ModelChoiceField(label=_("Slot"), queryset=Slot.objects.none(), required=False, empty_label=None)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, finding: Finding, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].choices = _none_yet(choices_for(finding))  # type: ignore[attr-defined]
        if finding.other_slot_id:
            two = Slot.objects.filter(pk__in=[finding.seen_slot_id, finding.other_slot_id])
            self.fields["slot"].queryset = two.order_by("code")  # type: ignore[attr-defined]
        else:
            del self.fields["slot"]


class ResolveAllForm(forms.Form):
    """One resolution for findings of one verdict."""

    resolution = forms.ChoiceField(label=_("Resolution"))
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, findings: Sequence[Finding], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].choices = _none_yet(choices_for_all(findings))  # type: ignore[attr-defined]


FORMS = {"conclude": ConcludeForm, "count_again": ReasonForm, "send_back": ReasonForm, "cancel": ReasonForm}
