"""What is told and kept, in the language of whoever reads it: sentences of ours with their values, never their text.

An app declares its sentences in ``sentences.py`` (``in_words(texts=…)``). What a person has written is kept as it is.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.audit.sentences import TEXTS
from rendang.kernel.core.language import day_in_words, in_chinese, in_words_of_the_reader, listed
from rendang.kernel.standards.english import in_words
from rendang.kernel.standards.queries.codes import code_label
from rendang.kernel.standards.queries.freshness import once

MOST_CHARACTERS = 300  # of a list inside a sentence
# A sentence by its key, with its values as they are stored.
Said = tuple[str, dict[str, Any]]


def say(text: str, **values: Any) -> Said:
    """A declared sentence with its values: numbers, days, institutions, ``code(…)``, lists of names, written text.

    Raises ``KeyError`` for a sentence that no app has declared.
    """
    if text not in TEXTS:
        raise KeyError(text)
    return text, {name: _stored(value) for name, value in values.items()}


def code(table: str, value: str) -> dict[str, list[str]]:
    """A value of a code table, to be named in a sentence."""
    return {"code": [table, value]}


def short_name(institution: Institution) -> dict[str, str]:
    """The institution by its everyday name; by itself it stands with its whole one."""
    return {"chinese": institution.short_name, "english": institution.english_short_name}


def apart(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of ours that are lists themselves."""
    return {"apart": list(names)}


def _stored(value: Any) -> Any:
    if isinstance(value, Institution):
        return {"chinese": value.name, "english": value.english_name}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    return value if isinstance(value, int | dict | list) else str(value)


def told(said: Iterable[Said]) -> str:
    """The sentences in the language of the reader."""
    drawn = (str(TEXTS[key]) % {name: _drawn(value) for name, value in values.items()} for key, values in said)
    return _apart(drawn)


def institution_in_words(name: str) -> str:
    """The name of an institution of the city, kept as text, in the reader's language; another name as it stands."""
    if in_chinese() or not name:
        return name
    names = once("institutions", lambda: dict(Institution.objects.values_list("name", "english_name")))
    return names.get(name) or name


def _apart(parts: Iterable[str]) -> str:
    return ("；" if in_chinese() else "; ").join(parts)


def _drawn(value: Any) -> Any:
    if isinstance(value, list):
        names = listed(in_words(name) for name in value)
        more = "等" if in_chinese() else " …"
        return names if len(names) <= MOST_CHARACTERS else f"{names[:MOST_CHARACTERS]}{more}"
    if not isinstance(value, Mapping):
        return value
    if "apart" in value:
        return _apart(in_words(name) for name in value["apart"])
    if "code" in value:
        return code_label(*value["code"], short=False)
    if "day" in value:
        return day_in_words(dt.date.fromisoformat(value["day"]))
    return in_words_of_the_reader(value["chinese"], value["english"])


class Told(models.Model):
    """Something said in sentences of ours (``said``), or in a person's own words (``written``)."""

    said = models.JSONField(default=list, editable=False)
    written = models.CharField(_("text"), max_length=400, blank=True)

    class Meta:
        abstract = True

    @property
    def text(self) -> str:
        return told(self.said) or self.written
