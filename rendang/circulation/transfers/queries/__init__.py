"""What is asked about transfers and departures."""

from rendang.circulation.transfers.queries.carriers import (
    carriers_between_us,
    carriers_for,
    goes_to_state_unit,
    tier_for,
    tier_in_words,
)

__all__ = ["carriers_between_us", "carriers_for", "goes_to_state_unit", "tier_for", "tier_in_words"]
