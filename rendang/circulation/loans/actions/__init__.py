"""Everything that changes loans and consultations, and who may borrow at all."""

from rendang.circulation.loans.actions.agencies import add_agency, change_agency, end_agency
from rendang.circulation.loans.actions.applying import apply
from rendang.circulation.loans.actions.bars import bar, lift_bar
from rendang.circulation.loans.actions.chasing import chase_overdue, close_expired, issue_overdue_notice
from rendang.circulation.loans.actions.looking import ask_to_see
from rendang.circulation.loans.actions.signed import keep_signed
from rendang.circulation.loans.actions.steps import (
    STEPS,
    approve,
    approve_finally,
    endorse,
    finish,
    grant,
    lay_out,
    lend,
    name_papers,
    recall,
    receive_back,
    refuse,
    renew,
    report_discrepancy,
    settle,
    withdraw,
)

__all__ = [
    "STEPS",
    "add_agency",
    "apply",
    "approve",
    "approve_finally",
    "ask_to_see",
    "bar",
    "change_agency",
    "chase_overdue",
    "close_expired",
    "end_agency",
    "endorse",
    "finish",
    "grant",
    "issue_overdue_notice",
    "keep_signed",
    "lay_out",
    "lend",
    "lift_bar",
    "name_papers",
    "recall",
    "receive_back",
    "refuse",
    "renew",
    "report_discrepancy",
    "settle",
    "withdraw",
]
