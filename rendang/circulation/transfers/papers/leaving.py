"""The papers of a departure: list of materials, notice, cover, seal strips, label, and the letter that chases."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.parcels.models import Tier
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.queries import carriers_for
from rendang.dossiers.models import Material
from rendang.kernel.documents.papers import TransferNotice, TransferNoticeRow, chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards

NAMED_ON_A_COVER = 3


@dataclass(frozen=True, kw_only=True)
class Packet(TransferNotice):
    """What is printed in one go when a parcel is sealed: notice, 封面, 封条 and the label of the envelope."""

    address: str
    postcode: str
    consignee: str
    consignee_phone: str
    people: str  # 王小明、李雷, or 王小明等300名
    principal: int
    duplicate: int
    pieces: int
    carriers: str  # those that the tier allows: 机要通信、专人送取
    tier: str  # 甲类 or 乙类
    marking: str  # what the envelope says: 机要 or empty
    checker: str
    sealer: str

    @property
    def volumes(self) -> int:
        return self.principal + self.duplicate


def render_packet(paper: Packet) -> bytes:
    data = {**asdict(paper), "volumes": paper.volumes, "issued_on": chinese_date(paper.issued_on)}
    return render("circulation.transfers/packet", 1, data)


@dataclass(frozen=True, kw_only=True)
class ListedMaterial:
    mark: str
    title: str
    formed_on: str
    pages: int  # as catalogued
    found: int
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedDossier:
    name: str
    archive_number: str
    principal: int
    duplicate: int
    pieces: int
    rows: Sequence[ListedMaterial]
    checker: str
    explanation: str = ""


@dataclass(frozen=True, kw_only=True)
class MaterialLists:
    """材料目录清单 — one a dossier, each beginning a page of its own."""

    word: str
    number: str
    institution: str
    issued_on: dt.date
    dossiers: Sequence[ListedDossier]


def render_material_lists(paper: MaterialLists) -> bytes:
    return render(
        "circulation.transfers/material_list", 1, {**asdict(paper), "issued_on": chinese_date(paper.issued_on)}
    )


@dataclass(frozen=True, kw_only=True)
class ChasingLetter:
    """催办函 — the receipt of a transfer is overdue."""

    word: str
    number: str
    notice_word: str
    institution: str
    addressee: str
    people: str
    sent_on: dt.date
    carrier: str
    waybill: str
    time: int
    days: int  # working days in which an answer is asked for
    reply_address: str
    handler: str
    phone: str
    issued_on: dt.date


def render_chasing_letter(paper: ChasingLetter) -> bytes:
    dates = {"sent_on": chinese_date(paper.sent_on), "issued_on": chinese_date(paper.issued_on)}
    return render("circulation.transfers/chasing_letter", 1, {**asdict(paper), **dates})


def notice_row(line: DepartingDossier, *, post: str, reason: str) -> TransferNoticeRow:
    """One dossier with what was counted of it; ``post`` stands in the column that each paper names in its own way."""
    return TransferNoticeRow(
        name=line.dossier.person.name,
        post=post,
        reason=reason,
        principal=line.principal_volumes or 0,
        duplicate=line.duplicate_volumes or 0,
        pieces=line.papers or 0,
    )


def packet(departure: Departure, lines: Sequence[DepartingDossier], *, by: Any) -> StoredFile:
    assert departure.keeper and departure.checked_by
    keeper, institution = departure.keeper, departure.institution
    reason = standards.code_name("transfer_reason", departure.reason)
    allowed = carriers_for(departure)
    paper = Packet(
        word=f"{institution.short_name}转",
        number=departure.number,
        institution=institution.name,
        addressee=keeper.name,
        rows=[notice_row(line, post=str(line.dossier.person.employer or ""), reason=reason) for line in lines],
        carrier="",  # written in by hand when it is handed over
        issued_on=timezone.localdate(),
        reply_address=_reply_address(departure),
        handler=by.name,
        phone=institution.phone,
        address=keeper.address,
        postcode=keeper.postcode,
        consignee=keeper.consignee or keeper.name,
        consignee_phone=keeper.phone,
        people=people_of(lines),
        principal=sum(line.principal_volumes or 0 for line in lines),
        duplicate=sum(line.duplicate_volumes or 0 for line in lines),
        pieces=sum(line.papers or 0 for line in lines),
        carriers="、".join(standards.code_name("carrier", carrier) for carrier in allowed),
        tier="甲类" if departure.tier == Tier.A else "乙类",
        marking="机要" if departure.tier == Tier.A else "",
        checker=departure.checked_by.name,
        sealer=by.name,
    )
    return _store(render_packet(paper), departure, "转递通知单、封面、封条", by)


def material_lists(departure: Departure, lines: Sequence[DepartingDossier], *, by: Any) -> StoredFile:
    """One list a dossier, in the order of the catalogue; two queries for however many dossiers."""
    papers: dict[int, list[Material]] = defaultdict(list)
    for paper in Material.objects.filter(dossier__in=[line.dossier_id for line in lines], removed_at=None):
        papers[paper.dossier_id].append(paper)
    schemes = {paper.scheme for some in papers.values() for paper in some}
    order = {(scheme, one.mark): at for scheme in schemes for at, one in enumerate(standards.class_marks(scheme))}
    for some in papers.values():
        some.sort(key=lambda paper: (paper.scheme, order.get((paper.scheme, paper.class_mark), 99), paper.position))
    lists = MaterialLists(
        word=f"{departure.institution.short_name}转",
        number=departure.number,
        institution=departure.institution.name,
        issued_on=timezone.localdate(),
        dossiers=[
            ListedDossier(
                name=line.dossier.person.name,
                archive_number=line.custody.archive_number,
                principal=line.principal_volumes or 0,
                duplicate=line.duplicate_volumes or 0,
                pieces=line.papers or 0,
                rows=[
                    ListedMaterial(
                        mark=paper.number,
                        title=paper.title,
                        formed_on=paper.formed_on,
                        pages=paper.pages,
                        found=line.differences.get(str(paper.pk), paper.pages),
                        remark=paper.remarks,
                    )
                    for paper in papers[line.dossier_id]
                ],
                checker=str(line.checked_by or ""),
                explanation=line.explanation,
            )
            for line in lines
        ],
    )
    return _store(render_material_lists(lists), departure, "材料目录清单", by)


def chasing_letter(departure: Departure, lines: Sequence[DepartingDossier], *, by: Any) -> StoredFile:
    assert departure.sent_on
    institution = departure.institution
    # Asked for by the system in the morning, posted by the house.
    handler = by.name if by.is_staff_member else institution.short_name
    paper = ChasingLetter(
        word=f"{institution.short_name}催",
        number=departure.number,
        notice_word=f"{institution.short_name}转",
        institution=institution.name,
        addressee=departure.goes_to,
        people=people_of(lines),
        sent_on=departure.sent_on,
        carrier=standards.code_name("carrier", departure.carrier),
        waybill=departure.waybill,
        time=departure.times_chased,
        days=int(standards.policy("receipt_chase_again", on=timezone.localdate(), institution=institution).value),
        reply_address=_reply_address(departure),
        handler=handler,
        phone=institution.phone,
        issued_on=timezone.localdate(),
    )
    return _store(render_chasing_letter(paper), departure, "催办函", by)


def people_of(lines: Sequence[DepartingDossier]) -> str:
    """Up to three by name; of more the first, and how many."""
    names = [line.dossier.person.name for line in lines]
    return "、".join(names) if len(names) <= NAMED_ON_A_COVER else f"{names[0]}等{len(names)}名"


def _reply_address(departure: Departure) -> str:
    return f"{departure.institution.address} {departure.institution.postcode}".strip()


def _store(content: bytes, departure: Departure, name: str, by: Any) -> StoredFile:
    file_name = f"{name}-{departure.number}.pdf"
    return files.store(content, name=file_name, kind=Kind.PAPER, institution=departure.institution, by=by)
