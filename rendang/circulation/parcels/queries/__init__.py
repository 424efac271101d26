"""What is asked about parcels: what has arrived, which business takes it on, and how a dossier may travel at all."""

from rendang.circulation.parcels.queries.arriving import (
    SEALS,
    WAYS,
    Way,
    parcels_with_enclosures,
    register_of_arrivals,
    takes_parcels,
    waits,
    ways_for,
)
from rendang.circulation.parcels.queries.carrying import (
    TierRule,
    carrier_is_allowed,
    carriers_for,
    carriers_in_words,
    may_be_handed_over,
    tier_identities,
    tier_in_words,
    tier_of,
)
from rendang.circulation.parcels.queries.letters import LETTER_OF_OURS, letter_number

__all__ = [
    "LETTER_OF_OURS",
    "SEALS",
    "WAYS",
    "TierRule",
    "Way",
    "carrier_is_allowed",
    "carriers_for",
    "carriers_in_words",
    "letter_number",
    "may_be_handed_over",
    "parcels_with_enclosures",
    "register_of_arrivals",
    "takes_parcels",
    "tier_identities",
    "tier_in_words",
    "tier_of",
    "waits",
    "ways_for",
]
