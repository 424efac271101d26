"""Agencies with their agreements, and who is barred."""

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from rendang.circulation.loans.forms.applying import NO_AUTOCOMPLETE
from rendang.circulation.loans.models import Agency
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.standards import queries as standards


class AgencyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=pgettext_lazy("agency", "Kind"), choices=Agency.Kind.choices)
    agreement_number = forms.CharField(label=gettext_lazy("Number of the agreement"), max_length=40)
    valid_from = forms.DateField(label=gettext_lazy("Valid from"))
    valid_to = forms.DateField(label=gettext_lazy("Valid to"))
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("Reasons allowed"),
        choices=standards.choices("consultation_reason"),
        widget=forms.CheckboxSelectMultiple,
    )
    most_out = forms.IntegerField(
        label=gettext_lazy("Dossiers at a time, at most"), min_value=1, max_value=9999, initial=20
    )
    contacts = forms.CharField(
        label=gettext_lazy("Contact people"),
        max_length=400,
        help_text=gettext_lazy("One a line: name, post, telephone."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BarForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Unit or person"), max_length=80)
    id_number = forms.CharField(
        label=gettext_lazy("ID number, of a person"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("Empty: a unit is barred, by its name."),
        widget=forms.TextInput(NO_AUTOCOMPLETE),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    until = forms.DateField(label=gettext_lazy("Until"))


class NewAgencyForm(InstitutionChoice, AgencyForm):
    pass


class NewBarForm(InstitutionChoice, BarForm):
    pass
