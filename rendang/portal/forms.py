from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.transfers.actions import LETTER
from rendang.circulation.transfers.models import DepartureRequest
from rendang.kernel.access.models import Institution
from rendang.kernel.core.forms import FilesField
from rendang.kernel.core.identifiers import IdProblem, id_number_problem, normalise_id_number
from rendang.kernel.files.forms import PapersForm
from rendang.kernel.standards import queries as standards

OF_THE_OFFICE = frozenset({"internal", "institution_change", "death"})
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class ChallengedForm(forms.Form):
    """About somebody, by name and identity number; the answer to the page's question shows that a person asks."""

    name = forms.CharField(label=_("Full name"), max_length=60, widget=forms.TextInput(attrs=PLAIN))
    id_number = forms.CharField(label=_("ID number"), max_length=24, widget=forms.TextInput(attrs=PLAIN))
    answer = forms.CharField(label=_("Answer"), max_length=3, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    token = forms.CharField(max_length=400, widget=forms.HiddenInput)

    def __init__(self, *args: Any, question: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if question:
            self.fields["answer"].label = question

    def clean_id_number(self) -> str:
        number = normalise_id_number(self.cleaned_data["id_number"])
        # What was never meant as a resident number, a passport or a permit, is looked up as it stands.
        if id_number_problem(number) not in {None, IdProblem.UNREADABLE}:
            raise forms.ValidationError(_("This ID number contains a mistake. Please compare it with your card."))
        return number


class QueryForm(ChallengedForm):
    """The one-entry query."""


class RequestForm(ChallengedForm):
    """An employer or a keeper outside asks for a dossier; filled in without an account, also on a telephone."""

    sent_by = forms.ChoiceField(
        label=_("Who asks"),
        choices=[
            (DepartureRequest.From.EMPLOYER, _("An employer")),
            (DepartureRequest.From.RECEIVER, _("An institution that keeps dossiers")),
        ],
    )
    sender = forms.CharField(label=_("Name of your unit"), max_length=120)
    contact = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs=PLAIN))
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        help_text=_("With it and the receipt number you follow the request."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    institution = forms.ModelChoiceField(
        label=_("Institution you address"),
        queryset=Institution.objects.filter(is_active=True).order_by("pk"),
        help_text=_("If another institution of the city is concerned, it gets the request."),
    )
    letter = forms.FileField(
        label=_("Photograph or PDF of the recall letter"),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    letter_number = forms.CharField(
        label=_("Number of the recall letter, or its QR code"),
        max_length=200,
        required=False,
        help_text=_("A letter of an institution of this city is checked at once."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    letter_date = forms.DateField(label=_("Date of the recall letter"), widget=forms.DateInput, required=False)
    receiver = forms.CharField(label=_("Where the dossier is to go, if not to you"), max_length=120, required=False)
    remarks = forms.CharField(label=_("What you want to add (optional)"), max_length=200, required=False)

    field_order = (
        "sent_by", "sender", "contact", "phone", "name", "id_number", "institution", "letter", "letter_number",
        "letter_date", "receiver", "remarks", "answer", "token",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Full name of the person")
        self.fields["id_number"].label = _("ID number of the person")


class FollowForm(forms.Form):
    receipt_number = forms.CharField(label=_("Receipt number"), max_length=20, widget=forms.TextInput(attrs=PLAIN))
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel", **PLAIN})
    )


class VerifyForm(forms.Form):
    number = forms.CharField(label=_("Certificate number"), max_length=40, widget=forms.TextInput(attrs=PLAIN))
    code = forms.CharField(label=_("Verification code"), max_length=20, widget=forms.TextInput(attrs=PLAIN))


class VerifyFileForm(forms.Form):
    file = forms.FileField(
        label=_("PDF of the certificate"), widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"})
    )


class CertificateForm(forms.Form):
    purpose = forms.CharField(label=_("What you need it for (optional)"), max_length=100, required=False)


def reasons_to_leave() -> list[tuple[str, str]]:
    """Those of the table that a person can have; the others are the institutions' own."""
    return [choice for choice in standards.choices("transfer_reason", none="—")() if choice[0] not in OF_THE_OFFICE]


class LeaveForm(PapersForm):
    """The dossier is to be sent on: where to, and the recall letter. Made for a telephone in one hand."""

    SERVICE_ITEM, COVERED = "transfer", LETTER

    inside = forms.ModelChoiceField(
        label=_("To an institution of this city"),
        queryset=Institution.objects.none(),
        required=False,
        empty_label=_("No, to another city or to an employer"),
        help_text=_("Then you need no letter: the institutions settle it between themselves."),
    )
    to = forms.CharField(
        label=_("Where to"),
        max_length=120,
        required=False,
        help_text=_("The institution or employer that has issued the letter"),
    )
    letter = forms.FileField(
        label=_("Photograph or PDF of the recall letter"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    letter_number = forms.CharField(label=_("Number of the recall letter"), max_length=200, required=False)
    letter_date = forms.DateField(label=_("Date of the recall letter"), widget=forms.DateInput, required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons_to_leave)
    remarks = forms.CharField(label=_("What you want to add (optional)"), max_length=200, required=False)

    def __init__(self, *args: Any, kept_by: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Institution.objects.filter(is_active=True).exclude(pk=kept_by.pk).order_by("pk")
        self.fields["inside"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if not found.get("inside"):
            for name in ("to", "letter", "letter_number", "letter_date"):
                if name not in self.errors and not found.get(name):
                    self.add_error(name, gettext("To another city it takes the recall letter."))
        return found


class PromiseForm(forms.Form):
    statement = forms.CharField(
        label=_("What you want to add (optional)"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def personal_identities() -> list[tuple[str, Any]]:
    return [("", _("Not known")), *standards.choices("personal_identity")()]


class IntakeForm(PapersForm):
    """《个人委托人事档案管理服务申请表》, filled in on a telephone; who applies is known from the sign-in."""

    SERVICE_ITEM = "intake"

    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.filter(is_active=True).order_by("pk")
    )
    reason = forms.ChoiceField(label=_("Why"), choices=standards.choices("intake_reason", none="—"))
    sender = forms.CharField(
        label=_("Who keeps your dossier now"), max_length=120, help_text=_("The school, employer or institution.")
    )
    sender_address = forms.CharField(label=_("Its address, if you know it"), max_length=200, required=False)
    personal_identity = forms.ChoiceField(
        label=_("What you are, or were last"), choices=personal_identities, required=False
    )
    mobile = forms.CharField(
        label=_("Mobile telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )


class UploadForm(forms.Form):
    file = FilesField(label=_("Scans or photographs"), accept="application/pdf,image/*")

    def __init__(self, *args: Any, limits: tuple[int, int], **kwargs: Any) -> None:
        """``limits``: how many files, and how many megabytes each."""
        super().__init__(*args, **kwargs)
        most, largest = limits
        said = gettext("PDF or pictures, at most %(most)d files of %(size)d MB each. All of them are sent at once.")
        self.fields["file"].help_text = said % {"most": most, "size": largest}
