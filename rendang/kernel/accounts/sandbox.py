"""The identity provider of the demonstration: it believes everybody, and says so on its pages.

Refuses to exist outside the demonstration, as an object and as a setting (system check ``accounts.E001``).
"""

import base64
import json
import secrets
import time
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from rendang.kernel.accounts.identity import ConfirmedIdentity, NotConfirmed
from rendang.kernel.core import crypto

PATH = "rendang.kernel.accounts.sandbox.SandboxProvider"
SESSION_KEY = "identity_sandbox"
VALID_SECONDS = 300
TRIES = 5


class SandboxProvider:
    """Name, number, and a one-time code that stands on the page itself."""

    def __init__(self) -> None:
        if not settings.DEMONSTRATION:
            raise ImproperlyConfigured("The sandbox confirms any identity. It serves the demonstration only.")

    def start(self, request: HttpRequest) -> str:
        request.session.pop(SESSION_KEY, None)
        return reverse("accounts:sandbox")

    def claim(self, request: HttpRequest, name: str, id_number: str) -> None:
        """Somebody says who they are; a code is made for them."""
        self._keep(
            request,
            {
                "name": name,
                "id_number": id_number,
                "code": f"{secrets.randbelow(10**6):06d}",
                "until": time.time() + VALID_SECONDS,
                "tries": TRIES,
            },
        )

    def code(self, request: HttpRequest) -> str:
        """The one-time code to be shown; empty when nobody has said who they are."""
        claimed = self._claimed(request)
        return claimed["code"] if claimed else ""

    def prove(self, request: HttpRequest, code: str) -> None:
        """The right code turns the claim into a confirmation. Raises ``NotConfirmed``."""
        claimed = self._claimed(request)
        if claimed is None or time.time() > claimed["until"] or claimed["tries"] <= 0:
            request.session.pop(SESSION_KEY, None)
            raise NotConfirmed(_("The code is no longer valid. Begin again."), code="expired")
        if not secrets.compare_digest(claimed["code"].encode(), code.encode()):
            self._keep(request, claimed | {"tries": claimed["tries"] - 1})
            raise NotConfirmed(_("This is not the code shown above."))
        self._keep(request, claimed | {"proved": True})

    def confirm(self, request: HttpRequest) -> ConfirmedIdentity:
        claimed = self._claimed(request)
        request.session.pop(SESSION_KEY, None)
        if claimed is None or not claimed.get("proved") or time.time() > claimed["until"]:
            raise NotConfirmed(_("The identity was not confirmed. Begin again."))
        return ConfirmedIdentity(claimed["name"], claimed["id_number"])

    # Encrypted: a session lies in the database, and an identity number in the clear belongs nowhere.
    def _keep(self, request: HttpRequest, claimed: dict[str, Any]) -> None:
        request.session[SESSION_KEY] = base64.b64encode(crypto.encrypt(json.dumps(claimed).encode())).decode()

    def _claimed(self, request: HttpRequest) -> dict[str, Any] | None:
        kept = request.session.get(SESSION_KEY)
        return json.loads(crypto.decrypt(base64.b64decode(kept))) if kept else None


@register()
def sandbox_only_in_the_demonstration(**_kwargs: Any) -> list[CheckMessage]:
    if settings.RENDANG_IDENTITY_PROVIDER == PATH and not settings.DEMONSTRATION:
        return [
            Error(
                "The identity sandbox is configured outside the demonstration.",
                hint="Set RENDANG_IDENTITY_PROVIDER to a real provider, or leave it empty.",
                id="accounts.E001",
            )
        ]
    return []
