"""Rules as data: code tables, classification schemes, policies, the service catalogue and the working calendar.

Every rule has a period of validity and says where it comes from; a past case keeps the rule that was in force.
"""

from rendang.kernel.standards.models.calendar import CalendarDay, StandardsVersion
from rendang.kernel.standards.models.coding import (
    ClassificationScheme,
    ClassMark,
    Code,
    CodeSynonym,
    CodeTable,
    KeyMaterial,
)
from rendang.kernel.standards.models.rules import CHOSEN_UNITS, CODED_UNITS, TIME_UNITS, Policy, ServiceItem, SlotRule
from rendang.kernel.standards.models.validity import Source, ValidQuerySet

__all__ = [
    "CHOSEN_UNITS",
    "CODED_UNITS",
    "TIME_UNITS",
    "CalendarDay",
    "ClassMark",
    "ClassificationScheme",
    "Code",
    "CodeSynonym",
    "CodeTable",
    "KeyMaterial",
    "Policy",
    "ServiceItem",
    "SlotRule",
    "Source",
    "StandardsVersion",
    "ValidQuerySet",
]
