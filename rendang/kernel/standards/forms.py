"""Forms of the standards. Every change asks from which day and why."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.standards.models import CHOSEN_UNITS, CODED_UNITS, TIME_UNITS, CodeTable, Policy, ServiceItem
from rendang.kernel.standards.queries import codes

# 2027-02-05, or 2027-02-05~2027-02-11 (also to, 至, –), then what the day is called.
PERIOD_LINE = re.compile(
    r"^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?"
    r"(?:\s*(?:~|～|–|—|to|至|到)\s*(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?)?\s*(.*)$"
)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class LinesField(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, *, entry_length: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 5}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.entry_length = entry_length

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(entry) for entry in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return lines(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        for entry in value:
            if len(entry) > self.entry_length:
                raise ValidationError(
                    gettext("“{entry}…” is too long: at most {limit} characters a line.").format(
                        entry=entry[:20], limit=self.entry_length
                    )
                )


class NamedDaysField(forms.CharField):
    """Days with a name, one day or period a line: ``2027-02-05~2027-02-11 春节``."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: Any) -> Any:
        found: dict[dt.date, str] = {}
        for number, line in enumerate(lines(super().to_python(value) or ""), start=1):
            match = PERIOD_LINE.match(line)
            try:
                if match is None:
                    raise ValueError
                first = dt.date(*(int(part) for part in match.groups()[:3]))
                last = dt.date(*(int(part) for part in match.groups()[3:6])) if match.group(4) else first
                if not 0 <= (last - first).days <= 31:
                    raise ValueError
            except ValueError:
                raise ValidationError(
                    gettext("Line {number}: write 2027-02-05 or 2027-02-05~2027-02-11 and the name.").format(
                        number=number
                    )
                ) from None
            for offset in range((last - first).days + 1):
                found[first + dt.timedelta(days=offset)] = match.group(7).strip()[:40]
        return found

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        return


class CodeFilter(forms.Form):
    q = forms.CharField(label=_("Code or name"), required=False, max_length=60)
    on = forms.DateField(label=_("In force on"), required=False, widget=forms.DateInput)
    ended = forms.BooleanField(label=_("Ended ones too"), required=False)


