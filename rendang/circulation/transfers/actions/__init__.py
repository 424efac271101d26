"""Everything that changes where dossiers are kept: moves inside the system, departures to keepers outside it."""

from rendang.circulation.transfers.actions.applying import LETTER, MOST_AT_ONCE, apply, apply_online, leave_out
from rendang.circulation.transfers.actions.arriving import chase_every_morning
from rendang.circulation.transfers.actions.checking import Found, check_dossier, check_dossiers
from rendang.circulation.transfers.actions.departing import DEPARTURE_STEPS
from rendang.circulation.transfers.actions.moving import (
    STEPS,
    agree,
    decline,
    dispatch,
    offer,
    pack,
    receive,
    refuse,
    take_back,
    withdraw,
)
from rendang.circulation.transfers.actions.requesting import REQUEST_STEPS, receive_request

__all__ = [
    "DEPARTURE_STEPS",
    "LETTER",
    "MOST_AT_ONCE",
    "REQUEST_STEPS",
    "STEPS",
    "Found",
    "agree",
    "apply",
    "apply_online",
    "chase_every_morning",
    "check_dossier",
    "check_dossiers",
    "decline",
    "dispatch",
    "leave_out",
    "offer",
    "pack",
    "receive",
    "receive_request",
    "refuse",
    "take_back",
    "withdraw",
]
