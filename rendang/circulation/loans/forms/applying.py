"""Who applies, for what, and how the dossier is to be used."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.loans import queries
from rendang.circulation.loans.actions.applying import NAMESAKE
from rendang.circulation.loans.models import Agency, Loan
from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import listed
from rendang.kernel.standards import queries as standards

NO_AUTOCOMPLETE = {"autocomplete": "off"}
MOST_PEOPLE = 4
# Fields that only a digital consultation needs: the style sheet shows them when it is chosen.
DIGITAL_ONLY = {"data-digital": True}


def categories() -> list[tuple[str, str]]:
    """The ten categories: what a digital consultation is limited to."""
    return [(mark.mark, str(mark)) for mark in standards.class_marks() if not mark.parent]


def paper_choices(dossier: Dossier) -> list[tuple[str, list[tuple[int, str]]]]:
    """The papers of a dossier to be ticked, under the headings of their classes."""
    return [(heading, [(one.pk, str(one)) for one in rows]) for heading, rows in queries.papers_by_class(dossier)]


class PapersField(forms.TypedMultipleChoiceField):
    """Papers of the catalogue, ticked."""

    def __init__(self, dossier: Dossier | None, **kwargs: Any) -> None:
        choices = paper_choices(dossier) if dossier else []
        widget = forms.CheckboxSelectMultiple(kwargs.pop("attrs", None))
        super().__init__(choices=choices, coerce=int, required=False, widget=widget, **kwargs)


class ApplyForm(forms.Form):
    """Who comes with which letter, for what, and how the dossier is to be used."""

    use = forms.ChoiceField(label=gettext_lazy("Kind of use"), choices=Loan.Use.choices, widget=forms.RadioSelect)
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency with an agreement"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=gettext_lazy("none: with an introduction letter"),
        error_messages={
            "invalid_choice": gettext_lazy("This agreement is not in force. Apply with an introduction letter.")
        },
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit that applies"),
        max_length=80,
        required=False,
        # Without an agreement the work begins here.
        widget=forms.TextInput({"autofocus": True}),
        help_text=gettext_lazy("As in its letter; of an agency it follows from the agreement."),
    )
    phone = forms.CharField(label=gettext_lazy("Telephone of the unit"), max_length=40)
    letter_number = forms.CharField(
        label=gettext_lazy("Number of the introduction letter"), max_length=60, required=False
    )
    letter_file = forms.FileField(label=gettext_lazy("Introduction letter, scanned"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason of the consultation"), choices=standards.choices("consultation_reason", none="—")
    )
    scope = forms.CharField(
        label=gettext_lazy("What is to be read"),
        max_length=200,
        help_text=gettext_lazy("For instance: education and employment of 2005–2015."),
    )
    class_marks = forms.MultipleChoiceField(
        label=gettext_lazy("Digital: which categories"),
        choices=lazy(categories, list),
        required=False,
        widget=forms.CheckboxSelectMultiple(DIGITAL_ONLY),
        help_text=gettext_lazy("None ticked: all of them."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Digital: for how many days"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(DIGITAL_ONLY),
    )
    may_print = forms.BooleanField(
        label=gettext_lazy("Digital: may print"), required=False, widget=forms.CheckboxInput(DIGITAL_ONLY)
    )
    may_download = forms.BooleanField(
        label=gettext_lazy("Digital: may download"), required=False, widget=forms.CheckboxInput(DIGITAL_ONLY)
    )
    namesake_compared = forms.BooleanField(
        label=gettext_lazy("Family records compared: a person of the same name there is somebody else"), required=False
    )
    remarks = forms.CharField(label=gettext_lazy("Remarks"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        institution: Institution | int,
        people: int | None = None,
        papers_of: Dossier | None = None,
        **kwargs: Any,
    ) -> None:
        """``papers_of``: the dossier whose papers are offered by name, to who may see its catalogue."""
        super().__init__(*args, **kwargs)
        if papers_of is not None:
            label = gettext_lazy("Digital: single papers")
            self.fields["materials"] = PapersField(papers_of, label=label, attrs=DIGITAL_ONLY)
        today = timezone.localdate()
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.queryset = queries.agencies_of(institution, today)
        if over := queries.agencies_over(institution, today):
            agency.help_text = _("Run out: %(agreements)s. They apply with an introduction letter.") % {
                "agreements": listed(over)
            }
        needed = int(standards.policy("consultation_persons", on=today, institution=institution).value)
        self.people = min(max(people or needed, needed), MOST_PEOPLE)
        for number in range(1, self.people + 1):
            named = {"number": number}
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Person %(number)d: name") % named, max_length=60, widget=forms.TextInput(NO_AUTOCOMPLETE)
            )
            self.fields[f"id_number_{number}"] = forms.CharField(
                label=_("Person %(number)d: ID number") % named,
                max_length=24,
                widget=forms.TextInput(NO_AUTOCOMPLETE),
            )
            self.fields[f"post_{number}"] = forms.CharField(
                label=_("Person %(number)d: post") % named, max_length=60, required=False
            )
            self.fields[f"party_{number}"] = forms.BooleanField(
                label=_("Person %(number)d: Party member") % named, required=False
            )
        people_fields = [
            f"{part}_{number}"
            for number in range(1, self.people + 1)
            for part in ("name", "id_number", "post", "party")
        ]
        self.order_fields(
            [
                "use",
                "agency",
                "unit",
                "phone",
                "letter_number",
                "letter_file",
                "reason",
                "scope",
                "remarks",
                *people_fields,
                "namesake_compared",
                "class_marks",
                "materials",
            ]
        )

    def show_comparison_only_when_asked(self, refused: ValidationError | None) -> None:
        """The box for a namesake appears with the refusal that asks for it: none confirms in advance, by habit."""
        errors = getattr(refused, "error_dict", {})
        asked = any(error.code == NAMESAKE for some in errors.values() for error in some)
        if not asked and "namesake_compared" not in self.data:
            del self.fields["namesake_compared"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        borrowers = []
        for number in range(1, self.people + 1):
            facts = {part: data.pop(f"{part}_{number}", "") for part in ("name", "id_number", "post", "party")}
            facts["is_party_member"] = facts.pop("party")
            borrowers.append(facts)
        return data | {"borrowers": borrowers}
