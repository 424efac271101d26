from django import forms
from django.utils.translation import gettext_lazy as _


class FindingForm(forms.Form):
    finding = forms.CharField(
        label=_("Finding"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where the dossier was found, and who confirmed it."),
    )


FORMS = {"keep": FindingForm, "move": FindingForm}
