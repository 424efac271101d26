"""Signed papers: valid as they left the house, and only so."""

import datetime as dt
import io
import stat

import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from rendang.kernel.documents import signing
from rendang.kernel.documents.papers import render_custody_certificate
from rendang.kernel.documents.signing import SignatureVerdict, sign, verify
from tests.kernel.documents.sample_papers import CERTIFICATE


@pytest.fixture(scope="module")
def paper():
    return render_custody_certificate(CERTIFICATE)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """An installation of its own for every test."""
    settings.HOME = tmp_path
    settings.SIGNING_CERTIFICATE = settings.SIGNING_KEY = ""
    signing._signer.cache_clear()
    yield tmp_path
    signing._signer.cache_clear()


def test_a_signed_paper_is_valid_and_says_who_when_and_why(paper):
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    verdict = verify(sign(paper, reason="出具存档证明", location="琴岛市"))
    assert verdict.is_valid
    assert verdict.signer_name == "Rendang localhost"
    assert verdict.reason == "出具存档证明"
    assert before <= verdict.signed_at <= dt.datetime.now(dt.UTC)


def test_signing_leaves_the_paper_itself_untouched(paper):
    signed = sign(paper)
    assert signed.startswith(paper)
    pictures = [pypdfium2.PdfDocument(pdf)[0].render(scale=0.5).to_pil().tobytes() for pdf in (paper, signed)]
    assert pictures[0] == pictures[1]


def test_a_changed_byte_breaks_it(paper):
    signed = bytearray(sign(paper))
    signed[len(paper) // 2] ^= 1
    verdict = verify(bytes(signed))
    assert not verdict.is_valid
    assert not verdict.intact


def test_something_added_after_signing_is_noticed(paper):
    writer = IncrementalPdfFileWriter(io.BytesIO(sign(paper)))
    writer.root["/Lang"] = generic.pdf_string("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    verdict = verify(out.getvalue())
    assert verdict.signed
    assert not verdict.covers_whole_document
    assert not verdict.is_valid


def test_a_signed_paper_with_its_end_cut_off_is_not_valid(paper):
    assert not verify(sign(paper)[:-200]).is_valid


@pytest.mark.parametrize(
    "content", [b"", b"not a PDF", b"%PDF-1.7\n" + b"\x00" * 500, b"%PDF-1.7\ntrailer<</Root 1 0 R>>"]
)
def test_anything_else_is_simply_unsigned(content):
    assert verify(content) == SignatureVerdict()


def test_an_unsigned_paper_is_unsigned(paper):
    assert verify(paper) == SignatureVerdict()


def test_another_installations_signature_is_intact_but_not_trusted(paper, settings, tmp_path):
    signed = sign(paper)
    settings.HOME = tmp_path / "elsewhere"
    verdict = verify(signed)
    assert verdict.intact
    assert not verdict.trusted
    assert not verdict.is_valid


def test_the_keys_are_made_once_and_are_readable_by_their_owner_only(paper, home):
    first = sign(paper)
    signing._signer.cache_clear()
    assert verify(first).is_valid
    files = {path.name: path for path in (home / "keys").iterdir()}
    assert set(files) == {"signing.pem", "signing_ca.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}


def test_the_authority_lasts_ten_years_and_may_only_issue(home):
    authority = x509.load_pem_x509_certificate(signing.authority_pem())
    years = (authority.not_valid_after_utc - dt.datetime.now(dt.UTC)).days / 365.25
    assert 9.9 < years < 10.1
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_cert_sign
    assert not usage.digital_signature
    assert b"PRIVATE" not in signing.authority_pem()


@pytest.fixture
def configured(settings, tmp_path):
    """A certificate from elsewhere, as an authority would issue it."""
    above_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    above = signing._pem(above_key, signing._certificate("Test CA", above_key))
    certificate = signing._certificate("琴岛市人才市场", key, issuer=above)
    root = x509.load_pem_x509_certificate(above)
    pem = [each.public_bytes(Encoding.PEM) for each in (certificate, root)]
    (tmp_path / "certificate.pem").write_bytes(b"".join(pem))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.SIGNING_CERTIFICATE = str(tmp_path / "certificate.pem")
    settings.SIGNING_KEY = str(tmp_path / "key.pem")
    signing._signer.cache_clear()


def test_a_configured_certificate_signs_and_older_papers_stay_valid(paper, request):
    older = sign(paper)
    request.getfixturevalue("configured")
    newer = verify(sign(paper))
    assert newer.is_valid
    assert newer.signer_name == "琴岛市人才市场"
    assert verify(older).is_valid


def test_a_certificate_without_its_key_is_a_clear_error(paper, configured, settings):
    settings.SIGNING_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="RENDANG_SIGNING_KEY"):
        sign(paper)
