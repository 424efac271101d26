from rendang.storage.views.compacting import compact, compaction, compaction_paper, stop_compaction
from rendang.storage.views.keeping import keeping
from rendang.storage.views.labels import label_log, labels
from rendang.storage.views.picking import pick_list, pick_list_paper, put_back_list, put_back_paper
from rendang.storage.views.places import history, slot, to_place
from rendang.storage.views.planning import (
    add_slots,
    buildings,
    edit,
    new_store,
    rack_capacity,
    remove_slots,
    remove_store,
)
from rendang.storage.views.scanning import batch, scan
from rendang.storage.views.stores import floor_plan, rack, store, store_list

__all__ = [
    "add_slots",
    "batch",
    "buildings",
    "compact",
    "compaction",
    "compaction_paper",
    "edit",
    "floor_plan",
    "history",
    "keeping",
    "label_log",
    "labels",
    "new_store",
    "pick_list",
    "pick_list_paper",
    "put_back_list",
    "put_back_paper",
    "rack",
    "rack_capacity",
    "remove_slots",
    "remove_store",
    "scan",
    "slot",
    "stop_compaction",
    "store",
    "store_list",
    "to_place",
]
