"""告知承诺登记簿: who was told what is missing, what was promised for when, and what became of it (domain.md §1.9)."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Undertaking, UndertakingItem
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import register

Outcome = UndertakingItem.Outcome
_BECAME = {
    Undertaking.State.TOLD: "已告知，待承诺",
    Undertaking.State.PROMISED: "已承诺，待补充",
    Undertaking.State.SUPPLEMENTED: "已补齐",
    Undertaking.State.ENDED: "未补齐，终止",
}
_OF_PAPER = {Outcome.SUPPLEMENTED: "已补", Outcome.CANNOT_BE_OBTAINED: "无法取得", Outcome.WAIVED: "免补"}


@register(
    "undertakings",
    title="关键材料告知承诺登记簿",
    label=_("Register of undertakings"),
    permission=Permission.UNDERTAKING_VIEW,
    columns=[
        ("告知日期", 22), ("承诺书编号", 40), ("姓名", 18), ("公民身份号码", 37), ("缺少的关键材料", 46),
        ("承诺日期", 22), ("补充期限", 22), ("办结日期", 22), ("结果", 16),
    ],
)  # fmt: skip
def register_of_undertakings(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Every undertaking of whom was told in these days; behind each paper what became of it."""
    rows = Undertaking.objects.filter(institution=institution, opened_at__date__range=(first, last))
    rows = rows.select_related("person").prefetch_related("items").order_by("pk")
    for one in rows.iterator(chunk_size=1000):
        assert one.person
        yield [
            f"{timezone.localdate(one.opened_at)}",
            one.number,
            one.person.name,
            one.person.id_masked,
            "、".join(_with_outcome(item) for item in one.items.all()),
            f"{timezone.localdate(one.promised_at)}" if one.promised_at else "",
            f"{one.promised_on}",
            f"{timezone.localdate(one.closed_at)}" if one.closed_at else "",
            _BECAME[Undertaking.State(one.state)],
        ]


def _with_outcome(item: UndertakingItem) -> str:
    return f"{item.name}（{_OF_PAPER[Outcome(item.outcome)]}）" if item.outcome else item.name
