"""Party branches at two offices, members who came, float, stay too long or leave, and letters under way."""

from collections.abc import Iterator

from django.utils import timezone

from rendang.circulation.party import actions as party
from rendang.circulation.party.models import PartyBranch
from rendang.circulation.party.queries import dossier_is_here
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.dossiers.models import Custody
from rendang.kernel.standards.queries import add_working_days
from rendang.people.models import Person

_OFFICES = ("RCSC", "WQZX")
_FROM = ("虚构大学党委", "海岱市某街道党工委", "邻市市委组织部", "虚构职业学院党委")
# Why the relation is kept, since how many working days, and what happened since.
_CAST = (
    ("GRADUATE", 40, "stays"), ("EMPLOYED", 38, "floats"), ("ABROAD", 36, "stays"), ("EMPLOYED", 33, "leaves"),
    ("EMPLOYED", 30, "asks"), ("RETIRED", 28, "stays"), ("EMPLOYED", 9, "admitted"), ("GRADUATE", 2, "registered"),
    ("EMPLOYED", 12, "withdrawn"),
)  # fmt: skip


def scenes(city: City) -> Iterator[Scene]:
    for office in _OFFICES:
        members = list(
            Person.objects.filter(
                political_status__in=Person.PARTY_MEMBERS,
                dossier__custodies__institution=city.institutions[office],
                dossier__custodies__status=Custody.Status.HELD,
            )
            .exclude(pk__in=city.taken())
            .order_by("pk")[: len(_CAST)]
        )
        city.reserved.update(person.pk for person in members)
        yield _branches(city, office)
        for number, (person, (stay, days_ago, fate)) in enumerate(zip(members, _CAST, strict=False)):
            yield _member(city, office, number, person, stay, days_ago, fate)


def _branches(city: City, office: str) -> Scene:
    yield 45
    for number, secretary in (("第一", "赵书记"), ("第二", "钱书记"), ("退休", "孙书记")):
        party.found_branch(
            city.institutions[office], by=city.by("clerk", office), name=f"流动党员{number}支部", secretary=secretary
        )


def _member(city: City, office: str, number: int, person: Person, stay: str, days_ago: int, fate: str) -> Scene:
    clerk, approver = city.by("clerk", office), city.by("approver", office)
    yield days_ago
    if not dossier_is_here(person, city.institutions[office]):
        return  # a conflict of custody was settled for the other side
    today = timezone.localdate()
    branches = PartyBranch.objects.filter(institution=city.institutions[office]).order_by("pk")
    case = party.register_arrival(
        person,
        branches[number % 3],
        by=clerk,
        other_committee=_FROM[number % len(_FROM)],
        letter_number=f"组转〔{today:%Y}〕{office}{number + 11:03d}",
        letter_date=add_working_days(today, -6),
        stay=stay,
        is_probationary=person.political_status == "02",
        dues_paid_to=today.replace(day=1),
    )
    if fate == "registered":
        return
    yield days_ago - 1
    if fate == "withdrawn":
        party.withdraw(case, by=clerk, reason="介绍信抬头有误，退回本人更换")
        return
    case = party.approve(case, by=approver)
    if fate == "admitted":
        return
    yield days_ago - 3
    membership = party.complete(case, by=clerk, slip_date=timezone.localdate()).membership
    if fate == "floats":
        yield days_ago - 5
        party.correct_membership(membership, by=clerk, floats_to="上海市浦东新区", floats_since=timezone.localdate())
    if fate in {"leaves", "asks"}:
        yield days_ago - 20
        out = party.register_departure(membership, by=clerk, other_committee="邻市市委组织部", reason="随迁工作单位")
        yield days_ago - 21
        out = party.approve(out, by=approver)
        if fate == "leaves":
            yield days_ago - 27
            party.complete(out, by=clerk, slip_date=timezone.localdate())
