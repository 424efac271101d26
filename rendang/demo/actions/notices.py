"""What the institutions tell their staff."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.institutions import actions as institutions

_NOTICES = (
    (
        "supervisor", "", 8, 60, "全市流动人员人事档案接收口径统一",
        "自即日起，五家机构受理存档一律不得以缺材料、欠费、未参保、非本市户籍（有单位所在地）为由拒收。缺少关"
        "键材料的，一次性告知并由本人书面承诺补充。",
    ),
    (
        "supervisor", "", 3, 30, "一人多档清理",
        "各机构清册比对已完成，争议名单见“保管冲突”。请在时限内到库核对实体，并将核查结论报市局。",
    ),
    (
        "head", "RCSC", 5, 20, "K02 库加湿设备检修",
        "本周五 13:30–16:30 检修，期间 K02 库暂停出入库。急办件请提前取档。",
    ),
    (
        "head", "TXRY", 1, 14, "已故退休人员档案移交准备",
        "请按名册核对已故满五年人员档案，整理后移交市档案馆，移交清单一式两份。",
    ),
)  # fmt: skip


def scenes(city: City) -> Iterator[Scene]:
    for role, office, days_ago, days_valid, title, text in _NOTICES:
        yield _notice(city, role, office, days_ago, days_valid, title, text)


def _notice(city: City, role: str, office: str, days_ago: int, days_valid: int, title: str, text: str) -> Scene:
    yield days_ago
    today = timezone.localdate()
    institutions.publish_notice(
        by=city.by(role, office),
        institution=city.institutions[office] if office else None,
        title=title,
        text=text,
        published_on=today,
        valid_until=today + dt.timedelta(days_valid),
    )
