from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution


class InstitutionForm(forms.Form):
    address = forms.CharField(label=_("Address"), max_length=200)
    postcode = forms.RegexField(r"^\d{6}$", label=_("Postcode"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40)
    hours = forms.CharField(label=_("Opening hours"), max_length=100, required=False)
    accepts = forms.CharField(
        label=_("Whose dossiers it takes"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    demands_second_factor = forms.BooleanField(
        label=_("Every member of staff must sign in with a second factor"), required=False
    )


class NoticeForm(forms.Form):
    institution = forms.ModelChoiceField(
        label=_("For whom"), queryset=Institution.objects.none(), required=False, empty_label=_("All institutions")
    )
    title = forms.CharField(label=_("Title"), max_length=100)
    text = forms.CharField(label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    published_on = forms.DateField(label=_("Published"), initial=timezone.localdate, widget=forms.DateInput)
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput)
