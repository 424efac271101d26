"""What allows the image of a material to be shown: asked of every business that may have granted it.

Whatever shows images stands below the businesses that grant it; each adds what it knows under ``@grants_permits``.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from rendang.dossiers.models import Material


@dataclass(frozen=True)
class Permit:
    """The image of one material may be shown under this case until then; printed and taken along as it says."""

    case: Any
    until: dt.datetime
    may_print: bool
    may_download: bool


Grantor = Callable[[Material, dt.datetime], list[Permit]]
GRANTORS: list[Grantor] = []


def grants_permits(grantor: Grantor) -> Grantor:
    """Ask ``grantor(material, moment)`` before an image is shown; its module is imported by ``ready()`` of its app."""
    GRANTORS.append(grantor)
    return grantor


def permits(material: Material, *, at: dt.datetime | None = None) -> list[Permit]:
    """All that allows the image of a material to be shown to outsiders at a moment (now); none: nothing does."""
    moment = at or timezone.now()
    return [permit for grantor in GRANTORS for permit in grantor(material, moment)]
