"""The people of the fictional city as the rosters of its institutions describe them. Pure, and the same every time.

Identity numbers are valid and belong to nobody; what a roster says is written as rosters write it (大本, 党员).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from rendang.demo import names
from rendang.demo.citizens import CITIZENS, Citizen
from rendang.demo.city import COLLEGES, FORMER_KEEPERS, MAJORS, OFFICES, SCHOOLS, TRADES_TAUGHT, Firm, Office, firms
from rendang.kernel.core.identifiers import make_id_number

# The last day the rosters tell of; what came later came through the counter.
AS_OF = dt.date(2025, 12, 31)
SEED = 3702

# Divisions of the city, the abolished ones only for those born while they existed, and some of other provinces.
_DIVISIONS = ("370202", "370203", "370211", "370212", "370213", "370214", "370281", "370283", "370285")
_ABOLISHED = (("370205", 1949, 2012), ("370204", 1949, 1994), ("370282", 1989, 2017), ("370284", 1990, 2012))
_ELSEWHERE = ("110105", "130602", "220104", "230103", "320102", "340104", "410103", "420106", "510104", "610103")
_OF_GROUP = {"维吾尔族": "653101", "藏族": "540102", "朝鲜族": "222401", "蒙古族": "150102"}
# How rosters write an education, the share among older and younger people, and the years of schooling it takes.
_EDUCATION = (
    ("博士研究生", 0.00, 0.01, 28),
    ("硕士研究生", 0.01, 0.10, 25),
    ("大学本科", 0.06, 0.30, 22),
    ("大本", 0.04, 0.12, 22),
    ("大专", 0.14, 0.27, 21),
    ("中专", 0.16, 0.10, 18),
    ("技校", 0.08, 0.05, 18),
    ("高中", 0.21, 0.04, 18),
    ("初中", 0.30, 0.01, 16),
)
_WITH_SCHOOL = {"博士研究生", "硕士研究生", "大学本科", "大本", "大专", "中专", "技校"}
_SCHOOLS_OF = {"大专": COLLEGES[:3], "中专": COLLEGES[3:6], "技校": COLLEGES[6:]}
_DEGREES = {"博士研究生": "博士", "硕士研究生": "硕士", "大学本科": "学士", "大本": "学士"}
_POLITICAL = (
    ("群众", 0.66),
    ("中共党员", 0.17),
    ("党员", 0.05),
    ("共青团员", 0.0),
    ("民革会员", 0.004),
    ("九三学社社员", 0.004),
)
_MARRIED = (*("已婚",) * 14, *("未婚",) * 4, "离异", "丧偶")


@dataclass
class Inhabitant:
    """One row of a roster, every cell as it is written there."""

    name: str
    id_number: str
    sex: str
    birth: dt.date
    group: str = "汉族"
    political: str = "群众"
    education: str = ""
    degree: str = ""
    school: str = ""
    major: str = ""
    graduated: str = ""
    work_start: str = ""
    marital: str = ""
    firm: Firm | None = None
    archive_type: str = "个人存档"
    archive_number: str = ""
    received_on: dt.date = AS_OF
    received_reason: str = ""
    received_from: str = ""
    location: str = ""
    mobile: str = ""
    retired: dt.date | None = None
    died: dt.date | None = None
    remarks: str = ""
    id_written: str = ""
    credit_written: str = ""
    birth_written: str = ""

    def __post_init__(self) -> None:
        self.id_written = self.id_written or self.id_number


def counts(people: int) -> dict[str, int]:
    """How many dossiers each institution keeps; together ``people``."""
    shares = {office.code: int(people * office.share) for office in OFFICES}
    shares["RCSC"] += people - sum(shares.values())
    return shares


class Registry:
    """Draws people one after the other and gives no identity number twice."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = Random(seed)
        self._given = {citizen.id_number for citizen in CITIZENS}
        self._firms = [firm for firm in firms() if not firm.is_foreign]
        self._foreign = [firm for firm in firms() if firm.is_foreign]

    def people(self, office: Office, count: int) -> Iterator[Inhabitant]:
        """The people on the roster of an institution, those known by name among them."""
        named = [citizen for citizen in CITIZENS if citizen.office == office.code][:count]
        places = {count * (at + 1) // (len(named) + 1): citizen for at, citizen in enumerate(named)}
        for n in range(count):
            inhabitant = self._draw(office, places.get(n))
            inhabitant.archive_number = _archive_number(office.code, n, inhabitant.received_on)
            yield inhabitant

    def newcomer(self) -> Inhabitant:
        """Somebody who is on no roster and whose dossier is only now to come to the city."""
        return self._draw(OFFICES[0], None)

    def _draw(self, office: Office, citizen: Citizen | None) -> Inhabitant:
        random = self.random
        is_retired = office.code == "TXRY"
        if citizen:
            number, group = citizen.id_number, "维吾尔族" if "·" in citizen.name else "汉族"
            birth = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
            is_man, name = number[16] in "13579", citizen.name
        else:
            is_man, group = random.random() < 0.52, names.ethnic_group(random)
            year = int(random.triangular(1934, 1971, 1958)) if is_retired else int(random.triangular(1966, 2003, 1990))
            birth = dt.date(year, 1, 1) + dt.timedelta(random.randrange(365))
            number = self._number(birth, is_man, group)
            name = names.name(random, is_man=is_man, born=year, group=group)
        found = Inhabitant(name, number, "男" if is_man else "女", birth, group)
        self._life(found, office)
        return found

    def _number(self, birth: dt.date, is_man: bool, group: str) -> str:
        random = self.random
        while True:
            drawn = random.random()
            abolished = [code for code, first, last in _ABOLISHED if first <= birth.year <= last]
            if group in _OF_GROUP and drawn < 0.5:
                division = _OF_GROUP[group]
            elif drawn < 0.12 and abolished:
                division = random.choice(abolished)
            elif drawn < 0.20:
                division = random.choice(_ELSEWHERE)
            else:
                division = random.choice(_DIVISIONS)
            number = make_id_number(division, birth, 2 * random.randrange(450) + (101 if is_man else 100))
            if number not in self._given:
                self._given.add(number)
                return number

    def _life(self, found: Inhabitant, office: Office) -> None:
        random, born = self.random, found.birth.year
        age_of_leaving = self._education(found, born)
        started = dt.date(born + age_of_leaving, random.choice((7, 7, 7, 8, 9, 12)), 1)
        if started < AS_OF - dt.timedelta(200):
            found.work_start = f"{started:%Y-%m}"
        found.political = _drawn(random, _POLITICAL)
        if born >= 1998 and random.random() < 0.5:
            found.political = "共青团员"
        found.marital = "未婚" if born > 1999 else random.choice(_MARRIED)
        found.mobile = f"154{random.randrange(10**8):08d}"
        # Rather lately than long ago: people move on.
        arrivals = max((AS_OF - max(started, dt.date(1998, 1, 1))).days, 60)
        found.received_on = AS_OF - dt.timedelta(int(random.random() ** 1.5 * arrivals))
        if office.code == "TXRY":
            self._retire(found)
            found.received_reason, found.received_from = "退休社会化管理", random.choice(self._firms).name
            return
        share_of_units = {"WQZX": 0.97, "RCSC": 0.45, "LDZX": 0.6}.get(office.code, 0.15)
        if random.random() < share_of_units:
            foreign = office.code == "WQZX" or random.random() < 0.04
            found.firm, found.archive_type = random.choice(self._foreign if foreign else self._firms), "单位存档"
            found.credit_written = found.firm.credit_code
            found.received_reason = "单位集体委托"
        else:
            reasons = ("毕业生报到", "辞职", "解除劳动合同", "灵活就业", "户籍变动", "调动")
            found.received_reason = random.choice(reasons[1:] if office.code == "JYZX" else reasons)
        found.received_from = random.choice(FORMER_KEEPERS) if random.random() < 0.85 else ""

    def _education(self, found: Inhabitant, born: int) -> int:
        """Fills in schooling; returns the age at which somebody with it begins to work."""
        random = self.random
        young = min(max((born - 1955) / 35, 0), 1)
        drawn, total = random.random(), 0.0
        text, age = "初中", 16
        for text, old_share, young_share, age in _EDUCATION:  # noqa: B007
            total += old_share + (young_share - old_share) * young
            if drawn < total:
                break
        age = min(age, AS_OF.year - 1 - born)
        found.education, found.degree = text, _DEGREES.get(text, "") if born > 1962 else ""
        if text in _WITH_SCHOOL:
            is_university = text in _DEGREES
            found.school = random.choice(_SCHOOLS_OF.get(text, SCHOOLS))
            found.major = random.choice(MAJORS if is_university else TRADES_TAUGHT)
            found.graduated = f"{born + age}-{random.choice((6, 7, 7)):02d}"
        return age

    def _retire(self, found: Inhabitant) -> None:
        random = self.random
        age = 60 if found.sex == "男" else random.choice((50, 50, 55))
        retired = dt.date(found.birth.year + age, found.birth.month, 1)
        found.retired = min(retired, AS_OF - dt.timedelta(30))
        found.archive_type = "单位存档"
        found.firm = random.choice(self._firms)
        found.received_on = min(found.retired + dt.timedelta(random.randrange(30, 900)), AS_OF)
        # Nobody who is known by name is dead: the visitor plays them.
        if found.birth.year < 1952 and random.random() < 0.22:
            found.died = found.received_on + dt.timedelta(random.randrange(200, 4000))
            if found.died >= AS_OF:
                found.died = None


def _drawn(random: Random, shares: tuple[tuple[str, float], ...]) -> str:
    drawn, total = random.random(), 0.0
    for text, share in shares:
        total += share
        if drawn < total:
            return text
    return shares[0][0]


def _archive_number(office: str, n: int, received: dt.date) -> str:
    """The number as the institution has always written it."""
    return {
        "RCSC": f"QR{received:%Y}{n + 1:06d}",
        "WQZX": f"{n + 1:08d}",
        "JYZX": f"J-{received:%Y}-{n + 1:05d}",
        "LDZX": f"LD{n + 20001:06d}",
        "TXRY": f"T{n // 10000 + 1:02d}-{n % 10000 + 1:04d}",
    }[office]
