"""What somebody typed into the one search box, read by its shape alone."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.identifiers import normalise_id_number

BARCODE = re.compile(r"RD(\d{9})")
ID_NUMBER = re.compile(r"\d{17}[\dX]|\d{15}")
PINYIN = re.compile(r"[a-zü' ]+")
PASSPORT = re.compile(r"[A-Za-z]{1,3}\d{6,12}")
DIGIT = re.compile(r"\d")
# Longer than any name or number on record.
LONGEST = 60


class Shape(StrEnum):
    """How a text is looked for. ``NUMBER``: an archive number or its beginning, or a passport or permit number."""

    NOTHING = "nothing"
    BARCODE = "barcode"
    ID_NUMBER = "id_number"
    NUMBER = "number"
    NAME = "name"
    PINYIN = "pinyin"


@dataclass(frozen=True)
class SearchText:
    """A text in the form in which it is compared: key of the dossier, number, normalised name, or letters."""

    shape: Shape
    value: str

    @property
    def may_identify(self) -> bool:
        """Whether it could be an identity number, a passport's or a permit's."""
        return self.shape == Shape.ID_NUMBER or (self.shape == Shape.NUMBER and bool(PASSPORT.fullmatch(self.value)))

    @property
    def dossier_id(self) -> int:
        assert self.shape == Shape.BARCODE
        return int(self.value)


def read_search_text(text: str) -> SearchText:
    """What kind of text this is: ``RD000000012``, ``3702…``, ``RCSC2026``, ``小明``, ``wang xm``."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())[:LONGEST].strip()
    if not plain:
        return SearchText(Shape.NOTHING, "")
    number = normalise_id_number(plain)
    if match := BARCODE.fullmatch(number):
        return SearchText(Shape.BARCODE, str(int(match[1])))
    if ID_NUMBER.fullmatch(number):
        return SearchText(Shape.ID_NUMBER, number)
    if DIGIT.search(plain):
        return SearchText(Shape.NUMBER, plain)
    if PINYIN.fullmatch(plain.lower()):
        letters = plain.lower().replace("ü", "v").replace("'", "").replace(" ", "")
        return SearchText(Shape.PINYIN, letters) if letters else SearchText(Shape.NOTHING, "")
    # Not the folded text: a rare character stays itself.
    return SearchText(Shape.NAME, normalise_name(text)[:LONGEST])


def readings(letters: str) -> list[str]:
    """The spellings under which letters may be on record: lü is recorded as lv and typed lu as well."""
    return [letters, letters[0] + "v" + letters[2:]] if letters[:2] in {"lu", "nu"} else [letters]
