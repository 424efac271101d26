"""库房档案出入登记簿: every dossier that came into a slot, left one or changed its place."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy

from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import register
from rendang.storage.models import Placement

Kind = Placement.Kind
# In the words of the paper, whatever the language of the screen.
PLACES = {
    Kind.SLOT: "", Kind.AS_WRITTEN: "原位置", Kind.DESK: "办公桌", Kind.COURIER: "转递途中",
    Kind.READING_ROOM: "阅档室", Kind.BORROWER: "借阅单位", Kind.ELSEWHERE: "市外机构", Kind.MISSING: "查找中",
    Kind.LOST: "认定遗失",
}  # fmt: skip
DONE = {
    Kind.DESK: "下架", Kind.COURIER: "交寄", Kind.READING_ROOM: "调阅", Kind.BORROWER: "借出", Kind.ELSEWHERE: "转出",
    Kind.MISSING: "报失", Kind.LOST: "认定遗失",
}  # fmt: skip


@register(
    "placements",
    title="库房档案出入登记簿",
    label=gettext_lazy("Register of placements"),
    permission=Permission.STORAGE_VIEW,
    columns=[
        ("时间", 30), ("档案编号", 34), ("姓名", 20), ("事项", 16), ("由", 48), ("至", 48),
        ("办件编号", 34), ("经手人", 15),
    ],
)  # fmt: skip
def register_of_placements(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """In the order in which it happened. A place that a roster brought along is none of the keeper's moves."""
    begin, end = (
        timezone.make_aware(dt.datetime.combine(day, dt.time())) for day in (first, last + dt.timedelta(days=1))
    )
    before = Placement.objects.filter(dossier=OuterRef("dossier"), pk__lt=OuterRef("pk")).order_by("-pk")
    number = Custody.objects.filter(dossier=OuterRef("dossier"), institution=institution).order_by("-pk")
    rows = (
        Placement.objects.filter(institution=institution, since__gte=begin, since__lt=end)
        .exclude(kind=Kind.AS_WRITTEN)
        .annotate(
            earlier=Subquery(before.values(place=JSONObject(kind="kind", slot="slot__code", detail="detail"))[:1]),
            number=Subquery(number.values("archive_number")[:1]),
        )
        .filter(earlier__isnull=False)
        .select_related("dossier__person", "slot", "by", "case")
        .order_by("since", "pk")
    )
    for row in rows.iterator(2_000):
        earlier = row.earlier
        from_slot = earlier["kind"] == Kind.SLOT
        done = ("移位" if from_slot else "上架") if row.kind == Kind.SLOT else DONE[Kind(row.kind)]
        if row.kind == Kind.DESK and not from_slot and earlier["kind"] != Kind.AS_WRITTEN:
            done = "收回"
        yield [
            f"{timezone.localtime(row.since):%Y-%m-%d %H:%M}",
            row.number or "",
            row.dossier.person.name,
            done,
            _words(earlier["kind"], earlier["slot"], earlier["detail"]),
            _words(row.kind, row.slot.code if row.slot else None, row.detail),
            row.case.number if row.case else "",
            str(row.by),
        ]


def _words(kind: str, slot: str | None, detail: str) -> str:
    return slot or " ".join(part for part in (PLACES[Kind(kind)], detail) if part)
