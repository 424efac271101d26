from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import SENTENCES, THINGS, sentence


def _verbs() -> list[tuple[str, Any]]:
    """Whole things first (every verb about them), then the verbs with a sentence of their own."""
    things: dict[str, str] = {}
    for code, label in THINGS.items():
        things.setdefault(str(label), code)
    about = sorted((code, _("Everything about: %(thing)s") % {"thing": label}) for label, code in things.items())
    return [("", _("All")), *about, *sorted((verb, sentence(verb)) for verb in SENTENCES)]


class SearchForm(forms.Form):
    """Who, what, when, about whom: kept in the address."""

    who = forms.CharField(label=_("Who (name or user name)"), max_length=64, required=False)
    verb = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(label=_("From day"), required=False)
    until = forms.DateField(label=_("To day"), required=False)
    subject_type = forms.CharField(required=False, widget=forms.HiddenInput)
    subject_id = forms.IntegerField(label=_("Number of what it concerns"), required=False, min_value=1)
    person_id = forms.IntegerField(label=_("Person number"), required=False, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = _verbs()  # type: ignore[attr-defined]
