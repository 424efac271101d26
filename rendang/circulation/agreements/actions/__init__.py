"""Everything that changes an agreement and its roster."""

from rendang.circulation.agreements.actions.people import (
    add_held,
    add_people,
    join,
    leave,
    open_intakes,
)
from rendang.circulation.agreements.actions.signing import add_agent, draft, end, end_agent, put_in_force, withdraw

STEPS = {function.__name__: function for function in (put_in_force, end, withdraw)}

__all__ = [
    "STEPS",
    "add_agent",
    "add_held",
    "add_people",
    "draft",
    "end",
    "end_agent",
    "join",
    "leave",
    "open_intakes",
    "put_in_force",
    "withdraw",
]
