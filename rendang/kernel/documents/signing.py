"""Electronic signatures on papers: PAdES B-B (ETSI EN 319 142-1) with ECDSA P-256, and their validation.

Without a certificate of its own (``RENDANG_SIGNING_CERTIFICATE`` and ``RENDANG_SIGNING_KEY``) an installation makes a
certification authority and a signing certificate for ten years on first use, under ``HOME/keys``.
"""

import datetime as dt
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from rendang.kernel.core.keys import keep

VALIDITY = dt.timedelta(days=3653)  # ten years
FIELD = "Signature"
# Room for our own signature and chain, in hexadecimal digits; of a configured certificate it is measured.
RESERVED = 8192


@dataclass(frozen=True)
class SignatureVerdict:
    """What the signature of a PDF proves. A paper counts as ours only if ``is_valid``."""

    signed: bool = False
    intact: bool = False  # nothing that was signed has changed
    trusted: bool = False  # by this installation, or the certificate configured for it
    covers_whole_document: bool = False  # nothing was added after signing
    signer_name: str = ""
    signed_at: dt.datetime | None = None  # as the signer's clock said
    reason: str = ""

    @property
    def is_valid(self) -> bool:
        return self.signed and self.intact and self.trusted and self.covers_whole_document


def _pem(key: ec.EllipticCurvePrivateKey, *certificates: x509.Certificate) -> bytes:
    parts = [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
    return b"".join(parts + [certificate.public_bytes(Encoding.PEM) for certificate in certificates])


def _certificate(subject: str, key: ec.EllipticCurvePrivateKey, *, issuer: bytes = b"") -> x509.Certificate:
    """A certificate of the issuer (key and certificate as PEM), or without one a self-signed authority's."""
    authority = not issuer
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    signing_key, signing_name, until = key, name, now + VALIDITY
    if issuer:
        signing_key = _private_key(issuer)
        above = x509.load_pem_x509_certificate(issuer)
        signing_name, until = above.subject, above.not_valid_after_utc
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signing_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # clocks differ
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    return builder.sign(signing_key, SHA256())


def _private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _host() -> str:
    return urlsplit(settings.PUBLIC_ADDRESS).hostname or "localhost"


def _new_authority() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return _pem(key, _certificate(f"Rendang CA {_host()}", key))


def _authority() -> bytes:
    return keep("signing_ca.pem", _new_authority)


def _new_signer() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return _pem(key, _certificate(f"Rendang {_host()}", key, issuer=_authority()))


def _certificates(pem: bytes) -> list[Any]:
    """All certificates of a PEM file, as pyHanko wants them."""
    return list(load_certs_from_pemder_data(pem))


def authority_pem() -> bytes:
    """The installation's own CA certificate, for the trust lists of PDF readers."""
    return x509.load_pem_x509_certificate(_authority()).public_bytes(Encoding.PEM)


def _configured() -> tuple[bytes, bytes] | None:
    """(key, certificate and its chain) from the environment, if one is set."""
    if not (settings.SIGNING_CERTIFICATE or settings.SIGNING_KEY):
        return None
    try:
        return Path(settings.SIGNING_KEY).read_bytes(), Path(settings.SIGNING_CERTIFICATE).read_bytes()
    except OSError as missing:
        raise ImproperlyConfigured(
            "RENDANG_SIGNING_CERTIFICATE and RENDANG_SIGNING_KEY must both name a PEM file that can be read."
        ) from missing


@cache
def _signer() -> signers.SimpleSigner:
    """Kept for the process: reading a key costs more than signing with it."""
    if configured := _configured():
        key_pem, (certificate, *chain) = configured[0], _certificates(configured[1])
    else:
        key_pem = keep("signing.pem", _new_signer)
        certificate, chain = _certificates(key_pem)[0], _certificates(_authority())
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    return signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=load_private_key_from_pemder_data(key_pem, passphrase=None),
        cert_registry=store,
    )


def _trusted() -> list[Any]:
    """Roots we vouch for: our own authority, and the top of the configured certificate's chain."""
    roots = _certificates(_authority())
    if configured := _configured():
        roots.append(_certificates(configured[1])[-1])
    return roots


def sign(pdf: bytes, *, reason: str = "", location: str = "") -> bytes:
    """The same paper with a signature that allows no later change (DocMDP level 1)."""
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason or None,
        location=location or None,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)),
        metadata,
        signer=_signer(),
        output=out,
        bytes_reserved=None if settings.SIGNING_KEY else RESERVED,
    )
    return out.getvalue()


def verify(pdf: bytes) -> SignatureVerdict:
    """What the signature of an unknown file proves. Never raises: a file that cannot be read is an unsigned one."""
    roots = _trusted()
    try:
        return _verdict(pdf, roots)
    except Exception:  # anything can be uploaded, and a hostile PDF can fail anywhere in a parser
        return SignatureVerdict()


def _verdict(pdf: bytes, roots: list[Any]) -> SignatureVerdict:
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if not signatures:
        return SignatureVerdict()
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = validate_pdf_signature(signatures[-1], context)
    return SignatureVerdict(
        signed=True,
        intact=status.intact and status.valid,
        trusted=status.trusted,
        covers_whole_document=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        signer_name=status.signing_cert.subject.native.get("common_name", ""),
        signed_at=status.signer_reported_dt,
        reason=str(signatures[-1].sig_object.get("/Reason", "")),
    )
