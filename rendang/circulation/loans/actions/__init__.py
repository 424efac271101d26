"""Everything that changes loans and consultations, and who may borrow at all."""

from rendang.circulation.loans.actions.agencies import add_agency, change_agency, end_agency
from rendang.circulation.loans.actions.applying import apply
from rendang.circulation.loans.actions.bars import bar, lift_bar
from rendang.circulation.loans.actions.chasing import chase_overdue, close_expired, issue_overdue_notice
from rendang.circulation.loans.actions.line import end_reservations, lapse, tell_unit
from rendang.circulation.loans.actions.losing import (
    find,
    finish_reconstruction,
    note_search,
    order_reconstruction,
    report_lost,
    report_pages_lost,
    take_statement,
)
from rendang.circulation.loans.actions.renewing import (
    ask_renewal,
    may_be_asked_until,
    refuse_renewal,
    renew,
    renewed_until,
)
from rendang.circulation.loans.actions.signed import keep_signed
from rendang.circulation.loans.actions.steps import (
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
    report_discrepancy,
    settle,
    withdraw,
)

STEPS = {
    function.__name__: function
    for function in (
        approve, endorse, approve_finally, tell_unit, lend, lay_out, grant, receive_back, report_discrepancy, settle,
        ask_renewal, renew, refuse_renewal, report_lost, report_pages_lost, note_search, take_statement, find,
        order_reconstruction, finish_reconstruction, finish, recall, refuse, withdraw, lapse, name_papers,
    )
}  # fmt: skip

__all__ = [
    "STEPS",
    "add_agency",
    "apply",
    "approve",
    "approve_finally",
    "ask_renewal",
    "bar",
    "change_agency",
    "chase_overdue",
    "close_expired",
    "end_agency",
    "end_reservations",
    "endorse",
    "find",
    "finish",
    "finish_reconstruction",
    "grant",
    "issue_overdue_notice",
    "keep_signed",
    "lapse",
    "lay_out",
    "lend",
    "lift_bar",
    "may_be_asked_until",
    "name_papers",
    "note_search",
    "order_reconstruction",
    "recall",
    "receive_back",
    "refuse",
    "refuse_renewal",
    "renew",
    "renewed_until",
    "report_discrepancy",
    "report_lost",
    "report_pages_lost",
    "settle",
    "take_statement",
    "tell_unit",
    "withdraw",
]
