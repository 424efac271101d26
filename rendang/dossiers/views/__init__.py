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
    "value_add",
    "value_remove",
]
