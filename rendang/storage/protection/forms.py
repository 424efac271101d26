import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core.sheets.tables import read_table
from rendang.kernel.workflow.forms import ReasonForm
from rendang.storage.models import Store
from rendang.storage.protection.models import Protection

COLUMNS = {
    "at": ("时间", "日期", "日期时间", "记录时间", "time"),
    "temperature": ("温度", "温度℃", "气温", "temperature"),
    "humidity": ("湿度", "相对湿度", "相对湿度%", "湿度%", "humidity"),
}
MOST_ROWS = 20_000
SHAPES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d",
)


class ReadingForm(forms.Form):
    temperature = forms.DecimalField(label=_("Temperature (℃)"), max_digits=4, decimal_places=1)
    humidity = forms.DecimalField(label=_("Relative humidity (%)"), max_digits=4, decimal_places=1)


class ReadingsFileForm(forms.Form):
    """A file of a logger: time, temperature, humidity; every row must be understood, else none is kept."""

    file = forms.FileField(
        label=_("File of a logger"),
        help_text=_("XLSX or CSV with the columns time 时间, temperature 温度 and humidity 湿度."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )

    def clean_file(self) -> list[tuple[dt.datetime, Decimal, Decimal]]:
        records = read_table(self.cleaned_data["file"], COLUMNS, required=COLUMNS, most=MOST_ROWS)
        rows, wrong = [], []
        for record in records:
            try:
                warm, damp = (Decimal(record.values[name].rstrip("℃%％")) for name in ("temperature", "humidity"))
                rows.append((moment(record.values["at"]), warm, damp))
            except (ValueError, ArithmeticError):
                wrong.append(
                    gettext("Row %(row)d: time, temperature or humidity is not understood.") % {"row": record.row}
                )
        if wrong:
            raise ValidationError(wrong[:20])
        if not rows:
            raise ValidationError(gettext("The table has no rows below its heading."))
        return rows


def moment(text: str) -> dt.datetime:
    """A time as loggers write it, on the clock of the house. Raises ``ValueError``."""
    for shape in SHAPES:
        try:
            return dt.datetime.strptime(text.strip()[:19], shape).replace(tzinfo=timezone.get_current_timezone())
        except ValueError:
            continue
    raise ValueError(text)


class InspectionForm(forms.Form):
    """The round: a line for each protection, filled in only where something is wrong."""

    made_on = forms.DateField(label=_("Made on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in Protection.choices:
            self.fields[f"found_{code}"] = forms.CharField(
                label=label,
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("in order")}),
            )
        self.fields["remarks"] = forms.CharField(label=_("Remarks"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        found = {code: said.pop(f"found_{code}", "") for code in Protection.values}
        return {**said, "found": {code: text for code, text in found.items() if text.strip()}}


class StoreForm(forms.Form):
    store = forms.ModelChoiceField(label=_("Store"), queryset=Store.objects.none(), empty_label=None)

    def __init__(self, stores: Any, *args: Any) -> None:
        super().__init__(*args)
        self.fields["store"].queryset = stores  # type: ignore[attr-defined]


class VisitForm(StoreForm):
    visitor = forms.CharField(label=_("Visitor"), max_length=60)
    affiliation = forms.CharField(label=_("Affiliation"), max_length=120)
    purpose = forms.CharField(label=pgettext_lazy("visit", "Purpose"), max_length=120)


class KeyForm(StoreForm):
    key = forms.CharField(label=pgettext_lazy("store", "Key"), max_length=30)


class RepairForm(forms.Form):
    repair = forms.CharField(
        label=pgettext_lazy("hazard", "What was done"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


FORMS = {"note_repair": RepairForm, "reopen": ReasonForm}
