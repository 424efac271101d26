from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.forms import InstitutionChoice

SHOWN = [
    ("", _("Everybody")),
    ("expected", _("Expected, not come")),
    ("arrived", _("Arrived")),
    ("struck_off", _("Struck off")),
]


class ListForm(InstitutionChoice):
    school = forms.CharField(label=_("School"), max_length=120)
    year = forms.IntegerField(label=_("Year of graduation"), min_value=1950, max_value=2100)
    file = forms.FileField(
        label=_("List of the school"),
        help_text=_(
            "XLSX, XLS or CSV with the columns name 姓名 and ID number 身份证号; student number"
            " 学号, education 学历 and subject 专业 if the school has them."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )
    only_judge = forms.BooleanField(
        label=_("Only judge, import nothing yet"), required=False, help_text=_("Shows what every line would become.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class FilterForm(forms.Form):
    show = forms.ChoiceField(label=_("Show"), required=False, choices=SHOWN)
    text = forms.CharField(label=_("Full name or student number"), required=False, max_length=60)


class ArrivalsForm(forms.Form):
    lines = forms.CharField(
        label=_("Dossiers in the parcel"),
        widget=forms.Textarea(attrs={"rows": 10, "autofocus": True}),
        help_text=_("One a line: identity number, student number or name; scan or paste them."),
    )
