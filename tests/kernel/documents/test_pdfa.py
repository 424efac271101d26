"""Papers stay readable for decades: PDF/A-2b (ISO 19005-2), signed or not."""

import io

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, TextStringObject

from rendang.kernel.documents import signing
from rendang.kernel.documents.papers import render_custody_certificate
from tests.kernel.documents.pdfa import problems
from tests.kernel.documents.sample_papers import CERTIFICATE, PAPERS


@pytest.fixture
def home(settings, tmp_path):
    """An installation that signs with a certificate of its own."""
    settings.HOME = tmp_path
    settings.SIGNING_CERTIFICATE = settings.SIGNING_KEY = ""
    signing._signer.cache_clear()
    yield tmp_path
    signing._signer.cache_clear()


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_keeps_to_pdf_a(name):
    assert problems(PAPERS[name]()) == []


def test_a_signed_paper_keeps_to_pdf_a(home):
    paper = render_custody_certificate(CERTIFICATE)
    signed = signing.sign(paper, reason="出具存档证明")
    assert problems(signed) == []
    (field,) = pypdf.PdfReader(io.BytesIO(signed)).root_object["/AcroForm"]["/Fields"]
    signature = field.get_object()["/V"].get_object()
    # ISO 19005-2, annex B: one signature over the whole file, in the form of CAdES.
    start, length, tail, rest = signature["/ByteRange"]
    assert (start, tail + rest) == (0, len(signed))
    assert signed[length:tail].strip(b"<>0123456789abcdefABCDEF") == b""
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"


# ── and the checks see what they are for ───────────────────────────────────────────────────────────────────────────


def changed(change):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(render_custody_certificate(CERTIFICATE)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def without_metadata(writer):
    del writer.root_object["/Metadata"]


def without_output_intent(writer):
    del writer.root_object["/OutputIntents"]


def without_fonts(writer):
    for each in writer._objects:
        if isinstance(each, DictionaryObject):
            for name in ("/FontFile2", "/FontFile3"):
                each.pop(name, None)


def with_a_script(writer):
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def with_a_hidden_note(writer):
    note = {"/Type": "/Annot", "/Subtype": "/Text", "/F": 2}
    annotation = DictionaryObject(
        {
            NameObject(key): NameObject(value) if isinstance(value, str) else NumberObject(value)
            for key, value in note.items()
        }
    )
    annotation[NameObject("/Rect")] = ArrayObject(FloatObject(number) for number in (0, 0, 9, 9))
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (lambda writer: writer.encrypt("", algorithm="AES-256"), "6.1.3: encrypted"),
        (with_a_script, "6.5.1: action /JavaScript"),
        (lambda writer: writer.add_attachment("a.txt", b"x"), "6.8"),
        (without_metadata, "6.6.2: no metadata"),
        (without_output_intent, "6.2.3"),
        (without_fonts, "6.2.11.4"),
        (with_a_hidden_note, "6.3.2"),
    ],
)
def test_a_file_against_the_standard_is_noticed(change, clause):
    assert any(problem.startswith(clause) for problem in problems(changed(change)))


def test_something_behind_the_end_is_noticed():
    assert problems(render_custody_certificate(CERTIFICATE) + b"more") == ["6.1.3: something behind the last %%EOF"]
