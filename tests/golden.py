"""Papers against the pictures that were approved, and against the words they must say.

After a wanted change: ``UPDATE_GOLDEN=1 ./run test tests/…`` and look at each picture.
"""

import io
import os
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from rendang.kernel.documents import fonts
from tests.legible import faults_of

DPI = 72
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


def squeezed(text: str) -> str:
    """Line breaks and spaces are the matter of the picture."""
    return "".join(text.split())


def pages_of(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L") for page in document]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of grey in percent, blurred so that another renderer's edges do not count."""
    blurred = [picture.filter(ImageFilter.GaussianBlur(2)) for picture in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*blurred)).mean[0] / 255 * 100


def assert_looks_as_approved(name: str, pdf: bytes, folder: Path, *, margin: float = 8) -> None:
    """Every page beside ``folder/name-<page>.png``; the demonstration's mark must be off (settings.DEMONSTRATION).

    Nothing in it lies over another, over a line, or beyond the ``margin`` (in millimetres).
    """
    assert faults_of(pdf, sides=margin, ends=margin) == []
    if fonts.families()[0].name != "Noto Serif SC":
        pytest.skip("the packaged font is missing: run ./run once to fetch it")
    pages = pages_of(pdf)
    if UPDATE:
        folder.mkdir(exist_ok=True)
        for old in folder.glob(f"{name}-*.png"):
            old.unlink()
        for number, page in enumerate(pages, start=1):
            out = io.BytesIO()
            page.quantize(16).save(out, "PNG", optimize=True)
            (folder / f"{name}-{number}.png").write_bytes(out.getvalue())
    expected = sorted(folder.glob(f"{name}-*.png"))
    assert len(pages) == len(expected)
    for page, path in zip(pages, expected, strict=True):
        golden = Image.open(path).convert("L")
        assert page.size == golden.size
        assert difference(page, golden) < 0.35, f"page differs from {path.name}"


def assert_says(pdf: bytes, words: list[str]) -> None:
    """What must be readable in the paper, in words."""
    text = squeezed(text_of(pdf))
    assert not [wanted for wanted in words if squeezed(wanted) not in text]
