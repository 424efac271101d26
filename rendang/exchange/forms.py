from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import API_SCOPES, Permission

# What each scope allows, in words; the code itself stands behind, for whoever writes the program.
SCOPES = {
    Permission.DOSSIER_FIND: _("Find dossiers"),
    Permission.DOSSIER_VIEW: _("Read dossiers"),
    Permission.CASE_VIEW: _("Read cases"),
    Permission.UNDERTAKING_VIEW: _("Read undertakings"),
    Permission.UNDERTAKING_EDIT: _("Register undertakings and end them"),
    Permission.ACCRUAL_VIEW: _("Read accruals"),
    Permission.ACCRUAL_REGISTER: _("Register deliveries of papers"),
    Permission.ACCRUAL_IDENTIFY: _("Identify papers, accept or refuse them"),
    Permission.ACCRUAL_INSERT: _("Put accepted papers into their dossiers"),
    Permission.INTAKE_VIEW: _("Read intakes"),
    Permission.INTAKE_REGISTER: _("Open intakes and register parcels"),
    Permission.INTAKE_CALL: _("Issue recall letters, also to institutions of the city"),
    Permission.GRADUATE_VIEW: _("Read lists of graduates"),
    Permission.GRADUATE_EDIT: _("Announce graduates and note their dossiers"),
    Permission.AGREEMENT_VIEW: _("Read agreements"),
    Permission.TRANSFER_VIEW: _("Read transfers"),
    Permission.TRANSFER_OFFER: _("Offer and withdraw transfers"),
    Permission.TRANSFER_DECIDE: _("Agree to or decline transfers"),
    Permission.TRANSFER_SEND: _("Pack and send dossiers, note receipts"),
    Permission.TRANSFER_RECEIVE: _("Receive or refuse parcels"),
    Permission.LOAN_VIEW: _("Read loans"),
    Permission.LOAN_REGISTER: _("Apply for loans"),
    Permission.CERTIFICATE_VIEW: _("Read certificates"),
    Permission.CERTIFICATE_DRAFT: _("Draft certificates"),
    Permission.CERTIFICATE_ISSUE: _("Issue or refuse certificates"),
    Permission.CERTIFICATE_REVOKE: _("Revoke certificates"),
    Permission.PROTECTION_VIEW: _("Read hazards"),
    Permission.PROTECTION_RECORD: _("Note the climate of stores and repairs of hazards"),
    Permission.PARTY_VIEW: _("Read Party relations"),
    Permission.PARTY_EDIT: _("Keep Party relations"),
    Permission.HOUSEHOLD_VIEW: _("Read collective households"),
    Permission.HOUSEHOLD_EDIT: _("Keep collective households"),
    Permission.STOCKTAKE_VIEW: _("Read stocktakes"),
    Permission.STOCKTAKE_RUN: _("Count in stocktakes and resolve findings"),
    Permission.STORAGE_MOVE: _("Place, move and take out dossiers"),
}


def scope_choices() -> list[tuple[str, str]]:
    return [(scope.value, f"{SCOPES[scope]} · {scope.value}") for scope in API_SCOPES]


class ClientForm(forms.Form):
    name = forms.CharField(label=_("Name of the program"), max_length=80)
    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(label=_("Valid until"), widget=forms.DateInput)
