"""What coded texts mean as lists write them: by the whole, else by what stands about the word that is known."""

import re
from collections.abc import Callable, Mapping

from rendang.circulation.rosters.headings import simplified

_ASIDE = re.compile(r"[(（\[【/、,，].*$")
_BETWEEN = re.compile(r"[\s()（）\[\]【】/、,，;；|+]+")
_MANNER = re.compile(
    "^(?:非?全日制|在职|脱产|业余|成人|函授|自考|普通高校|普通|民办|公办|网络|远程|开放|五年一贯制|五年制)+(?:教育)?"
)
# 01汉族, 13-群众, 21.大学本科
_NUMBERED = re.compile(r"^\d{1,3}[-.:：、|_/]*(?=\D)")
# 初中文化, 高中程度
_OF_SCHOOLING = re.compile("(?<=..)(?:文化程度|文化|程度)$")
# How schooling ended decides its code: 本科（肄业）.
_ENDED = re.compile("肄业|结业")
_NOT_ENDED = re.compile("在读|在学|未毕业|辍学|退学")


class Codes:
    """Code table → normalised text → code; ``normalised`` makes a text comparable."""

    def __init__(self, synonyms: Mapping[str, Mapping[str, str]], normalised: Callable[[str], str]) -> None:
        self._synonyms, self._normalised = synonyms, normalised

    def code_of(self, table: str, text: str) -> str | None:
        """The code of a text, "" where it speaks of something else, ``None`` when nobody knows."""
        known, whole = self._synonyms[table], self._normalised(simplified(text))
        if found := known.get(self._normalised(text)) or known.get(whole):
            return found
        if whole.isdecimal():  # 1 for 01
            return known.get(whole.zfill(2))
        whole = _NUMBERED.sub("", whole)
        if table == "education":
            return self._schooling(known, whole, text)
        if table == "degree":
            return self._degree(known, text)
        plainly = _ASIDE.sub("", whole)
        if table == "political_status" and "预备" in whole[len(plainly) :] and "党员" in plainly:
            return known.get("预备党员")
        found = known.get(whole) or known.get(plainly)
        beside = {known.get(piece, found) for piece in _BETWEEN.split(whole[len(plainly) :])}
        return found if beside <= {found} else None  # 汉族/满族: two

    def _schooling(self, known: Mapping[str, str], whole: str, text: str) -> str | None:
        """Without what stands in brackets, behind a stroke or on another line (大专（函授）, 本科/学士), and without
        the manner of schooling before its level (在职研究生)."""
        lines = text.split()
        first = _NUMBERED.sub("", self._normalised(simplified(lines[0]))) if len(lines) > 1 else whole
        level = _ASIDE.sub("", first)
        if _NOT_ENDED.search(whole):
            return None
        if (ended := _ENDED.search(whole)) and ended[0] not in level:
            return known.get(level + ended[0]) or known.get(_MANNER.sub("", level) + ended[0])
        level = _OF_SCHOOLING.sub("", level)
        return known.get(whole) or known.get(level) or known.get(_MANNER.sub("", level))

    def _degree(self, known: Mapping[str, str], text: str) -> str | None:
        """Of 大学本科/工学学士 the degree; nothing of a text that only speaks of schooling."""
        pieces = [self._normalised(simplified(piece)) for piece in _BETWEEN.split(text)]
        if found := next((known[piece] for piece in pieces if piece in known), None):
            return found
        return "" if self.code_of("education", text) is not None else None
