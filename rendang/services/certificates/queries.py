"""The register, and what the public is told of a certificate."""

import hashlib
import hmac
from dataclasses import dataclass

from django.utils import timezone

from rendang.dossiers.models import Custody
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


def status_of(certificate: Certificate) -> Certificate.Status:
    """Valid, or why not; computed from the record now, so a dossier that has left shows at once."""
    if certificate.state == Certificate.State.REVOKED:
        return Status.REVOKED
    if certificate.superseded_by_id:
        return Status.SUPERSEDED
    if certificate.custody.status != Custody.Status.HELD:
        return Status.DOSSIER_LEFT
    return Status.VALID


def verdict_on(certificate: Certificate) -> Verdict:
    assert certificate.issued_at
    return Verdict(
        status=status_of(certificate),
        number=certificate.certificate_number,
        masked_name=mask_name(certificate.facts["name"]),
        institution=certificate.institution.name,
        issued_on=f"{timezone.localdate(certificate.issued_at):%Y-%m-%d}",
    )


def verify_paper(pdf: bytes) -> Verdict:
    """What the register says of an uploaded file: it must be, byte for byte, a paper that was issued and signed."""
    digest = hashlib.sha256(pdf).hexdigest()
    certificate = (
        Certificate.objects.filter(file__sha256=digest, issued_at__isnull=False)
        .select_related("custody", "institution")
        .first()
    )
    if certificate is None or not signing.verify(pdf).is_valid:
        return Verdict(Status.UNKNOWN)
    return verdict_on(certificate)


def verify(number: str, code: str) -> Verdict:
    """What the register says of a number and its verification code; a wrong code is as unknown as no number."""
    certificate = (
        Certificate.objects.filter(certificate_number=number.strip().upper(), issued_at__isnull=False)
        .select_related("custody", "institution", "person")
        .first()
    )
    given = code.strip().upper()
    if certificate is None or not hmac.compare_digest(certificate.verification_code.encode(), given.encode()):
        return Verdict(Status.UNKNOWN)
    return verdict_on(certificate)
