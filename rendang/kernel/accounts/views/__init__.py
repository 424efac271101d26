"""The pages of accounts: staff coming in, their own security, citizens, and what the security administrator does."""

from rendang.kernel.accounts.views.accounts import create, deactivate, reactivate, reset_password, unlock
from rendang.kernel.accounts.views.citizens import citizen_return, citizen_sign_in, sandbox
from rendang.kernel.accounts.views.security import (
    confirm,
    password,
    recovery_codes,
    remove_second_factor,
    second_factor,
    second_factor_setup,
    security,
)
from rendang.kernel.accounts.views.signing_in import sign_in, sign_out

__all__ = [
    "citizen_return",
    "citizen_sign_in",
    "confirm",
    "create",
    "deactivate",
    "password",
    "reactivate",
    "recovery_codes",
    "remove_second_factor",
    "reset_password",
    "sandbox",
    "second_factor",
    "second_factor_setup",
    "security",
    "sign_in",
    "sign_out",
    "unlock",
]
