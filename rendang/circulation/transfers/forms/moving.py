from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.queries import carriers_in_words
from rendang.circulation.transfers.queries import carriers_between_us
from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import ReasonForm


def allowed_carriers() -> list[tuple[str, str]]:
    return carriers_in_words(carriers_between_us())


class OfferForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("To which institution"), queryset=Institution.objects.filter(is_active=True).order_by("pk")
    )
    reason = forms.ChoiceField(
        label=_("Reason of the transfer"), choices=standards.choices("transfer_reason"), initial="internal"
    )
    letter_number = forms.CharField(
        label=_("Number of the recall letter"),
        max_length=200,
        required=False,
        help_text=_("If the receiver has issued one: typed, or scanned from the QR code"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    remarks = forms.CharField(label=_("Remarks"), max_length=200, required=False)


class PackForm(forms.Form):
    principal_volumes = forms.IntegerField(label=_("Principal volumes"), min_value=0, max_value=99, initial=1)
    duplicate_volumes = forms.IntegerField(label=_("Duplicate volumes"), min_value=0, max_value=99, initial=0)
    papers_counted = forms.IntegerField(label=_("Papers counted"), min_value=0, max_value=9999)


class CourierForm(forms.Form):
    """One courier takes many parcels along; a consignment with a number of its own is handed over by itself."""

    carrier = forms.ChoiceField(label=_("Carrier"), choices=allowed_carriers)


class DispatchForm(CourierForm):
    FOR_MANY = CourierForm

    waybill = forms.CharField(label=_("Number of the consignment"), max_length=40, required=False)


class ReceiveForm(PackForm):
    seal_intact = forms.BooleanField(label=_("The seal is intact"), required=False)


class RefuseForm(forms.Form):
    refusal_reason = forms.ChoiceField(
        label=_("Reason of the refusal"), choices=standards.choices("return_reason", none="—")
    )
    refusal_detail = forms.CharField(
        label=_("Explanation of the refusal"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


FORMS = {
    "pack": PackForm,
    "dispatch": DispatchForm,
    "receive": ReceiveForm,
    "refuse": RefuseForm,
    "decline": ReasonForm,
    "withdraw": ReasonForm,
}
