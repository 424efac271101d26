"""Everything that changes an intake. Time limits, carriers and reasons of return are data of kernel.standards."""

from rendang.circulation.intake.actions.applying import (
    apply,
    apply_online,
    become_individual,
    open_intake,
    open_many,
)
from rendang.circulation.intake.actions.calling import (
    ask_again,
    call_inside,
    close_as_transferred,
    issue_letter,
    note_refusal,
    withdraw,
)
from rendang.circulation.intake.actions.comparing import check_list, compare, compare_again, enter_list
from rendang.circulation.intake.actions.deciding import accept, accept_settled, claim, review, send_receipt
from rendang.circulation.intake.actions.receiving import (
    match_many,
    match_parcel,
    open_for_parcel,
    open_parcel,
    register_parcel,
    witness_opening,
)
from rendang.circulation.intake.actions.returning import (
    confirm_return,
    give_up,
    report_missing,
    return_parcel,
    send_back,
)

STEPS = {
    function.__name__: function
    for function in (
        issue_letter,
        register_parcel,
        match_parcel,
        open_parcel,
        witness_opening,
        compare,
        review,
        accept,
        send_receipt,
        claim,
        accept_settled,
        compare_again,
        return_parcel,
        send_back,
        confirm_return,
        report_missing,
        give_up,
        ask_again,
        call_inside,
        withdraw,
        close_as_transferred,
        note_refusal,
    )
}

__all__ = [
    "STEPS",
    "accept",
    "accept_settled",
    "apply",
    "apply_online",
    "ask_again",
    "become_individual",
    "call_inside",
    "check_list",
    "claim",
    "close_as_transferred",
    "compare",
    "compare_again",
    "confirm_return",
    "enter_list",
    "give_up",
    "issue_letter",
    "match_many",
    "match_parcel",
    "note_refusal",
    "open_for_parcel",
    "open_intake",
    "open_many",
    "open_parcel",
    "register_parcel",
    "report_missing",
    "return_parcel",
    "review",
    "send_back",
    "send_receipt",
    "withdraw",
    "witness_opening",
]
