"""What is in a dossier: the catalogue by class, papers listed twice, dates that contradict each other."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations

from rendang.dossiers.models import Dossier, Material, RecordedValue
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.models import ClassMark


@dataclass
class Section:
    """One class of the catalogue with its papers; a category with sub-classes only heads them."""

    mark: ClassMark
    papers: list[Material] = field(default_factory=list)

    @property
    def level(self) -> int:
        return 2 if self.mark.parent else 1


@dataclass(frozen=True)
class FactRecords:
    """What the papers say of one date of a person's life, the earliest paper first."""

    fact: str
    label: str
    values: list[RecordedValue]
    in_conflict: bool


def papers_of(dossier: Dossier) -> list[Material]:
    """The papers of a dossier in the order of its catalogue."""
    papers = list(dossier.materials.filter(removed_at=None).select_related("volume").order_by("position"))
    order = {mark.mark: at for scheme in {paper.scheme for paper in papers} for at, mark in enumerate(_marks(scheme))}
    return sorted(papers, key=lambda paper: (paper.scheme, order.get(paper.class_mark, len(order)), paper.position))


def scheme_of(dossier: Dossier) -> str:
    """The scheme in which a dossier is catalogued: the one already used in it, else that of new catalogues."""
    used = Material.objects.filter(dossier=dossier, removed_at=None).values_list("scheme", flat=True).first()
    return used or standards.class_marks()[0].scheme.code


def sections(papers: list[Material], *, with_empty: bool = True) -> list[Section]:
    """The papers under their classes; every class of the scheme, or only those with papers and their headings."""
    scheme = papers[0].scheme if papers else None
    by_mark: dict[str, list[Material]] = defaultdict(list)
    for paper in papers:
        by_mark[paper.class_mark].append(paper)
    every = [Section(mark, by_mark.pop(mark.mark, [])) for mark in _marks(scheme)]
    if with_empty:
        return every
    filled = {section.mark.mark for section in every if section.papers}
    heads = {section.mark.parent for section in every if section.papers}
    return [section for section in every if section.mark.mark in filled | heads]


def _marks(scheme: str | None) -> list[ClassMark]:
    return standards.class_marks(scheme)


def listed_twice(papers: list[Material]) -> set[int]:
    """The keys of papers that share class, title and date with another: perhaps one paper listed twice."""
    seen = Counter(_likeness(paper) for paper in papers)
    return {paper.pk for paper in papers if seen[_likeness(paper)] > 1}


def like(dossier: Dossier, paper: Material) -> list[Material]:
    """The other papers of the same class, title and date."""
    same = dossier.materials.filter(
        removed_at=None,
        scheme=paper.scheme,
        class_mark=paper.class_mark,
        title=paper.title,
        formed_on=paper.formed_on,
    )
    return list(same.exclude(pk=paper.pk).order_by("position"))


def _likeness(paper: Material) -> tuple[str, str, str, str]:
    return paper.scheme, paper.class_mark, paper.title, paper.formed_on


def recorded_values(dossier: Dossier) -> list[FactRecords]:
    """By fact, what the papers say, and whether they contradict each other. Nothing is decided here (§1.8)."""
    rows = (
        RecordedValue.objects.filter(material__dossier=dossier, material__removed_at=None)
        .select_related("material")
        .order_by("material__formed_on", "pk")
    )
    by_fact: dict[str, list[RecordedValue]] = defaultdict(list)
    for row in rows:
        by_fact[row.fact].append(row)
    return [
        FactRecords(fact.value, str(fact.label), values, contradict([row.value for row in values]))
        for fact in RecordedValue.Fact
        if (values := by_fact.get(fact.value))
    ]


def contradict(dates: list[str]) -> bool:
    """1965 and 1965-03 agree as far as they go; 1965-03 and 1966-03 do not."""
    return any(not (a.startswith(b) or b.startswith(a)) for a, b in combinations(dates, 2))
