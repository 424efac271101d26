"""The QR codes on papers that somebody sends in: a scan, a photograph, a PDF. What cannot be read says nothing."""

import io
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pypdfium2
import zxingcpp
from PIL import Image

LARGEST = 20 * 1024 * 1024  # bytes; a larger file is refused when it is stored
MOST_PAGES = 3
SIDE = 2400  # pixels; enough for a code of 2 cm on a photographed A4 page
SCALE = 2.5  # of a PDF page: 180 dots an inch
MOST_PIXELS = 50_000_000  # unpacked in memory; a photograph is reduced as it is unpacked

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_pdfium = threading.Lock()  # PDFium is not made for several threads


def qr_codes_in(file: BinaryIO) -> list[str]:
    """The texts of the QR codes on a picture or on the first pages of a PDF; none where it cannot be read."""
    file.seek(0)
    content = file.read(LARGEST + 1)
    file.seek(0)
    if len(content) > LARGEST:
        return []
    try:
        pages = _pages(content) if content.startswith(b"%PDF") else _picture(content)
        return [code.text for page in pages for code in zxingcpp.read_barcodes(page, QR)]
    except Exception:  # it is somebody else's file: whatever is wrong with it, it only cannot be read
        return []


def _picture(content: bytes) -> Iterator[Image.Image]:
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
        picture.draft("L", (SIDE, SIDE))
        if picture.width * picture.height > MOST_PIXELS:
            return
        picture.thumbnail((SIDE, SIDE))
        yield picture.convert("L")


def _pages(content: bytes) -> Iterator[Image.Image]:
    with _pdfium:
        document = pypdfium2.PdfDocument(content)
        try:
            for at in range(min(len(document), MOST_PAGES)):
                page = document[at]
                scale = min(SCALE, SIDE / max(page.get_size()))
                yield page.render(scale=scale, grayscale=True).to_pil()
        finally:
            document.close()
