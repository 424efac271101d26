"""The order of the shelf, and of the keeper's round through the stores."""

import re
from typing import Any

from rendang.storage.models import Slot


def place_on_shelf(slot: Slot) -> tuple[Any, ...]:
    """Sorts the slots of a rack: layer, bay, number, each counted as people count."""
    return shelf_order(slot.layer), shelf_order(slot.bay), shelf_order(slot.code)


def shelf_order(code: str) -> list[tuple[int, str]]:
    """2 before 10, and A before B."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", code) if part]
