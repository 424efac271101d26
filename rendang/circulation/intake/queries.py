"""What is asked about intakes, and about the ways a dossier may travel."""

import datetime as dt

from rendang.kernel.standards import queries as standards


def carrier_is_allowed(code: str, *, on: dt.date) -> bool:
    """Whether a dossier may travel this way at all: never self-carried, never by ordinary post (112号)."""
    return code not in standards.policy("carriers_forbidden", on=on).value
