"""What pages and other apps ask about places: where a dossier is, what is free, how full the stores are."""

from rendang.storage.queries.compacting import Outline, Shift, compactions, outlines
from rendang.storage.queries.finding import dossiers_by_code, dossiers_named, known_slots, slot_by_code, slots_between
from rendang.storage.queries.floor import FloorPlan, RoomPlan, floor_plans, room_plan
from rendang.storage.queries.keeping import (
    belongs_in,
    last_seen,
    thickness_of,
    thicknesses,
    usual_thickness,
    warnings_of,
)
from rendang.storage.queries.occupancy import (
    Occupancy,
    RackRow,
    occupancy_by_layer,
    occupancy_by_store,
    occupancy_grid,
    occupancy_of,
)
from rendang.storage.queries.picking import (
    FIRST_NEEDED,
    GoesBack,
    PickList,
    Wanted,
    fetch_order,
    lying_about,
    pick_list,
    put_back_list,
)
from rendang.storage.queries.places import (
    archive_numbers,
    current_placement,
    current_placements,
    in_stock,
    label_prints,
    last_slot,
    lying_in,
    numbers_in,
    place_history,
    place_label,
    unplaced,
)
from rendang.storage.queries.registers import register_of_placements
from rendang.storage.queries.scanning import Scan, read_scans
from rendang.storage.queries.suggesting import free_slots, suggest, suggestions
from rendang.storage.queries.walking import in_walking_order, place_on_shelf, round_of, row_of, rows_of, shelf_order
from rendang.storage.ranges import normalised

__all__ = [
    "FIRST_NEEDED",
    "FloorPlan",
    "GoesBack",
    "Occupancy",
    "Outline",
    "PickList",
    "RackRow",
    "RoomPlan",
    "Scan",
    "Shift",
    "Wanted",
    "archive_numbers",
    "belongs_in",
    "compactions",
    "current_placement",
    "current_placements",
    "dossiers_by_code",
    "dossiers_named",
    "fetch_order",
    "floor_plans",
    "free_slots",
    "in_stock",
    "in_walking_order",
    "known_slots",
    "label_prints",
    "last_seen",
    "last_slot",
    "lying_about",
    "lying_in",
    "normalised",
    "numbers_in",
    "occupancy_by_layer",
    "occupancy_by_store",
    "occupancy_grid",
    "occupancy_of",
    "outlines",
    "pick_list",
    "place_history",
    "place_label",
    "place_on_shelf",
    "put_back_list",
    "read_scans",
    "register_of_placements",
    "room_plan",
    "round_of",
    "row_of",
    "rows_of",
    "shelf_order",
    "slot_by_code",
    "slots_between",
    "suggest",
    "suggestions",
    "thickness_of",
    "thicknesses",
    "unplaced",
    "usual_thickness",
    "warnings_of",
]
