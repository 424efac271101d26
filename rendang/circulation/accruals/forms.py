import datetime as dt
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.accruals.judging import COMMON
from rendang.circulation.accruals.models import AccrualItem, Chase
from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.core.forms import PartialDateInput
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.forms import CaseFilterForm, ReasonForm
from rendang.kernel.workflow.models import CaseQuerySet

TABLES = {"accept": ".xlsx,.xls,.csv,.txt"}
MOST_TEXT = 600_000


def today() -> dt.date:
    return timezone.localdate()


class AccrualFilterForm(CaseFilterForm):
    """Deliveries, also by whether papers of them came late."""

    late = forms.BooleanField(label=_("Handed in late"), required=False)

    def apply(self, rows: CaseQuerySet) -> CaseQuerySet:
        found = super().apply(rows)
        return found.filter(late_count__gt=0) if self.cleaned_data.get("late") else found

    def named(self, text: str) -> Q:
        """A delivery of many is found by each of the people, too."""
        papers = AccrualItem.objects.filter(accrual=OuterRef("pk"), dossier__person__name__startswith=text)
        return super().named(text) | Q(Exists(papers))


class DeliveryForm(forms.Form):
    """Who brings papers, and when."""

    sender = forms.CharField(label=_("Delivered for (unit or person)"), max_length=120)
    deliverer = forms.CharField(label=_("Handed over by"), max_length=60, required=False)
    received_on = forms.DateField(label=_("Received"), initial=today, widget=forms.DateInput(attrs={"type": "date"}))


class ListForm(InstitutionChoice, DeliveryForm):
    """A list of papers of many people: a file, or rows pasted; what is the same for all of them is said once."""

    title = forms.CharField(
        label=_("Title, where it is the same for all"),
        max_length=200,
        required=False,
        help_text=_("Then names and ID numbers are enough for a list: 2025年度考核登记表 of two hundred people."),
    )
    formed_on = PartialDateInput(label=_("Formed on, where it is the same"), required=False)
    pages = forms.IntegerField(
        label=_("Page count, where it is the same"), min_value=1, max_value=9999, required=False
    )
    file = forms.FileField(
        label=_("List of the papers"),
        required=False,
        widget=forms.FileInput(attrs=TABLES),
        help_text=_(
            "XLSX, XLS or CSV with the columns name 姓名, ID number 身份证号 and title 材料名称, and"
            " perhaps date 形成时间, pages 页数, copies 份数, class mark 类号 and form"
            " 材料形态."
        ),
    )
    pasted = forms.CharField(
        label=_("Or rows copied from a spreadsheet"),
        required=False,
        max_length=MOST_TEXT,
        strip=False,
        help_text=_("With their heading; two columns of name and ID number need none."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"}),
    )

    field_order = ("institution", "sender", "deliverer", "received_on", *COMMON, "file", "pasted")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("file") and not values.get("pasted", "").strip():
            self.add_error("file", _("Choose the file, or paste the rows."))
        return values

    @property
    def common(self) -> dict[str, str]:
        """What holds of every row that does not say it itself."""
        return {name: str(self.cleaned_data.get(name) or "") for name in COMMON}


def mark_choices() -> list[tuple[str, str]]:
    marks = [(mark.mark, str(mark)) for mark in standards.class_marks() if mark.takes_materials]
    return [("", str(_("By the title"))), *marks]


class PaperForm(DeliveryForm):
    """One paper of one person."""

    title = forms.CharField(label=_("Title of the paper"), max_length=200)
    class_mark = forms.ChoiceField(label=_("Class"), required=False, choices=mark_choices)
    formed_on = PartialDateInput(label=_("Formed on"), required=False)
    pages = forms.IntegerField(label=_("Page count"), min_value=1, max_value=9999, initial=1)
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=99, initial=1)
    form = forms.ChoiceField(label=_("Form of the paper"), choices=standards.choices("material_copy"))

    field_order = ("title", "class_mark", "formed_on", "pages", "copies", "form", "sender", "deliverer", "received_on")


class IdentifyForm(forms.Form):
    """Over the interface: verdicts by the key of the paper, as in ``actions.identify_all``."""

    verdicts = forms.JSONField(required=False)

    def clean_verdicts(self) -> dict[str, dict[str, str]]:
        given = self.cleaned_data["verdicts"] or {}
        if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
            raise forms.ValidationError(_("Give the verdicts by the number of the paper."))
        return {
            str(key): {str(name): str(value) for name, value in one.items() if value is not None}
            for key, one in given.items()
        }


class ChaseForm(forms.Form):
    addressee_kind = forms.ChoiceField(label=_("Send to"), choices=Chase.Addressee.choices)
    addressee = forms.CharField(label=_("Addressee"), max_length=120)
    titles = forms.CharField(
        label=_("Papers asked for"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line."),
    )

    def clean_titles(self) -> list[str]:
        titles = [line.strip() for line in self.cleaned_data["titles"].splitlines() if line.strip()]
        if any(len(title) > 60 for title in titles):
            raise forms.ValidationError(_("The name of a paper has at most 60 characters."))
        return titles


FORMS = {"identify": IdentifyForm}
CHASE_FORMS = {"end": ReasonForm}
