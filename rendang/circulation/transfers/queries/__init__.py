"""What is asked about transfers and departures."""

from rendang.circulation.transfers.queries.carriers import (
    TierRule,
    carriers_between_us,
    carriers_for,
    tier_in_words,
    tier_of,
)

__all__ = ["TierRule", "carriers_between_us", "carriers_for", "tier_in_words", "tier_of"]
