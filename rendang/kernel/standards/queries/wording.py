"""Values of policies as people read them."""

from typing import Any

from django.utils.translation import ngettext

from rendang.kernel.core.language import listed
from rendang.kernel.standards.english import in_words
from rendang.kernel.standards.models import CHOSEN_UNITS, CODED_UNITS, Policy
from rendang.kernel.standards.queries.codes import code_label


def amount(number: int, unit: str) -> str:
    """A counted unit in the language on screen: ``1 month``, ``15 个工作日``."""
    n = number
    words = {
        Policy.Unit.WORKDAY: ngettext("%(n)s working day", "%(n)s working days", n),
        Policy.Unit.DAY: ngettext("%(n)s day", "%(n)s days", n),
        Policy.Unit.MONTH: ngettext("%(n)s month", "%(n)s months", n),
        Policy.Unit.HOUR: ngettext("%(n)s hour", "%(n)s hours", n),
        Policy.Unit.MINUTE: ngettext("%(n)s minute", "%(n)s minutes", n),
        Policy.Unit.COUNT: ngettext("%(n)s time", "%(n)s times", n),
        Policy.Unit.PERSON: ngettext("%(n)s person", "%(n)s people", n),
        Policy.Unit.MILLIMETRE: ngettext("%(n)s millimetre", "%(n)s millimetres", n),
    }
    return words[Policy.Unit(unit)] % {"n": n} if unit in words else f"{n} {Policy.Unit(unit).label}"


def value_text(value: Any, unit: str) -> str:
    """A value as people read it: ``15 working days``, ``机要通信、专人送取``."""
    if unit in CODED_UNITS:
        return listed(code_label(unit, entry, short=False) for entry in value)
    if unit in CHOSEN_UNITS:
        return str(CHOSEN_UNITS[unit](value).label)
    if isinstance(value, int):
        return amount(value, unit)
    if unit == Policy.Unit.TEXT:
        return listed(in_words(str(entry)) for entry in (value if isinstance(value, list) else [value]))
    return f"{'–'.join(str(entry) for entry in value)} {Policy.Unit(unit).label}"
