from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.circulation.transfers.forms.leaving import KeeperField
from rendang.circulation.transfers.models import DepartureRequest
from rendang.circulation.transfers.queries.requests import held_as
from rendang.institutions.queries import find_keepers
from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards


class DossierForm(forms.Form):
    dossier = forms.CharField(
        label=_("Dossier"),
        max_length=40,
        help_text=_("Archive number, label or ID number; compare it with the letter"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=_("Reason of the transfer"), choices=standards.choices("transfer_reason", none="—")
    )


class OpenDepartureForm(DossierForm):
    to = KeeperField(label=_("Receiver"), max_length=120, help_text=_("Name, or enough of it; from the address book"))
    letter_number = forms.CharField(label=_("Number of the recall letter"), max_length=200)
    letter_date = forms.DateField(label=_("Date of the recall letter"), widget=forms.DateInput)
    letter_issuer = forms.CharField(
        label=_("Issuer of the recall letter"),
        max_length=120,
        required=False,
        help_text=_("Only if it is not the receiver"),
    )

    field_order = ("dossier", "to", "letter_number", "letter_date", "letter_issuer", "reason")


class AnswerForm(forms.Form):
    answer_code = forms.ChoiceField(label=_("Reply"), choices=standards.choices("request_answer", none="—"))
    answer_detail = forms.CharField(
        label=_("Explanation"),
        max_length=200,
        required=False,
        help_text=_("The sender reads it: no personal facts"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PassOnForm(forms.Form):
    to = forms.ModelChoiceField(label=_("To which institution"), queryset=Institution.objects.none())
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("The other institution reads it: no personal facts")
    )


def pass_on_form(request: DepartureRequest) -> Any:
    """Any other institution; that which keeps the dossier by name and number is proposed."""
    left_out = [request.institution_id, request.letter_of_id or 0]
    others = Institution.objects.filter(is_active=True).exclude(pk__in=left_out).order_by("pk")
    held = held_as(request.asked_name, request.id_number)

    def made(*args: Any, **kwargs: Any) -> forms.Form:
        form = PassOnForm(*args, **{"initial": {"to": held and held.institution_id}, **kwargs})
        form.fields["to"].queryset = others  # type: ignore[attr-defined]
        return form

    return made


def _begun(form: type[forms.Form], request: DepartureRequest, **given: Any) -> Any:
    """The form filled in with what the request says, as far as we know it."""
    initial = {"dossier": _archive_number(request), **given}

    def made(*args: Any, **kwargs: Any) -> forms.Form:
        return form(*args, **{"initial": initial, **kwargs})

    return made


def _archive_number(request: DepartureRequest) -> str:
    held = held_as(request.asked_name, request.id_number)
    return held.archive_number if held and held.institution_id == request.institution_id else ""


def open_departure_form(request: DepartureRequest) -> Any:
    named = request.receiver_named or request.sender
    keepers = list(find_keepers(named)[:2])
    return _begun(
        OpenDepartureForm,
        request,
        to=keepers[0].name if len(keepers) == 1 else named,
        letter_number=request.letter_number,
        letter_date=request.letter_date,
    )


def offer_transfer_form(request: DepartureRequest) -> Any:
    return _begun(DossierForm, request, reason="internal")


REQUEST_FORMS: dict[str, Any] = {
    "open_departure": open_departure_form,
    "offer_transfer": offer_transfer_form,
    "answer": AnswerForm,
    "pass_on": pass_on_form,
}
