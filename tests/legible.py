"""Whether everything printed in a paper can be read: no character over another, over a line, or beyond the margin."""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

MM = 72 / 25.4


@dataclass(frozen=True)
class Box:
    """In points, from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Glyph(Box):
    said: str
    red: bool  # of the seal, which lies over the words on purpose
    turned: bool  # along the ring of the seal: its upright box says nothing


def faults_of(
    pdf: bytes, *, sides: float = 8, ends: float = 8, places: Sequence[Box] = (), most: int = 5
) -> list[str]:
    """What cannot be read, in words with page and characters; the first ``most``.

    ``sides`` and ``ends`` are the margins left and right, above and below, in millimetres; ``places`` the labels on a
    sheet, in each of which its characters must stay.
    """
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        glyphs = list(glyphs_of(page))
        wide, high = page.get_size()
        within = Box(sides * MM, ends * MM, wide - sides * MM, high - ends * MM)
        for fault in _faults(glyphs, list(lines_of(page)), within, places):
            found.append(f"page {number}: {fault}")
            if len(found) == most:
                return found
    return found


def glyphs_of(page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    """Every character that leaves ink, with the box of its ink."""
    text = page.get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if raw.FPDFText_IsGenerated(text, index) or chr(code).isspace() or code in (0xA0, 0x200B):
            continue
        raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        raw.FPDFText_GetFillColor(text, index, red, green, blue, alpha)
        angle = raw.FPDFText_GetCharAngle(text, index) % 1.5708
        yield Glyph(
            left.value, bottom.value, right.value, top.value, chr(code),
            red.value > 150 > green.value, 0.02 < angle < 1.55,
        )  # fmt: skip


def lines_of(page: pypdfium2.PdfPage) -> Iterator[Box]:
    """The rules of tables and the lines to write on."""
    for drawn in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4):
        box = Box(*drawn.get_bounds())
        if min(box.right - box.left, box.top - box.bottom) < 2 < max(box.right - box.left, box.top - box.bottom):
            yield box


def _faults(glyphs: list[Glyph], lines: list[Box], within: Box, places: Sequence[Box]) -> Iterator[str]:
    for glyph in glyphs:
        if not _lies_in(glyph, within) or (places and not any(_lies_in(glyph, place) for place in places)):
            yield f"“{glyph.said}” lies beyond the margin, near “{_near(glyph, glyphs)}”"
    for one, other in _meeting(glyphs, glyphs):
        # Of two that meet by more than a hair, both are hard to read.
        if one.red == other.red and not (one.turned or other.turned) and _depth(one, other) > 1:
            yield f"“{one.said}” and “{other.said}” lie over one another, near “{_near(one, glyphs)}”"
    for glyph, line in _meeting(glyphs, lines):
        if not glyph.red and _inside(glyph, line):
            yield f"“{glyph.said}” lies over a line, near “{_near(glyph, glyphs)}”"


def _meeting(glyphs: Sequence[Glyph], others: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The pairs whose boxes meet, each once: a sweep from the left."""
    same = glyphs is others
    open_: list[tuple[bool, Box]] = []
    events = sorted(
        [(box.left, False, box) for box in glyphs] + [(box.left, True, box) for box in ([] if same else others)],
        key=lambda event: event[0],
    )
    for left, is_other, box in events:
        open_ = [entry for entry in open_ if entry[1].right > left]
        for was_other, before in open_:
            if before.bottom < box.top and before.top > box.bottom and (same or was_other != is_other):
                yield (before, box) if same or is_other else (box, before)
        open_.append((is_other, box))


def _lies_in(glyph: Glyph, place: Box) -> bool:
    return (
        place.left - 0.5 <= glyph.left and glyph.right <= place.right + 0.5
        and place.bottom - 0.5 <= glyph.bottom and glyph.top <= place.top + 0.5
    )  # fmt: skip


def _depth(one: Box, other: Box) -> float:
    """How far two boxes overlap, in the direction in which they do so less."""
    return min(
        min(one.right, other.right) - max(one.left, other.left),
        min(one.top, other.top) - max(one.bottom, other.bottom),
    )


def _inside(glyph: Glyph, line: Box) -> bool:
    """A line runs through a character, not only along its edge."""
    if line.right - line.left < line.top - line.bottom:
        return glyph.left + 0.7 < line.right and line.left < glyph.right - 0.7
    return glyph.bottom + 0.7 < line.top and line.bottom < glyph.top - 0.7


def _near(glyph: Glyph, glyphs: Iterable[Glyph]) -> str:
    """The characters about one, so that the place is found."""
    around = list(glyphs)
    at = around.index(glyph)
    return "".join(each.said for each in around[max(0, at - 8) : at + 9])
