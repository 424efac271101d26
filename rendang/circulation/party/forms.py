from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.circulation.party.models import PartyBranch, PartyMembership
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.workflow.forms import ReasonForm

SHOWN = [
    ("", _("All members")),
    ("floating", _("Floating members")),
    ("overstaying", _("Here longer than the rules allow")),
    ("arrears", _("Dues two months behind")),
]


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MemberFilterForm(forms.Form):
    show = forms.ChoiceField(label=_("Show"), required=False, choices=SHOWN)
    text = forms.CharField(label=_("Full name or branch"), required=False, max_length=60)


class BranchForm(InstitutionChoice):
    name = forms.CharField(label=_("Name of the branch"), max_length=80)
    secretary = forms.CharField(label=_("Secretary"), max_length=40, required=False)


class ArrivalForm(forms.Form):
    other_committee = forms.CharField(label=_("Party committee that sends"), max_length=120)
    other_branch = forms.CharField(label=_("Its branch"), max_length=120, required=False)
    letter_number = forms.CharField(label=_("Number of the introduction letter"), max_length=40)
    letter_date = forms.DateField(label=_("Date of the letter"), widget=day_input())
    letter_valid_until = forms.DateField(
        label=_("Letter valid until"),
        required=False,
        widget=day_input(),
        help_text=_("Empty: as long as the policy says from the date of the letter."),
    )
    branch = forms.ModelChoiceField(label=_("Branch that takes the member"), queryset=PartyBranch.objects.none())
    # Chosen, never found chosen: it sets how long the relation may stay.
    stay = forms.ChoiceField(label=_("Kept here because"), choices=[("", "—"), *PartyMembership.Stay.choices])
    is_probationary = forms.BooleanField(label=_("Probationary member"), required=False)
    dues_paid_to = forms.DateField(label=_("Dues paid to the end of"), required=False, widget=day_input())

    def __init__(self, branches: Any, *args: Any) -> None:
        super().__init__(*args)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class DepartureForm(forms.Form):
    other_committee = forms.CharField(label=_("Party committee that receives"), max_length=120)
    other_branch = forms.CharField(label=_("Its branch"), max_length=120, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class SlipForm(forms.Form):
    slip_date = forms.DateField(label=_("Date of the slip"), widget=day_input())


class MembershipForm(forms.Form):
    branch = forms.ModelChoiceField(label=_("Branch"), queryset=PartyBranch.objects.none(), empty_label=None)
    is_probationary = forms.BooleanField(label=_("Probationary member"), required=False)
    stay = forms.ChoiceField(label=_("Kept here because"), choices=PartyMembership.Stay.choices)
    dues_paid_to = forms.DateField(label=_("Dues paid to the end of"), required=False, widget=day_input())
    floats_to = forms.CharField(
        label=_("Floating member: where"),
        max_length=80,
        required=False,
        help_text=_("Empty when the member is not away for half a year or longer."),
    )
    floats_since = forms.DateField(label=_("Floating since"), required=False, widget=day_input())

    def __init__(self, branches: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


FORMS = {"complete": SlipForm, "renew": ReasonForm, "withdraw": ReasonForm}
