"""The signed paper, and what is counted with it: at the counter, and on the page of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rendang.circulation.loans.models import Loan
from rendang.kernel.files.forms import PICTURES


class PagesField(forms.IntegerField):
    """What both sides have counted together."""

    def __init__(self, **given: Any) -> None:
        super().__init__(label=gettext_lazy("Pages counted together"), min_value=0, max_value=99999, **given)


class SignerField(forms.ModelChoiceField):
    """Who of the people of a loan signs for the dossier."""

    def __init__(self, loan: Loan) -> None:
        people = loan.borrowers.order_by("pk")
        super().__init__(label=pgettext_lazy("loan", "Signed by"), queryset=people, empty_label=None)


class CountRemarkField(forms.CharField):
    """Asked for when fewer or more pages are handed over than the record has."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Only if the count differs from the record: what"), max_length=200, required=False
        )


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
