"""The keeper's lists as papers: what to fetch, what to put back, what to move, each in walking order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render


@dataclass(frozen=True, kw_only=True)
class RoundLine:
    """One stop of the round. ``store`` heads the lines that follow it; ``to`` is where the dossier goes."""

    store: str
    position: str
    number: str
    name: str
    barcode: str
    about: str = ""
    to: str = ""
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class RoundList:
    """调卷单, 归位单 or 倒架单: a list to take along, with a box to tick."""

    title: str
    institution: str
    columns: tuple[str, str]  # what "about" and "to" are called; an empty one is left out
    lines: Sequence[RoundLine]
    printed_by: str
    printed_on: dt.date
    remarks: Sequence[str] = field(default_factory=tuple)


def render_round_list(paper: RoundList) -> bytes:
    return render("storage/round_list", 1, {**asdict(paper), "printed_on": chinese_date(paper.printed_on)})
