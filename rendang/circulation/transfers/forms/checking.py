from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.queries import tier_identities
from rendang.circulation.transfers.actions import Found
from rendang.circulation.transfers.models import DepartingDossier
from rendang.circulation.transfers.queries.listing import Catalogued
from rendang.dossiers.models import Dossier
from rendang.dossiers.queries.catalogue import papers_of
from rendang.kernel.standards import queries as standards


class CheckForm(forms.Form):
    """Page by page: volumes, papers, and of each catalogued paper the pages found (``pages_<id>``)."""

    principal_volumes = forms.IntegerField(label=_("Principal volumes"), min_value=0, max_value=99)
    duplicate_volumes = forms.IntegerField(label=_("Duplicate volumes"), min_value=0, max_value=99)
    papers_counted = forms.IntegerField(label=_("Papers counted"), min_value=0, max_value=9999)
    identity = forms.ChoiceField(
        label=_("The papers show that the person is or was"),
        required=False,
        help_text=_("Decides how the parcel may travel"),
    )
    explanation = forms.CharField(
        label=_("Explanation of the differences"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        volumes = [volume.kind for volume in dossier.volumes.all()]
        self.papers = papers_of(dossier)
        self.fields["principal_volumes"].initial = volumes.count("PRINCIPAL") or 1
        self.fields["duplicate_volumes"].initial = volumes.count("DUPLICATE")
        self.fields["papers_counted"].initial = len(self.papers) or None
        known = [("", _("none of those for tier A")), *_identities()]
        self.fields["identity"].choices = known  # type: ignore[attr-defined]
        for paper in self.papers:
            field = forms.IntegerField(min_value=0, max_value=9999, initial=paper.pages, label=paper.title)
            field.widget.attrs |= {"class": "pages-found", "aria-label": paper.title}
            self.fields[f"pages_{paper.pk}"] = field

    def counted(self) -> Iterable[tuple[Any, forms.BoundField]]:
        """Each catalogued paper with the field in which its pages are noted."""
        return [(paper, self[f"pages_{paper.pk}"]) for paper in self.papers]

    def questions(self) -> Iterable[forms.BoundField]:
        return [self[name] for name in self.base_fields]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        pages = {int(name[6:]): value for name, value in found.items() if name.startswith("pages_")}
        return {name: found[name] for name in self.base_fields if name in found} | {"pages": pages}


def _identities() -> list[tuple[str, str]]:
    wanted = tier_identities(timezone.localdate())
    return [(code, name) for code, name in standards.choices("personal_identity")() if code in wanted]


class CountForm(forms.Form):
    """One line of many, read when it is ticked: every page is as catalogued. What differs is checked by itself."""

    principal_volumes = forms.IntegerField(min_value=0, max_value=99)
    duplicate_volumes = forms.IntegerField(min_value=0, max_value=99)
    papers_counted = forms.IntegerField(min_value=0, max_value=9999)
    identity = forms.ChoiceField(required=False)

    def __init__(self, line: DepartingDossier, listed: Catalogued, identities: Any, data: Any = None) -> None:
        initial = {
            "principal_volumes": listed.principal or 1,
            "duplicate_volumes": listed.duplicate,
            "papers_counted": listed.papers or None,
        }
        super().__init__(data, prefix=f"line{line.pk}", initial=initial)
        self.line, self.listed = line, listed
        self.is_ticked = data is not None and str(line.pk) in data.getlist("agree")
        self.fields["identity"].choices = identities  # type: ignore[attr-defined]
        labels = {
            "principal_volumes": _("%(name)s: principal volumes"),
            "duplicate_volumes": _("%(name)s: duplicate volumes"),
            "papers_counted": _("%(name)s: papers counted"),
            "identity": _("%(name)s: identity that the papers show"),
        }
        for field, label in labels.items():
            self.fields[field].widget.attrs["aria-label"] = label % {"name": line.dossier.person.name}
            # The other rows are not read: an empty field in them is nobody's mistake, and the browser lets it pass.
            self.fields[field].widget.is_required = False

    def found(self) -> Found:
        return Found(**self.cleaned_data)


def count_forms(lines: Iterable[tuple[DepartingDossier, Catalogued]], data: Any) -> list[CountForm]:
    """A form a line; the choices are made once."""
    identities = [("", "—"), *_identities()]
    return [CountForm(line, listed, identities, data) for line, listed in lines]
