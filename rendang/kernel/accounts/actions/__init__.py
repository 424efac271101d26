"""Everything that changes an account or a session."""

from rendang.kernel.accounts.actions.accounts import (
    create_account,
    deactivate,
    reactivate,
    reset_password,
    set_password,
    system_actor,
)
from rendang.kernel.accounts.actions.second_factor import (
    LockedOut,
    enter_second_factor,
    give_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    set_second_factor,
)
from rendang.kernel.accounts.actions.signing_in import (
    citizen_of,
    confirm_password,
    end_session,
    forget_every_night,
    sign_in,
    sign_in_citizen,
    sign_out,
    unlock,
)

__all__ = [
    "LockedOut",
    "citizen_of",
    "confirm_password",
    "create_account",
    "deactivate",
    "end_session",
    "enter_second_factor",
    "forget_every_night",
    "give_second_factor",
    "reactivate",
    "remove_second_factor",
    "renew_recovery_codes",
    "reset_password",
    "set_password",
    "set_second_factor",
    "sign_in",
    "sign_in_citizen",
    "sign_out",
    "system_actor",
    "unlock",
]
