from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from rendang.kernel.core.forms import FilesField
from rendang.kernel.files.queries import papers_asked

PICTURES = "application/pdf,image/*"


class PapersForm(forms.Form):
    """A field for each paper that the service item asks for; each takes several files, and none must be filled in.

    ``cleaned_data["papers"]`` is what ``files.hand_in`` takes.
    """

    SERVICE_ITEM: ClassVar[str]
    # How the name of a paper begins that has a field of its own.
    COVERED: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = papers_asked(self.SERVICE_ITEM, covered=self.COVERED)
        self.titles = {f"paper_{at}": title for at, (title, _shown) in enumerate(asked)}
        for at, (_title, shown) in enumerate(asked):
            self.fields[f"paper_{at}"] = FilesField(label=shown, required=False, accept=PICTURES)
        self.fields["paper_0"].help_text = _("PDF or pictures; several files in one field if need be.")

    def clean(self) -> dict[str, Any]:
        found = dict(super().clean() or self.cleaned_data)
        given = [(title, file) for name, title in self.titles.items() for file in found.pop(name, None) or []]
        return found | {"papers": given}


def papers_form(service_item: str, covered: str = "") -> type[PapersForm]:
    """Only the papers: handed in later."""
    return type("HandInForm", (PapersForm,), {"SERVICE_ITEM": service_item, "COVERED": covered})
