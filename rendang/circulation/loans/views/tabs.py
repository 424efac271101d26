"""The pages of loans side by side."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(current: str) -> list[dict[str, Any]]:
    pages = {
        "list": _("Loans and consultations"),
        "waiting": _("To be handed over"),
        "overdue": _("Overdue"),
        "agencies": _("Agencies"),
        "bars": _("Barred"),
    }
    return [
        {"label": label, "url": reverse(f"loans:{name}"), "active": name == current} for name, label in pages.items()
    ]
