"""A legal basis in the language of the reader (``data/citations.yaml``).

A basis is kept and printed as the documents are called, in Chinese. On English pages its issuers, laws and articles
have English names: 《档案法》第四十八条 is the Archives Law, Article 48. A part that nobody has named stays Chinese.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rendang.kernel.core.language import in_chinese
from rendang.kernel.core.yaml_file import read_yaml

BETWEEN = "；"
_DOCUMENT = re.compile(r"(\w+?)〔(\d{4})〕(\d+)号")
_ANNOUNCED = re.compile(r"国务院办公厅关于(\d{4})年部分节假日安排的通知")
_ARTICLE = re.compile(r"第([零一二三四五六七八九十百]+)条(?:第（([一二三四五六七八九十]+)）项)?")
_LOOSE = re.compile(r" (?=[,:)])|(?<=\() ")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_DIGITS = "零一二三四五六七八九"
_SIGNS = str.maketrans({"，": ", ", "、": ", ", "：": ": ", "（": " (", "）": ")"})


class Names(NamedTuple):
    issuers: dict[str, str]
    phrases: dict[str, str]


class Part(NamedTuple):
    """One document of a basis: what is said of it, and whether that is Chinese on an English page."""

    text: str
    is_chinese: bool = False


@cache
def _names() -> Names:
    read = read_yaml(Path(__file__).parent / "data" / "citations.yaml")
    return Names(read["issuers"], dict(sorted(read["phrases"].items(), key=lambda one: -len(one[0]))))


def basis_parts(basis: str) -> list[Part]:
    """The documents of a basis, each in English where it has an English name."""
    return [_in_english(part) for part in basis.split(BETWEEN)]


def basis_in_words(basis: str) -> str:
    """A basis for a sentence on screen: as it is kept to who reads Chinese, else with English names."""
    return basis if in_chinese() else "; ".join(part.text for part in basis_parts(basis))


@cache
def _in_english(part: str) -> Part:
    names = _names()
    text = _DOCUMENT.sub(lambda found: _numbered(*found.groups()), part)
    text = _ANNOUNCED.sub(r"Notice of the General Office of the State Council on the holidays of \1", text)
    for chinese, english in names.phrases.items():
        text = text.replace(chinese, f" {english} ")
    text = _ARTICLE.sub(_article, text).replace("至 ", " to ")
    text = _LOOSE.sub("", " ".join(text.translate(_SIGNS).split()))
    return Part(part, is_chinese=True) if _CHINESE.search(text) else Part(text[:1].upper() + text[1:])


def _numbered(issuer: str, year: str, number: str) -> str:
    named = _names().issuers.get(issuer)
    return f"{named} [{year}] No. {number}" if named else f"{issuer}〔{year}〕{number}号"


def _article(found: re.Match[str]) -> str:
    item = f" ({_number(found[2])})" if found[2] else ""
    return f" Article {_number(found[1])}{item} "


def _number(chinese: str) -> int:
    """四十八 as 48; articles have up to three digits."""
    hundreds, _sign, rest = chinese.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    return (
        100 * (_DIGITS.index(hundreds) if hundreds else 0)
        + 10 * (_DIGITS.index(tens) if tens else len(ten))
        + (_DIGITS.index(ones.lstrip("零")) if ones.lstrip("零") else 0)
    )
