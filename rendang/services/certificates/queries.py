"""The register, and what the public is told of a certificate."""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from django.utils import timezone

from rendang.dossiers.models import Custody
from rendang.kernel.core.language import in_words_of_the_reader
from rendang.kernel.documents import signing
from rendang.services.certificates.models import Certificate

Status = Certificate.Status


@dataclass(frozen=True)
class Verdict:
    """The answer to whoever verifies: no more than the paper in their hands shows, and the name masked."""

    status: Certificate.Status
    number: str = ""
    masked_name: str = ""
    institution: str = ""
    issued_on: str = ""


def mask_name(name: str) -> str:
    """王小明 → 王**: enough to compare with the paper, not enough to learn a name."""
    return name[:1] + "*" * (len(name) - 1)


# All that an answer needs, in one row: the certificate, its custody and the institution's name.
_TOLD = (
    "state",
    "superseded_by_id",
    "custody__status",
    "certificate_number",
    "facts__name",
    "institution__name",
    "institution__english_name",
    "issued_at",
)


def status_of(certificate: Certificate) -> Certificate.Status:
    """Valid, or why not; computed from the record now, so a dossier that has left shows at once."""
    return _status(certificate.state, certificate.superseded_by_id, certificate.custody.status)


def _status(state: str, superseded_by: int | None, custody: str) -> Certificate.Status:
    if state == Certificate.State.REVOKED:
        return Status.REVOKED
    if superseded_by:
        return Status.SUPERSEDED
    if custody != Custody.Status.HELD:
        return Status.DOSSIER_LEFT
    return Status.VALID


def _verdict(
    state: str,
    superseded_by: int | None,
    custody: str,
    number: str,
    name: str,
    institution: str,
    english_name: str,
    issued_at: dt.datetime,
) -> Verdict:
    """The answer from the facts of ``_TOLD``."""
    return Verdict(
        status=_status(state, superseded_by, custody),
        number=number,
        masked_name=mask_name(name),
        institution=in_words_of_the_reader(institution, english_name),
        issued_on=f"{timezone.localdate(issued_at):%Y-%m-%d}",
    )


def verify_paper(pdf: bytes) -> Verdict:
    """What the register says of an uploaded file: it must be, byte for byte, a paper that was issued and signed."""
    digest = hashlib.sha256(pdf).hexdigest()
    issued = Certificate.objects.filter(file__sha256=digest, issued_at__isnull=False).order_by("pk")
    found = issued.values_list(*_TOLD).first()
    if found is None or not signing.verify(pdf).is_valid:
        return Verdict(Status.UNKNOWN)
    return _verdict(*found)


def verify(number: str, code: str) -> Verdict:
    """What the register says of a number and its verification code; a wrong code is as unknown as no number."""
    # At most one row (``certificate_number_once``); the person's is not read, the name on the paper is what is told.
    issued = Certificate.objects.filter(certificate_number=number.strip().upper(), issued_at__isnull=False)
    found = next(iter(issued.values_list("verification_code", *_TOLD)), None)
    given = code.strip().upper()
    if found is None or not hmac.compare_digest(found[0].encode(), given.encode()):
        return Verdict(Status.UNKNOWN)
    return _verdict(*found[1:])
