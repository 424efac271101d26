"""How every form looks: one renderer, Tabler's classes, messages beside their field. And dates as well as known."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core.fields import plain_partial_date, validate_partial_date


class Renderer(TemplatesSetting):
    """Draws each field with ``components/field.html``, so no page lays out a form by hand."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class PartialDateInput(forms.CharField):
    """A date as well as it is known; 19860715, 1986.7.15 and 1986年7月 are understood, too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("1986, 1986-07 or 1986-07-15"))
        super().__init__(**{"max_length": 20, **kwargs, "validators": [validate_partial_date]})
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        return plain_partial_date(super().to_python(value) or "")


def show_refusal(form: forms.Form, refused: ValidationError) -> None:
    """A refusal beside the fields it names, or above the form."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused.messages)
        return
    for name, errors in refused.message_dict.items():
        form.add_error(name if name in form.fields else None, errors)


@contextmanager
def told(request: HttpRequest, done: str) -> Iterator[None]:
    """For a button without fields: that it is done, or why it is not, stands above the page that comes next."""
    try:
        yield
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, done)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files in one field; clean gives a list. Their types are checked when they are stored."""

    def __init__(self, *, accept: str = "", **kwargs: Any) -> None:
        super().__init__(**{"widget": FilesInput(attrs={"accept": accept} if accept else {}), **kwargs})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, list) else [data] if data else []
        if not chosen:
            super().clean(None, initial)  # says so where at least one is needed
        return [super(FilesField, self).clean(each, initial) for each in chosen]
