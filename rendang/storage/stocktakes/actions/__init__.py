"""Everything that changes a stocktake: planned, started, counted, resolved, concluded and signed by two."""

from rendang.storage.stocktakes.actions.counting import (
    GREATEST,
    MOST_AT_ONCE,
    Read,
    Received,
    count_again,
    finish_counting,
    record_scans,
)
from rendang.storage.stocktakes.actions.ending import conclude, send_back, sign
from rendang.storage.stocktakes.actions.planning import cancel, plan, plan_what_is_due, start
from rendang.storage.stocktakes.actions.resolving import resolve, resolve_all

STEPS = {
    function.__name__: function
    for function in (start, finish_counting, conclude, sign, count_again, send_back, cancel)
}

__all__ = [
    "GREATEST",
    "MOST_AT_ONCE",
    "STEPS",
    "Read",
    "Received",
    "cancel",
    "conclude",
    "count_again",
    "finish_counting",
    "plan",
    "plan_what_is_due",
    "record_scans",
    "resolve",
    "resolve_all",
    "send_back",
    "sign",
    "start",
]
