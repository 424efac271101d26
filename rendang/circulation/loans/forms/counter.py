"""At the counter, with a scanner: what goes out and what comes back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from rendang.circulation.loans.forms.signing import CountRemarkField, OptionallySignedForm, PagesField, SignerField
from rendang.circulation.loans.models import Loan
from rendang.dossiers.models import Dossier
from rendang.storage.queries import the_one_named


class ScanForm(forms.Form):
    """For a scanner: the label of the dossier that comes or goes."""

    dossier = forms.CharField(
        label=gettext_lazy("Dossier"),
        max_length=60,
        help_text=gettext_lazy("Scan the label, or type the archive number or the whole name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )

    def __init__(self, *args: Any, dossiers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossiers = dossiers

    def clean_dossier(self) -> Dossier:
        return the_one_named(self.dossiers, self.cleaned_data["dossier"])


class BeginForm(forms.Form):
    """Whose dossier a unit asks for."""

    dossier = forms.CharField(
        label=gettext_lazy("Dossier"),
        max_length=60,
        help_text=gettext_lazy("Scan the label, or type the archive number, the ID number or the name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )


class CountedForm(OptionallySignedForm):
    """The second and last thing to do: the count that should be right stands there already."""

    pages = PagesField(widget=forms.NumberInput(attrs={"autofocus": True}))


def hand_over_counted_form(loan: Loan) -> type[forms.Form]:
    """At the counter: how many pages, and who of the people signs."""

    class HandOverCountedForm(CountedForm):
        signed_by = SignerField(loan)
        count_remark = CountRemarkField()
        field_order = ("pages", "signed_by", "count_remark", "signed")

    return HandOverCountedForm


class ReturnForm(CountedForm):
    discrepancy = forms.CharField(
        label=gettext_lazy("Only if something is wrong: what"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("With words here, or with another count, a discrepancy report is printed."),
    )
