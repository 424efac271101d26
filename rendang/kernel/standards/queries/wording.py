"""Values of policies as people read them."""

from typing import Any

from rendang.kernel.standards.models import Policy
from rendang.kernel.standards.queries.codes import code_name


def value_text(value: Any, unit: str) -> str:
    """A value as people read it: ``15 working days``, ``机要通信、专人送取``."""
    if unit in {Policy.Unit.CARRIER, Policy.Unit.PERSONAL_IDENTITY, Policy.Unit.EMPLOYER_KIND}:
        return "、".join(code_name(unit, entry) for entry in value)
    if unit == Policy.Unit.TEXT:
        return "、".join(value) if isinstance(value, list) else str(value)
    number = "–".join(str(entry) for entry in value) if isinstance(value, list) else str(value)
    return f"{number} {Policy.Unit(unit).label}"
