"""Everything that changes where dossiers lie, and the stores they lie in."""

from rendang.storage.actions.placing import (
    hand_to_courier,
    move,
    place,
    put_back,
    put_on_desk,
    relocate,
    take_out,
)

__all__ = [
    "hand_to_courier",
    "move",
    "place",
    "put_back",
    "put_on_desk",
    "relocate",
    "take_out",
]
