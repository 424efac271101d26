from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.models import Parcel
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.core.forms import FilesField
from rendang.kernel.standards import queries as standards


class NamesField(forms.CharField):
    """Names as people write them down: one a line, or with commas between."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: str) -> list[str]:
        text = super().clean(value)
        for comma in "，、,;；\t":
            text = text.replace(comma, "\n")
        return [name.strip() for name in text.splitlines() if name.strip()]


class RegisterForm(InstitutionChoice):
    arrived_on = forms.DateField(
        label=_("Arrived"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"})
    )
    carrier = forms.ChoiceField(label=_("Carrier"), choices=standards.choices("carrier"), initial="ems")
    waybill = forms.CharField(label=_("Number of the consignment"), max_length=40, required=False)
    sender = forms.CharField(label=_("Sender on the parcel"), max_length=120)
    seal = forms.ChoiceField(label=_("Seal"), choices=Parcel.Seal.choices)
    handed_over_by = forms.CharField(label=_("Handed over by"), max_length=60, required=False)
    announced = forms.IntegerField(label=_("Dossiers announced on it"), min_value=1, max_value=5000, initial=1)
    names = NamesField(label=_("Names on it"), required=False, help_text=_("One a line, where any are to be read."))
    photos = FilesField(label=_("Pictures of the unopened parcel"), required=False, accept="image/jpeg,image/png")
    remarks = forms.CharField(label=_("Remarks"), max_length=200, required=False)


class PhotosForm(forms.Form):
    photos = FilesField(label=_("Pictures of the unopened parcel"), accept="image/jpeg,image/png")


class NamesForm(forms.Form):
    names = NamesField(label=_("Names on it"))


class FilterForm(forms.Form):
    waiting = forms.BooleanField(label=_("Only those not matched"), required=False)
    text = forms.CharField(label=_("Number, consignment or sender"), required=False, max_length=60)
