from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.circulation.household.models import CollectiveHousehold, HouseholdMember, HouseholdMove
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.workflow.forms import ReasonForm

SHOWN = [
    ("", _("Everybody registered")),
    ("separated", _("Dossier kept elsewhere")),
    ("page_out", _("Member page lent")),
]


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MemberFilterForm(forms.Form):
    show = forms.ChoiceField(label=_("Show"), required=False, choices=SHOWN)
    text = forms.CharField(label=_("Full name or household number"), required=False, max_length=60)


class HouseholdForm(InstitutionChoice):
    number = forms.CharField(label=_("Household number"), max_length=30)
    address = forms.CharField(label=_("Address"), max_length=200)
    police_station = forms.CharField(label=_("Police station"), max_length=80)


class ArrivalForm(forms.Form):
    household = forms.ModelChoiceField(
        label=_("Collective household"), queryset=CollectiveHousehold.objects.none(), empty_label=None
    )
    other_address = forms.CharField(label=_("Present address of household registration"), max_length=200)

    def __init__(self, households: Any, *args: Any) -> None:
        super().__init__(*args)
        self.fields["household"].queryset = households  # type: ignore[attr-defined]


class DepartureForm(forms.Form):
    other_address = forms.CharField(label=_("Where the registration goes"), max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class LendForm(forms.Form):
    purpose = forms.CharField(label=_("Purpose"), max_length=100)
    with_head_page = forms.BooleanField(label=_("With a copy of the head page"), required=False)


class NewPageForm(forms.Form):
    issued_on = forms.DateField(label=_("Issued by the police on"), widget=day_input())
    page_reason = forms.ChoiceField(
        label=_("Why a new one"), choices=HouseholdMember.PageReason.choices, widget=forms.RadioSelect
    )
    page = forms.CharField(label=_("Number of the member page"), max_length=20)


class LeaveForm(forms.Form):
    permit_number = forms.CharField(label=_("Number of the permit or migration paper"), max_length=40)
    permit_date = forms.DateField(label=_("Date of the permit"), widget=day_input())
    registered_on = forms.DateField(label=_("Registered by the police on"), widget=day_input())


class EnterForm(LeaveForm):
    page = forms.CharField(label=_("Number of the member page"), max_length=20)


def registration_form(move: Any) -> type[forms.Form]:
    """Who moves in gets a page; who leaves takes it along."""
    return EnterForm if move.direction == HouseholdMove.Direction.IN else LeaveForm


FORMS: dict[str, Any] = {"register": registration_form, "withdraw": ReasonForm}
PAGE_FORMS = {"report_page_lost": ReasonForm}
