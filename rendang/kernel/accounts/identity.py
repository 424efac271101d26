"""Real-name sign-in of citizens: what the system asks of whoever confirms an identity.

The installation names one provider (``RENDANG_IDENTITY_PROVIDER``, a dotted path to a class without arguments).
"""

from typing import NamedTuple, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.module_loading import import_string


class ConfirmedIdentity(NamedTuple):
    """A name and a resident identity number (18 digits, or the old 15) that belong together."""

    name: str
    id_number: str


class NotConfirmed(ValidationError):
    """The provider could not, or did not, confirm who this is; the message says what to do."""


class IdentityProvider(Protocol):
    """An electronic identity of the state or the city, such as a government-services account."""

    def start(self, request: HttpRequest) -> str:
        """The address to which the citizen goes to prove who they are. They come back to ``citizen_return``."""
        ...

    def confirm(self, request: HttpRequest) -> ConfirmedIdentity:
        """Who came back. Each confirmation counts once. Raises ``NotConfirmed``."""
        ...


def provider() -> IdentityProvider | None:
    """The provider of this installation; ``None`` when none is connected."""
    return import_string(settings.RENDANG_IDENTITY_PROVIDER)() if settings.RENDANG_IDENTITY_PROVIDER else None
