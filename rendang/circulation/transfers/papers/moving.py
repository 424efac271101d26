"""The papers of a transfer: the three-part notice 转递通知单 and the receipt 回执."""

from typing import Any

from django.utils import timezone

from rendang.circulation.transfers.models import Transfer
from rendang.kernel.documents import papers
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


def _store(content: bytes, transfer: Transfer, name: str, by: Any) -> StoredFile:
    file_name = f"{name}-{transfer.number}.pdf"
    return files.store(content, name=file_name, kind=Kind.PAPER, institution=transfer.institution, by=by)


def notice(transfer: Transfer, *, by: Any) -> StoredFile:
    """存根, notice and receipt on one sheet; travels with the sealed parcel."""
    assert transfer.person and transfer.counterpart
    row = papers.TransferNoticeRow(
        name=transfer.person.name,
        post=str(transfer.person.employer or ""),
        reason=standards.code_name("transfer_reason", transfer.reason),
        principal=transfer.principal_volumes or 0,
        duplicate=transfer.duplicate_volumes or 0,
        pieces=transfer.papers or 0,
    )
    paper = papers.TransferNotice(
        word=f"{transfer.institution.short_name}转",
        number=transfer.number,
        institution=transfer.institution.name,
        addressee=transfer.counterpart.name,
        rows=[row],
        carrier="",  # filled in by hand when the second person hands the parcel over
        issued_on=timezone.localdate(),
        reply_address=f"{transfer.institution.address} {transfer.institution.postcode}".strip(),
        handler=by.name,
        phone=transfer.institution.phone,
    )
    return _store(papers.render_transfer_notice(paper), transfer, "转递通知单", by)


def receipt(transfer: Transfer, *, by: Any) -> StoredFile:
    """The receiver's word that the dossier has come complete; closes the transfer for the sender."""
    assert transfer.person and transfer.counterpart and transfer.new_custody and transfer.received_on
    paper = papers.IntakeReceipt(
        word=f"{transfer.counterpart.short_name}收",
        number=transfer.number,
        institution=transfer.counterpart.name,
        addressee=transfer.institution.name,
        name=transfer.person.name,
        id_number=transfer.person.id_number,
        archive_number=transfer.new_custody.archive_number,
        volumes=(transfer.principal_volumes or 0) + (transfer.duplicate_volumes or 0),
        pieces=transfer.papers or 0,
        carrier=standards.code_name("carrier", transfer.carrier),
        received_on=transfer.received_on,
        notice_number=transfer.number,
        waybill=transfer.waybill,
        receiver=by.name,
        phone=transfer.counterpart.phone,
    )
    return _store(papers.render_intake_receipt(paper), transfer, "回执", by)
