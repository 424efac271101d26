"""Everything that changes dossiers: custody, catalogue, removals, the settling of conflicts, exports."""

from rendang.dossiers.actions.calling import (
    Call,
    call_for,
    call_off,
    refuse_call,
    when_call_refused,
    when_called_for,
    when_called_off,
)
from rendang.dossiers.actions.conflicts import CONFLICT_STEPS
from rendang.dossiers.actions.custody import (
    change_archive_type,
    claim_custody,
    end_custodies,
    end_custody,
    ensure_dossier,
    ensure_volumes,
    hand_over_custody,
    next_archive_number,
    take_custody,
    when_handed_over,
)
from rendang.dossiers.actions.export import export_dossiers, may_see_numbers, note_search
from rendang.dossiers.actions.filing import list_in_many
from rendang.dossiers.actions.letting_go import left_behind, when_it_has_left
from rendang.dossiers.actions.materials import (
    add_material,
    add_materials,
    change_material,
    move_material,
    record_value,
    remove_recorded_value,
    sort_class,
)
from rendang.dossiers.actions.reminding import remind_of_promises
from rendang.dossiers.actions.removal import REMOVAL_STEPS, propose_removal
from rendang.dossiers.actions.showing import ask_to_see
from rendang.dossiers.actions.undertakings import (
    UNDERTAKING_STEPS,
    confirm_online,
    settle_item,
    tell_once,
    when_settled,
)

__all__ = [
    "CONFLICT_STEPS",
    "REMOVAL_STEPS",
    "UNDERTAKING_STEPS",
    "Call",
    "add_material",
    "add_materials",
    "ask_to_see",
    "call_for",
    "call_off",
    "change_archive_type",
    "change_material",
    "claim_custody",
    "confirm_online",
    "end_custodies",
    "end_custody",
    "ensure_dossier",
    "ensure_volumes",
    "export_dossiers",
    "hand_over_custody",
    "left_behind",
    "list_in_many",
    "may_see_numbers",
    "move_material",
    "next_archive_number",
    "note_search",
    "propose_removal",
    "record_value",
    "refuse_call",
    "remind_of_promises",
    "remove_recorded_value",
    "settle_item",
    "sort_class",
    "take_custody",
    "tell_once",
    "when_call_refused",
    "when_called_for",
    "when_called_off",
    "when_handed_over",
    "when_it_has_left",
    "when_settled",
]
