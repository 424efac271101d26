"""The fonts of our papers, and which characters they have.

Names are written in GB 18030-2022. The packaged font has 30,928 characters; the rarer ones come from installed fonts.
A character that no font has stops the document: a box in place of a name is worse than no paper.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

# Asked in this order for each character; other families of the configured folders come after them.
PREFERRED = ("Noto Serif SC", "Noto Serif CJK SC", "HanaMinA", "HanaMinB")
# Regional variants of one font hold the same characters in shapes that are not those of the mainland.
OTHER_REGIONS = (" JP", " KR", " TC", " HK", " HW")
# Not drawn, so no font need have them.
INVISIBLE = frozenset("\n\t")


@dataclass(frozen=True)
class Family:
    name: str
    faces: tuple[tuple[str, int], ...]  # (file, index in its collection), one for each weight

    @cache  # noqa: B019 -- families live as long as the process
    def characters(self) -> frozenset[int]:
        """The code points that every weight of the family has."""
        sets = []
        for path, index in self.faces:
            with TTFont(path, fontNumber=index, lazy=True) as font:
                sets.append(set(font.getBestCmap()))
        return frozenset(set.intersection(*sets))


@cache
def loaded() -> typst.Fonts:
    """Typst's list of the fonts in the configured folders; a font is read when first used."""
    folders = [str(folder) for folder in settings.FONT_FOLDERS if Path(folder).is_dir()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def families() -> tuple[Family, ...]:
    """The families in the order in which they are asked for a character."""
    faces: dict[str, list[tuple[str, int]]] = {}
    for face in loaded().fonts():
        if face.path and face.style == "normal" and not face.family.endswith(OTHER_REGIONS):
            faces.setdefault(face.family, []).append((face.path, face.index))
    if not faces:
        raise ImproperlyConfigured("No font for papers was found: run ./run once, or set RENDANG_FONT_FOLDERS.")
    order = [name for name in PREFERRED if name in faces] + sorted(set(faces) - set(PREFERRED))
    return tuple(Family(name, tuple(sorted(faces[name]))) for name in order)


def texts(value: Any) -> Iterable[str]:
    """Every text inside nested data, the keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(key)
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def require_characters(data: Any) -> None:
    """Raise ``ValidationError`` naming the first characters that no font has, with their code points."""
    missing = {ord(char) for text in texts(data) for char in text if char not in INVISIBLE}
    for family in families():
        missing -= family.characters()
        if not missing:
            return
    named = ", ".join(f"{_shown(code)} (U+{code:04X})" for code in sorted(missing)[:5])
    raise ValidationError(
        _(
            "The paper cannot be printed: no font of this system has the character %(characters)s. Check the spelling;"
            " if it is right, ask the system administrator to install a font that has it."
        ),
        code="character_without_font",
        params={"characters": named},
    )


def _shown(code: int) -> str:
    """The character itself, unless it is one that would spoil the message."""
    char = chr(code)
    return "□" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Mn"} else char
