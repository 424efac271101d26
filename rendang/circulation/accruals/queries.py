"""What is asked about accruals: which papers wait, for what; the registers of papers collected and asked for."""

import calendar
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.circulation.accruals.models import Accrual, AccrualItem, Chase, Sending
from rendang.dossiers.models import Custody, Dossier, Undertaking, UndertakingItem
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import CaseQuerySet
from rendang.kernel.workflow.steps import before_step
from rendang.storage.models import Placement
from rendang.storage.queries import current_placements

Kind = Placement.Kind
SUBMIT = "material_submit"
SOME_ARE_ACCEPTED = _("Some papers have been accepted: put them into the dossiers.")
ALL_ARE_OUT = _("All dossiers are out: the papers wait until one is back.")
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
    keeper = dict(held.values_list("dossier", "institution__name"))  # written down and printed: in Chinese
    ours = set(held.filter(institution=institution).values_list("dossier", flat=True))
    return {key: keeper.get(key, "") for key in keys - ours}


@dataclass(frozen=True)
class Reach:
    """Accepted papers by what can be done with them now."""

    now: list[AccrualItem]  # their dossiers are here
    wait: list[AccrualItem]  # until their dossiers are back
    gone: dict[int, str]  # dossiers that the institution no longer holds, and who does: their papers go on


def reach_of(accepted: Iterable[AccrualItem], institution: Institution) -> Reach:
    """What of these papers of one institution can be put in, what waits, and what goes on to another keeper."""
    accepted = list(accepted)
    gone, out = left_for(accepted, institution), out_of_reach(accepted, institution)
    ours = [item for item in accepted if item.dossier_id not in gone]
    now, wait = ([item for item in ours if (item.dossier_id in out) == is_out] for is_out in (False, True))
    return Reach(now, wait, gone)


@before_step(Accrual, "send_back")
def some_are_accepted(accruals: Sequence[Accrual]) -> dict[int, str]:
    """Not everything goes back of which a paper has been accepted."""
    rows = AccrualItem.objects.filter(accrual__in=[one.pk for one in accruals])
    kept = rows.exclude(outcome=AccrualItem.Outcome.REFUSED).values_list("accrual", flat=True)
    return dict.fromkeys(kept, str(SOME_ARE_ACCEPTED))


@before_step(Accrual, "file")
def all_are_out(accruals: Sequence[Accrual]) -> dict[int, str]:
    """Nothing can be put in now, nor sent on to another keeper: the dossiers of all accepted papers are out."""
    items = AccrualItem.objects.filter(accrual__in=[one.pk for one in accruals], outcome=AccrualItem.Outcome.ACCEPTED)
    keeper = {one.pk: one.institution for one in accruals}
    delivered: dict[Institution, list[AccrualItem]] = {}
    for item in items:
        delivered.setdefault(keeper[item.accrual_id], []).append(item)
    move_on: set[int] = set()
    for institution, some in delivered.items():
        wait = set(reach_of(some, institution).wait)
        move_on |= {item.accrual_id for item in some if item not in wait}
    return dict.fromkeys(keeper.keys() - move_on, str(ALL_ARE_OUT))


def awaited_items(dossier: Dossier, institution: Institution) -> QuerySet[UndertakingItem]:
    """What the person has promised the institution and has not brought yet."""
    promised = Undertaking.objects.open().filter(person=dossier.person_id, institution=institution)
    return UndertakingItem.objects.filter(undertaking__in=promised, outcome="").order_by("pk")


def awaited(dossier: Dossier, institution: Institution) -> list[str]:
    """The names of what is awaited."""
    return list(awaited_items(dossier, institution).values_list("name", flat=True))


def submit_by(formed_on: str, institution: Institution) -> dt.date | None:
    """By when a paper formed on a day (as well as it is known) is handed in by its producer (中组发〔2009〕12号).

    Measured from the last day that the date can mean. ``None`` without a date, or where no rule was in force then.
    """
    if not formed_on:
        return None
    try:
        return standards.deadline(SUBMIT, start=last_day_of(formed_on), institution=institution).due
    except standards.PolicyMissing:
        return None  # no rule is applied to what was formed before there was one


def last_day_of(day: str) -> dt.date:
    """The last day that a partial date can mean: 2025 is 2025-12-31, 2025-11 is 2025-11-30."""
    year, month, date = [*map(int, day.split("-")), 0, 0][:3]
    month = month or 12
    return dt.date(year, month, date or calendar.monthrange(year, month)[1])


def as_listed(rows: CaseQuerySet) -> CaseQuerySet:
    """Deliveries, each with of how many people its papers are, and how many of them came late."""
    papers = AccrualItem.objects.filter(accrual=OuterRef("pk")).order_by().values("accrual")
    people = papers.annotate(many=Count("dossier", distinct=True)).values("many")
    late = papers.filter(is_late=True).annotate(many=Count("pk")).values("many")
    return rows.annotate(late_count=Coalesce(Subquery(late), 0), people_count=Coalesce(Subquery(people), 0))


