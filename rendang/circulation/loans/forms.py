from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rendang.circulation.loans import queries
from rendang.circulation.loans.models import Agency, Loan
from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import ReasonForm
from rendang.storage.queries import dossiers_named

NO_AUTOCOMPLETE = {"autocomplete": "off"}
MOST_PEOPLE = 4


def categories() -> list[tuple[str, str]]:
    """The ten categories: what a digital consultation is limited to."""
    return [(mark.mark, str(mark)) for mark in standards.class_marks() if not mark.parent]


class ApplyForm(forms.Form):
    """Who comes with which letter, for what, and how the dossier is to be used."""

    use = forms.ChoiceField(label=gettext_lazy("Kind of use"), choices=Loan.Use.choices, widget=forms.RadioSelect)
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency with an agreement"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=gettext_lazy("none: with an introduction letter"),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit that applies"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("As in its letter; of an agency it follows from the agreement."),
    )
    phone = forms.CharField(label=gettext_lazy("Telephone of the unit"), max_length=40)
    letter_number = forms.CharField(
        label=gettext_lazy("Number of the introduction letter"), max_length=60, required=False
    )
    letter_file = forms.FileField(label=gettext_lazy("Introduction letter, scanned"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason of the consultation"), choices=standards.choices("consultation_reason")
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
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all of them."),
    )
    days = forms.IntegerField(label=gettext_lazy("Digital: for how many days"), min_value=1, required=False)
    may_print = forms.BooleanField(label=gettext_lazy("Digital: may print"), required=False)
    may_download = forms.BooleanField(label=gettext_lazy("Digital: may download"), required=False)
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
            self.fields["materials"] = PapersField(papers_of, label=label)
        today = timezone.localdate()
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.queryset = queries.agencies_of(institution, today)
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
                *people_fields,
                "class_marks",
                "materials",
            ]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        borrowers = []
        for number in range(1, self.people + 1):
            facts = {part: data.pop(f"{part}_{number}", "") for part in ("name", "id_number", "post", "party")}
            facts["is_party_member"] = facts.pop("party")
            borrowers.append(facts)
        return data | {"borrowers": borrowers}


PICTURES = "image/*,application/pdf"


class SignedForm(forms.Form):
    """The paper that both have signed, photographed or scanned."""

    signed = forms.FileField(
        label=gettext_lazy("Signed paper, scanned or photographed"),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )


