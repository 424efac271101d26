from rendang.storage.views.labels import labels
from rendang.storage.views.places import history, scan, slot, to_place
from rendang.storage.views.stores import (
    add_slots,
    new_store,
    rack,
    rack_capacity,
    remove_slots,
    remove_store,
    rename,
    store,
    store_list,
)

__all__ = [
    "add_slots",
    "history",
    "labels",
    "new_store",
    "rack",
    "rack_capacity",
    "remove_slots",
    "remove_store",
    "rename",
    "scan",
    "slot",
    "store",
    "store_list",
    "to_place",
]
