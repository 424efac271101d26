"""The pages of dossiers."""

from rendang.dossiers.views.catalogue import (
    catalogue,
    catalogue_add,
    catalogue_print,
    catalogue_sort,
    material,
    material_move,
    material_remove,
    value_add,
    value_remove,
)
from rendang.dossiers.views.detail import detail
from rendang.dossiers.views.lists import dossier_list, export
from rendang.dossiers.views.removal import removal, removal_list, step
from rendang.dossiers.views.undertakings import (
    undertaking,
    undertaking_item,
    undertaking_list,
    undertaking_paper,
    undertaking_step,
    undertaking_tell,
)

__all__ = [
    "catalogue",
    "catalogue_add",
    "catalogue_print",
    "catalogue_sort",
    "detail",
    "dossier_list",
    "export",
    "material",
    "material_move",
    "material_remove",
    "removal",
    "removal_list",
    "step",
    "undertaking",
    "undertaking_item",
    "undertaking_list",
    "undertaking_paper",
    "undertaking_step",
    "undertaking_tell",
    "value_add",
    "value_remove",
]
