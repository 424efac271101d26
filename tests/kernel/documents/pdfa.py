"""What ISO 19005-2 (PDF/A-2b) asks of a file, as far as it can be read from its objects.

No independent validator can be installed from where we install (veraPDF is a Java program), so this reads each paper
with another library than the two that write it. Clauses of ISO 19005-2:2011 stand beside each rule. Not looked at: the
inside of font programs and of colour profiles, glyph widths, and the operators of content streams but for colours.
"""

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pypdf
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject, StreamObject

PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
FORBIDDEN_ACTIONS = {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition"}
FORBIDDEN_ACTIONS |= {"/Trans", "/GoTo3DView", "/JavaScript"}
FORBIDDEN_ANNOTATIONS = frozenset(("/3D", "/Sound", "/Screen", "/Movie"))
PRINT, INVISIBLE, HIDDEN, NO_VIEW, TOGGLE_NO_VIEW = 4, 1, 2, 32, 256


def problems(pdf: bytes) -> list[str]:
    """What is against the standard; empty for a file that keeps to it."""
    return list(_of_the_bytes(pdf)) + list(_of_the_objects(pypdf.PdfReader(io.BytesIO(pdf))))


def _of_the_bytes(pdf: bytes) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", pdf):
        yield "6.1.2: header, or the comment of four bytes above 127 behind it"
    if not re.search(rb"%%EOF\r?\n?\Z", pdf):
        yield "6.1.3: something behind the last %%EOF"


def _of_the_objects(reader: pypdf.PdfReader) -> Iterator[str]:
    if "/Encrypt" in reader.trailer:
        yield "6.1.3: encrypted"
        return
    if "/ID" not in reader.trailer:
        yield "6.1.3: no file identifier"
    catalog = reader.root_object
    yield from _of_the_catalog(catalog)
    for each in _objects(reader):
        yield from _of_a_dictionary(each)
    for page in reader.pages:
        yield from _of_a_page(page, reader)


def _objects(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, those inside others too."""
    numbers = {(number, generation) for generation, of in reader.xref.items() for number in of}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[Any] = [IndirectObject(*each, reader).get_object() for each in sorted(numbers) if each[0]]
    while waiting:
        each = waiting.pop()
        if isinstance(each, DictionaryObject):
            yield each
            waiting += [inner for inner in each.values() if not isinstance(inner, IndirectObject)]
        elif isinstance(each, list):
            waiting += [inner for inner in each if not isinstance(inner, IndirectObject)]


def _of_the_catalog(catalog: DictionaryObject) -> Iterator[str]:
    yield from _of_the_metadata(catalog.get("/Metadata"))
    yield from _of_the_output_intents(catalog.get("/OutputIntents", []))
    if "/AA" in catalog:
        yield "6.5.2: actions of the document"
    names = catalog.get("/Names", DictionaryObject()).get_object()
    for name in ("/JavaScript", "/EmbeddedFiles", "/AlternatePresentations"):
        if name in names:
            yield f"6.5, 6.8, 6.10: {name} among the names"
    if "/Requirements" in catalog:
        yield "6.11: requirements"
    form = catalog.get("/AcroForm", DictionaryObject()).get_object()
    if form.get("/NeedAppearances", False) or "/XFA" in form:
        yield "6.4: a form that is drawn by the reader"
    if "/Perms" in catalog and set(catalog["/Perms"].get_object()) - {"/UR3", "/DocMDP"}:
        yield "6.1.12: other permissions"


def _of_the_metadata(stream: Any) -> Iterator[str]:
    if stream is None:
        yield "6.6.2: no metadata"
        return
    text = stream.get_object().get_data().decode("utf-8")
    if re.search(r"<\?xpacket[^>]*(bytes|encoding)=", text):
        yield "6.6.2.1: bytes or encoding in the packet's header"
    tree = ElementTree.fromstring(text.strip("\ufeff"))
    found = {}
    for each in tree.iter():
        found |= {key: value for key, value in each.attrib.items() if key.startswith(PDFAID)}
        if each.tag.startswith(PDFAID):
            found[each.tag] = each.text
    if (found.get(f"{PDFAID}part"), found.get(f"{PDFAID}conformance")) != ("2", "B"):
        yield "6.6.4: not marked as PDF/A-2b"


def _of_the_output_intents(intents: Any) -> Iterator[str]:
    profiles = [
        each.get_object()["/DestOutputProfile"].get_object()
        for each in intents
        if each.get_object().get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in each.get_object()
    ]
    if len(profiles) != 1:
        yield "6.2.3: not one output intent with a profile"
    for profile in profiles:
        data = profile.get_data()
        if data[36:40] != b"acsp" or data[12:16] not in (b"mntr", b"prtr") or data[8] > 4:
            yield "6.2.3: the profile is no ICC profile of an output device"
        if data[16:20] != b"RGB " or profile["/N"] != 3:
            yield "6.2.4.3: colours are RGB here, the profile is of something else"


def _of_a_dictionary(each: DictionaryObject) -> Iterator[str]:
    kind = each.get("/Type")
    if isinstance(each, StreamObject):
        filters = str(each.get("/Filter", ""))
        if "/LZW" in filters or "/Crypt" in filters:
            yield "6.1.7.2: a compression that is not allowed"
        if {"/F", "/FFilter", "/FDecodeParms"} & set(each):
            yield "6.1.7.1: content in another file"
    if each.get("/S") in FORBIDDEN_ACTIONS and ({"/JS", "/F", "/T", "/Next"} & set(each) or kind == "/Action"):
        yield f"6.5.1: action {each['/S']}"
    if kind == "/Font" and each.get("/Subtype") not in {"/Type0", "/Type3"}:
        yield from _of_a_font(each)
    if kind == "/Font" and each.get("/Subtype") == "/Type0" and "/Encoding" not in each:
        yield "6.2.11.3: a composite font without encoding"
    if each.get("/Subtype") == "/Image" and (each.get("/Interpolate") or {"/Alternates", "/OPI"} & set(each)):
        yield "6.2.8: a picture that is smoothed or replaced"
    if each.get("/Subtype") == "/PS" or "/Ref" in each or "/PS" in each:
        yield "6.2.9: PostScript, or a reference to another file"
    if kind == "/ExtGState" and ("/TR" in each or each.get("/TR2", "/Default") != "/Default" or "/HTP" in each):
        yield "6.2.5: a transfer function"
    if kind == "/Filespec" or "/EF" in each:
        yield "6.8: a file inside"


def _of_a_font(font: DictionaryObject) -> Iterator[str]:
    descriptor = font.get("/FontDescriptor", DictionaryObject()).get_object()
    if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
        yield f"6.2.11.4: font {font.get('/BaseFont')} is not embedded"
    if not re.match(r"/[A-Z]{6}\+", str(font.get("/BaseFont"))):
        yield f"font {font.get('/BaseFont')} is not a subset"
    if font.get("/Subtype") == "/CIDFontType2" and "/CIDToGIDMap" not in font:
        yield "6.2.11.3: a font without the map to its glyphs"


def _of_a_page(page: Any, reader: pypdf.PdfReader) -> Iterator[str]:
    if "/AA" in page or "/PresSteps" in page:
        yield "6.5.2, 6.10: actions of a page"
    for annotation in page.get("/Annots", []):
        yield from _of_an_annotation(annotation.get_object())
    for _operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"k", b"K"):
            yield "6.2.4.3: CMYK beside an RGB output intent"


def _of_an_annotation(annotation: DictionaryObject) -> Iterator[str]:
    kind = annotation.get("/Subtype")
    if kind in FORBIDDEN_ANNOTATIONS:
        yield f"6.3.1: annotation {kind}"
    flags = annotation.get("/F", 0)
    if not flags & PRINT or flags & (INVISIBLE | HIDDEN | NO_VIEW | TOGGLE_NO_VIEW):
        yield f"6.3.2: annotation {kind} is not printed as it is shown"
    if "/AA" in annotation or (kind == "/Widget" and "/A" in annotation):
        yield "6.4.1: a field with actions"
    left, low, right, high = annotation["/Rect"]
    if kind not in {"/Popup", "/Link"} and (left, low) != (right, high) and "/N" not in annotation.get("/AP", {}):
        yield f"6.3.3: annotation {kind} has no appearance"
