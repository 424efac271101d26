"""Identity numbers that are no plain resident number: beside other words, of a passport or a permit, masked."""

import re

from rendang.circulation.rosters.judging.phrases import kind_of, without_century
from rendang.circulation.rosters.judging.verdicts import ID_CARD, PASSPORT

ONE_NUMBER = re.compile(r"(?<!\d)(?<!\d[.X])(\d{17}[\dX]|\d{15})(?![\dX])")
_DOCUMENT = re.compile(r"(?<![A-Z\d])[A-Z]{1,3}\d{6,15}(?!\d)")
_HEADING_OF_PASSPORTS = re.compile("护照|PASSPORT")


def one_number_in(number: str) -> str:
    """The resident number that stands among other words; the old one of the same person may stand beside it."""
    found = ONE_NUMBER.findall(number.replace("-", ""))
    return max(found, key=len) if len({*map(without_century, found)}) == 1 else ""


def document_in(number: str, written: str, heading: str) -> tuple[str, str] | None:
    """(kind, number) of a passport or a permit that its cell (护照E12345678) or its heading (护照号) names."""
    kind = kind_of(written)
    if kind == ID_CARD and _HEADING_OF_PASSPORTS.search(heading):
        kind = PASSPORT
    found = _DOCUMENT.findall(number)
    return (kind, found[0]) if kind != ID_CARD and len(found) == 1 else None
