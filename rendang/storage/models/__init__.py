"""库房: where the dossiers lie, where each of them is, and what the keeper has to do."""

from rendang.storage.models.compacting import Compaction, CompactionMove
from rendang.storage.models.labels import LabelPrint
from rendang.storage.models.places import Keeping, Placement, PlacementQuerySet, Sighting
from rendang.storage.models.stores import Building, Slot, SlotQuerySet, Store, floor_name
from rendang.storage.models.work import Retrieval, RetrievalQuerySet

__all__ = [
    "Building",
    "Compaction",
    "CompactionMove",
    "Keeping",
    "LabelPrint",
    "Placement",
    "PlacementQuerySet",
    "Retrieval",
    "RetrievalQuerySet",
    "Sighting",
    "Slot",
    "SlotQuerySet",
    "Store",
    "floor_name",
]
