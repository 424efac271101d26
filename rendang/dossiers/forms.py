"""What is asked about dossiers and their papers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Custody, Dossier, Material, RecordedValue, UndertakingItem, Volume
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import institutions_where
from rendang.kernel.core.forms import PartialDateInput
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.models import KeyMaterial

COME = UndertakingItem.Outcome.SUPPLEMENTED
PLACES = [
    ("", _("Any place")),
    ("SLOT", _("In its slot")),
    ("AS_WRITTEN", _("Not yet placed")),
    ("DESK", _("At the desk")),
    ("COURIER", _("On its way")),
    ("READING_ROOM", _("In the reading room")),
    ("BORROWER", _("With a borrower")),
    ("ELSEWHERE", _("Outside the city's system")),
    ("MISSING", _("Missing, being looked for")),
    ("LOST", _("Lost for good")),
    ("NONE", _("No place on record")),
]
YES = [("", _("All dossiers")), ("1", _("Never catalogued"))]


class FilterForm(forms.Form):
    """The list's one search box and its filters, all kept in the address; what is not understood narrows nothing."""

    # Typed into the box beside.
    q = forms.CharField(label=_("Find"), required=False, max_length=60, widget=forms.HiddenInput)
    institution = forms.ChoiceField(label=_("Institution"), required=False)
    status = forms.ChoiceField(
        label=_("Custody"),
        required=False,
        choices=[("", _("Held")), *(pair for pair in Custody.Status.choices if pair[0] != Custody.Status.HELD)],
    )
    place = forms.ChoiceField(label=_("Place"), required=False, choices=PLACES)
    archive_type = forms.ChoiceField(
        label=_("Kind of custody"), required=False, choices=[("", _("Both kinds")), *Custody.ArchiveType.choices]
    )
    employer = forms.CharField(label=_("Employer"), required=False, max_length=60)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=standards.choices("sex", none=_("All")))
    education = forms.ChoiceField(
        label=_("Education"), required=False, choices=standards.choices("education", none=_("All"))
    )
    political_status = forms.ChoiceField(
        label=_("Political status"), required=False, choices=standards.choices("political_status", none=_("All"))
    )
    received_from = PartialDateInput(label=_("Received from"), required=False, help_text="")
    received_to = PartialDateInput(label=_("Received to"), required=False, help_text="")
    never_catalogued = forms.ChoiceField(label=_("Catalogue"), required=False, choices=YES)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = [(str(one.pk), one.label) for one in institutions_where(user, Permission.DOSSIER_FIND)]
        if len(where) > 1:
            self.fields["institution"].choices = [("", _("All institutions")), *where]  # type: ignore[attr-defined]
        else:
            del self.fields["institution"]

    @property
    def text(self) -> str:
        return self.cleaned_data.get("q", "")

    @property
    def filters(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"q"} and value}


