"""Some hundred dossiers have their catalogue; some of their papers contradict each other, some are to be removed."""

from collections.abc import Iterator

from rendang.demo.actions.city import ROSTERS_CAME, City
from rendang.demo.actions.timeline import Scene
from rendang.demo.citizens import CITIZENS
from rendang.demo.papers import papers_of
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Dossier, Material, MaterialRemoval, RecordedValue

MOST_CATALOGUED = 240
# How the work is divided among the institutions.
_OFFICES = ("RCSC", "RCSC", "TXRY", "WQZX", "JYZX")
State = MaterialRemoval.State
Fact = RecordedValue.Fact


def scenes(city: City) -> Iterator[Scene]:
    for outcome in (State.PROPOSED, State.APPROVED, State.REFUSED) * city.scale:
        yield _removal(city, outcome)
    named = [(citizen.office, dossier) for citizen in CITIZENS if (dossier := city.dossier_of(citizen))]
    # In a small city the first office has hardly more than the dossiers of the other scenes.
    offices = _OFFICES if city.scale > 1 else _OFFICES[2:]
    others = min(MOST_CATALOGUED, city.people // 5)
    for number in range(others + len(named)):
        office, dossier = named[number] if number < len(named) else (offices[number % len(offices)], None)
        yield _catalogued(city, office, dossier, number)


def catalogue(city: City, office: str, dossier: Dossier, *, duplicate: bool = False) -> list[Material]:
    """Its papers, as the digitiser of the office has found them."""
    by = city.by("digitiser", office)
    dossiers.ensure_volumes(dossier, principal=1, duplicate=duplicate, by=by)
    papers = [paper.as_row() for paper in papers_of(dossier.person, city.random)]
    return dossiers.add_materials(dossier, papers, by=by) if papers else []


def _catalogued(city: City, office: str, named: Dossier | None, number: int) -> Scene:
    dossier = named or city.dossier(office, stays=True)
    if dossier is None:
        return
    days_ago = min(27 - number % 20, ROSTERS_CAME[office] - 2)
    yield days_ago
    materials = catalogue(city, office, dossier, duplicate=number % 9 == 0)
    if materials and number % 6 == 2:
        yield days_ago - 1
        _record_values(city, office, dossier, materials, number)


def _record_values(city: City, office: str, dossier: Dossier, materials: list[Material], number: int) -> None:
    """What papers say of a date; in every second dossier they disagree, and all values stay."""
    by, person = city.by("reviewer", office), dossier.person
    agree = number % 12 == 2
    self_filled = [paper for paper in materials if paper.class_mark in {"1", "4-1", "6"}][:3]
    other_month = f"{person.birth_date[:5]}{int(person.birth_date[5:7]) % 12 + 1:02d}"
    for at, paper in enumerate(self_filled):
        value = person.birth_date[:7] if agree or at else other_month
        dossiers.record_value(paper, by=by, fact=Fact.BIRTH, value=value)
    work = [paper for paper in materials if paper.class_mark == "9-2"][:2]
    for at, paper in enumerate(work):
        value = person.work_start if agree or not at else f"{int(person.work_start[:4]) + 1}{person.work_start[4:]}"
        dossiers.record_value(paper, by=by, fact=Fact.WORK_START, value=value)


def _removal(city: City, outcome: str) -> Scene:
    """A paper that belongs to somebody else, or lies there twice, is to leave the dossier."""
    dossier = city.dossier("RCSC", stays=True)
    if dossier is None:
        return
    yield 12
    rows = [paper.as_row() for paper in papers_of(dossier.person, city.random)]
    rows.append({"class_mark": "10", "title": "体检表（复印件）", "formed_on": "", "pages": 2})
    materials = dossiers.add_materials(dossier, rows, by=city.by("digitiser", "RCSC"))
    yield 4 if outcome != State.PROPOSED else 2
    reasons = {
        State.PROPOSED: "与本卷另一份体检表重复，拟作重份材料撤出。",
        State.APPROVED: "姓名相同、出生日期不同，系他人材料误装，拟转有关机构。",
        State.REFUSED: "材料为复印件，拟撤出。",
    }
    case = dossiers.propose_removal(materials[-1], by=city.by("reviewer", "RCSC"), reason=reasons[State(outcome)])
    if outcome == State.PROPOSED:
        return
    yield 1
    step = dossiers.REMOVAL_STEPS["approve" if outcome == State.APPROVED else "refuse"]
    decision = "同意，按规定登记后转出。" if outcome == State.APPROVED else "复印件有原单位核对章，应予保留。"
    step(case, by=city.by("approver", "RCSC"), decision_reason=decision)
