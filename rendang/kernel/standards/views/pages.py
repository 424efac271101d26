"""What the pages of the standards share: the tabs above them, and a form whose action may refuse."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rendang.kernel.core.htmx import render_page


def tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(f"standards:{name}"), "active": name == current}
        for name, label in (
            ("list", _("Code tables")),
            ("classification", _("Classification")),
            ("key_materials", _("Key materials")),
            ("policies", _("Policies")),
            ("services", _("Service catalogue")),
            ("calendar_now", _("Working calendar")),
        )
    ]


def crumbs(*trail: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Standards"), reverse("standards:list")), *trail]


def form_page(
    request: HttpRequest,
    form: forms.Form,
    carry_out: Callable[[dict[str, Any]], object],
    *,
    title: str,
    submit: str,
    done: str,
    back: str,
    trail: list[tuple[str, str]],
    intro: str = "",
    go_to: Callable[[], HttpResponse],
) -> HttpResponse:
    """Show a form; when it is sent, carry the action out or show beside the fields why it was refused."""
    if request.method == "POST" and form.is_valid():
        try:
            carry_out(form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, done)
            return go_to()
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "crumbs": trail,
        "intro": intro,
    }
    return render_page(request, "standards/form.html", context, partial="form")


def show_refusal(form: forms.Form, refused: ValidationError) -> None:
    """Each message beside its field; what has no field of its own above the form."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused.messages)
        return
    for field, errors in refused.message_dict.items():
        form.add_error(field if field in form.fields else None, errors)
