"""The catalogue: papers listed, corrected, put in order. Every change holds the dossier's lock.
A paper that somebody has promised settles the promise when it is listed (``undertakings``).

The number of a paper is its class mark and its position there; positions of a class are always 1, 2, 3 … without gap.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers import ordering
from rendang.dossiers.actions.custody import held_custody, locked
from rendang.dossiers.actions.undertakings import open_undertakings, settle_by_papers
from rendang.dossiers.models import Dossier, Material, RecordedValue
from rendang.dossiers.queries.catalogue import scheme_of
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, is_the_system
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.fields import validate_partial_date
from rendang.kernel.standards import queries as standards

FACTS = ("title", "formed_on", "pages", "copies", "remarks", "volume")
# While papers of a class change places they stand beyond any real position, so that no number is held twice.
AWAY = 15_000


@transaction.atomic
def add_material(dossier: Dossier, *, by: Any, class_mark: str, position: int | None = None, **facts: Any) -> Material:
    """List a paper in its class, at the place its ordering rule gives it, or at the one named.

    ``facts``: title, formed_on, pages, copies, remarks, volume.
    """
    promised = open_undertakings([dossier.person_id])
    dossier, institution = _editable(dossier, by)
    (material,) = _add(dossier, [{"class_mark": class_mark, "position": position, **facts}], by=by)
    audit.record("material.add", material, by=by, institution=institution)
    settle_by_papers(promised, [material], by=by)
    return material


@transaction.atomic
def add_materials(
    dossier: Dossier,
    rows: Sequence[dict[str, Any]],
    *,
    by: Any,
    permission: Permission | None = Permission.CATALOGUE_EDIT,
) -> list[Material]:
    """List many papers, all or none; each message names its row. One audit event tells of all.

    ``permission=None``: the caller has checked, as whoever accepts a dossier with its list.
    """
    promised = open_undertakings([dossier.person_id])
    dossier, institution = _editable(dossier, by, permission)
    if not rows:
        raise ValidationError(_("There is no paper to add."))
    materials = _add(dossier, rows, by=by)
    listed = [[paper.number, paper.title, paper.formed_on] for paper in materials]
    audit.record("material.add_many", dossier, by=by, institution=institution, detail={"materials": [[], listed]})
    settle_by_papers(promised, materials, by=by)
    return materials


@transaction.atomic
def change_material(material: Material, *, by: Any, **facts: Any) -> Material:
    """Correct what the catalogue says of a paper; its place is changed by ``move_material``."""
    dossier, institution = _editable(material.dossier, by)
    material = _of(dossier, material)
    before = audit.snapshot(material)
    for name, value in facts.items():
        set_fact(material, name, value)
    check(material, dossier)
    material.save(update_fields=list(facts))
    audit.record("material.change", material, by=by, before=before, institution=institution)
    return material


@transaction.atomic
def move_material(
    material: Material, *, by: Any, class_mark: str | None = None, position: int | None = None
) -> Material:
    """Give a paper another place in its class, or another class; the others close up behind it.

    Without a position it stands where the ordering rule of its class puts it.
    """
    dossier, institution = _editable(material.dossier, by)
    material = _of(dossier, material)
    before = audit.snapshot(material)
    old, new = material.class_mark, class_mark or material.class_mark
    check_mark(material.scheme, new)
    target = [paper for paper in _papers(dossier, material.scheme, new) if paper.pk != material.pk]
    material.class_mark = new
    target.insert(_index(target, material, position), material)
    if new != old:
        # Out of the old class first: there the numbers close up, in the new one they make room.
        material.position = _beyond(dossier, material.scheme, new)
        material.save(update_fields=["class_mark", "position"])
        _renumber(_papers(dossier, material.scheme, old))
    _renumber(target)
    audit.record("material.move", material, by=by, before=before, institution=institution)
    return material


@transaction.atomic
def sort_class(dossier: Dossier, class_mark: str, *, by: Any) -> int:
    """Put all papers of a class into the order its rule prescribes; returns how many got another number."""
    dossier, institution = _editable(dossier, by)
    scheme = scheme_of(dossier)
    check_mark(scheme, class_mark)
    papers = ordering.in_order(_papers(dossier, scheme, class_mark), standards.class_mark(class_mark, scheme))
    before = {paper.pk: paper.number for paper in papers}
    changed = _renumber(papers)
    if changed:
        moves = {paper.title: [before[paper.pk], paper.number] for paper in changed}
        audit.record("catalogue.sort", dossier, by=by, institution=institution, detail=moves)
    return len(changed)


@transaction.atomic
def record_value(material: Material, *, by: Any, fact: str, value: str) -> RecordedValue:
    """Note what a paper says of a date that papers contradict each other on; all values are kept (§1.8)."""
    _dossier, institution = _editable(material.dossier, by)
    found = RecordedValue.objects.filter(material=material, fact=fact).first()
    before = audit.snapshot(found) if found else None
    recorded = found or RecordedValue(material=material, fact=fact)
    recorded.value = value
    recorded.full_clean()
    recorded.save()
    verb = "recorded_value.change" if found else "recorded_value.add"
    audit.record(verb, recorded, by=by, before=before, institution=institution, person=material.dossier.person)
    return recorded


@transaction.atomic
def remove_recorded_value(recorded: RecordedValue, *, by: Any) -> None:
    dossier, institution = _editable(recorded.material.dossier, by)
    said = {"material": [recorded.material.number, None], recorded.fact: [recorded.value, None]}
    audit.record("recorded_value.remove", recorded, by=by, institution=institution, person=dossier.person, detail=said)
    recorded.delete()


def close_up(dossier: Dossier, scheme: str, class_mark: str) -> None:
    """After a paper has left: those behind it move up. The caller holds the dossier's lock."""
    _renumber(_papers(dossier, scheme, class_mark))


