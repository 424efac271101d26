"""The papers of a dossier: its catalogue in the form of 2012 (组通字〔2012〕28号; domain.md §3.1), the undertaking."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.dossiers.models import Custody, Dossier, Material, Undertaking, UndertakingItem
from rendang.dossiers.queries import catalogue
from rendang.dossiers.queries.page import custody_of
from rendang.kernel.documents.papers import Catalogue, CatalogueEntry, CatalogueSection, chinese_date, render_catalogue
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile


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


@dataclass(frozen=True, kw_only=True)
class MissingPaper:
    """One line of the notice: 4-1, 毕业生登记表, 毕业当年, what its absence may mean, who can issue it."""

    mark: str
    name: str
    period: str
    effects: str
    issuer: str


@dataclass(frozen=True, kw_only=True)
class UndertakingPaper:
    """一次性告知书 and, on a sheet of its own, 承诺书 to be signed (人社部发〔2021〕112号; domain.md §1.9)."""

    number: str
    institution: str
    name: str
    id_masked: str
    archive_number: str
    items: Sequence[MissingPaper]
    effects: str
    promised_on: dt.date
    told_on: dt.date
    handler: str
    phone: str
    address: str


def render_undertaking(paper: UndertakingPaper) -> bytes:
    days = {"promised_on": chinese_date(paper.promised_on), "told_on": chinese_date(paper.told_on)}
    return render("dossiers/undertaking", 1, {**asdict(paper), **days})


def undertaking_pdf(undertaking: Undertaking, items: Sequence[UndertakingItem], *, by: Any) -> StoredFile:
    """What the person is told and is to sign, stored with the case."""
    assert undertaking.person
    custody = custody_of(undertaking.dossier) if undertaking.dossier else None
    institution = undertaking.institution
    paper = UndertakingPaper(
        number=undertaking.number,
        institution=institution.name,
        name=undertaking.person.name,
        id_masked=undertaking.person.id_masked,
        archive_number=custody.archive_number if custody else "",
        items=[
            MissingPaper(
                mark=item.class_mark, name=item.name, period=item.period, effects=item.effects, issuer=item.issuer
            )
            for item in items
        ],
        effects=undertaking.effects,
        promised_on=undertaking.promised_on,
        told_on=timezone.localdate(),
        handler=str(by),
        phone=institution.phone,
        address=f"{institution.address} {institution.postcode}".strip(),
    )
    name = f"告知承诺书-{undertaking.number}.pdf"
    return files.store(render_undertaking(paper), name=name, kind=Kind.PAPER, institution=institution, by=by)
