"""Positions from ranges: what somebody types when a store is planned, and the slots that come of it.

Pure: nothing here reads or writes the database.
"""

import itertools
import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_PER_RANGE = 1_000
MOST_AT_ONCE = 200_000  # slots; more are made in several goes, each within a second or two
LONGEST = {"rack": 12, "bay": 12, "layer": 12, "position": 40}

_DASHES = re.compile(r"\s*(?:[‐‑‒–—―−~〜]|至|到|-|\.\.)+\s*")
_COMMAS = re.compile(r"\s*[,、;]\s*")
_PART = re.compile(r"^[^\W_]+$")
# What people type for the hyphen of a position.
_HYPHENS = re.compile(r"[‐‑‒–—―−_/\\.]+")


def normalised(text: str) -> str:
    """A position as it is written on the shelf: half-width, capitals, no spaces, plain hyphens."""
    text = re.sub(r"[\s\x00-\x1f]+", "", unicodedata.normalize("NFKC", text or ""))
    return re.sub(r"-+", "-", _HYPHENS.sub("-", text)).upper().strip("-")


def expand(text: str) -> tuple[str, ...]:
    """``01-12`` → 01 … 12, ``A-D`` → A … D, ``L,R`` → L and R; zero padding is kept.

    Full-width forms, ``–``, ``~`` and ``至`` are understood. Raises ``ValidationError`` that names the piece.
    """
    text = unicodedata.normalize("NFKC", text or "").upper().strip()
    if not text:
        return ()
    found: list[str] = []
    for piece in _COMMAS.split(text):
        found.extend(_expand_piece(piece))
        if len(found) > MOST_PER_RANGE:
            raise ValidationError(
                _("“%(text)s” makes more than %(most)d. Make the range shorter.")
                % {"text": text, "most": MOST_PER_RANGE}
            )
    if repeated := sorted({value for value in found if found.count(value) > 1}):
        raise ValidationError(_("“%(value)s” comes up twice.") % {"value": repeated[0]})
    return tuple(found)


def _expand_piece(piece: str) -> list[str]:
    ends = _DASHES.split(piece)
    if not all(_PART.match(end) for end in ends) or len(ends) > 2:
        raise ValidationError(_("“%(piece)s” is no range. Write 01-12, A-D or a list such as L,R.") % {"piece": piece})
    if len(ends) == 1:
        return ends
    first, last = ends
    if first.isdecimal() and last.isdecimal():
        if len(first) != len(last) and first.startswith("0"):
            raise ValidationError(
                _("Write both ends of “%(piece)s” with the same number of digits.") % {"piece": piece}
            )
        low, high = int(first), int(last)
        if high - low >= MOST_PER_RANGE:
            raise ValidationError(
                _("“%(text)s” makes more than %(most)d. Make the range shorter.")
                % {"text": piece, "most": MOST_PER_RANGE}
            )
        values = [str(number).zfill(len(first)) for number in range(low, high + 1)]
    elif {first, last} <= set(string.ascii_uppercase):
        values = [chr(code) for code in range(ord(first), ord(last) + 1)]
    else:
        raise ValidationError(_("“%(piece)s” is no range. Write 01-12, A-D or a list such as L,R.") % {"piece": piece})
    if not values:
        raise ValidationError(_("“%(piece)s” runs backwards.") % {"piece": piece})
    return values


def expand_racks(text: str) -> tuple[str, ...]:
    """Racks may have several parts, each a range, with a space between: ``A-B 01-12 L,R`` → A-01-L … B-12-R."""
    text = _COMMAS.sub(",", _DASHES.sub("-", unicodedata.normalize("NFKC", text or "").strip()))
    parts = [expand(part) for part in text.split()]
    count = 1
    for part in parts:
        count *= len(part)
    if count > MOST_PER_RANGE:
        raise ValidationError(
            _("“%(text)s” makes more than %(most)d. Make the range shorter.") % {"text": text, "most": MOST_PER_RANGE}
        )
    return tuple("-".join(rack) for rack in itertools.product(*parts)) if parts else ()


@dataclass(frozen=True)
class Plan:
    """Slots to be made: every combination of rack, bay, layer and number, each with the same capacity and width."""

    store: str
    racks: tuple[str, ...]
    bays: tuple[str, ...]
    layers: tuple[str, ...]
    numbers: tuple[str, ...]
    capacity: int = 1
    width: int | None = None  # millimetres of a slot, where they are measured

    @cached_property
    def axes(self) -> tuple[tuple[str, ...], ...]:
        """Rack, bay, layer, number; a part that the store does not have is one empty text."""
        return tuple(axis or ("",) for axis in (self.racks, self.bays, self.layers, self.numbers))

    @property
    def count(self) -> int:
        racks, bays, layers, numbers = (len(axis) for axis in self.axes)
        return racks * bays * layers * numbers

    @property
    def room(self) -> int:
        """How many dossiers fit into all of them."""
        return self.count * self.capacity

    @property
    def first(self) -> str:
        return self.code(*(axis[0] for axis in self.axes))

    @property
    def last(self) -> str:
        return self.code(*(axis[-1] for axis in self.axes))

    def code(self, *parts: str) -> str:
        return "-".join(part for part in (self.store, *parts) if part)

    def codes(self) -> Iterator[str]:
        return (self.code(*parts) for parts in itertools.product(*self.axes))

    @property
    def seal(self) -> str:
        """Says whether two plans are the same: what was looked at is what is made."""
        return f"{self.first}|{self.last}|{self.count}|{self.capacity}" + (f"|{self.width}" if self.width else "")

    def check(self) -> None:
        """Raise ``ValidationError`` for a plan that is empty, too large or whose positions are too long."""
        if not self.racks or not self.numbers:
            raise ValidationError(_("A slot needs at least a rack and a number."))
        if self.capacity < 1:
            raise ValidationError(_("A slot has room for at least one dossier."))
        if self.width is not None and self.width < 1:
            raise ValidationError(_("A slot is at least one millimetre wide."))
        if self.count > MOST_AT_ONCE:
            raise ValidationError(
                _("These ranges make %(count)d slots. At most %(most)d are made at once.")
                % {"count": self.count, "most": MOST_AT_ONCE}
            )
        for name, axis in zip(("rack", "bay", "layer"), self.axes, strict=False):
            if longest := next((value for value in axis if len(value) > LONGEST[name]), ""):
                raise ValidationError(
                    _("“%(value)s” is too long: at most %(most)d characters.")
                    % {"value": longest, "most": LONGEST[name]}
                )
        longest = "-".join([self.store, *(max(axis, key=len) for axis in self.axes)])
        if len(longest) > LONGEST["position"]:
            raise ValidationError(
                _("“%(value)s” is too long: at most %(most)d characters.")
                % {"value": longest, "most": LONGEST["position"]}
            )
