"""Which words of a page are of the other language: an English page holds no Chinese, a Chinese one no English of ours.

Values that the tests made themselves are data and stand as they are; so does what an element with ``lang="zh…"``
holds, which is Chinese by its nature (WCAG 3.1.2), and what an English text of ours quotes to be typed.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import html

from tools import translations

HERE = Path(__file__).parent
CHINESE = re.compile(r"[\u3007\u4e00-\u9fff]")
ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-confirm", "hx-confirm")
# A placeholder of a text or a format.
VALUE = re.compile(r"%\(\w+\)[sd]|\\?\{[\w:\\]*\\?\}")
# A name of which the public sees the first character.
MASKED = r"\w\*+"
# A letter of a test institution is called by its number, which is Chinese.
LETTER = r"T\d{3}\w+〔\d{4}〕\d+号"
# What is typed into, and names for machines and keys.
NOT_SAID = {"script", "style", "textarea", "code", "kbd"}
# Called so in both languages.
SAME = {"Rendang", "English"}


@cache
def made_here() -> re.Pattern[str]:
    """What the makers of the rows write into them, but not the names of institutions: those have an English form."""
    made: set[str] = set()
    for name in ("factories.py", "one_of_each.py", "test_query_counts.py"):
        for node in ast.walk(ast.parse((HERE / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (re.escape(part.value) if isinstance(part, ast.Constant) else r"\d+" for part in node.values)
                made.add("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
                made.add(VALUE.sub(r"\\d+", re.escape(node.value)))
    kept = (text for text in made if CHINESE.search(text) and len(text) > 1 and not text.startswith("测试"))
    return re.compile("|".join([*sorted(kept, key=len, reverse=True), LETTER, MASKED]))


def _messages() -> Iterator[tuple[str, str]]:
    for message in translations.entries(translations.read(translations.CATALOGUE)).values():
        yield translations.single_of(message), translations.chinese_of(message)


@cache
def quoting() -> re.Pattern[str]:
    """The English texts that hold Chinese on purpose."""
    texts = (" ".join(english.split()) for english, _chinese in _messages() if CHINESE.search(english))
    return re.compile("|".join(VALUE.sub(".*?", re.escape(text)) for text in texts))


@cache
def translated() -> set[str]:
    """The English texts without values that have a Chinese form."""
    return {
        english
        for english, chinese in _messages()
        if not VALUE.search(english) and len(english) > 2 and CHINESE.search(chinese)
    } - SAME


def texts(page: str, language: str) -> Iterator[str]:
    """The texts in a language, by ``lang``, that the reader of a page meets."""
    for text, said_in in _texts(html.fromstring(page), language):
        if said_in == language and text:
            yield " ".join(text.split())


def _texts(element: html.HtmlElement, language: str) -> Iterator[tuple[str, str]]:
    if not isinstance(element.tag, str) or element.tag in NOT_SAID:
        return
    language = element.get("lang", language)[:2].lower()
    for name in ATTRIBUTES:
        yield element.get(name, ""), language
    yield element.text or "", language
    for child in element:
        yield from _texts(child, language)
        yield child.tail or "", language


def chinese_in(page: str) -> list[str]:
    """What is Chinese on an English page, and no value of the tests."""
    return sorted({text for text in texts(page, "en") if CHINESE.search(made_here().sub("", quoting().sub("", text)))})


def english_in(page: str) -> list[str]:
    """What stands in English on a Chinese page, and has a Chinese form."""
    return sorted({text for text in texts(page, "zh") if text in translated()})
