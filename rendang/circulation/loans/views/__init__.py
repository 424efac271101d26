from rendang.circulation.loans.views.agencies import agency, agency_add, agency_end, agency_list
from rendang.circulation.loans.views.bars import bar_add, bar_lift, bar_list
from rendang.circulation.loans.views.beginning import begin
from rendang.circulation.loans.views.cases import (
    apply,
    detail,
    loan_list,
    name_papers,
    notice,
    overdue,
    paper,
    signed,
    step,
    waiting,
)
from rendang.circulation.loans.views.counter import hand_over, take_back

__all__ = [
    "agency",
    "agency_add",
    "agency_end",
    "agency_list",
    "apply",
    "bar_add",
    "bar_lift",
    "bar_list",
    "begin",
    "detail",
    "hand_over",
    "loan_list",
    "name_papers",
    "notice",
    "overdue",
    "paper",
    "signed",
    "step",
    "take_back",
    "waiting",
]
