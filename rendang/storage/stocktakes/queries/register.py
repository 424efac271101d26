"""盘点报告登记: the stocktakes that were signed in a range of days."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import register
from rendang.storage.stocktakes.models import Stocktake

OCCASIONS = {"YEARLY": "年度全面盘点", "HALF_YEARLY": "半年档卡核对", "OTHER": "专项盘点"}


@register(
    "stocktakes",
    title="盘点报告登记簿",
    label=_("Register of stocktake reports"),
    permission=Permission.STOCKTAKE_VIEW,
    columns=[
        ("盘点编号", 38), ("类别", 26), ("开始日期", 24), ("完成日期", 24), ("相符", 14), ("盘亏", 14), ("盘盈", 14),
        ("错位", 14), ("在外", 14), ("变动", 14), ("盘点人", 20), ("监盘人", 20), ("结论", 21),
    ],
)  # fmt: skip
def register_of_stocktakes(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """By the day of the second signature; on loan, in transit and elsewhere in the house count as out of the slot."""
    rows = Stocktake.objects.filter(institution=institution, state=Stocktake.State.SIGNED)
    rows = rows.filter(signed_at__date__range=(first, last)).select_related("concluded_by", "signed_by")
    for one in rows.order_by("signed_at", "pk"):
        assert one.started_at and one.signed_at
        many = one.totals
        yield [
            one.number,
            OCCASIONS[one.occasion],
            f"{timezone.localdate(one.started_at)}",
            f"{timezone.localdate(one.signed_at)}",
            str(many["FOUND"]),
            str(many["MISSING"]),
            str(many["UNEXPECTED"]),
            str(many["MISPLACED"] + many["TWICE"]),
            str(many["ON_LOAN"] + many["IN_TRANSIT"] + many["AT_HAND"]),
            str(many.get("MOVED", 0)),
            str(one.concluded_by),
            str(one.signed_by),
            one.conclusion,
        ]
