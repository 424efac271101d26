"""The name in a cell, without what lists write beside it."""

import re

from rendang.circulation.rosters.judging.phrases import NOTHING

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff·"
# 1、王芳 · 王芳（女） · 王芳/女 · 王芳* · 李伟2 · 王芳 Wang Fang
_BESIDE_NAME = re.compile(
    rf"^\d{{1,5}}\s*(?:[-.、．,，)）]\s*|(?=[{_HAN}]))|(?<=[{_HAN}])\s*[-/／,，]\s*[男女]$"
    r"|\s*[(（\[【〔].*$|\s*[*＊※★☆#^]+$"
    rf"|(?<=[{_HAN}])\s*(?:\d+[Xx]?|[①-⑳])$|(?<=[{_HAN}])[\s/／]+[A-Za-z][A-Za-z\s,.'-]*$"
    rf"|^[A-Za-z][A-Za-z,.'-]*(?:\s+[A-Za-z,.'-]+)*\s+(?=[{_HAN}]{{2,}}$)"
)
_QUOTES = "'‘’\"“”="
_FORMER = re.compile(rf"(?:曾用名?|原名|又名|别名|曾名)\s*[:：为叫]?\s*([{_HAN}]{{2,20}})")


def bare_name(name: str) -> str:
    """The name without what lists write beside it; "" for a word for nothing."""
    return "" if name in NOTHING else _BESIDE_NAME.sub("", name).strip(_QUOTES) or name


def former_name_in(written: str) -> str:
    """The former name that stands beside a name: 王芳（曾用名：王小芳）."""
    found = _FORMER.search(written)
    return found[1] if found else ""
