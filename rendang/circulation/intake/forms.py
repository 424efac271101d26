import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import Intake
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.core.identifiers import normalise_id_number
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import ReasonForm


def today() -> dt.date:
    return timezone.localdate()


class ApplyForm(forms.Form):
    """《个人委托人事档案管理服务申请表》, as the window clerk enters it."""

    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    name = forms.CharField(label=_("Full name"), max_length=60)
    id_number = forms.CharField(label=_("ID number"), max_length=20)
    mobile = forms.CharField(label=_("Mobile telephone"), max_length=30, required=False)
    reason = forms.ChoiceField(label=_("Reason of receipt"), choices=standards.choices("intake_reason"))
    archive_type = forms.ChoiceField(label=_("Kind of custody"), choices=Custody.ArchiveType.choices)
    sender = forms.CharField(label=_("Present keeper"), max_length=120)
    sender_address = forms.CharField(label=_("Address of the present keeper"), max_length=200, required=False)

    def clean_id_number(self) -> str:
        return normalise_id_number(self.cleaned_data["id_number"])


class RegisterParcelForm(forms.Form):
    arrived_on = forms.DateField(label=_("Arrived"), initial=today, widget=forms.DateInput(attrs={"type": "date"}))
    carrier = forms.ChoiceField(label=_("Carrier"), choices=standards.choices("carrier"))
    waybill = forms.CharField(label=_("Number of the consignment"), max_length=40, required=False)
    parcel_sender = forms.CharField(label=_("Sender on the parcel"), max_length=120)
    seal = forms.ChoiceField(label=_("Seal"), choices=Intake.Seal.choices)


class OpenParcelForm(forms.Form):
    principal_volumes = forms.IntegerField(label=_("Principal volumes"), min_value=0, max_value=99, initial=1)
    duplicate_volumes = forms.IntegerField(label=_("Duplicate volumes"), min_value=0, max_value=99, initial=0)
    papers_counted = forms.IntegerField(label=_("Papers counted"), min_value=0, max_value=9999)


class CompareForm(forms.Form):
    notice_agrees = forms.BooleanField(label=_("Agrees with the transfer notice"), required=False)
    list_agrees = forms.BooleanField(label=_("Agrees with the list of papers"), required=False)
    right_person = forms.BooleanField(label=_("All papers are this person's"), required=False)
    comparison = forms.CharField(
        label=_("Differences found"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(forms.Form):
    review = forms.CharField(label=_("Result of the review"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    missing = forms.CharField(
        label=_("Missing key papers"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Noted and told to the person once. A missing paper is never a reason to refuse the dossier."),
    )


class ReturnForm(forms.Form):
    return_reason = forms.ChoiceField(label=_("Reason of the return"), choices=standards.choices("return_reason"))
    return_detail = forms.CharField(
        label=_("Explanation of the return"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


FORMS = {
    "register_parcel": RegisterParcelForm,
    "open_parcel": OpenParcelForm,
    "compare": CompareForm,
    "review": ReviewForm,
    "compare_again": ReasonForm,
    "return_parcel": ReturnForm,
    "withdraw": ReasonForm,
}
