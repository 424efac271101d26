"""What the scenes work with: offices, staff, and the dossiers that lie in stock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from django.db.models import Q

from rendang.demo.citizens import CITIZENS, Citizen
from rendang.demo.inhabitants import SEED, Inhabitant, Registry
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.people.models import Person
from rendang.people.queries import find_by_id_number
from rendang.storage.models import Placement

# Working days before today on which each institution's roster came in, which brought the conflicts to light.
ROSTERS_CAME = {"RCSC": 60, "WQZX": 22, "TXRY": 50, "JYZX": 14, "LDZX": 11}


@dataclass
class City:
    """The city while it is loaded. ``scale`` is how often each scene is played: its loading stays below a minute."""

    institutions: dict[str, Institution]
    workers: dict[str, User]
    people: int
    random: Random = field(default_factory=lambda: Random(SEED + 2))
    registry: Registry = field(default_factory=lambda: Registry(SEED + 3))
    # People about whom a scene is told already: no other scene moves their dossier away.
    reserved: set[int] = field(default_factory=set)
    _stock: dict[tuple[str, bool], Iterator[int]] = field(default_factory=dict)

    @property
    def scale(self) -> int:
        return 1 if self.people < 2000 else 2

    def by(self, role: str, office: str = "") -> User:
        """``by("clerk", "RCSC")``, ``by("supervisor")``."""
        return self.workers[f"{role}.{office.lower()}" if office else role]

    def second(self, role: str, office: str) -> User:
        """The colleague who signs as second person: of the same role where there is one, else the approver."""
        return self.workers.get(f"{role}2.{office.lower()}") or self.by("approver", office)

    def some(self, count: int, *, least: int) -> int:
        """How many of ``count`` a city of this size shows: a small one has few dossiers."""
        return min(count, max(least, count * self.people // 2000))

    def dossier(self, office: str, *, stays: bool = False) -> Dossier | None:
        """The next dossier of the office that lies in its slot and is nobody's by name; each is given once.

        One that ``stays`` where it is may be a Party member's: those others may not have, as a member's dossier
        leaves after the Party relation.
        """
        return (self._next(office, members=True) if stays else None) or self._next(office, members=False)

    def _next(self, office: str, *, members: bool) -> Dossier | None:
        key = (office, members)
        if key not in self._stock:
            self._stock[key] = iter(self._in_stock(office, members=members))
        for found in self._stock[key]:
            dossier = Dossier.objects.select_related("person").get(pk=found)
            if dossier.person_id not in self.reserved:
                self.reserved.add(dossier.person_id)
                return dossier
        return None

    def taken(self) -> set[int]:
        """The people about whom something is told already: by name, or by a scene."""
        named = (find_by_id_number(citizen.id_number) for citizen in CITIZENS)
        return self.reserved | {person.pk for person in named if person}

    def dossier_of(self, citizen: Citizen) -> Dossier | None:
        person = find_by_id_number(citizen.id_number)
        return Dossier.objects.select_related("person").filter(person=person).first() if person else None

    def office_known(self, offices: tuple[str, ...], days_ago: int) -> str:
        """One of the offices whose dossiers were on record so many working days ago already."""
        return self.random.choice([office for office in offices if ROSTERS_CAME[office] > days_ago + 1])

    def newcomer(self) -> Inhabitant:
        """Somebody whose dossier is still elsewhere in the country."""
        return self.registry.newcomer()

    def _in_stock(self, office: str, *, members: bool) -> list[int]:
        named = [dossier.pk for citizen in CITIZENS if (dossier := self.dossier_of(citizen))]
        rows = Placement.objects.current().filter(
            kind=Placement.Kind.SLOT,
            institution=self.institutions[office],
            dossier__custodies__status=Custody.Status.HELD,
            dossier__custodies__institution=self.institutions[office],
        )
        contested = Custody.objects.filter(status=Custody.Status.CLAIMED).values("dossier")
        rows = rows.exclude(dossier__in=named).exclude(dossier__in=contested)
        theirs = Q(dossier__person__political_status__in=Person.PARTY_MEMBERS)
        rows = rows.filter(theirs if members else ~theirs)
        found = list(rows.order_by("dossier__custodies__archive_number").values_list("dossier", flat=True))
        # Spread over the store, in the same way every time.
        step = max(len(found) // 97, 1)
        return [found[at] for offset in range(step) for at in range(offset, len(found), step)]
