from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from rendang.circulation.rosters.words import FIELDS
from rendang.kernel.access.forms import InstitutionChoice


class UploadForm(InstitutionChoice):
    file = forms.FileField(
        label=_("Roster"),
        help_text=_("XLSX, XLS or CSV, at most 200 MB. Titles above the headings and several sheets are understood."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class ColumnsForm(forms.Form):
    """What each column of each sheet means."""

    def __init__(self, *args: Any, sheets: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", lazystr("—")), *FIELDS.items()]
        self._places: list[list[tuple[int, str, str, Sequence[str]]]] = []
        self.names = [sheet["name"] for sheet in sheets]
        for number, sheet in enumerate(sheets):
            layout = sheet["layout"] or {"headings": [], "samples": [], "columns": {}}
            meanings = {column: field for field, columns in layout["columns"].items() for column in columns}
            places = []
            for column in range(max(len(layout["headings"]), len(layout["samples"]))):
                heading = layout["headings"][column] if column < len(layout["headings"]) else ""
                samples = layout["samples"][column] if column < len(layout["samples"]) else ()
                if heading or samples:
                    name = f"s{number}c{column}"
                    self.fields[name] = forms.ChoiceField(
                        label=heading or column_letter(column),
                        choices=choices,
                        required=False,
                        initial=meanings.get(column, ""),
                    )
                    places.append((column, name, heading, samples))
            self._places.append(places)

    def by_sheet(self) -> Iterator[tuple[str | None, list[tuple[str, str, Sequence[str], forms.BoundField]]]]:
        """Each sheet's name with letter, heading, samples and field of its columns."""
        for sheet, places in zip(self.names, self._places, strict=True):
            rows = [(column_letter(column), heading, samples, self[name]) for column, name, heading, samples in places]
            if rows:
                yield sheet, rows

    @property
    def columns(self) -> dict[int, dict[int, str]]:
        """Sheet → column → field, as chosen."""
        return {
            number: {column: self.cleaned_data[name] for column, name, _heading, _samples in places}
            for number, places in enumerate(self._places)
            if places
        }


def column_letter(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as a spreadsheet program calls it."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
