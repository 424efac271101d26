"""What lies in a dossier: the papers that somebody of this schooling, Party and working life would have. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from rendang.people.models import Person

# GB/T 4658: doctor's and master's, university, college, secondary vocational.
_POSTGRADUATE, _UNIVERSITY, _COLLEGE, _VOCATIONAL = "1", "2", "3", "4"
_PARTY_MEMBER, _LEAGUE_MEMBER = {"01", "02"}, "03"


@dataclass(frozen=True)
class Paper:
    class_mark: str
    title: str
    formed_on: str
    pages: int = 1
    remarks: str = ""

    def as_row(self) -> dict[str, Any]:
        return {
            "class_mark": self.class_mark,
            "title": self.title,
            "formed_on": self.formed_on,
            "pages": self.pages,
            "remarks": self.remarks,
        }


def papers_of(person: Person, random: Random) -> list[Paper]:
    """The papers in the order of the catalogue; some dates are known only to the month or the year."""
    born = int(person.birth_date[:4])
    found = [*_schooling(person, born, random), *_party(person, born, random), *_work(person, born, random)]
    if born < 1975:
        found.append(Paper("2", "自传", f"{born + 21}", random.randrange(3, 9)))
    return sorted(found, key=lambda paper: ([int(part) for part in paper.class_mark.split("-")], paper.formed_on))


def _schooling(person: Person, born: int, random: Random) -> Iterator[Paper]:
    level = person.education[:1]
    finished = int(person.graduated[:4]) if person.graduated else born + 18
    secondary = min(born + 18, finished)
    if level and level in "12346":
        yield Paper("4-1", "高中学生学籍登记表", f"{secondary - 3}-09", 2)
    if level in {_POSTGRADUATE, _UNIVERSITY, _COLLEGE}:
        yield Paper("4-1", "普通高等学校招生考生报名登记表", f"{secondary}-04", 4)
        yield Paper("4-1", "高中毕业生登记表", f"{secondary}-06", 4)
    if level in {_UNIVERSITY, _COLLEGE, _POSTGRADUATE}:
        first = finished - (3 if level == _POSTGRADUATE else 0)
        yield Paper("4-1", "高等学校学生学籍登记表", f"{max(secondary, first - 4)}-09", 2)
        yield Paper("4-1", "高等学校学生成绩表", f"{first}-06", random.randrange(1, 4))
        yield Paper("4-1", "高等学校毕业生登记表", f"{first}-06-{random.randrange(10, 30)}", 8)
        if person.degree and level == _UNIVERSITY:
            yield Paper("4-1", "授予学士学位证明材料", f"{first}-07", 1)
    if level == _POSTGRADUATE:
        yield Paper("4-1", "报考攻读硕士学位研究生登记表", f"{finished - 3}-11", 4)
        yield Paper("4-1", "毕业研究生登记表", f"{finished}-06", 8)
        yield Paper("4-1", "授予硕士学位决定", f"{finished}-06-20", 2)
    if level == _VOCATIONAL:
        yield Paper("4-1", "中等专业学校毕业生登记表", f"{finished}-07", 6)
        yield Paper("4-1", "学生成绩单", f"{finished}-06", 2)
    if finished < 2023 and level in {_UNIVERSITY, _COLLEGE, _POSTGRADUATE}:
        yield Paper("10", "就业报到证（通知书）", f"{finished}-07", 1)
        yield Paper("10", "高等学校毕业生体格检查表", f"{finished}-05", 2)


def _party(person: Person, born: int, random: Random) -> Iterator[Paper]:
    if person.political_status in _PARTY_MEMBER | {_LEAGUE_MEMBER} or random.random() < 0.5:
        yield Paper("6", "中国共产主义青年团入团志愿书", f"{born + 15}-05-04", 4)
    if person.political_status in _PARTY_MEMBER:
        joined = min(born + random.randrange(21, 30), 2023)
        yield Paper("6", "入党申请书", f"{joined - 2}-03-12", 5)
        yield Paper("6", "入党积极分子培养教育考察登记表", f"{joined - 1}-06", 10)
        yield Paper("6", "中国共产党入党志愿书", f"{joined}-06-{random.randrange(10, 30)}", 12)
        yield Paper("6", "转正申请书", f"{joined + 1}-06", 4)


def _work(person: Person, born: int, random: Random) -> Iterator[Paper]:
    if not person.work_start:
        return
    began = int(person.work_start[:4])
    yield Paper(
        "1", "干部履历表" if random.random() < 0.4 else "职工登记表", f"{began}-{random.randrange(8, 13):02d}", 6
    )
    if began < 1996:
        yield Paper("9-2", "招收新工人审批表", person.work_start, 2)
        yield Paper("9-1", "转正定级审批表", f"{began + 1}-08", 2)
        yield Paper("9-1", "企业职工调整工资审批表", f"{began + 4}", 1, "复印件" if random.random() < 0.2 else "")
    else:
        yield Paper("9-2", "劳动合同书", person.work_start, random.randrange(6, 13))
    left = began + random.randrange(2, 9)
    if left < 2025:
        yield Paper(
            "9-2",
            "解除（终止）劳动合同证明书",
            f"{left}-{random.randrange(1, 13):02d}-{random.randrange(1, 28):02d}",
            1,
        )
        for year in range(began + 1, min(left, began + 4)):
            yield Paper("3", f"{year} 年度考核登记表", f"{year}-12", 2)
    if random.random() < 0.35:
        yield Paper("4-2", "专业技术职务资格评审表", f"{min(began + 6, 2025)}-11", 8)
    if random.random() < 0.25:
        yield Paper("4-4", "岗位技能培训结业登记表", f"{min(began + 3, 2025)}", 2)
    if random.random() < 0.12:
        yield Paper("7", "先进工作者审批表", f"{min(began + 5, 2025)}-01", 3)
    if random.random() < 0.03:
        yield Paper("9-3", "因私出国（境）审批表", f"{min(began + 7, 2019)}-09", 2)
    if person.retired:
        yield Paper("9-2", "企业职工退休审批表", person.retired[:7], 4)
