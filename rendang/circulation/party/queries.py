"""What is asked about Party relations: who belongs to which branch, who stays too long, what must leave first."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from rendang.circulation.party.models import PartyMembership, PartyTransfer
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.departure import Obstacle, before_departure, which_take
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.steps import InTheWay, before_step
from rendang.people.models import Person

Stay = PartyMembership.Stay
# How long somebody may stay whom the rules do not let stay for good.
LIMITS = {Stay.GRADUATE: "party_graduate_stay", Stay.ABROAD: "party_abroad_stay"}
ITS_DOSSIER_GOES = gettext_lazy(
    "The dossier is about to leave: the Party relation goes with it and is not taken in here."
)


def members(user: Any) -> ScopedQuerySet:
    """The memberships now at the person's institutions."""
    rows = PartyMembership.objects.visible_to(user, Permission.PARTY_VIEW).filter(until__isnull=True)
    return rows.select_related("person__dossier", "branch", "institution")


def narrowed(rows: ScopedQuerySet, show: str, today: dt.date) -> ScopedQuerySet:
    """``floating``: those who float; ``overstaying``: whose time here is over; ``arrears``: dues two months behind."""
    match show:
        case "floating":
            return rows.exclude(floats_to="")
        case "overstaying":
            return rows.filter(stay_until__lt=today)
        case "arrears":
            behind = (today.replace(day=1) - dt.timedelta(1)).replace(day=1)
            return rows.filter(Q(dues_paid_to__lt=behind) | Q(dues_paid_to__isnull=True))
    return rows


def stay_until(stay: str, since: dt.date, institution: Institution) -> dt.date | None:
    """The last day of a stay that the rules limit (unemployed graduates, those abroad); ``None``: no limit."""
    policy = LIMITS.get(Stay(stay))
    return standards.deadline(policy, start=since, institution=institution).due if policy else None


def membership_of(person: Person) -> PartyMembership | None:
    return PartyMembership.objects.filter(person=person, until__isnull=True).select_related("branch").first()


def dossier_is_here(person: Person, institution: Institution) -> bool:
    return Custody.objects.filter(dossier__person=person, institution=institution, status=Custody.Status.HELD).exists()


@before_step(PartyTransfer, "approve")
def not_to_be_approved(cases: Sequence[PartyTransfer]) -> dict[int, str]:
    """Who comes is admitted with a letter that is still valid, to where the dossier is and stays."""
    today = timezone.localdate()
    coming = [case for case in cases if case.direction == PartyTransfer.Direction.IN]
    held = Custody.objects.filter(
        dossier__person__in=[case.person_id for case in coming], status=Custody.Status.HELD
    ).values_list("dossier__person", "institution", "dossier")
    here: dict[tuple[int | None, int], int] = {(person, office): dossier for person, office, dossier in held}
    going = which_take(here.values())
    refused: dict[int, str] = {}
    for case in coming:
        dossier = here.get((case.person_id, case.institution_id))
        if case.has_run_out(today):
            refused[case.pk] = gettext(
                "The letter ran out on %(day)s. Withdraw this case, give the letter back, and register the new one"
                " that the sender issues."
            ) % {"day": case.letter_valid_until}
        elif dossier is None:
            refused[case.pk] = gettext("The dossier of this person is no longer kept here.")
        elif takes_it := going[dossier]:
            refused[case.pk] = InTheWay.of((str(ITS_DOSSIER_GOES), takes_it[0].url))
    return refused


@before_departure
def party_relation_first(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """The relation leaves before or with the dossier, never after it (domain.md §1.7); what is under way is named."""
    rows = PartyMembership.objects.filter(until__isnull=True, person__dossier__in=list(dossiers))
    found = list(rows.values_list("person__dossier", "branch__name", "pk"))
    leaving = PartyTransfer.objects.open().filter(membership__in=[pk for _dossier, _branch, pk in found])
    under_way = {
        membership: (case, number) for membership, case, number in leaving.values_list("membership", "pk", "number")
    }
    return {dossier: [_obstacle(branch, pk, *under_way.get(pk, (None, "")))] for dossier, branch, pk in found}


def _obstacle(branch: str, membership: int, case: int | None, number: str) -> Obstacle:
    if case is None:
        return Obstacle(say("in_the_way.party_relation", branch=branch), "party:member", membership)
    return Obstacle(say("in_the_way.partytransfer", branch=branch, number=number), "party:detail", case)


@register(
    "party",
    title="党员组织关系接转登记簿",
    label=gettext_lazy("Register of Party relations"),
    permission=Permission.PARTY_VIEW,
    columns=[
        ("日期", 22), ("姓名", 22), ("公民身份号码", 36), ("方向", 12), ("党员类别", 20), ("介绍信编号", 36),
        ("介绍信日期", 22), ("对方党组织", 55), ("本方党支部", 32),
    ],
)  # fmt: skip
def register_of_transfers(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """Relations that came or left in these days, by the date of the slip."""
    rows = PartyTransfer.objects.filter(institution=institution, slip_date__range=(first, last))
    for one in rows.filter(state="COMPLETED").select_related("person", "branch").order_by("slip_date", "pk"):
        assert one.person and one.slip_date
        yield [
            f"{one.slip_date}",
            one.person.name,
            one.person.id_masked,
            "转入" if one.direction == PartyTransfer.Direction.IN else "转出",
            "预备党员" if one.is_probationary else "正式党员",
            one.letter_number,
            f"{one.letter_date or ''}",
            " ".join(filter(None, [one.other_committee, one.other_branch])),
            one.branch.name,
        ]