def _editable(
    dossier: Dossier, by: Any, permission: Permission | None = Permission.CATALOGUE_EDIT
) -> tuple[Dossier, Institution]:
    """The dossier, locked, and its keeper, at which the person may edit catalogues."""
    dossier = locked(dossier)
    custody = held_custody(dossier)
    if custody is None:
        raise ValidationError(_("No institution holds this dossier, so its catalogue cannot be changed."))
    may = permission is None or can(by, permission, at=custody.institution_id)
    if not (may or is_the_system(by)):
        raise PermissionDenied
    return dossier, custody.institution


def _of(dossier: Dossier, material: Material) -> Material:
    found = Material.objects.filter(pk=material.pk, dossier=dossier, removed_at=None).first()
    if found is None:
        raise ValidationError(_("This paper is no longer in the dossier."))
    found.dossier = dossier
    return found


def _papers(dossier: Dossier, scheme: str, *class_marks: str) -> list[Material]:
    papers = Material.objects.filter(dossier=dossier, scheme=scheme, class_mark__in=class_marks, removed_at=None)
    return list(papers.order_by("position"))


def _add(dossier: Dossier, rows: Sequence[dict[str, Any]], *, by: Any) -> list[Material]:
    scheme = scheme_of(dossier)
    made: list[tuple[Material, int | None]] = []
    refused: list[ValidationError] = []
    for number, row in enumerate(rows, start=1):
        facts = dict(row)
        material = Material(dossier=dossier, scheme=scheme, class_mark=facts.pop("class_mark"), created_by=by)
        position = facts.pop("position", None)
        try:
            check_mark(scheme, material.class_mark)
            for name, value in facts.items():
                set_fact(material, name, value)
            check(material, dossier)
        except ValidationError as error:
            if len(rows) == 1:
                raise
            said = [_("Row %(row)d: %(message)s") % {"row": number, "message": text} for text in error.messages]
            refused += [ValidationError(text, params={"row": number}) for text in said]
            continue
        made.append((material, position))
    if refused:
        raise ValidationError(refused)
    classes: dict[str, list[Material]] = {material.class_mark: [] for material, _position in made}
    for paper in _papers(dossier, scheme, *classes):
        classes[paper.class_mark].append(paper)
    for material, position in made:
        papers = classes[material.class_mark]
        papers.insert(_index(papers, material, position), material)
    for papers in classes.values():
        # Those already listed make room before the new ones come.
        _renumber(papers)
        for at, paper in enumerate(papers, start=1):
            paper.position = at
    return Material.objects.bulk_create([material for material, _position in made])


def _index(papers: list[Material], material: Material, position: int | None) -> int:
    if position is None:
        return ordering.insertion_point(papers, material, standards.class_mark(material.class_mark, material.scheme))
    return min(max(position, 1), len(papers) + 1) - 1


def _beyond(dossier: Dossier, scheme: str, class_mark: str) -> int:
    return AWAY * 2 + len(_papers(dossier, scheme, class_mark))


def _renumber(papers: list[Material]) -> list[Material]:
    """Positions 1, 2, 3 … in the order given; rows not saved yet keep their place free. Returns who moved."""
    moved = [paper for at, paper in enumerate(papers, start=1) if paper.pk is not None and paper.position != at]
    if not moved:
        return []
    Material.objects.filter(pk__in=[paper.pk for paper in moved], position__lt=AWAY).update(
        position=F("position") + AWAY
    )
    for at, paper in enumerate(papers, start=1):
        paper.position = at
    Material.objects.bulk_update(moved, ["position"])
    return moved


def set_fact(material: Material, name: str, value: Any) -> None:
    if name not in FACTS:
        raise TypeError(f"{name} is not a fact of a paper")
    setattr(material, name, " ".join(value.split()) if isinstance(value, str) else value)


def check_mark(scheme: str, class_mark: str) -> None:
    mark = standards.class_mark(class_mark, scheme)
    if mark is None:
        raise ValidationError({"class_mark": _("There is no class “%(mark)s”.") % {"mark": class_mark}})
    if not mark.takes_materials:
        raise ValidationError({"class_mark": _("Class %(mark)s has sub-classes: choose one.") % {"mark": class_mark}})


def check(material: Material, dossier: Dossier) -> None:
    """What a catalogue entry must be: titled, dated within the person's life as far as it is dated, with pages."""
    errors: dict[str, str] = {}
    limit = Material._meta.get_field("title").max_length or 0
    if not material.title:
        errors["title"] = _("Give the title of the paper; where it has none, compose one in [ ].")
    elif len(material.title) > limit:
        errors["title"] = _("A title has at most %(count)d characters.") % {"count": limit}
    if material.formed_on:
        try:
            validate_partial_date(material.formed_on)
        except ValidationError as error:
            errors["formed_on"] = error.messages[0]
        else:
            if material.formed_on > f"{timezone.localdate():%Y-%m-%d}":
                errors["formed_on"] = _("The date lies in the future.")
            elif dossier.person.birth_date and material.formed_on[:4] < dossier.person.birth_date[:4]:
                errors["formed_on"] = _("The date lies before the person's birth.")
    if not 1 <= (material.pages or 0) <= 9999:
        errors["pages"] = _("Give the number of pages, at least 1.")
    if not 1 <= (material.copies or 0) <= 99:
        errors["copies"] = _("Give the number of copies, at least 1.")
    if len(material.remarks) > (Material._meta.get_field("remarks").max_length or 0):
        errors["remarks"] = _("The remark is too long.")
    if material.volume_id and material.volume and material.volume.dossier_id != dossier.pk:
        errors["volume"] = _("This volume belongs to another dossier.")
    if errors:
        raise ValidationError(errors)
