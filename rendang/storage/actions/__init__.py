"""Everything that changes where dossiers lie, and the stores they lie in."""

from rendang.storage.actions.labels import MOST_LABELS, print_dossier_labels, print_slot_labels
from rendang.storage.actions.placing import (
    hand_to_courier,
    leave_for_good,
    lend,
    move,
    place,
    place_all,
    put_back,
    put_in_reading_room,
    put_on_desk,
    report_missing,
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
from rendang.storage.actions.retrieving import no_longer_want, want

__all__ = [
    "MOST_LABELS",
    "add_slots",
    "create_store",
    "hand_to_courier",
    "leave_for_good",
    "lend",
    "move",
    "no_longer_want",
    "place",
    "place_all",
    "print_dossier_labels",
    "print_slot_labels",
    "put_back",
    "put_in_reading_room",
    "put_on_desk",
    "remove_store",
    "remove_unused_slots",
    "rename_store",
    "report_missing",
    "set_capacity",
    "take_out",
    "want",
]
