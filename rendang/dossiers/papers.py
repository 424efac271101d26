"""The papers of a dossier: its catalogue in the form of 2012 (组通字〔2012〕28号; domain.md §3.1)."""

from rendang.dossiers.models import Custody, Dossier, Material
from rendang.dossiers.queries import catalogue
from rendang.kernel.documents.papers import Catalogue, CatalogueEntry, CatalogueSection, render_catalogue


def catalogue_pdf(dossier: Dossier, custody: Custody | None) -> bytes:
    """目录 as PDF. Raises ``ValidationError`` when a character in it is in no font."""
    sections = catalogue.sections(catalogue.papers_of(dossier))
    return render_catalogue(
        Catalogue(
            institution=custody.institution.name if custody else "",
            name=dossier.person.name,
            archive_number=custody.archive_number if custody else "",
            sections=[_printed(head, sections) for head in sections if not head.mark.parent],
        )
    )


def _printed(section: catalogue.Section, every: list[catalogue.Section]) -> CatalogueSection:
    return CatalogueSection(
        mark=section.mark.numeral or section.mark.mark,
        title=section.mark.name,
        entries=[_entry(paper) for paper in section.papers],
        subsections=[_printed(one, every) for one in every if one.mark.parent == section.mark.mark],
    )


def _entry(paper: Material) -> CatalogueEntry:
    return CatalogueEntry(
        mark=paper.number, title=paper.title, formed_on=paper.formed_on, pages=paper.pages, remark=paper.remarks
    )
