"""The search for a dossier that is missing, kept by the case under which it was lost."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

LONGEST = 4000  # characters, as the cases' fields


def add_to_search(log: str, done: str, *, by: Any) -> str:
    """The log with one more line: the day, who, and what was done. Raises ``ValidationError`` when it is full."""
    longer = f"{log}\n{timezone.localdate():%Y-%m-%d} {by}：{done.strip()}".strip()
    if len(longer) > LONGEST:
        raise ValidationError({"done": _("The log of the search is full. Shorten what you note.")})
    return longer
