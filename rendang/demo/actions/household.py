"""Two collective households with members, moves, pages lent, late, lost and replaced, and dossiers that part."""

from collections.abc import Iterator

from django.utils import timezone

from rendang.circulation.household import actions as household
from rendang.circulation.household.models import CollectiveHousehold
from rendang.circulation.transfers import actions as transfers
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.dossiers.models import Custody
from rendang.kernel.standards.queries import add_working_days
from rendang.people.models import Person

_OFFICE = "RCSC"
# Since how many working days, and what happened since.
_CAST = (
    (44, "lives here"), (43, "lent late"), (41, "lent"), (40, "page returned"), (37, "page lost"), (35, "leaves"),
    (38, "page replaced"), (30, "asks to leave"),
    (36, "dossier goes"), (34, "dossier goes, told"), (12, "agreed"), (3, "applied"), (9, "withdrawn"),
)  # fmt: skip


def scenes(city: City) -> Iterator[Scene]:
    here = Person.objects.filter(
        dossier__custodies__institution=city.institutions[_OFFICE],
        dossier__custodies__status=Custody.Status.HELD,
        dossier__custodies__archive_type=Custody.ArchiveType.PERSONAL,
    )
    chosen = list(here.exclude(pk__in=city.taken()).order_by("-pk")[: len(_CAST)])
    city.reserved.update(person.pk for person in chosen)
    yield _books(city)
    for number, (person, (days_ago, fate)) in enumerate(zip(chosen, _CAST, strict=False)):
        yield _registration(city, number, person, days_ago, fate)


def _books(city: City) -> Scene:
    yield 50
    for number, address in (("J370202001", "海岱市南山路1号"), ("J370202002", "海岱市香港中路18号")):
        household.found_household(
            city.institutions[_OFFICE],
            by=city.by("clerk", _OFFICE),
            number=number,
            address=address,
            police_station="南山派出所",
        )


def _registration(city: City, number: int, person: Person, days_ago: int, fate: str) -> Scene:
    clerk, approver = city.by("clerk", _OFFICE), city.by("approver", _OFFICE)
    yield days_ago
    book = CollectiveHousehold.objects.order_by("pk")[number % 2]
    move = household.apply_to_move_in(person, book, by=clerk, other_address="邻县某镇某村")
    if fate == "applied":
        return
    yield days_ago - 1
    if fate == "withdrawn":
        household.withdraw(move, by=clerk, reason="本人决定落户亲属处")
        return
    move = household.approve(move, by=approver)
    if fate == "agreed":
        return
    yield days_ago - 8
    today = timezone.localdate()
    member = household.register(
        move,
        by=clerk,
        registered_on=today,
        permit_number=f"准{today:%Y}{number + 101}",
        permit_date=add_working_days(today, -4),
        page=f"{number + 1:03d}",
    ).member
    if fate in {"lent late", "page returned", "page lost", "page replaced"}:
        yield 20
        loan = household.lend_page(member, by=clerk, purpose="办理结婚登记", with_head_page=True)
        if fate == "page returned":
            yield 17
            household.take_back_page(loan, by=clerk)
        if fate in {"page lost", "page replaced"}:
            yield 15
            household.report_page_lost(loan, by=clerk, reason="本人报告途中遗失，已告知到派出所补办")
        if fate == "page replaced":
            yield 6
            day = timezone.localdate()
            household.note_new_page(member, by=clerk, issued_on=day, page_reason="LOSS", page=member.page)
    if fate.startswith("dossier goes"):
        yield 4
        transfers.offer(person.dossier, city.institutions["WQZX"], by=clerk, reason="employed")
        if fate == "dossier goes, told":
            yield 3
            household.tell_of_parting(member, by=clerk)
    if fate == "lent":
        yield 2
        household.lend_page(member, by=clerk, purpose="购房贷款")
    if fate in {"leaves", "asks to leave"}:
        yield 14
        out = household.apply_to_move_out(member, by=clerk, other_address="海岱市某区某路8号", reason="购房落户")
        if fate == "leaves":
            yield 13
            out = household.approve(out, by=approver)
            yield 9
            day = timezone.localdate()
            household.register(out, by=clerk, registered_on=day, permit_number="迁0007", permit_date=day)
