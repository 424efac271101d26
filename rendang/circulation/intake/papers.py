"""The papers of an intake: recall letter 调档函, receipt 回执, return slip 退回单."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import carriage_for
from rendang.kernel.documents import papers
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


def _store(content: bytes, intake: Intake, name: str, by: Any) -> StoredFile:
    file_name = f"{name}-{intake.number}.pdf"
    return files.store(content, name=file_name, kind=Kind.PAPER, institution=intake.institution, by=by)


def _word(intake: Intake) -> str:
    """The word before the number of a paper: 人才市场 → 人才市场调."""
    return intake.institution.short_name


def recall_letter(intake: Intake, *, by: Any) -> StoredFile:
    """The letter that asks the present keeper for the dossier; its QR code opens the public page of the letter.

    Its address is percent-encoded: what scanners type like a keyboard is plain ASCII.
    """
    assert intake.person and intake.letter_date and intake.letter_valid_until
    institution = intake.institution
    allowed = carriage_for(intake).carriers
    paper = papers.RecallLetter(
        word=f"{_word(intake)}调",
        number=intake.letter_number,
        institution=institution.name,
        addressee=intake.sender,
        name=intake.person.name,
        sex=standards.code_name("sex", intake.person.sex),
        id_number=intake.person.id_number,
        reason=standards.code_name("intake_reason", intake.reason),
        carriers=[standards.code_name("carrier", carrier) for carrier in allowed],
        dispatch_days=int(standards.policy("transfer_dispatch", on=intake.letter_date).value),
        reply_address=f"{institution.address} {institution.postcode}".strip(),
        consignee=institution.name,
        phone=institution.phone,
        handler=by.name,
        issued_on=intake.letter_date,
        valid_until=intake.letter_valid_until,
        verification_link=f"{settings.PUBLIC_ADDRESS}/letters/{quote(intake.letter_number)}/",
    )
    return _store(papers.render_recall_letter(paper), intake, "调档函", by)


def receipt(intake: Intake, *, by: Any) -> StoredFile:
    """What the sender gets back when the dossier has been accepted."""
    assert intake.person and intake.custody and intake.parcel
    paper = papers.IntakeReceipt(
        word=f"{_word(intake)}收",
        number=intake.number,
        institution=intake.institution.name,
        addressee=intake.sender,
        name=intake.person.name,
        id_number=intake.person.id_number,
        archive_number=intake.custody.archive_number,
        volumes=(intake.principal_volumes or 0) + (intake.duplicate_volumes or 0),
        pieces=intake.papers or 0,
        carrier=standards.code_name("carrier", intake.parcel.carrier),
        received_on=intake.parcel.arrived_on,
        waybill=intake.parcel.waybill,
        receiver=by.name,
        phone=intake.institution.phone,
    )
    return _store(papers.render_intake_receipt(paper), intake, "回执", by)


def return_slip(intake: Intake, *, by: Any) -> StoredFile:
    """Why the parcel goes back, on what basis, and what the sender is to do."""
    today = timezone.localdate()
    assert intake.person and intake.parcel
    paper = papers.ReturnSlip(
        word=f"{_word(intake)}退",
        number=intake.number,
        institution=intake.institution.name,
        addressee=intake.parcel.sender,
        name=intake.person.name,
        id_number=intake.person.id_number,
        arrived_on=intake.parcel.arrived_on,
        carrier=standards.code_name("carrier", intake.parcel.carrier),
        reason_code=intake.return_reason,
        reason=standards.code_name("return_reason", intake.return_reason),
        basis=standards.policy("never_a_return_reason", on=today).basis,
        remedy="请按上述原因改正后，以规定的方式重新转递。",
        issued_on=today,
        finding=intake.return_detail,
        waybill=intake.parcel.waybill,
        return_carrier=intake.return_carrier and standards.code_name("carrier", intake.return_carrier),
        return_waybill=intake.return_waybill,
        handler=by.name,
        phone=intake.institution.phone,
    )
    return _store(papers.render_return_slip(paper), intake, "退回单", by)
