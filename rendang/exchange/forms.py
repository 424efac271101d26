from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import API_SCOPES, Permission

# What each scope allows, in words; the code itself stands behind, for whoever writes the program.
SCOPES = {
    Permission.DOSSIER_FIND: _("Find dossiers"),
    Permission.DOSSIER_VIEW: _("Read dossiers"),
    Permission.CASE_VIEW: _("Read cases"),
    Permission.INTAKE_VIEW: _("Read intakes"),
    Permission.INTAKE_REGISTER: _("Open intakes and register parcels"),
    Permission.INTAKE_CALL: _("Issue recall letters, also to institutions of the city"),
    Permission.TRANSFER_VIEW: _("Read transfers"),
    Permission.TRANSFER_OFFER: _("Offer and withdraw transfers"),
    Permission.TRANSFER_DECIDE: _("Agree to or decline transfers"),
    Permission.TRANSFER_RECEIVE: _("Receive or refuse parcels"),
    Permission.CERTIFICATE_VIEW: _("Read certificates"),
    Permission.CERTIFICATE_DRAFT: _("Draft certificates"),
    Permission.CERTIFICATE_ISSUE: _("Issue or refuse certificates"),
    Permission.CERTIFICATE_REVOKE: _("Revoke certificates"),
}


def scope_choices() -> list[tuple[str, str]]:
    return [
        (scope.value, f"{SCOPES[scope]} · {scope.value}" if scope in SCOPES else scope.value) for scope in API_SCOPES
    ]


class ClientForm(forms.Form):
    name = forms.CharField(label=_("Name of the program"), max_length=80)
    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(label=_("Valid until"), widget=forms.DateInput)
