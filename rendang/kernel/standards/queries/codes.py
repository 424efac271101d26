"""Code tables, their synonyms and the classification schemes."""

import datetime as dt
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise

from rendang.kernel.standards.english import in_english
from rendang.kernel.standards.models import ClassificationScheme, ClassMark, Code, CodeSynonym, CodeTable, KeyMaterial
from rendang.kernel.standards.queries.freshness import remembered
from rendang.kernel.standards.queries.policies import policy

DIVISION = "division"


def normalised(text: str) -> str:
    """A text as it is compared: full-width folded, all spaces out, small letters (`大 专` → `大专`)."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _rows(table: str) -> list[Code]:
    return remembered(("codes", table), lambda: list(Code.objects.filter(table__code=table).order_by("order", "id")))


def _versions(table: str) -> dict[str, list[Code]]:
    def by_code() -> dict[str, list[Code]]:
        found: dict[str, list[Code]] = defaultdict(list)
        for row in sorted(_rows(table), key=lambda row: row.valid_from or dt.date.min):
            found[row.code].append(row)
        return dict(found)

    return remembered(("codes by code", table), by_code)


def _is_in_force(row: Code | KeyMaterial, on: dt.date) -> bool:
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on)


def code_table(table: str) -> CodeTable:
    return remembered(("table", table), lambda: CodeTable.objects.get(code=table))


def codes(table: str, *, on: dt.date | None = None) -> list[Code]:
    """The values of a table in force on a day (today), in the table's order: the choices of a form."""
    day = on or timezone.localdate()
    return [row for row in _rows(table) if _is_in_force(row, day)]


def choices(table: str, *, none: str | Promise | None = None) -> Callable[[], list[tuple[str, Any]]]:
    """What a form offers of a table, asked anew for every form; ``none`` is the words for choosing nothing."""
    nothing: list[tuple[str, Any]] = [] if none is None else [("", none)]
    return lambda: [*nothing, *((row.code, in_english(table, row.code) or row.label) for row in codes(table))]


def code_row(table: str, code: str, *, on: dt.date | None = None) -> Code | None:
    """The value as it stood on a day; else its nearest other version, for old papers quote abolished codes."""
    versions = _versions(table).get(code)
    if not versions:
        return None
    day = on or timezone.localdate()
    for row in versions:
        if _is_in_force(row, day):
            return row
    earlier = [row for row in versions if row.valid_from is None or row.valid_from <= day]
    return earlier[-1] if earlier else versions[0]


def code_name(table: str, code: str, *, on: dt.date | None = None, short: bool = False) -> str:
    """The official name, or with ``short`` the everyday one (男, 大学本科). An unknown code stands for itself."""
    row = code_row(table, code, on=on)
    if row is None:
        return code
    return row.label if short else row.name


def code_label(table: str, code: str, *, short: bool = True) -> str:
    """The name on a page: in English to who reads English, where there is one. Papers say ``code_name``."""
    return in_english(table, code) or code_name(table, code, short=short)


def is_code(table: str, code: str, *, on: dt.date | None = None) -> bool:
    """Whether the code is in force on the day; without a day, whether it is or ever was."""
    versions = _versions(table).get(code, [])
    return bool(versions) if on is None else any(_is_in_force(row, on) for row in versions)


def division_path(code: str, *, on: dt.date | None = None) -> str:
    """``370202`` → ``山东省青岛市市南区``: a division with those it lies in, grouping rows left out."""
    names: list[str] = []
    while code and (row := code_row(DIVISION, code, on=on)):
        if row.name not in {"市辖区", "县", "市区", "省直辖县级行政单位", "自治区直辖县级行政单位"}:
            names.insert(0, row.name)
        code = row.parent
    return "".join(names)


def synonyms(table: str) -> dict[str, str]:
    """Normalised text → code: what rosters say, official and everyday names, and the codes themselves.

    A text that could mean two codes is left out; it has to be asked about.
    """
    return remembered(("synonyms", table), lambda: _read_synonyms(table))


def _read_synonyms(table: str) -> dict[str, str]:
    rows = _rows(table)
    today = timezone.localdate()
    found = _unambiguous([(row.short_name, row.code) for row in rows if row.short_name])
    found |= _unambiguous([(row.name, row.code) for row in rows])
    found |= _unambiguous([(row.name, row.code) for row in rows if _is_in_force(row, today)])
    if table == DIVISION:
        found |= _unambiguous([(division_path(row.code, on=row.valid_to), row.code) for row in rows])
    found |= {normalised(row.code): row.code for row in rows}
    explicit = CodeSynonym.objects.filter(table__code=table)
    return found | dict(explicit.values_list("normalised", "code"))


def _unambiguous(pairs: list[tuple[str, str]]) -> dict[str, str]:
    distinct = {(normalised(text), code) for text, code in pairs}
    meanings = Counter(text for text, _ in distinct)
    return {text: code for text, code in distinct if meanings[text] == 1}


def code_of(table: str, text: str) -> str | None:
    """The code a text means, or None when nobody knows."""
    return synonyms(table).get(normalised(text))


def schemes() -> list[ClassificationScheme]:
    return remembered("schemes", lambda: list(ClassificationScheme.objects.order_by("-valid_from")))


def class_marks(scheme: str | None = None, *, on: dt.date | None = None) -> list[ClassMark]:
    """The class marks of a scheme, in order; without a name, of the scheme that new catalogues use."""
    name = scheme or policy("classification_scheme", on=on or timezone.localdate()).value
    every = remembered(
        "marks", lambda: list(ClassMark.objects.select_related("scheme").order_by("scheme_id", "order"))
    )
    return [mark for mark in every if mark.scheme.code == name]


def class_mark(mark: str, scheme: str | None = None, *, on: dt.date | None = None) -> ClassMark | None:
    return next((row for row in class_marks(scheme, on=on) if row.mark == mark), None)


def key_materials(*, on: dt.date | None = None) -> list[KeyMaterial]:
    """The key materials in force on a day (today), those that must never be asked for included."""
    day = on or timezone.localdate()
    every = remembered("key materials", lambda: list(KeyMaterial.objects.order_by("order", "code")))
    return [row for row in every if _is_in_force(row, day)]
