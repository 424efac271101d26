import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import carriage_for
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import carriers_in_words
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.completeness import is_paper, key_materials_for, likely_types
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.core.forms import FilesField
from rendang.kernel.core.identifiers import normalise_id_number
from rendang.kernel.files.forms import PapersForm
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import ReasonForm


def today() -> dt.date:
    return timezone.localdate()


def personal_identities() -> list[tuple[str, Any]]:
    return [("", _("Not known")), *standards.choices("personal_identity")()]


class ApplyForm(InstitutionChoice, PapersForm):
    """《个人委托人事档案管理服务申请表》, as the window clerk enters it."""

    SERVICE_ITEM = "intake"

    name = forms.CharField(label=_("Full name"), max_length=60)
    id_number = forms.CharField(label=_("ID number"), max_length=20)
    mobile = forms.CharField(label=_("Mobile telephone"), max_length=30, required=False)
    identity_check = forms.ChoiceField(
        label=_("Identity check"),
        choices=[choice for choice in Intake.IdentityCheck.choices if choice[0] in ("CARD", "AGENT")],
    )
    reason = forms.ChoiceField(label=_("Reason of receipt"), choices=standards.choices("intake_reason", none="—"))
    archive_type = forms.ChoiceField(label=_("Kind of custody"), choices=Custody.ArchiveType.choices)
    personal_identity = forms.ChoiceField(
        label=_("Personal identity"),
        choices=personal_identities,
        required=False,
        help_text=_("Decides with which carriers the dossier may travel; the recall letter names them."),
    )
    sender = forms.CharField(label=_("Present keeper"), max_length=120)
    sender_address = forms.CharField(label=_("Address of the present keeper"), max_length=200, required=False)

    def clean_id_number(self) -> str:
        return normalise_id_number(self.cleaned_data["id_number"])


def register_parcel_form(intake: Intake) -> type[forms.Form]:
    """Filled in with what is expected: the keeper who was asked, today, and of the carriers that the letter names
    the usual one.
    """
    allowed = carriage_for(intake).carriers
    usual = "ems" if "ems" in allowed or not allowed else allowed[0]

    class RegisterParcelForm(forms.Form):
        waybill = forms.CharField(
            label=_("Number of the consignment"),
            max_length=40,
            required=False,
            widget=forms.TextInput(attrs={"autofocus": True}),
        )
        carrier = forms.ChoiceField(label=_("Carrier"), choices=standards.choices("carrier"), initial=usual)
        seal = forms.ChoiceField(label=_("Seal"), choices=Parcel.Seal.choices)
        parcel_sender = forms.CharField(label=_("Sender on the parcel"), max_length=120, initial=intake.sender)
        arrived_on = forms.DateField(label=_("Arrived"), initial=today, widget=forms.DateInput(attrs={"type": "date"}))
        handed_over_by = forms.CharField(label=_("Handed over by"), max_length=60, required=False)
        photos = FilesField(label=_("Pictures of the unopened parcel"), required=False, accept="image/jpeg,image/png")

    return RegisterParcelForm


def match_parcel_form(intake: Intake) -> type[forms.Form]:
    """The parcels of the institution that nobody has matched yet, or of which more is expected."""

    class MatchParcelForm(forms.Form):
        parcel = forms.ModelChoiceField(
            label=_("Parcel"),
            queryset=Parcel.objects.filter(institution=intake.institution_id, set_aside="").order_by("-pk"),
            help_text=_("Parcels are registered under Arrivals."),
        )

    return MatchParcelForm


class OpenForParcelForm(forms.Form):
    """Whose dossier it is, as the transfer notice or the outside of the parcel says."""

    name = forms.CharField(label=_("Full name"), max_length=60)
    id_number = forms.CharField(label=_("ID number"), max_length=20)
    reason = forms.ChoiceField(label=_("Reason of receipt"), choices=standards.choices("intake_reason", none="—"))
    archive_type = forms.ChoiceField(label=_("Kind of custody"), choices=Custody.ArchiveType.choices)

    def clean_id_number(self) -> str:
        return normalise_id_number(self.cleaned_data["id_number"])


