"""Everything that changes a standard: the data files, and permitted staff on screen."""

from rendang.kernel.standards.actions.calendar import announce_year, set_day
from rendang.kernel.standards.actions.codes import add_synonym, end_code, remove_synonym, set_code
from rendang.kernel.standards.actions.loading import Counts, load_standards
from rendang.kernel.standards.actions.policies import (
    change_service_item,
    end_policy,
    set_policy,
    withdraw_policy,
    withdraw_service_item,
)

__all__ = [
    "Counts",
    "add_synonym",
    "announce_year",
    "change_service_item",
    "end_code",
    "end_policy",
    "load_standards",
    "remove_synonym",
    "set_code",
    "set_day",
    "set_policy",
    "withdraw_policy",
    "withdraw_service_item",
]
