"""What is asked about accruals: which papers wait, for what; the register of what was collected."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.circulation.accruals.models import AccrualItem, Chase
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.storage.models import Placement
from rendang.storage.queries import current_placements

Kind = Placement.Kind
WITHIN_REACH = frozenset({Kind.SLOT, Kind.AS_WRITTEN, Kind.DESK, Kind.READING_ROOM})


def out_of_reach(items: Iterable[AccrualItem], institution: Institution) -> dict[int, str]:
    """The dossiers into which nothing can be put now, and where they are."""
    keys = {item.dossier_id for item in items}
    places = {place.dossier_id: place for place in current_placements(keys)}
    found = {}
    for key in keys:
        place = places.get(key)
        if place is None or place.institution_id != institution.pk or place.kind not in WITHIN_REACH:
            found[key] = place.label if place else ""
    return found


def left_for(items: Iterable[AccrualItem], institution: Institution) -> dict[int, str]:
    """The dossiers that the institution no longer holds, and who does."""
    keys = {item.dossier_id for item in items}
    held = Custody.objects.filter(dossier__in=keys, status=Custody.Status.HELD)
    keeper = dict(held.values_list("dossier", "institution__name"))
    ours = set(held.filter(institution=institution).values_list("dossier", flat=True))
    return {key: keeper.get(key, "") for key in keys - ours}


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def asked_by_link(token: str, today: dt.date) -> Chase | None:
    """The letter whose link this is, while it takes an upload."""
    rows = Chase.objects.filter(token_digest=digest(token), state=Chase.State.SENT, link_until__gte=today)
    return rows.select_related("institution", "person").first()


@register(
    "accruals",
    title="流动人员人事档案材料收集登记簿",
    label=_("Register of materials collected"),
    permission=Permission.ACCRUAL_VIEW,
    columns=[
        ("收件日期", 20), ("来件单位", 36), ("移交人", 16), ("姓名", 18), ("类号", 12), ("材料名称", 52),
        ("制成日期", 20), ("页数", 10), ("份数", 10), ("是否受理", 33), ("归档日期", 20), ("接收人", 16),
    ],
)  # fmt: skip
def register_of_materials(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Every loose paper received in these days, in the order of receipt, and what became of it."""
    rows = AccrualItem.objects.filter(Q(accrual__received_on__gte=first) & Q(accrual__received_on__lte=last))
    rows = rows.filter(accrual__institution=institution).select_related("dossier__person", "accrual__opened_by")
    words = {"": "待鉴别", "ACCEPTED": "已受理，待归档", "FILED": "已受理"}
    for item in rows.order_by("accrual__received_on", "pk").iterator(chunk_size=1000):
        refused = standards.code_name("accrual_refusal", item.refusal) if item.refusal else ""
        yield [
            f"{item.accrual.received_on}",
            item.accrual.sender,
            item.accrual.deliverer,
            item.dossier.person.name,
            item.class_mark,
            item.title,
            item.formed_on,
            str(item.pages),
            str(item.copies),
            words.get(item.outcome) or f"不予受理：{refused}",
            f"{item.filed_on or ''}",
            str(item.accrual.opened_by),
        ]
