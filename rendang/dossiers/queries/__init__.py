"""What pages and other apps ask about dossiers."""

from rendang.dossiers.pasting import class_of, read_pasted
from rendang.dossiers.queries.calling import CallCourse, courses_of_calls
from rendang.dossiers.queries.catalogue import (
    FactRecords,
    Section,
    like,
    listed_twice,
    papers_of,
    recorded_values,
    scheme_of,
    sections,
)
from rendang.dossiers.queries.page import DossierPage, business, custody_of, dossier_page, keeper_among
from rendang.dossiers.queries.registers import register_of_undertakings
from rendang.dossiers.queries.search import held_elsewhere, page_by_number, search

__all__ = [
    "CallCourse",
    "DossierPage",
    "FactRecords",
    "Section",
    "business",
    "class_of",
    "courses_of_calls",
    "custody_of",
    "dossier_page",
    "held_elsewhere",
    "keeper_among",
    "like",
    "listed_twice",
    "page_by_number",
    "papers_of",
    "read_pasted",
    "recorded_values",
    "register_of_undertakings",
    "scheme_of",
    "search",
    "sections",
]
