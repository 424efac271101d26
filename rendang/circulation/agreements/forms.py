from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.agreements.models import Entrusted
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.workflow.forms import ReasonForm

DAY = {"type": "date"}


class DraftForm(InstitutionChoice):
    employer = forms.CharField(label=_("Employer"), max_length=120)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=18)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    contact_name = forms.CharField(label=_("Agent of the employer"), max_length=60)
    contact_phone = forms.CharField(label=_("Telephone of the agent"), max_length=30)
    valid_to = forms.DateField(
        label=_("Valid to"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("Empty: until it is ended."),
    )
    remarks = forms.CharField(label=_("Further terms"), max_length=400, required=False, widget=forms.Textarea())


class SignForm(forms.Form):
    signed_on = forms.DateField(label=_("Signed"), initial=timezone.localdate, widget=forms.DateInput(attrs=DAY))


class EndForm(forms.Form):
    ended_on = forms.DateField(label=_("Ended"), initial=timezone.localdate, widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(
        label=_("Reason of the end"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody on the roster becomes individual custody and is told."),
    )


class AgentForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30)


class RosterForm(forms.Form):
    file = forms.FileField(
        label=_("Roster of the employer"),
        help_text=_("XLSX, XLS or CSV with the columns name, ID number, contract from, contract to."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


class JoinForm(forms.Form):
    proof = forms.FileField(label=_("Labour contract or the employer's word, scanned"))


class LeaveForm(forms.Form):
    left_on = forms.DateField(label=_("Day of leaving"), initial=timezone.localdate, widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    proof = forms.FileField(label=_("Proof of leaving, scanned"))


class PeopleFilterForm(forms.Form):
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Entrusted.Status.choices])
    text = forms.CharField(label=_("Full name"), required=False, max_length=60)


FORMS: dict[str, type[forms.Form] | Callable[[Any], type[forms.Form]]] = {
    "put_in_force": SignForm,
    "end": EndForm,
    "withdraw": ReasonForm,
}
