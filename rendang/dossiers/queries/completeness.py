"""Which key materials 关键材料 are expected of a person, and which of them a dossier lacks (domain.md §1.9, §2.3).

The rules are data of ``kernel.standards``; what they ask of a person is read from the record, the types of person and
the circumstances are stated by whoever looks. A lack is told once and promised; it never stands against receiving.
"""

from collections.abc import Collection, Iterable

from rendang.dossiers.models import Dossier, Material, UndertakingItem
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.models import KeyMaterial
from rendang.people.models import Person

Level = KeyMaterial.Level


def key_materials_for(
    person: Person, person_types: Collection[str], circumstances: Collection[str] = ()
) -> list[KeyMaterial]:
    """What is expected of a person of these types (several at once: their union), each paper once."""
    every = standards.key_materials()
    never = [
        rule for rule in every if rule.level == Level.NEVER and _applies(rule, person, person_types, circumstances)
    ]
    expected: dict[str, KeyMaterial] = {}
    for rule in every:
        if rule.level == Level.KEY and _applies(rule, person, person_types, circumstances):
            expected.setdefault(rule.name, rule)
    return [rule for rule in expected.values() if not any(is_titled(one, rule.name) for one in never)]


def missing_key_materials(
    dossier: Dossier, person_types: Collection[str], circumstances: Collection[str] = ()
) -> list[KeyMaterial]:
    """Of what is expected, what no paper of the catalogue is, by its category and the words of its title."""
    papers = list(Material.objects.filter(dossier=dossier, removed_at=None).values_list("class_mark", "title"))
    expected = key_materials_for(dossier.person, person_types, circumstances)
    return [rule for rule in expected if not any(is_paper(rule, mark, title) for mark, title in papers)]


def never_asked_for(person: Person, name: str) -> KeyMaterial | None:
    """The rule that forbids asking this person for a paper of this name: 报到证 of who graduated from 2023 on."""
    rules = (rule for rule in standards.key_materials() if rule.level == Level.NEVER)
    return next((rule for rule in rules if is_titled(rule, name) and _applies(rule, person, (), ())), None)


def is_paper(rule: KeyMaterial, class_mark: str, title: str) -> bool:
    """Whether a paper of a catalogue, in whatever scheme, is this key material."""
    return category(class_mark) in {category(mark) for mark in rule.class_marks} and is_titled(rule, title)


def is_titled(rule: KeyMaterial, title: str) -> bool:
    text = standards.normalised(title)
    if any(word in text for word in rule.unless):
        return False
    return any(all(word in text for word in words.split()) for words in rule.titles)


def fits(item: UndertakingItem, class_mark: str, title: str) -> bool:
    """Whether a paper is the one that an item of an undertaking asks for: by its rule, or by its name."""
    rule = next((one for one in standards.key_materials() if one.code == item.code), None)
    if rule is not None:
        return is_paper(rule, class_mark, title)
    if item.class_mark and category(item.class_mark) != category(class_mark):
        return False
    wanted, there = standards.normalised(item.name), standards.normalised(title)
    return wanted in there or there in wanted


def likely_types(person: Person) -> list[str]:
    """Which types the record suggests; whoever compares corrects them."""
    types = []
    if person.graduated and not person.work_start:
        types.append("G")
    if person.work_start:
        types.append("E")
    if person.retired:
        types.append("R")
    return types


def category(class_mark: str) -> str:
    """The category of a class mark: 9-2 → 9. Categories are the same ten in every scheme."""
    return class_mark.partition("-")[0]


def _applies(rule: KeyMaterial, person: Person, person_types: Collection[str], circumstances: Collection[str]) -> bool:
    stated = {*circumstances, *(["retired"] if person.retired else [])}
    return (
        _one_of(rule.person_types, person_types)
        and _one_of(rule.education, [person.education])
        and _one_of(rule.political_status, [person.political_status])
        and (not rule.circumstance or rule.circumstance in stated)
        and _within(person.graduated, rule.graduated_from, rule.graduated_to)
        and _within(person.work_start, rule.work_start_from, rule.work_start_to)
    )


def _one_of(wanted: Collection[str], given: Iterable[str]) -> bool:
    return not wanted or any(one in wanted for one in given)


def _within(day: str, first: object, last: object) -> bool:
    """A partial date between two days; as far as it is known it counts as late, and an unknown one as latest."""
    not_too_early = first is None or not day or f"{day}-99" >= str(first)
    not_too_late = last is None or (bool(day) and day <= str(last))
    return not_too_early and not_too_late
