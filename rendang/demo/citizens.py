"""The people by name whom a visitor may play: what the public query and the citizens' pages answer for each."""

import datetime as dt
from dataclasses import dataclass

from rendang.kernel.core.identifiers import make_id_number


@dataclass(frozen=True)
class Citizen:
    """``office`` is the institution whose roster names the person; empty: on no roster."""

    key: str
    name: str
    id_number: str
    office: str
    promise: str


def _number(division: str, year: int, month: int, day: int, sequence: int) -> str:
    return make_id_number(division, dt.date(year, month, day), sequence)


IN_STOCK = Citizen(
    "in_stock", "林晓雨", _number("370202", 1991, 4, 18, 926), "RCSC", "in stock at RCSC; gets a certificate at once"
)
RARE_NAME = Citizen(
    "rare_name", "龙䶮", _number("370212", 1984, 11, 2, 917), "WQZX", "in stock at WQZX, with a rare character"
)
LONG_NAME = Citizen(
    "long_name",
    "阿依古丽·买买提",
    _number("653101", 1988, 7, 9, 944),
    "LDZX",
    "in stock at LDZX, with a dot in the name",
)
RETIRED = Citizen(
    "retired",
    "郑海生",
    _number("370205", 1957, 2, 26, 951),
    "TXRY",
    "retired; in stock at TXRY (divided district 四方区)",
)
ON_ITS_WAY = Citizen(
    "on_its_way",
    "周文涛",
    _number("370203", 1986, 9, 15, 933),
    "RCSC",
    "on its way from RCSC to WQZX; no certificate now",
)
CONTESTED = Citizen(
    "contested", "欧阳静", _number("370285", 1979, 12, 21, 968), "RCSC", "held by RCSC, claimed by LDZX; to be settled"
)
ARRIVING = Citizen(
    "arriving", "单晓东", _number("370282", 1994, 3, 5, 975), "", "not found yet; an intake is under way at JYZX"
)
UNKNOWN = Citizen("unknown", "许诺", _number("370211", 2000, 8, 30, 902), "", "not found at any institution")

CITIZENS = (IN_STOCK, RARE_NAME, LONG_NAME, RETIRED, ON_ITS_WAY, CONTESTED, ARRIVING, UNKNOWN)
