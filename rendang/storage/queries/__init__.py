"""What pages and other apps ask about places: where a dossier is, what is free, how full the stores are."""

from rendang.storage.queries.finding import dossiers_by_code, dossiers_named, known_slots, slot_by_code, slots_between
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
from rendang.storage.queries.places import (
    archive_numbers,
    current_placement,
    current_placements,
    in_stock,
    last_slot,
    lying_in,
    place_history,
    place_label,
    unplaced,
)
from rendang.storage.queries.suggesting import free_slots, suggestions
from rendang.storage.queries.walking import place_on_shelf
from rendang.storage.ranges import normalised

__all__ = [
    "Occupancy",
    "RackRow",
    "archive_numbers",
    "belongs_in",
    "current_placement",
    "current_placements",
    "dossiers_by_code",
    "dossiers_named",
    "free_slots",
    "in_stock",
    "known_slots",
    "last_seen",
    "last_slot",
    "lying_in",
    "normalised",
    "occupancy_by_layer",
    "occupancy_by_store",
    "occupancy_grid",
    "occupancy_of",
    "place_history",
    "place_label",
    "place_on_shelf",
    "slot_by_code",
    "slots_between",
    "suggestions",
    "thickness_of",
    "thicknesses",
    "unplaced",
    "usual_thickness",
    "warnings_of",
]
