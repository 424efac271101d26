"""Some of the conflicts that the rosters brought to light have been settled by supervision; the others wait."""

from collections.abc import Iterator

from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.demo.citizens import CONTESTED
from rendang.dossiers.actions import CONFLICT_STEPS
from rendang.dossiers.models import CustodyConflict

_KEPT = "现场核查：实体档案在原登记机构架上，另一机构清册系 2019 年转出后未销号，予以更正。"
_MOVED = "现场核查：实体档案在申报机构库房，原登记机构转出后未办回执，保管关系随实体调整。"


def scenes(city: City) -> Iterator[Scene]:
    """Of every five conflicts one is settled for the holder; of every eight one for the other."""
    open_ones = CustodyConflict.objects.open().select_related("person")
    # By name: the same at every loading, whatever the keys of the rows are.
    found = sorted(open_ones, key=lambda case: (case.person.name, case.number) if case.person else ("", case.number))
    for number, case in enumerate(each for each in found if each.person and each.person.name != CONTESTED.name):
        if number % 5 == 1:
            yield _settled(city, case, "keep", _KEPT, 4)
        elif number % 8 == 3:
            yield _settled(city, case, "move", _MOVED, 2)


def _settled(city: City, case: CustodyConflict, step: str, finding: str, days_ago: int) -> Scene:
    yield days_ago
    CONFLICT_STEPS[step](case, by=city.by("supervisor"), finding=finding)
