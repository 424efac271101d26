from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.queries import carriers_in_words
from rendang.circulation.transfers.actions import LETTER
from rendang.circulation.transfers.forms.checking import CheckForm
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.queries import carriers_for
from rendang.institutions.models import OutsideKeeper
from rendang.institutions.queries import find_keepers
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.files.forms import PICTURES, PapersForm
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import ReasonForm

MOST_SUGGESTED = 300


class KeeperInput(forms.TextInput):
    """A line to type in, which the browser completes from the address book."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        suggestions = f"{name}-suggestions"
        names = OutsideKeeper.objects.in_use().order_by("name").values_list("name")[:MOST_SUGGESTED]
        control = super().render(name, value, {**(attrs or {}), "list": suggestions, "autocomplete": "off"}, renderer)
        options = format_html_join("", '<option value="{}"></option>', names)
        return format_html('{}<datalist id="{}">{}</datalist>', control, suggestions, options)


class KeeperField(forms.CharField):
    """A receiver of the address book by its name or by enough of it: addresses are chosen, not typed."""

    widget = KeeperInput

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).strip()
        if not typed:
            return None  # refused before, unless it may be left empty
        found = list(find_keepers(typed)[:6])
        exact = [keeper for keeper in found if keeper.name == typed]
        if len(found) == 1 or exact:
            return (exact or found)[0]
        if not found:
            raise ValidationError(gettext("Nobody of this name is in the address book. Enter the address there."))
        names = "；".join(keeper.name for keeper in found)
        raise ValidationError(gettext("Several fit: %(names)s. Type more of the name.") % {"names": names})


class LetterForm(forms.Form):
    to = KeeperField(label=_("Receiver"), max_length=120, help_text=_("Name, or enough of it; from the address book"))
    letter_number = forms.CharField(
        label=_("Number of the recall letter"),
        max_length=200,
        help_text=_("Typed, or scanned from the QR code"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    letter_date = forms.DateField(label=_("Date of the recall letter"), widget=forms.DateInput)
    letter_issuer = forms.CharField(
        label=_("Issuer of the recall letter"),
        max_length=120,
        required=False,
        help_text=_("Only if it is not the receiver"),
    )


class DepartureForm(PapersForm, LetterForm):
    """A single dossier leaves: where to, and on which letter."""

    SERVICE_ITEM, COVERED = "transfer", LETTER

    letter = forms.FileField(
        label=_("Recall letter, scanned or photographed"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )
    reason = forms.ChoiceField(
        label=_("Reason of the transfer"), choices=standards.choices("transfer_reason", none="—")
    )
    applied_by = forms.ChoiceField(label=_("Applied for by"), choices=Departure.AppliedBy.choices)
    remarks = forms.CharField(label=_("Remarks"), max_length=200, required=False)

    field_order: tuple[str, ...] = (
        "to", "letter_number", "letter_date", "letter_issuer", "letter", "reason", "applied_by", "remarks",
    )  # fmt: skip


class ManyForm(InstitutionChoice, DepartureForm):
    """Many dossiers leave together: all of an employer, or those of a list, typed or in a table."""

    employer = forms.CharField(
        label=_("All dossiers of this employer"), max_length=120, required=False, help_text=_("Its name as on record")
    )
    numbers = forms.CharField(
        label=_("Or these dossiers"),
        required=False,
        help_text=_("Archive numbers, labels or ID numbers, one a line; a scanner may type them"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    table = forms.FileField(
        label=_("Or a table with archive numbers or ID numbers"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )

    field_order = ("institution", "employer", "numbers", "table", *DepartureForm.field_order)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        given = [name for name in ("employer", "numbers", "table") if found.get(name)]
        if not given or (found.get("employer") and len(given) > 1):
            raise ValidationError(gettext("Say which dossiers: an employer, or a list."))
        return found


class ExamineForm(LetterForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].required = False
        self.fields["to"].help_text = _("From the address book; empty if the letter is one of the city's institutions")


def examine_form(departure: Departure) -> type[forms.Form]:
    """With what the applicant has given."""
    given = {
        "to": departure.goes_to,
        "letter_number": departure.letter_number,
        "letter_date": departure.letter_date,
        "letter_issuer": departure.letter_issuer,
    }
    fields = {name: _with_initial(ExamineForm.base_fields[name], value) for name, value in given.items()}
    return type("ExamineForm", (ExamineForm,), fields)


def _with_initial(field: forms.Field, value: Any) -> forms.Field:
    from copy import deepcopy

    field = deepcopy(field)
    field.initial = value
    return field


def check_form(departure: Departure) -> Any:
    """Of a single dossier its papers; of a list nothing is asked any more: each was checked by itself."""
    if departure.dossier is None:
        return forms.Form
    dossier = departure.dossier
    return lambda *args, **kwargs: CheckForm(dossier, *args, **kwargs)


class ConsignmentForm(forms.Form):
    waybill = forms.CharField(
        label=_("Number of the consignment"),
        max_length=40,
        required=False,
        help_text=_("EMS or confidential post"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    courier = forms.CharField(
        label=_("Person who carries it"),
        max_length=60,
        required=False,
        help_text=_("Fetched or brought by hand: name and work card; never the own dossier"),
    )


def dispatch_form(departure: Departure) -> type[forms.Form]:
    """Only the carriers that the tier allows."""
    carrier = forms.ChoiceField(label=_("Carrier"), choices=carriers_in_words(carriers_for(departure)))
    fields = {"carrier": carrier, "field_order": ["carrier", "waybill", "courier"]}
    return type("DispatchForm", (ConsignmentForm,), fields)


def correct_form(departure: Departure) -> type[forms.Form]:
    """Filled in as it was noted."""

    class CorrectForm(ConsignmentForm):
        carrier = forms.ChoiceField(
            label=_("Carrier"), choices=carriers_in_words(carriers_for(departure)), initial=departure.carrier
        )
        reason = forms.CharField(label=_("Reason"), max_length=200)
        field_order = ("carrier", "waybill", "courier", "reason")

    return CorrectForm


class ConfirmForm(forms.Form):
    received_on = forms.DateField(label=_("Received there"), initial=timezone.localdate, widget=forms.DateInput)
    receipt = forms.FileField(
        label=_("Receipt, scanned or photographed"), widget=forms.FileInput(attrs={"accept": PICTURES})
    )


class ReceiversForm(forms.Form):
    """直接转递: two people of the receiver, and their letter."""

    introduction_letter = forms.CharField(label=_("Number of the introduction letter"), max_length=60)
    name_1 = forms.CharField(label=_("First who fetches it: full name"), max_length=60)
    id_number_1 = forms.CharField(label=_("First who fetches it: ID number"), max_length=20)
    post_1 = forms.CharField(label=_("First who fetches it: post"), max_length=60, required=False)
    name_2 = forms.CharField(label=_("Second who fetches it: full name"), max_length=60)
    id_number_2 = forms.CharField(label=_("Second who fetches it: ID number"), max_length=20)
    post_2 = forms.CharField(
        label=_("Second who fetches it: post"),
        max_length=60,
        required=False,
        help_text=_("The hand-over slip is printed next; both sign it, then it is scanned."),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        both = [{field: found[f"{field}_{at}"] for field in ("name", "id_number", "post")} for at in ("1", "2")]
        return {"introduction_letter": found["introduction_letter"], "receivers": both}


class HandOverForm(forms.Form):
    receipt = forms.FileField(
        label=_("Hand-over slip signed by both, scanned or photographed"),
        help_text=_("Custody ends with it: hand the parcel over only after both have signed."),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )


class RefusalForm(forms.Form):
    refusal_reason = forms.ChoiceField(
        label=_("Reason of the refusal"), choices=standards.choices("return_reason", none="—")
    )
    refusal_detail = forms.CharField(
        label=_("Explanation of the refusal"), max_length=180, widget=forms.Textarea(attrs={"rows": 3})
    )


def some_back_form(departure: Departure) -> type[forms.Form]:
    going = departure.lines.filter(outcome=DepartingDossier.Outcome.GOING).select_related("dossier__person")

    class LineField(forms.ModelMultipleChoiceField):
        def label_from_instance(self, line: Any) -> str:
            return f"{line.dossier.person.name} {line.custody.archive_number}"

    rows = going.select_related("custody").order_by("pk")
    came = LineField(label=_("Which came back"), queryset=rows, widget=forms.CheckboxSelectMultiple)
    return type("SomeBackForm", (RefusalForm,), {"lines": came})


class SearchForm(forms.Form):
    done = forms.CharField(
        label=_("What was done, and what the answer was"), max_length=400, widget=forms.Textarea(attrs={"rows": 4})
    )


class DecisionForm(forms.Form):
    decision = forms.CharField(
        label=_("Decision of the head"),
        max_length=400,
        help_text=_("Who was told, how what can be replaced is replaced, who answers for it"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


DEPARTURE_FORMS: dict[str, Any] = {
    "examine": examine_form,
    "correct_examination": examine_form,
    "check": check_form,
    "dispatch": dispatch_form,
    "correct_waybill": correct_form,
    "name_receivers": ReceiversForm,
    "name_others": ReceiversForm,
    "hand_over": HandOverForm,
    "not_fetched": ReasonForm,
    "confirm": ConfirmForm,
    "take_some_back": some_back_form,
    "note_refusal": RefusalForm,
    "recall": ReasonForm,
    "report_lost": SearchForm,
    "note_search": SearchForm,
    "find": SearchForm,
    "declare_lost": DecisionForm,
    "decline": ReasonForm,
    "withdraw": ReasonForm,
}
