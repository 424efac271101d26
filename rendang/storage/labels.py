"""Label stock, and sheets of labels: what is stuck on dossiers, boxes and slots."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.kernel.documents.barcode import code128_svg, modules
from rendang.kernel.documents.qr import qr_svg
from rendang.kernel.documents.typesetting import render

Symbol = Literal["qr", "code128"]
# Millimetres of the thinnest bar: what an ordinary scanner still reads from an office printer, and what it likes.
NARROWEST, USUAL = 0.25, 0.4
EDGE = 2.0  # millimetres that a printer may be off, and the white that a scanner needs beside the bars


@dataclass(frozen=True)
class Stock:
    """A sheet of labels as it is bought: how many, how large, and where the first one begins; in millimetres."""

    name: str
    label: str | Promise
    columns: int
    rows: int
    width: float
    height: float
    left: float = 0
    top: float = 0
    gap: float = 0  # between columns; rows stand close

    @property
    def per_sheet(self) -> int:
        return self.columns * self.rows

    @property
    def is_upright(self) -> bool:
        """A strip for a spine: what is on it is read from top to bottom."""
        return self.height > 2 * self.width


STOCKS = {
    stock.name: stock
    for stock in (
        Stock("3x8", gettext_lazy("3 × 8 labels of 70 × 37 mm"), 3, 8, 70, 37, top=0.5),
        Stock("2x7", gettext_lazy("2 × 7 labels of 99.1 × 38.1 mm"), 2, 7, 99.1, 38.1, 4.65, 15.15, 2.5),
        Stock("5x13", gettext_lazy("5 × 13 labels of 38.1 × 21.2 mm"), 5, 13, 38.1, 21.2, 4.75, 10.7, 2.5),
        Stock("2x4", gettext_lazy("2 × 4 labels of 99.1 × 67.7 mm, for boxes"), 2, 4, 99.1, 67.7, 4.65, 13.1, 2.5),
        Stock("spine", gettext_lazy("8 × 2 strips of 25 × 140 mm, for spines"), 8, 2, 25, 140, 5, 8.5),
    )
}
SYMBOLS: dict[str, str | Promise] = {
    "qr": gettext_lazy("QR code"),
    "code128": gettext_lazy("Code 128 (lines)"),
}


@dataclass(frozen=True)
class Label:
    """What is stuck on a dossier, box or slot; ``code`` is what a scanner reads."""

    title: str
    lines: Sequence[str]
    code: str


def label_sheets(labels: Sequence[Label], *, stock: Stock, symbol: str = "qr", start: int = 1) -> bytes:
    """A4 sheets of labels; the first ``start - 1`` places of the first sheet stay empty: they are used already.

    Raises ``ValidationError`` when there is no such place or the lines of a code do not fit.
    """
    if not 1 <= start <= stock.per_sheet:
        raise ValidationError({"start": _("A sheet has places from 1 to %(count)d.") % {"count": stock.per_sheet}})
    if symbol == "code128":
        _refuse_too_narrow(labels, stock)
    return render(
        "storage/label_sheet",
        1,
        {
            "stock": {**asdict(stock), "label": "", "upright": stock.is_upright},
            "symbol": symbol,
            "skip": start - 1,
            "labels": [{**asdict(label), **_drawn(label.code, symbol, stock)} for label in labels],
        },
    )


def _drawn(code: str, symbol: str, stock: Stock) -> dict[str, str | float]:
    """The symbol, and how many millimetres the bars of a Code 128 take."""
    if symbol != "code128":
        return {"symbol": qr_svg(code), "bars": 0}
    return {"symbol": code128_svg(code, quiet=0), "bars": min(_room(stock), len(modules(code)) * USUAL)}


def _room(stock: Stock) -> float:
    """Millimetres that the bars may take: along the strip of a spine, across any other label."""
    return (stock.height * 0.45 if stock.is_upright else stock.width) - 2 * EDGE


def _refuse_too_narrow(labels: Sequence[Label], stock: Stock) -> None:
    room = _room(stock)
    longest = max(labels, key=lambda label: len(modules(label.code)))
    needed = len(modules(longest.code)) * NARROWEST
    if needed > room:
        raise ValidationError(
            _("The lines of %(code)s need %(needed)d mm; the label gives %(room)d. Choose a wider label or QR codes.")
            % {"code": longest.code, "needed": round(needed + 0.5), "room": int(room)}
        )
