"""Everything that changes where dossiers lie, and the stores they lie in."""

from rendang.storage.actions.labels import MOST_LABELS, print_dossier_labels, print_slot_labels
from rendang.storage.actions.placing import (
    hand_to_courier,
    move,
    place,
    place_all,
    put_back,
    put_on_desk,
    take_out,
)
from rendang.storage.actions.planning import (
    add_slots,
    create_store,
    remove_store,
    remove_unused_slots,
    rename_store,
    set_capacity,
)

__all__ = [
    "MOST_LABELS",
    "add_slots",
    "create_store",
    "hand_to_courier",
    "move",
    "place",
    "place_all",
    "print_dossier_labels",
    "print_slot_labels",
    "put_back",
    "put_on_desk",
    "remove_store",
    "remove_unused_slots",
    "rename_store",
    "set_capacity",
    "take_out",
]
