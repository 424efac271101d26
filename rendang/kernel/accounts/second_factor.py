"""The second factor: a code of six digits that changes every half minute (TOTP, RFC 6238), from allauth's parts.

Who needs it: the three administrators always, the members of an institution that demands it, and whoever set it up.
"""

import base64
import time

import segno
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from rendang.kernel.core import crypto


class Adapter(DefaultMFAAdapter):
    """allauth's settings of the second factor: its secrets rest encrypted."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.encrypt(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.b64decode(encrypted_text)).decode()


def matching_step(secret: str, code: str) -> int | None:
    """The half minute whose code this is, now or one step away; ``None`` if it is no code of theirs."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def current_code(secret: str, *, used: int = 0) -> str:
    """The code of this half minute; of the next one, if this one's (step ``used``) has been used already."""
    step = int(time.time()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(secret, step + 1 if used == step else step))


def seconds_left() -> int:
    """How long the current code still holds."""
    return app_settings.TOTP_PERIOD - int(time.time()) % app_settings.TOTP_PERIOD


def picture(username: str, secret: str) -> str:
    """The QR code that an authenticator app scans, as a ``data:`` address."""
    address = (
        f"otpauth://totp/Rendang:{username}?secret={secret}&issuer=Rendang"
        f"&digits={app_settings.TOTP_DIGITS}&period={app_settings.TOTP_PERIOD}"
    )
    return segno.make(address, error="m").svg_data_uri(scale=4)
