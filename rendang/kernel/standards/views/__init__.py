"""The pages of the standards: everyone on the desk may read them, permitted staff change them."""

from rendang.kernel.standards.views.calendar import calendar, calendar_announce, calendar_day, calendar_now
from rendang.kernel.standards.views.codes import (
    classification,
    code_add,
    code_change,
    code_end,
    key_materials,
    synonym_remove,
    synonyms,
    table,
    table_list,
)
from rendang.kernel.standards.views.policies import (
    policy_change,
    policy_detail,
    policy_end,
    policy_list,
    policy_withdraw,
)
from rendang.kernel.standards.views.services import service_change, service_detail, service_list, service_withdraw

__all__ = [
    "calendar",
    "calendar_announce",
    "calendar_day",
    "calendar_now",
    "classification",
    "code_add",
    "code_change",
    "code_end",
    "key_materials",
    "policy_change",
    "policy_detail",
    "policy_end",
    "policy_list",
    "policy_withdraw",
    "service_change",
    "service_detail",
    "service_list",
    "service_withdraw",
    "synonym_remove",
    "synonyms",
    "table",
    "table_list",
]
