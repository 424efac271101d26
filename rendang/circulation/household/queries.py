"""What is asked about collective households: who is registered, whose dossier is elsewhere, whose page is out."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from rendang.circulation.household.models import HouseholdMember, HouseholdMove, PageLoan
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.departure import Obstacle, before_departure, which_take
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import Said, say
from rendang.kernel.workflow.steps import InTheWay, before_step


def members(user: Any) -> ScopedQuerySet:
    """Who is registered now at the person's institutions, each with ``dossier_here``, ``page_out``, ``page_lost``."""
    held = Custody.objects.filter(
        dossier__person=OuterRef("person"), institution=OuterRef("institution"), status=Custody.Status.HELD
    )
    rows = HouseholdMember.objects.visible_to(user, Permission.HOUSEHOLD_VIEW).filter(until__isnull=True)
    rows = rows.annotate(dossier_here=Exists(held), page_out=Exists(open_loans().filter(member=OuterRef("pk"))))
    rows = rows.annotate(page_lost=Exists(_lost().filter(member=OuterRef("pk"))))
    return rows.select_related("person__dossier", "household", "institution")


def _lost() -> ScopedQuerySet:
    """Loans of a page that was reported lost and neither replaced nor, replaced before that was noted, lent since."""
    later = PageLoan.objects.filter(member=OuterRef("member"), pk__gt=OuterRef("pk"))
    replaced = Q(member__page_noted_at__gte=F("closed_at"))
    return PageLoan.objects.filter(~Exists(later), is_lost=True).exclude(replaced)


def lost_loan(member: HouseholdMember) -> PageLoan | None:
    """The loan under which the member page was lost, while there is no new one."""
    return _lost().filter(member=member).first()


def has_parted(member: HouseholdMember) -> bool:
    """Whether the dossier is elsewhere or about to leave while the registration stays (人档户分离)."""
    return is_elsewhere(member) or bool(what_takes_it(member))


def is_elsewhere(member: HouseholdMember) -> bool:
    """Whether the dossier is not kept where the registration is."""
    return not (member.until or _held(member).exists())


def what_takes_it(member: HouseholdMember) -> list[Obstacle]:
    """The transfer or departure with which the dossier is about to leave, by its number; none, when it stays."""
    custody = None if member.until else _held(member).first()
    return which_take([custody.dossier_id])[custody.dossier_id] if custody else []


def told_of_parting(member: HouseholdMember) -> bool:
    """Whether the person was told since the dossier came here last: once for each parting."""
    return member.pk in told_of_their_parting([member])


def told_of_their_parting(members: Iterable[HouseholdMember]) -> set[int]:
    """The keys of those who were told since their dossier came here last, in one query for all of them."""
    told = {one.pk: one for one in members if one.told_parted_on}
    if not told:
        return set()
    people = {one.person_id for one in told.values()}
    kept = Custody.objects.filter(dossier__person__in=people).order_by("pk")
    came = {
        (person, institution): timezone.localdate(created)  # of several custodies the last
        for person, institution, created in kept.values_list("dossier__person", "institution", "created_at")
    }
    return {
        key
        for key, one in told.items()
        if one.told_parted_on and came.get((one.person_id, one.institution_id), dt.date.min) <= one.told_parted_on
    }


def _held(member: HouseholdMember) -> ScopedQuerySet:
    where = {"institution": member.institution_id, "status": Custody.Status.HELD}
    return Custody.objects.filter(dossier__person=member.person_id, **where)


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


@before_step(HouseholdMove, "register")
def page_is_out(moves: Sequence[HouseholdMove]) -> dict[int, str]:
    """Who leaves takes the member page along: it has to be in the book."""
    leaving = {move.pk: move.member_id for move in moves if move.direction == HouseholdMove.Direction.OUT}
    lent = set(open_loans().filter(member__in=leaving.values()).values_list("member", flat=True))
    said = gettext("The member page is lent. Take it back first; it goes with the member.")
    return {
        move: InTheWay.of((said, reverse("household:member", args=[member])))
        for move, member in leaving.items()
        if member in lent
    }


@before_departure
def household_stays_behind(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """A dossier that leaves does not take the registration along: a warning, not a hindrance (domain.md §5.8)."""
    rows = HouseholdMember.objects.filter(until__isnull=True, person__dossier__in=list(dossiers))
    members = list(rows.select_related("household", "person__dossier"))
    told = told_of_their_parting(members)
    return {
        one.person.dossier.pk: [
            Obstacle(_stays_behind(one, told=one.pk in told), "household:member", one.pk, warning=True)
        ]
        for one in members
    }


def _stays_behind(member: HouseholdMember, *, told: bool) -> Said:
    if not told:
        return say("in_the_way.household", number=member.household.number)
    return say("in_the_way.household_told", number=member.household.number, day=member.told_parted_on)


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


def _remarks(loan: PageLoan) -> str:
    if not loan.is_lost:
        return loan.reason
    noted, lost = loan.member.page_noted_at, loan.closed_at
    return f"遗失；{loan.member.page_issued_on} 补发" if noted and lost and noted >= lost else "遗失"


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
            _remarks(one),
        ]
