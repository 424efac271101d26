"""What is asked of a person. Codes come from the standards, so a new code needs no release."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core.fields import PartialDateField
from rendang.kernel.core.forms import PartialDateInput
from rendang.kernel.core.language import listed
from rendang.kernel.standards import queries as standards
from rendang.people.models import Person, PersonRecord

# Model field → code table. Divisions are thousands: those are typed, not chosen.
TABLES = {
    "sex": "sex",
    "ethnic_group": "ethnic_group",
    "political_status": "political_status",
    "education": "education",
    "degree": "degree",
    "marital_status": "marital_status",
    "health": "health",
    "relation": "family_relation",
    "series": "title_series",
    "level": "title_level",
    "kind": "employer_kind",
    "economic_type": "economic_type",
    "industry": "industry",
}
DIVISIONS = {"household_division", "work_division", "division"}


class DivisionInput(forms.CharField):
    """A division by its name (青岛市市南区) or code (370202); the value is the code."""

    def prepare_value(self, value: Any) -> Any:
        return standards.division_path(value) if value and standards.is_code("division", value) else value

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        code = standards.code_of("division", text)
        if code:
            return code
        # 青岛市市南区 without its province: enough when only one division ends so.
        ending = standards.normalised(text)
        paths = {row.code: standards.division_path(row.code) for row in standards.codes("division")}
        found = [code for code, path in paths.items() if path.endswith(ending)]
        if len(found) == 1:
            return found[0]
        if found:
            several = listed(paths[code] for code in found[:4])
            raise ValidationError(_("Several divisions are called so: %(names)s."), params={"names": several})
        raise ValidationError(
            _("No division is called “%(text)s”. Write city and district, or the six digits."), params={"text": text}
        )


def fields_of(model: type, names: list[str]) -> dict[str, forms.Field]:
    """Form fields for facts of a model: codes as choices, dates as well as known, divisions by name."""
    made: dict[str, forms.Field] = {}
    for name in names:
        field = model._meta.get_field(name)  # type: ignore[attr-defined]
        options: dict[str, Any] = {"label": field.verbose_name, "required": not field.blank}
        if name in TABLES:
            made[name] = forms.ChoiceField(choices=standards.choices(TABLES[name], none="—"), **options)
        elif name in DIVISIONS:
            made[name] = DivisionInput(**options)
        elif isinstance(field, PartialDateField):
            made[name] = PartialDateInput(**options)
        else:
            made[name] = field.formfield(required=options["required"])
    return made


PERSON_FACTS = [
    "former_name", "ethnic_group", "political_status", "marital_status", "health", "native_place", "birth_place",
    "household_division", "household_address", "education", "degree", "school", "major", "major_kind", "graduated",
    "work_start", "post_kind", "work_division", "retired", "died", "mobile", "email", "address", "postcode",
    "emergency_contact", "remarks",
]  # fmt: skip


def tell_what_the_roster_says(form: forms.Form, person: Person) -> None:
    """Beside its field, where the record could not take over what a roster says."""
    for name, text in person.unknown_texts.items():
        if field := form.fields.get(name):
            said = _("The roster says: “%(text)s”.") % {"text": text}
            field.help_text = format_html("{} {}", field.help_text, said)


class PersonForm(forms.Form):
    """The facts of a person, identity apart; the employer by name."""

    employer_name = forms.CharField(
        label=_("employer"), max_length=120, required=False, help_text=_("As in its licence; a new name is added.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= fields_of(Person, PERSON_FACTS)
        self.fields["email"] = forms.EmailField(label=Person._meta.get_field("email").verbose_name, required=False)
        self.order_fields([*PERSON_FACTS[:16], "employer_name", *PERSON_FACTS[16:]])


class IdentityForm(forms.Form):
    """A correction of who somebody is. The number is never shown; an empty one stays as it is."""

    name = forms.CharField(label=_("full name"), max_length=60)
    identity_kind = forms.ChoiceField(label=_("kind of identity"), choices=Person.IdentityKind.choices)
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=24,
        required=False,
        help_text=_("Only when it changes. The former number is kept and still finds the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sex = forms.ChoiceField(label=_("sex"), choices=standards.choices("sex", none="—"))
    birth_date = PartialDateInput(label=_("date of birth"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Which paper proves it."))


class OtherIdentityForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind of identity"), choices=Person.IdentityKind.choices)
    id_number = forms.CharField(
        label=_("Number"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    valid_until = PartialDateInput(label=_("valid until"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class UnmaskForm(forms.Form):
    reason = forms.CharField(
        label=_("What the whole number is needed for"), max_length=200, help_text=_("It goes into the audit log.")
    )


class KinshipForm(forms.Form):
    relation = forms.ChoiceField(label=_("Relation"), choices=standards.choices("kinship"))
    name = forms.CharField(label=_("full name"), max_length=60)
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=24,
        help_text=_("Kept encrypted and only compared; nobody is shown it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class KinshipEndForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it no longer holds"),
        max_length=200,
        help_text=_("The head of your institution sees declarations that have ended, too."),
    )


class EmployerForm(forms.Form):
    credit_code = forms.CharField(label=_("unified social credit code"), max_length=18, required=False)
    kind = forms.ChoiceField(
        label=_("kind of organisation"), choices=standards.choices("employer_kind", none="—"), required=False
    )
    economic_type = forms.ChoiceField(
        label=_("economic type"), choices=standards.choices("economic_type", none="—"), required=False
    )
    industry = forms.ChoiceField(label=_("industry"), choices=standards.choices("industry", none="—"), required=False)
    division = DivisionInput(label=_("division"), required=False)


def record_form(model: type[PersonRecord]) -> type[forms.Form]:
    """The form of one row of a repeated part of the data set."""
    own = [field.name for field in model._meta.concrete_fields if field.name not in {"id", "person"}]
    tail = [name for name in ("start", "end", "remarks") if name in own]
    names = [*(name for name in own if name not in tail), *tail]
    return type(f"{model.__name__}Form", (forms.Form,), fields_of(model, names))
