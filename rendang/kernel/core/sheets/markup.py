"""The XML inside an XLSX file: cut into pieces as it is unpacked, and the workbook's table of texts."""

import html
import re
import weakref
import zipfile
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO
from xml.etree import ElementTree

from rendang.kernel.core.sheets.cells import damaged

_BLOCK = 1 << 18
_LONGEST_ROW = 1 << 24  # bytes; no honest row is longer
_NEAR = 1 << 14  # bytes in which a row nearly always ends
# Texts are kept in blocks of a hundred: their numbers are the block's with two digits behind it.
TEXTS_A_BLOCK = 100
# Blocks of texts (10 kB each), and texts in each of two generations, that are kept at hand.
_MOST_BLOCKS, _MOST_KNOWN = 1300, 40_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOCAL = re.compile(r"^\{.*\}")


def tag(element: ElementTree.Element) -> str:
    """The element's name without its namespace."""
    return _LOCAL.sub("", element.tag)


def blocks(stream: IO[bytes], end: re.Pattern[bytes]) -> Iterator[bytes]:
    """The stream in blocks that each end with a match of ``end``; what follows the last one is dropped."""
    rest = b""
    while block := stream.read(_BLOCK):
        rest += block
        if len(rest) > _LONGEST_ROW:
            raise damaged()
        # The last end is near the end; a block without one is rare, and read with the next.
        ends = [found.end() for found in end.finditer(rest, max(0, len(rest) - _NEAR))]
        ends = ends or [found.end() for found in end.finditer(rest)]
        if ends:
            yield rest[: ends[-1]]
            rest = rest[ends[-1] :]


def text_of_xml(raw: bytes) -> str:
    return _unescaped(raw.decode())


def _unescaped(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


def all_text(element: ElementTree.Element) -> str:
    """The text of all runs, without the reading aids (rPh) above it."""
    runs = (part for part in element if tag(part) in {"t", "r"})
    text = "".join(
        (part.text or "") if tag(part) == "t" else "".join(run.text or "" for run in part if tag(run) == "t")
        for part in runs
    )
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)


def fragment(raw: bytes) -> ElementTree.Element:
    """A cut-out piece as an element, whatever prefix its names carry."""
    prefixes = {prefix for prefix in re.findall(rb"</?(\w+):|\s(\w+):\w+=", raw) for prefix in prefix if prefix}
    names = b" ".join(b'xmlns:%s="x"' % prefix for prefix in prefixes if prefix != b"xml")
    return ElementTree.fromstring(b"<piece " + names + b">" + raw + b"</piece>")


def _texts_of(block: bytes) -> list[bytes]:
    """The texts of a block of the table, as they are written in plain ones."""
    if block.startswith(_BEGIN) and block.endswith(_END):
        found = block[len(_BEGIN) : -len(_END)].split(_BETWEEN)
        if block.count(b"<") == 4 * len(found):  # nothing but plain texts: each has four tags
            return found
    found = _PLAIN_TEXT.findall(block)
    if len(found) != block.count(b"si>") // 2 or b"<si/" in block:
        return list(_one_by_one(block))
    return found


def _one_by_one(block: bytes) -> Iterator[bytes]:
    """Texts in runs, with reading aids, or without any content."""
    for piece in _TEXT_END.split(block)[:-1]:
        yield from (b"" for _empty in _EMPTY_TEXT.findall(piece))
        starts = [found.end() for found in _TEXT_BEGIN.finditer(piece)]
        text = all_text(fragment(piece[starts[-1] :])) if starts else ""
        yield text.replace("_x", "_x005F_x").replace("&", "&amp;").replace("\0", "").encode("utf-8", "replace")


class SharedTexts:
    """The workbook's table of texts, in blocks on disk; the blocks in use stay in memory."""

    def __init__(self, archive: zipfile.ZipFile, targets: dict[str, str]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - lives as long as the workbook is read
        weakref.finalize(self, self._file.close)
        self._starts = [0]
        name = next((target for target in targets.values() if target.lower().endswith("sharedstrings.xml")), None)
        if name and name in archive.namelist():
            with archive.open(name) as stream:
                self._spool(stream)

    def _spool(self, stream: IO[bytes]) -> None:
        waiting: list[bytes] = []
        for block in blocks(stream, _TEXT_END):
            waiting += _texts_of(block)
            whole = len(waiting) - len(waiting) % TEXTS_A_BLOCK
            for at in range(0, whole, TEXTS_A_BLOCK):
                self._keep(waiting[at : at + TEXTS_A_BLOCK])
            waiting = waiting[whole:]
        if waiting:
            self._keep(waiting)
        self._file.flush()

    def _keep(self, block: list[bytes]) -> None:
        self._file.write(b"\0".join(block))
        self._starts.append(self._file.tell())

    def block(self, number: int) -> list[str]:
        """The hundred texts that begin with number * 100; "" for those that the table does not have."""
        if not 0 <= number < len(self._starts) - 1:
            return [""] * TEXTS_A_BLOCK
        self._file.seek(self._starts[number])
        raw = self._file.read(self._starts[number + 1] - self._starts[number])
        texts = raw.decode("utf-8", "replace").split("\0")
        if b"&" in raw or b"_x" in raw:
            texts = list(map(_unescaped, texts))
        return texts + [""] * (TEXTS_A_BLOCK - len(texts))

    def text(self, index: int) -> str:
        return self.block(index // TEXTS_A_BLOCK)[index % TEXTS_A_BLOCK]


class TextsByNumber(dict[bytes, str | None]):
    """The shared texts by their number as a cell writes it. What comes again is found without a call, and, since most
    programs number texts as they come, so is what stands beside a new one. What is not asked for long is let go."""

    def __init__(self, texts: SharedTexts) -> None:
        super().__init__({b"": None})  # a cell that is not there
        self._texts = texts
        self._blocks: dict[int, list[str]] = {}
        self._last = -1
        self._before: dict[bytes, str | None] = {}

    def __missing__(self, raw: bytes) -> str | None:
        if len(self) > _MOST_KNOWN:
            self._before = dict(self)
            self.clear()
            self[b""] = None
        text = self._before.get(raw)
        if text is None:
            number, place = divmod(int(raw), TEXTS_A_BLOCK)
            block = self._blocks.get(number) or self._load(number)
            text = block[place]
        self[raw] = text
        return text

    def _load(self, number: int) -> list[str]:
        if len(self._blocks) > _MOST_BLOCKS:
            self._blocks.clear()
        block = self._blocks[number] = self._texts.block(number)
        if number > self._last:
            self._last = number
            self.update(zip(map((b"%d" % number).__add__, _TWO_DIGITS) if number else _UP_TO_99, block, strict=True))
        return block


_UP_TO_99 = [b"%d" % number for number in range(TEXTS_A_BLOCK)]
_TWO_DIGITS = [b"%02d" % number for number in range(TEXTS_A_BLOCK)]


_TEXT_END = re.compile(rb"</(?:\w+:)?si\s*>")
_TEXT_BEGIN = re.compile(rb"<(?:\w+:)?si(?:\s[^>]*)?>")
_EMPTY_TEXT = re.compile(rb"<(?:\w+:)?si\s*/>")
# A Chinese Excel notes behind a text typed by its sound that no reading aid is wanted.
_PLAIN_TEXT = re.compile(rb"<si>\s*<t(?:\s[^>]*)?>([^<]*)</t>\s*(?:<phoneticPr\b[^>]*/>\s*)?</si>")
# As nearly all programs write them.
_BEGIN, _END = b"<si><t>", b"</t></si>"
_BETWEEN = _END + _BEGIN
