"""What allows the image of a material to be shown: asked of every business that may have granted it.

Whatever shows images stands below the businesses that grant it; each adds what it knows under ``@grants_permits``.
The one question is ``dossiers.actions.ask_to_see``, which leaves a trace of every answer; nothing else asks.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Material
from rendang.kernel.access.permissions import Permission


class Wish(StrEnum):
    """What somebody wants to do with the image of a paper: read it, print it, take it along as a file."""

    READ = "READ"
    PRINT = "PRINT"
    DOWNLOAD = "DOWNLOAD"


class Denial(models.TextChoices):
    """Why a paper is not shown; from what is furthest from a permit to what nearly is one."""

    OWN = "OWN", _("It is the dossier of who asks")
    RELATIVE = "RELATIVE", _("It is the dossier of a relative")
    REMOVED = "REMOVED", _("The paper has been taken out of the dossier")
    NO_GRANT = "NO_GRANT", _("No consultation of this dossier is known to who asks")
    OTHER_DOSSIER = "OTHER_DOSSIER", _("The paper belongs to another dossier")
    NOT_GRANTED = "NOT_GRANTED", _("The consultation was refused, withdrawn or is none of images")
    LEFT = "LEFT", _("The institution no longer keeps the dossier")
    NOT_OPENED = "NOT_OPENED", _("The consultation is not opened yet")
    RECALLED = "RECALLED", _("The consultation was recalled")
    CLOSED = "CLOSED", _("The consultation was closed")
    EXPIRED = "EXPIRED", _("The time of the consultation is over")
    PAUSED = "PAUSED", _("The consultation is paused")
    NOT_NAMED = "NOT_NAMED", _("The paper is not among those that may be read")
    NO_PRINTING = "NO_PRINTING", _("Printing is not allowed")
    NO_DOWNLOAD = "NO_DOWNLOAD", _("Taking along is not allowed")


@dataclass(frozen=True)
class Answer:
    """Under this case the image may be shown until then, printed and taken along as it says; or why it may not."""

    case: Any
    denial: str = ""  # one of ``Denial``; empty: it may be shown
    until: dt.datetime | None = None
    may_print: bool = False
    may_download: bool = False

    @property
    def allowed(self) -> bool:
        return not self.denial


Grantor = Callable[[Material, dt.datetime], list[Answer]]
GRANTORS: list[tuple[Permission, Grantor]] = []


def grants_permits(permission: Permission) -> Callable[[Grantor], Grantor]:
    """Ask ``grantor(material, moment)`` before an image is shown: an answer for every case of the dossier that could
    grant it. ``permission``: whoever asks holds it at the institution of the case.

    The module is imported by ``ready()`` of its app.
    """

    def declare(grantor: Grantor) -> Grantor:
        GRANTORS.append((permission, grantor))
        return grantor

    return declare
