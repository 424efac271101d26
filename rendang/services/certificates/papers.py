"""The facts a certificate states and the signed paper that states them."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from rendang.dossiers.models import Custody
from rendang.kernel.documents import papers, signing
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards
from rendang.services.certificates.models import Certificate


def facts(custody: Custody) -> dict[str, str]:
    """What the record says at this moment; the whole ID number is read only when the paper is printed."""
    person = custody.dossier.person
    return {
        "name": person.name,
        "id_masked": person.id_masked,
        "sex": standards.code_name("sex", person.sex),
        "institution": custody.institution.name,
        "archive_number": custody.archive_number,
        "received_on": custody.received_on,
        "archive_type": standards.code_name("archive_type", custody.archive_type),
    }


def certificate(certificate: Certificate, *, by: Any) -> StoredFile:
    """The signed PDF (PAdES); its QR code opens the public page that verifies it."""
    assert certificate.person and certificate.issued_at
    stated = certificate.facts
    address = f"{settings.PUBLIC_ADDRESS}/verify/"
    paper = papers.CustodyCertificate(
        number=certificate.certificate_number,
        institution=stated["institution"],
        name=stated["name"],
        sex=stated["sex"],
        id_number=certificate.person.id_number,
        archive_number=stated["archive_number"],
        custody_type=stated["archive_type"],
        custody_since=stated["received_on"],
        issued_on=timezone.localdate(certificate.issued_at),
        verification_code=certificate.verification_code,
        verification_address=address,
        verification_link=f"{address}?number={certificate.certificate_number}&code={certificate.verification_code}",
    )
    signed = signing.sign(
        papers.render_custody_certificate(paper), reason="存档证明", location=certificate.institution.name
    )
    name = f"存档证明-{certificate.certificate_number}.pdf"
    return files.store(signed, name=name, kind=Kind.PAPER, institution=certificate.institution, by=by)