class ExportForm(forms.Form):
    reason = forms.CharField(
        label=_("What the list is needed for"),
        max_length=200,
        help_text=_("It goes into the audit log with the filter."),
    )
    whole_numbers = forms.BooleanField(
        label=_("With whole identity numbers"), required=False, help_text=_("Only if the purpose needs them.")
    )

    def __init__(self, may_see_numbers: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_see_numbers:
            del self.fields["whole_numbers"]


def mark_choices(scheme: str) -> list[tuple[str, str]]:
    return [(mark.mark, str(mark)) for mark in standards.class_marks(scheme) if mark.takes_materials]


class MaterialForm(forms.Form):
    """One paper. In a grid each row is one; a row left empty is no row."""

    class_mark = forms.ChoiceField(label=_("Class"))
    title = forms.CharField(label=_("title of the paper"), max_length=200)
    formed_on = PartialDateInput(label=_("formed on"), required=False)
    pages = forms.IntegerField(label=_("pages"), min_value=1, max_value=9999, initial=1)
    remarks = forms.CharField(label=_("remarks"), max_length=100, required=False)

    def __init__(self, *args: Any, scheme: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_mark"].choices = [("", "—"), *mark_choices(scheme)]  # type: ignore[attr-defined]
        if self.prefix:  # in a grid the labels stand over the columns
            for field in self.fields.values():
                field.widget.attrs["aria-label"] = field.label
        self._ask_for_an_unknown_class()

    def _ask_for_an_unknown_class(self) -> None:
        """What was pasted as a class and is none is asked for: left empty, the row would join the class above it."""
        field = self.fields["class_mark"]
        said = self.data.get(self.add_prefix("class_mark"), "") if self.is_bound else ""
        if said and not field.valid_value(said):  # type: ignore[attr-defined]
            field.widget.attrs["required"] = True

    def has_changed(self) -> bool:
        """The number of pages stands there already, and the class is carried down: alone they are no paper."""
        return bool({"title", "formed_on", "remarks"} & set(self.changed_data))


class MaterialEditForm(MaterialForm):
    copies = forms.IntegerField(label=_("copies"), min_value=1, max_value=99, initial=1)
    volume: "forms.ModelChoiceField[Volume]" = forms.ModelChoiceField(None, label=_("Volume"), required=False)

    def __init__(self, *args: Any, dossier: Dossier, scheme: str, **kwargs: Any) -> None:
        super().__init__(*args, scheme=scheme, **kwargs)
        del self.fields["class_mark"]
        self.fields["volume"].queryset = dossier.volumes.order_by("kind", "number")  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        return bool(self.changed_data)


GRID_ROWS, MOST_ROWS = 5, 500
MaterialGrid = forms.formset_factory(MaterialForm, extra=GRID_ROWS, max_num=MOST_ROWS)


class PasteForm(forms.Form):
    pasted = forms.CharField(
        label=_("Rows copied from a spreadsheet"),
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"}),
        help_text=_("Columns: class, title, formed on, pages, remarks; a heading row may name them otherwise."),
    )


class MoveForm(forms.Form):
    class_mark = forms.ChoiceField(label=_("Class"))
    position = forms.IntegerField(
        label=_("Position"),
        required=False,
        min_value=1,
        max_value=9999,
        help_text=_("Left empty: where the ordering rule of the class puts it."),
    )

    def __init__(self, *args: Any, scheme: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_mark"].choices = mark_choices(scheme)  # type: ignore[attr-defined]


class RemovalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the paper must leave the dossier"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class ApprovalForm(forms.Form):
    decision_reason = forms.CharField(label=_("Remark"), max_length=200, required=False)


class RefusalForm(forms.Form):
    decision_reason = forms.CharField(
        label=_("Why the paper stays"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class RecordedValueForm(forms.Form):
    """What one paper says of a date."""

    material: "forms.ModelChoiceField[Material]" = forms.ModelChoiceField(None, label=_("Paper"))
    fact = forms.ChoiceField(label=_("Fact"), choices=RecordedValue.Fact.choices)
    value = PartialDateInput(label=_("recorded value"))

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = Material.objects.filter(dossier=dossier, removed_at=None).order_by("class_mark", "position")
        self.fields["material"].queryset = papers  # type: ignore[attr-defined]

    def clean_value(self) -> str:
        value = self.cleaned_data["value"]
        if not value:
            raise ValidationError(_("Write the date as the paper has it."))
        return value


class PersonKindForm(forms.Form):
    """Which types of person somebody is, several at once, and what is true of them: decides what is expected."""

    types = forms.MultipleChoiceField(
        label=_("Types of person"),
        required=False,
        choices=standards.choices("person_type"),
        widget=forms.CheckboxSelectMultiple,
    )
    circumstances = forms.MultipleChoiceField(
        label=_("Circumstances"),
        required=False,
        choices=standards.choices("circumstance"),
        widget=forms.CheckboxSelectMultiple,
    )

    def chosen(self) -> tuple[list[str], list[str]]:
        if self.is_bound and self.is_valid():
            return self.cleaned_data["types"], self.cleaned_data["circumstances"]
        return self.initial.get("types", []), []


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class TellForm(forms.Form):
    """What the person is told once, and by when it is promised; cleans to the inputs of ``actions.tell_once``."""

    missing = forms.MultipleChoiceField(
        label=_("Missing key materials"), required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label=_("Other missing papers"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, perhaps with its class before it: 6 入团志愿书"),
    )
    effects = forms.CharField(
        label=_("Possible effects"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Left empty: the effects of the key materials chosen."),
    )
    promised_on = day_field(_("Promised for"))

    def __init__(self, *args: Any, missing: Sequence[KeyMaterial], last: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["missing"].choices = [  # type: ignore[attr-defined]
            (rule.code, f"{rule.class_marks[0]} {rule}") for rule in missing
        ]
        self.initial = {**self.initial, "missing": [rule.code for rule in missing], "promised_on": last}
        if not missing:
            del self.fields["missing"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        rows = [{"code": code} for code in values.pop("missing", [])]
        for line in values.pop("others", "").splitlines():
            mark, _space, name = line.strip().partition(" ")
            if standards.class_mark(mark) is not None and name.strip():
                rows.append({"class_mark": mark, "name": name.strip()})
            elif line.strip():
                rows.append({"name": line.strip()})
        return values | {"missing": rows}


class ConfirmForm(forms.Form):
    signed = forms.FileField(
        label=_("Scan of the signed promise"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/*"}),
        help_text=_("PDF or picture."),
    )
    statement = forms.CharField(label=_("Statement of the person"), max_length=200, required=False)


class FollowUpRoundForm(forms.Form):
    """The same call or letter to many; another day is agreed with each alone."""

    done_on = day_field(_("Day"), initial=timezone.localdate)
    note = forms.CharField(label=_("What was done"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class FollowUpForm(FollowUpRoundForm):
    FOR_MANY = FollowUpRoundForm

    promised_on = day_field(_("Newly promised for"), required=False, help_text=_("Left empty: as promised before."))


class EndForm(forms.Form):
    FOR_MANY = True  # what none of them will bring any more, for the same reason

    outcome = forms.ChoiceField(
        label=_("What is still missing"),
        choices=[("", "—"), *(one for one in UndertakingItem.Outcome.choices if one[0] != COME)],
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", "—"), *UndertakingItem.Outcome.choices])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed when the paper will not come."),
    )


UNDERTAKING_FORMS = {"confirm": ConfirmForm, "follow_up": FollowUpForm, "end": EndForm}