class OptionallySignedForm(SignedForm):
    """The signed paper if it is at hand; it can follow later, on the page of the case."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed"].required = False
        self.order_fields([name for name in self.fields if name != "signed"])
        self.fields["signed"].help_text = _("If it is at hand; it can be added later on the page of the case.")


class OpinionForm(forms.Form):
    FOR_MANY = True  # one opinion for the applications of a day

    opinion = forms.CharField(
        label=gettext_lazy("Opinion"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stands on the form; empty: agreed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class IdentityForm(forms.Form):
    identity_checked = forms.BooleanField(
        label=gettext_lazy("Letter and identity cards are compared with the people who are here"), required=False
    )


def paper_choices(dossier: Dossier) -> list[tuple[str, list[tuple[int, str]]]]:
    """The papers of a dossier to be ticked, under the headings of their classes."""
    return [(heading, [(one.pk, str(one)) for one in rows]) for heading, rows in queries.papers_by_class(dossier)]


class PapersField(forms.TypedMultipleChoiceField):
    """Papers of the catalogue, ticked."""

    def __init__(self, dossier: Dossier | None, **kwargs: Any) -> None:
        choices = paper_choices(dossier) if dossier else []
        super().__init__(choices=choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


def name_papers_form(loan: Loan) -> type[forms.Form]:
    """Tick boxes for the papers of this dossier; those named already are ticked."""

    class NamePapersForm(forms.Form):
        materials = PapersField(
            loan.dossier,
            label=gettext_lazy("Papers that may be read"),
            initial=[paper.pk for paper in loan.materials.all()],
            help_text=gettext_lazy("None ticked: what the classes below say."),
        )
        whole_classes = forms.BooleanField(
            label=gettext_lazy("The classes asked for stay open as a whole beside them"),
            initial=bool(loan.class_marks),
            required=False,
        )

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if loan.class_marks:
                named = "、".join(loan.class_marks)
                self.fields["whole_classes"].help_text = _("Asked for: %(classes)s.") % {"classes": named}
            else:
                del self.fields["whole_classes"]

    return NamePapersForm


def hand_over_form(loan: Loan) -> type[forms.Form]:
    """Counted and signed: by whom of the people of this loan."""
    expected = queries.pages_of(loan.dossier) if loan.dossier else None

    class HandOverForm(OptionallySignedForm, IdentityForm):
        pages = forms.IntegerField(
            label=gettext_lazy("Pages counted together"), min_value=0, max_value=99999, initial=expected
        )
        signed_by = forms.ModelChoiceField(
            label=pgettext_lazy("loan", "Signed by"), queryset=loan.borrowers.order_by("pk"), empty_label=None
        )
        field_order = ("pages", "signed_by", "identity_checked", "signed")

    return HandOverForm


def receive_back_form(loan: Loan) -> type[forms.Form]:
    class ReceiveBackForm(OptionallySignedForm):
        pages = forms.IntegerField(
            label=gettext_lazy("Pages counted together"), min_value=0, max_value=99999, initial=loan.pages_out
        )

    return ReceiveBackForm


class DiscrepancyForm(OptionallySignedForm):
    pages = forms.IntegerField(label=gettext_lazy("Pages counted together"), min_value=0, max_value=99999)
    discrepancy = forms.CharField(
        label=gettext_lazy("What is missing, too much or damaged"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FindingForm(forms.Form):
    finding = forms.CharField(
        label=gettext_lazy("What came of it"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class TellForm(forms.Form):
    how = forms.ChoiceField(label=gettext_lazy("How the unit was told"), choices=Loan.Way.choices)
    whom = forms.CharField(
        label=gettext_lazy("Who was told"), max_length=60, help_text=gettext_lazy("Name and post at the unit.")
    )


class SearchForm(forms.Form):
    done = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whom you have asked, what they answered. It is added with day and name."),
    )


class StatementForm(forms.Form):
    statement = forms.CharField(
        label=gettext_lazy("What the unit says"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("How it was lost and what the unit does about it; or that it gives no statement."),
    )
    answerable = forms.CharField(label=gettext_lazy("Who answers for it"), max_length=60)
    statement_file = forms.FileField(
        label=gettext_lazy("Statement with the unit's stamp, scanned"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )


def found_form(loan: Loan) -> type[forms.Form]:
    class FoundForm(SearchForm):
        pages = forms.IntegerField(
            label=gettext_lazy("Pages counted together"), min_value=0, max_value=99999, initial=loan.pages_out
        )
        field_order = ("pages", "done")

    return FoundForm


class RebuiltForm(SearchForm):
    pages = forms.IntegerField(label=gettext_lazy("Pages counted together"), min_value=0, max_value=99999)
    field_order = ("pages", "done")


class DecisionForm(forms.Form):
    decision = forms.CharField(
        label=gettext_lazy("Decision"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is reconstructed from where, who is told, who is held to account."),
    )


FORMS: dict[str, Any] = {
    "tell_unit": TellForm,
    "report_lost": SearchForm,
    "report_pages_lost": SearchForm,
    "note_search": SearchForm,
    "take_statement": StatementForm,
    "find": found_form,
    "order_reconstruction": DecisionForm,
    "finish_reconstruction": RebuiltForm,
    "name_papers": name_papers_form,
    "approve": OpinionForm,
    "endorse": OpinionForm,
    "approve_finally": OpinionForm,
    "lend": hand_over_form,
    "lay_out": hand_over_form,
    "grant": IdentityForm,
    "receive_back": receive_back_form,
    "report_discrepancy": DiscrepancyForm,
    "settle": FindingForm,
    "renew": ReasonForm,
    "recall": ReasonForm,
    "refuse": ReasonForm,
    "withdraw": ReasonForm,
}


class ScanForm(forms.Form):
    """For a scanner: the label of the dossier that comes or goes."""

    dossier = forms.CharField(
        label=gettext_lazy("Dossier"),
        max_length=60,
        help_text=gettext_lazy("Scan the label, or type the archive number or the whole name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )

    def __init__(self, *args: Any, dossiers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossiers = dossiers

    def clean_dossier(self) -> Dossier:
        text = self.cleaned_data["dossier"]
        found = dossiers_named(self.dossiers, text)
        if not found:
            raise ValidationError(
                _("No dossier found for “%(text)s”. Scan the label or type the archive number.") % {"text": text}
            )
        if len(found) > 1:
            raise ValidationError(
                _("Several dossiers have this name: %(barcodes)s. Type the archive number.")
                % {"barcodes": "、".join(dossier.barcode for dossier in found)}
            )
        return found[0]


class CountedForm(OptionallySignedForm):
    """The second and last thing to do: the count that should be right stands there already."""

    pages = forms.IntegerField(
        label=gettext_lazy("Pages counted together"),
        min_value=0,
        max_value=99999,
        widget=forms.NumberInput(attrs={"autofocus": True}),
    )


def hand_over_counted_form(loan: Loan) -> type[forms.Form]:
    """At the counter: how many pages, and who of the people signs."""

    class HandOverCountedForm(CountedForm):
        signed_by = forms.ModelChoiceField(
            label=pgettext_lazy("loan", "Signed by"), queryset=loan.borrowers.order_by("pk"), empty_label=None
        )

    return HandOverCountedForm


class ReturnForm(CountedForm):
    discrepancy = forms.CharField(
        label=gettext_lazy("Only if something is wrong: what"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("With words here, or with another count, a discrepancy report is printed."),
    )


class AgencyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=pgettext_lazy("agency", "Kind"), choices=Agency.Kind.choices)
    agreement_number = forms.CharField(label=gettext_lazy("Number of the agreement"), max_length=40)
    valid_from = forms.DateField(label=gettext_lazy("Valid from"))
    valid_to = forms.DateField(label=gettext_lazy("Valid to"))
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("Reasons allowed"),
        choices=standards.choices("consultation_reason"),
        widget=forms.CheckboxSelectMultiple,
    )
    most_out = forms.IntegerField(
        label=gettext_lazy("Dossiers at a time, at most"), min_value=1, max_value=9999, initial=20
    )
    contacts = forms.CharField(
        label=gettext_lazy("Contact people"),
        max_length=400,
        help_text=gettext_lazy("One a line: name, post, telephone."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BarForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Unit or person"), max_length=80)
    id_number = forms.CharField(
        label=gettext_lazy("ID number, of a person"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("Empty: a unit is barred, by its name."),
        widget=forms.TextInput(NO_AUTOCOMPLETE),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    until = forms.DateField(label=gettext_lazy("Until"))


class InstitutionChoice(forms.Form):
    """Asked only of those who work at several."""

    institution = forms.ModelChoiceField(
        label=gettext_lazy("Institution"), queryset=Institution.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, institutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["institution"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = institutions
        only = list(institutions[:2])
        if len(only) == 1:
            field.initial, field.widget = only[0].pk, forms.HiddenInput()


class NewAgencyForm(InstitutionChoice, AgencyForm):
    pass


class NewBarForm(InstitutionChoice, BarForm):
    pass
