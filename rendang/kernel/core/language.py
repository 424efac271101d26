"""Which of the two languages the reader reads: the rule that every name with an English form goes by."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language


def in_chinese() -> bool:
    """Whether names stand in Chinese; where no language is set (a job, a paper), the place's own counts."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")


def listed(parts: Iterable[object]) -> str:
    """The parts of a list in one line, with what stands between them in the reader's language."""
    return ("、" if in_chinese() else ", ").join(str(part) for part in parts)


def day_in_words(day: dt.date) -> str:
    """A day as it stands in a sentence."""
    return f"{day:%Y年%-m月%-d日}" if in_chinese() else f"{day:%Y-%m-%d}"


def in_words_of_the_reader(chinese: str, english: str) -> str:
    """A name in the reader's language; in Chinese where it has no English form."""
    return chinese if in_chinese() or not english else english
