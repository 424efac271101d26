"""What is asked about collective households: who is registered, whose dossier is elsewhere, whose page is out."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.household.models import HouseholdMember, HouseholdMove, PageLoan
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.departure import Obstacle, before_departure
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards


def members(user: Any) -> ScopedQuerySet:
    """Who is registered now at the person's institutions, each with ``dossier_here``, ``page_out``, ``page_lost``."""
    held = Custody.objects.filter(
        dossier__person=OuterRef("person"), institution=OuterRef("institution"), status=Custody.Status.HELD
    )
    rows = HouseholdMember.objects.visible_to(user, Permission.HOUSEHOLD_VIEW).filter(until__isnull=True)
    rows = rows.annotate(dossier_here=Exists(held), page_out=Exists(open_loans().filter(member=OuterRef("pk"))))
    rows = rows.annotate(page_lost=_last_loan_is_lost())
    return rows.select_related("person__dossier", "household", "institution")


def _last_loan_is_lost() -> Coalesce:
    """Whether the page was reported lost and none, the new one of the police, was lent since."""
    last = PageLoan.objects.filter(member=OuterRef("pk")).order_by("-pk")
    return Coalesce(Subquery(last.values("is_lost")[:1]), False)


def is_lost(member: HouseholdMember) -> bool:
    last = member.page_loans.order_by("-pk").first()
    return last is not None and last.is_lost


def narrowed(rows: ScopedQuerySet, show: str) -> ScopedQuerySet:
    """``separated``: the dossier is kept elsewhere (人档户分离); ``page_out``: the member page is lent."""
    match show:
        case "separated":
            return rows.filter(dossier_here=False)
        case "page_out":
            return rows.filter(page_out=True)
    return rows


def open_loans() -> ScopedQuerySet:
    """Pages that are out now."""
    return PageLoan.objects.filter(returned_on__isnull=True, is_lost=False)


@before_departure
def household_stays_behind(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """A dossier that leaves does not take the registration along: a warning, not a hindrance (domain.md §5.8)."""
    rows = HouseholdMember.objects.filter(until__isnull=True, person__dossier__in=list(dossiers))
    return {
        dossier: [
            Obstacle(
                _("The household registration stays in our collective household %s: tell the person.") % number,
                "household:member",
                pk,
                warning=True,
            )
        ]
        for dossier, number, pk in rows.values_list("person__dossier", "household__number", "pk")
    }


@register(
    "household",
    title="集体户迁入迁出登记簿",
    label=gettext_lazy("Register of collective households"),
    permission=Permission.HOUSEHOLD_VIEW,
    columns=[
        ("登记日期", 22), ("姓名", 22), ("公民身份号码", 36), ("迁入迁出", 16), ("户号", 28), ("对方户籍地址", 62),
        ("准迁证（迁移证）号", 40), ("审批人", 19),
    ],
)  # fmt: skip
def register_of_moves(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What the police registered in these days."""
    rows = HouseholdMove.objects.filter(institution=institution, registered_on__range=(first, last))
    rows = rows.select_related("person", "household", "approved_by").order_by("registered_on", "pk")
    for one in rows:
        assert one.person and one.registered_on
        yield [
            f"{one.registered_on}",
            one.person.name,
            one.person.id_masked,
            "迁入" if one.direction == HouseholdMove.Direction.IN else "迁出",
            one.household.number,
            one.other_address,
            one.permit_number,
            str(one.approved_by or ""),
        ]


def due_back(loan: PageLoan) -> dt.date:
    """The day by which the page was to be back, also when it is back and nothing is due any more."""
    lent = timezone.localdate(loan.opened_at)
    return loan.due_date or standards.deadline("household_page_loan", start=lent, institution=loan.institution).due


@register(
    "member_pages",
    title="集体户户口页借用登记簿",
    label=gettext_lazy("Register of member pages lent"),
    permission=Permission.HOUSEHOLD_VIEW,
    columns=[
        ("借出日期", 24), ("姓名", 24), ("户号", 30), ("户口页", 22), ("用途", 60), ("应还日期", 24), ("归还日期", 24),
        ("备注", 37),
    ],
)  # fmt: skip
def register_of_pages(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Pages lent in these days, returned or not."""
    rows = PageLoan.objects.filter(institution=institution, opened_at__date__range=(first, last))
    for one in rows.select_related("person", "member__household").order_by("pk"):
        assert one.person
        yield [
            f"{timezone.localdate(one.opened_at)}",
            one.person.name,
            one.member.household.number,
            one.member.page,
            one.purpose,
            f"{due_back(one)}",
            f"{one.returned_on or ''}",
            "遗失" if one.is_lost else one.reason,
        ]
