"""直接转递交接单: what both sides sign when a parcel is handed over on the spot."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.transfers.models import DepartingDossier, Departure, DirectReceiver
from rendang.circulation.transfers.papers.leaving import notice_row
from rendang.kernel.documents.papers import TransferNoticeRow, chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """One of the two people of the receiver; the number is masked, the card itself was compared."""

    name: str
    id_number: str
    post: str = ""


@dataclass(frozen=True, kw_only=True)
class HandOverSlip:
    word: str
    number: str
    notice_word: str
    institution: str
    addressee: str
    introduction_letter: str
    rows: Sequence[TransferNoticeRow]
    fetchers: Sequence[Fetcher]
    checker: str
    sealer: str
    handler: str
    issued_on: dt.date

    @property
    def volumes(self) -> int:
        return sum(row.principal + row.duplicate for row in self.rows)

    @property
    def pieces(self) -> int:
        return sum(row.pieces for row in self.rows)


def render_slip(paper: HandOverSlip) -> bytes:
    counted = {"volumes": paper.volumes, "pieces": paper.pieces, "issued_on": chinese_date(paper.issued_on)}
    return render("circulation.transfers/hand_over_slip", 1, {**asdict(paper), **counted})


def slip(
    departure: Departure, lines: Sequence[DepartingDossier], fetchers: Sequence[DirectReceiver], *, by: Any
) -> StoredFile:
    institution = departure.institution
    reason = standards.code_name("transfer_reason", departure.reason)
    paper = HandOverSlip(
        word=f"{institution.short_name}交",
        number=departure.number,
        notice_word=f"{institution.short_name}转",
        institution=institution.name,
        addressee=departure.goes_to,
        introduction_letter=departure.introduction_letter,
        rows=[notice_row(line, post=line.custody.archive_number, reason=reason) for line in lines],
        fetchers=[Fetcher(name=one.name, id_number=one.id_masked, post=one.post) for one in fetchers],
        checker=str(departure.checked_by or ""),
        sealer=str(departure.sealed_by or ""),
        handler=by.name,
        issued_on=timezone.localdate(),
    )
    name = f"直接转递交接单-{departure.number}.pdf"
    return files.store(render_slip(paper), name=name, kind=Kind.PAPER, institution=institution, by=by)