class FindForm(forms.Form):
    text = forms.CharField(
        label=_("Letter, name or ID number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


class OpenParcelForm(forms.Form):
    principal_volumes = forms.IntegerField(label=_("Principal volumes"), min_value=0, max_value=99, initial=1)
    duplicate_volumes = forms.IntegerField(label=_("Duplicate volumes"), min_value=0, max_value=99, initial=0)
    papers_counted = forms.IntegerField(label=_("Papers counted"), min_value=0, max_value=9999)


def compare_form(intake: Intake) -> type[forms.Form]:
    """Where the list was entered paper by paper, nobody is asked whether it agrees."""
    entered = intake.compared.exists()

    class CompareForm(forms.Form):
        notice_agrees = forms.BooleanField(label=_("Agrees with the transfer notice"), required=False)
        if not entered:
            list_agrees = forms.BooleanField(label=_("Agrees with the list of papers"), required=False)
        right_person = forms.BooleanField(label=_("All papers are this person's"), required=False)
        comparison = forms.CharField(
            label=_("Differences found"),
            max_length=400,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Left empty, it says what the comparison of the list has found.") if entered else "",
        )

    return CompareForm


class ListForm(forms.Form):
    """The sender's list: pasted, typed, or as a file."""

    pasted = forms.CharField(
        label=_("List of papers"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("Columns: class mark, title, date, pages, remarks — as copied from a spreadsheet."),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("XLSX, XLS or CSV with headings."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    unlisted = forms.BooleanField(label=_("These papers are in the parcel, but not on the list"), required=False)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if bool(asked.get("pasted", "").strip()) == bool(asked.get("file")):
            raise forms.ValidationError(_("Paste the list, or choose a file."))
        return asked


class FoundForm(forms.Form):
    """One line of the comparison, drawn in a table."""

    found = forms.IntegerField(label=_("Pages found"), min_value=0, max_value=9999, required=False)
    remarks = forms.CharField(label=_("Remarks"), max_length=100, required=False)


def review_form(intake: Intake) -> type[forms.Form]:
    """The check-list of key materials for this person: what no paper of the list is, is ticked already."""
    assert intake.person
    likely = intake.person_types or likely_types(intake.person)
    every = key_materials_for(intake.person, [code for code, _name in standards.choices("person_type")()])
    papers = [(paper.class_mark, paper.title) for paper in intake.compared.filter(pages_found__gt=0)]
    expected = {rule.code for rule in key_materials_for(intake.person, likely)}
    gaps = [rule.code for rule in every if rule.code in expected and not any(is_paper(rule, *one) for one in papers)]

    class ReviewForm(forms.Form):
        person_types = forms.MultipleChoiceField(
            label=_("Types of person"),
            choices=standards.choices("person_type"),
            initial=likely,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        lacking = forms.MultipleChoiceField(
            label=_("Key materials lacking"),
            choices=[(rule.code, str(rule)) for rule in every],
            initial=sorted({*intake.lacking, *(gaps if papers else [])}),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("What is ticked is told to the person once, with a promise to bring it. Never refuse for it."),
        )
        missing = forms.CharField(label=_("Other papers missing"), max_length=400, required=False)
        review = forms.CharField(
            label=_("Result of the review"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
        )

    return ReviewForm


def receipt_carriers() -> list[tuple[str, str]]:
    """A receipt is a letter: any way but by the person."""
    return [choice for choice in standards.choices("carrier")() if choice[0] != "self"]


class ReturnForm(forms.Form):
    return_reason = forms.ChoiceField(
        label=_("Reason of the return"), choices=standards.choices("return_reason", none="—")
    )
    return_detail = forms.CharField(
        label=_("Explanation of the return"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


def return_carriers(intake: Intake) -> list[tuple[str, str]]:
    return carriers_in_words(carriage_for(intake).carriers)


def send_back_form(intake: Intake) -> type[forms.Form]:
    """Only the carriers that the rules allow for this dossier."""

    class SendBackForm(forms.Form):
        carrier = forms.ChoiceField(label=_("Carrier"), choices=return_carriers(intake))
        waybill = forms.CharField(label=_("Number of the consignment"), max_length=40, required=False)

    return SendBackForm


class ConfirmReturnForm(forms.Form):
    returned_on = forms.DateField(
        label=_("The sender has it since"), initial=today, widget=forms.DateInput(attrs={"type": "date"})
    )
    return_finding = forms.CharField(label=_("Proof of delivery"), max_length=200, required=False)


class SendReceiptForm(forms.Form):
    receipt_sent_on = forms.DateField(
        label=_("Day of sending"), initial=today, widget=forms.DateInput(attrs={"type": "date"})
    )
    receipt_carrier = forms.ChoiceField(label=_("Sent by"), choices=receipt_carriers, initial="ems")
    receipt_waybill = forms.CharField(label=_("Number of the consignment"), max_length=40, required=False)


FORMS: dict[str, type[forms.Form] | Callable[[Any], type[forms.Form]]] = {
    "register_parcel": register_parcel_form,
    "match_parcel": match_parcel_form,
    "open_parcel": OpenParcelForm,
    "compare": compare_form,
    "review": review_form,
    "compare_again": ReasonForm,
    "return_parcel": ReturnForm,
    "send_back": send_back_form,
    "confirm_return": ConfirmReturnForm,
    "report_missing": ReasonForm,
    "give_up": ReasonForm,
    "send_receipt": SendReceiptForm,
    "withdraw": ReasonForm,
}
