"""Everything that changes where dossiers lie, and the stores they lie in."""

from rendang.storage.actions.batches import place_all
from rendang.storage.actions.compacting import plan_compaction, stop_compaction, work_off, work_off_lines
from rendang.storage.actions.fetching import fetch
from rendang.storage.actions.keeping import set_keeping
from rendang.storage.actions.labels import MOST_LABELS, print_box_labels, print_dossier_labels, print_slot_labels
from rendang.storage.actions.placing import (
    declare_lost,
    hand_to_courier,
    leave_for_good,
    lend,
    move,
    place,
    put_back,
    put_in_reading_room,
    put_on_desk,
    report_missing,
    take_out,
)
from rendang.storage.actions.planning import (
    add_building,
    add_slots,
    check_plan,
    create_store,
    describe_store,
    remove_store,
    remove_unused_slots,
    set_capacity,
)
from rendang.storage.actions.refusing import refuse_if_in_hand
from rendang.storage.actions.retrieving import no_longer_want, want
from rendang.storage.actions.searching import add_to_search, refuse_what_is_lost
from rendang.storage.actions.seeing import Seen, note_seen, see
from rendang.storage.actions.together import hand_on_all, want_all

__all__ = [
    "MOST_LABELS",
    "Seen",
    "add_building",
    "add_slots",
    "add_to_search",
    "check_plan",
    "create_store",
    "declare_lost",
    "describe_store",
    "fetch",
    "hand_on_all",
    "hand_to_courier",
    "leave_for_good",
    "lend",
    "move",
    "no_longer_want",
    "note_seen",
    "place",
    "place_all",
    "plan_compaction",
    "print_box_labels",
    "print_dossier_labels",
    "print_slot_labels",
    "put_back",
    "put_in_reading_room",
    "put_on_desk",
    "refuse_if_in_hand",
    "refuse_what_is_lost",
    "remove_store",
    "remove_unused_slots",
    "report_missing",
    "see",
    "set_capacity",
    "set_keeping",
    "stop_compaction",
    "take_out",
    "want",
    "want_all",
    "work_off",
    "work_off_lines",
]
