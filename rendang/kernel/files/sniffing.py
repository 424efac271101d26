"""The type of a file from its content; the name and what the browser says are never believed."""

import codecs
import zipfile
from typing import BinaryIO

import puremagic

from rendang.kernel.files.kinds import PDF, TEXT, XLS, XLSX

UNKNOWN = "application/octet-stream"
HEAD = 64 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Directory entries of a workbook inside an OLE container (Excel 97 and 95).
# The last one is a workbook behind a password: whoever reads it says so.
WORKBOOK_ENTRIES = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book", "EncryptedPackage"))
# Other systems export a web page's table, or XML of 2003, under the name of XLS; it is only ever downloaded again.
TABLES_AS_XLS = (b"<table", b"urn:schemas-microsoft-com:office:spreadsheet")
CONTROLS = frozenset(chr(code) for code in (*range(0x20), 0x7F)) - set("\t\n\r\f")
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")


def _is_text(head: bytes) -> bool:
    """Does the beginning read as text in an encoding that offices use? A character may be cut off at the end."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            continue
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head, final=False)
        except UnicodeDecodeError:
            continue
        return CONTROLS.isdisjoint(text)
    return False


def _of_zip(content: BinaryIO) -> str:
    try:
        names = zipfile.ZipFile(content).namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return UNKNOWN
    if "[Content_Types].xml" in names and any(name.startswith("xl/workbook") for name in names):
        return XLSX
    return "application/zip"


def _of_ole(content: BinaryIO) -> str:
    content.seek(0)
    tail = b""
    while block := content.read(1024 * 1024):
        if any(entry in tail + block for entry in WORKBOOK_ENTRIES):
            return XLS
        tail = block[-32:]
    return UNKNOWN


def sniff(content: BinaryIO) -> str:
    """The media type of a seekable file; the position is left anywhere."""
    content.seek(0)
    head = content.read(HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(content)
    if head.startswith(OLE):
        return _of_ole(content)
    if _is_text(head):
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return TEXT
        if any(mark in head.lower() for mark in TABLES_AS_XLS):
            return XLS
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    best = matches[0]
    return "image/jp2" if best.extension in {".jp2", ".jpx", ".jpf"} else best.mime_type or UNKNOWN