class PolicyFilter(forms.Form):
    q = forms.CharField(label=_("Code, name or basis"), required=False, max_length=60)
    on = forms.DateField(label=_("In force on"), required=False, widget=forms.DateInput)
    institution = forms.ModelChoiceField(
        label=_("As it holds for"),
        queryset=Institution.objects.filter(is_active=True).order_by("pk"),
        required=False,
        empty_label=_("All institutions"),
    )


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=120)
    short_name = forms.CharField(
        label=_("Short name"), max_length=40, required=False, help_text=_("What lists and forms show, if shorter.")
    )
    parent = forms.CharField(
        label=_("Belongs to"), max_length=40, required=False, help_text=_("A code of this table.")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    valid_from = forms.DateField(label=_("Valid from"), initial=timezone.localdate, widget=forms.DateInput)
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The document that says so."))


class EndForm(forms.Form):
    valid_to = forms.DateField(label=_("Last day"), initial=timezone.localdate, widget=forms.DateInput)
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The document that says so."))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SynonymForm(forms.Form):
    text = forms.CharField(label=_("What rosters say"), max_length=80)
    code = forms.CharField(label=_("Code it means"), max_length=40)

    def __init__(self, *args: Any, table: CodeTable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("A code of the table {table}.").format(table=table)


class PolicyForm(forms.Form):
    """A new value. A number stays a number, a list is written one entry a line."""

    value = forms.CharField(label=_("Value"), max_length=2000)
    unit = forms.ChoiceField(label=_("Unit"), choices=Policy.Unit.choices)
    institution = forms.ModelChoiceField(
        label=_("For whom"),
        queryset=Institution.objects.filter(is_active=True).order_by("pk"),
        required=False,
        empty_label=_("All institutions"),
    )
    valid_from = forms.DateField(label=_("Valid from"), initial=timezone.localdate, widget=forms.DateInput)
    basis = forms.CharField(
        label=_("Legal basis"), max_length=200, help_text=_("Document and article, as 人社厅发〔2022〕64号 第二条.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, like: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.like = like.value
        units = TIME_UNITS if like.unit in TIME_UNITS else (Policy.Unit(like.unit),)
        self.fields["unit"].choices = [(unit.value, unit.label) for unit in units]  # type: ignore[attr-defined]
        if like.unit in CODED_UNITS:
            choices = [(row.code, f"{row.name} ({row.code})") for row in codes(like.unit)]
            self.fields["value"] = forms.MultipleChoiceField(
                label=_("Value"), choices=choices, widget=forms.CheckboxSelectMultiple
            )
        elif like.unit in CHOSEN_UNITS:
            self.fields["value"] = forms.ChoiceField(
                label=_("Value"), choices=CHOSEN_UNITS[like.unit].choices, widget=forms.RadioSelect
            )
        elif isinstance(self.like, list):
            self.fields["value"].widget = forms.Textarea(attrs={"rows": 5})
            self.fields["value"].help_text = _("One entry a line.")

    def clean_value(self) -> Any:
        text = self.cleaned_data["value"]
        if isinstance(text, list):
            return text
        if isinstance(self.like, list):
            entries: list[Any] = lines(text)
            if all(isinstance(entry, int) for entry in self.like):
                entries = [_whole_number(entry) for entry in entries]
            return entries
        return _whole_number(text.strip()) if isinstance(self.like, int) else text


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise ValidationError(gettext("“{text}” is no whole number.").format(text=text[:20]))
    return int(text)


class ServiceItemForm(forms.Form):
    """A new version of a service item; Chinese and English line by line."""

    name = forms.CharField(label=_("Name"), max_length=60)
    english_name = forms.CharField(label=_("English name"), max_length=80)
    basis = forms.CharField(label=_("Legal basis"), max_length=200)
    time_limit = forms.ChoiceField(label=_("Time limit (policy)"), required=False)
    applicants = forms.CharField(label=_("Who may apply"), max_length=200)
    applicants_english = forms.CharField(label=_("Who may apply (English)"), max_length=200)
    channels = forms.MultipleChoiceField(
        label=_("Channels"), choices=ServiceItem.Channel.choices, widget=forms.CheckboxSelectMultiple
    )
    institution_kinds = forms.MultipleChoiceField(
        label=_("Offered by"),
        choices=Institution.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: all institutions."),
    )
    papers = LinesField(label=_("Papers"), help_text=_("One entry a line."))
    papers_english = LinesField(label=_("Papers (English)"), help_text=_("One entry a line."))
    steps = LinesField(label=_("Steps"), help_text=_("One entry a line."))
    steps_english = LinesField(label=_("Steps (English)"), help_text=_("One entry a line."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    note_english = forms.CharField(label=_("Note (English)"), max_length=200, required=False)
    is_public = forms.BooleanField(label=_("Shown in the public service guide"), required=False)
    valid_from = forms.DateField(label=_("Valid from"), initial=timezone.localdate, widget=forms.DateInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, policies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_limit"].choices = [("", _("No time limit")), *policies]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for chinese, english in (("papers", "papers_english"), ("steps", "steps_english")):
            if len(cleaned.get(chinese, [])) != len(cleaned.get(english, [])):
                self.add_error(english, gettext("As many lines as in Chinese, in the same order."))
        return cleaned


class NoticeForm(forms.Form):
    """The State Council's notice for a year, as it is printed."""

    basis = forms.CharField(label=_("Notice"), max_length=120)
    days_off = NamedDaysField(label=_("Days off"), help_text=_("One day or period a line: 2027-02-05~2027-02-11 春节"))
    worked = NamedDaysField(
        label=_("Worked Saturdays and Sundays"), required=False, help_text=_("One a line: 2027-02-20 春节")
    )


class DayForm(forms.Form):
    is_working = forms.TypedChoiceField(
        label=_("The day is"),
        choices=[("1", _("a working day")), ("0", _("off"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Name"), max_length=40, required=False)
    basis = forms.CharField(label=_("Legal basis"), max_length=120)