@dataclass(frozen=True)
class Month:
    """What was collected in a month."""

    month: dt.date
    papers: int
    late: int
    refused: int
    filed: int


def collected_by_month(accruals: Any, since: dt.date) -> list[Month]:
    """Papers received, handed in late, refused and filed, month by month of receipt, the latest first."""
    rows = AccrualItem.objects.filter(accrual__in=accruals, accrual__received_on__gte=since).order_by()
    months = rows.values(month=TruncMonth("accrual__received_on")).annotate(
        papers=Count("pk"),
        late=Count("pk", filter=Q(is_late=True)),
        refused=Count("pk", filter=Q(outcome=AccrualItem.Outcome.REFUSED)),
        filed=Count("pk", filter=Q(outcome=AccrualItem.Outcome.FILED)),
    )
    return [Month(**row) for row in months.order_by("-month")]


def late_by_sender(accruals: Any, since: dt.date, most: int = 20) -> list[dict[str, Any]]:
    """Who hands in late: for whom it was delivered, papers, those that were late; the most late first."""
    rows = AccrualItem.objects.filter(accrual__in=accruals, accrual__received_on__gte=since).order_by()
    counted = rows.values(sender=F("accrual__sender")).annotate(
        papers=Count("pk"), late=Count("pk", filter=Q(is_late=True))
    )
    return [dict(row) for row in counted.filter(late__gt=0).order_by("-late", "sender")[:most]]


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Link(models.TextChoices):
    """What the link of a letter is good for."""

    OPEN = "OPEN"
    USED = "USED"
    REPLACED = "REPLACED"
    ENDED = "ENDED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


def link_of(token: str, today: dt.date) -> tuple[Link, Chase | None]:
    """What became of a link, for whoever has it, and the letter it belongs to; of an unknown one nothing."""
    mine = Q(token_digest=digest(token)) | Q(spent_digest=digest(token))
    letter = Chase.objects.filter(mine).select_related("institution", "person", "answer").first()
    if letter is None:
        return Link.UNKNOWN, None
    if letter.state == Chase.State.SENT and bytes(letter.spent_digest or b"") == digest(token):
        return Link.REPLACED, letter
    return standing_of(letter, today), letter


def standing_of(letter: Chase, today: dt.date) -> Link:
    """What can be done with the letter's present link."""
    if letter.state == Chase.State.ANSWERED:
        return Link.USED
    if letter.state == Chase.State.ENDED:
        return Link.ENDED
    return Link.OPEN if letter.link_until >= today else Link.EXPIRED


@register(
    "accruals",
    title="流动人员人事档案材料收集登记簿",
    label=_("Register of materials collected"),
    permission=Permission.ACCRUAL_VIEW,
    columns=[
        ("收件日期", 22), ("来件单位", 28), ("移交人", 14), ("姓名", 16), ("类号", 12), ("材料名称", 32),
        ("制成日期", 22), ("页数", 10), ("份数", 10), ("是否受理", 27), ("归档日期", 22), ("接收人", 16),
        ("逾期送交", 14),
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
            f"{item.days_late}天" if item.is_late else "",
        ]


@register(
    "chases",
    title="短缺材料催要登记簿",
    label=_("Register of chasing letters"),
    permission=Permission.ACCRUAL_VIEW,
    columns=[
        ("催要日期", 22), ("催要编号", 40), ("次数", 14), ("姓名", 18), ("催要对象", 16), ("收件单位（人）", 31),
        ("催要材料", 38), ("送交期限", 22), ("办结日期", 22), ("结果", 22),
    ],
)  # fmt: skip
def register_of_chases(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Every letter that went out in these days, the first time or again: to whom, for what, what became of it."""
    whom = {Chase.Addressee.PERSON: "本人", Chase.Addressee.EMPLOYER: "单位", Chase.Addressee.SCHOOL: "学校"}
    became = {Chase.State.SENT: "待答复", Chase.State.ANSWERED: "已送交", Chase.State.ENDED: "未送交，终止"}
    rows = Sending.objects.filter(letter__institution=institution, sent_on__range=(first, last))
    later = Sending.objects.filter(letter=OuterRef("letter"), number__gt=OuterRef("number"))
    rows = rows.annotate(was_sent_again=Exists(later)).select_related("letter__person")
    for one in rows.order_by("sent_on", "pk").iterator(chunk_size=1000):
        letter, again = one.letter, one.was_sent_again
        assert letter.person
        yield [
            f"{one.sent_on}",
            letter.number,
            f"第{one.number}次",
            letter.person.name,
            whom[Chase.Addressee(letter.addressee_kind)],
            letter.addressee,
            "、".join(letter.titles),
            f"{one.answer_by}",
            f"{timezone.localdate(letter.closed_at)}" if letter.closed_at and not again else "",
            "再次催要" if again else became[Chase.State(letter.state)],
        ]
