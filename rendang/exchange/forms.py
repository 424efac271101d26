from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import API_SCOPES


class ClientForm(forms.Form):
    name = forms.CharField(label=_("Name of the program"), max_length=80)
    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope.value, scope.value) for scope in API_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(label=_("Valid until"), widget=forms.DateInput)
