"""归档: papers that came later are listed in the catalogues of many dossiers at once.

What it costs does not grow with the dossiers: each statement is for all of them. Locks as everywhere, dossiers in the
order of their numbers.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rendang.dossiers import ordering
from rendang.dossiers.actions import materials as catalogue
from rendang.dossiers.actions.undertakings import open_undertakings, settle_by_papers
from rendang.dossiers.models import Custody, Dossier, Material
from rendang.dossiers.queries.classify import mark_in_scheme
from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.language import listed
from rendang.kernel.standards import queries as standards

Place = tuple[int, str]  # a class of a dossier


@standards.steady()
@transaction.atomic
def list_in_many(rows: Sequence[tuple[int, dict[str, Any]]], institution: Institution, *, by: Any) -> list[Material]:
    """List papers, each given with the key of its dossier, and say which papers they became, in the same order.

    The facts are those of ``add_material``; a class mark of the newest scheme is put as the dossier's scheme has it.
    The caller has checked the right to; refused when the institution does not hold every dossier.
    """
    keys = sorted({key for key, _facts in rows})
    people = Dossier.objects.filter(pk__in=keys).values_list("person", flat=True)
    promised = open_undertakings(list(people))
    locked = Dossier.objects.select_for_update(of=("self",), no_key=True).select_related("person").order_by("pk")
    dossiers = {dossier.pk: dossier for dossier in locked.filter(pk__in=keys)}
    held = Custody.objects.filter(dossier__in=keys, institution=institution, status=Custody.Status.HELD)
    if missing := dossiers.keys() - set(held.values_list("dossier", flat=True)):
        names = listed(str(dossiers[key]) for key in sorted(missing))
        raise ValidationError(_("%(dossiers)s: held by another institution now.") % {"dossiers": names})
    materials, classes = _placed(rows, dossiers, by)
    _renumber(classes)
    Material.objects.bulk_create(materials)
    new = [(material, audit.changes(material, {})) for material in materials]
    audit.record_all("material.add", new, by=by, institution=institution)
    settle_by_papers(promised, materials, by=by)
    return materials


def _placed(
    rows: Sequence[tuple[int, dict[str, Any]]], dossiers: dict[int, Dossier], by: Any
) -> tuple[list[Material], dict[Place, list[Material]]]:
    """The new papers, each in its class among those that are there."""
    in_dossiers = Material.objects.filter(dossier__in=dossiers, removed_at=None)
    used = in_dossiers.order_by("dossier", "pk").distinct("dossier").values_list("dossier", "scheme")
    schemes, newest = dict(used), standards.class_marks()[0].scheme.code
    made: list[Material] = []
    refused: list[str] = []
    for key, facts in rows:
        given = dict(facts)
        scheme = schemes.get(key, newest)
        mark = given.pop("class_mark")
        material = Material(dossier=dossiers[key], scheme=scheme, class_mark=mark_in_scheme(mark, scheme) or mark)
        material.created_by = by
        try:
            catalogue.check_mark(scheme, material.class_mark)
            for name, value in given.items():
                catalogue.set_fact(material, name, value)
            catalogue.check(material, dossiers[key])
        except ValidationError as error:
            refused += [f"{material.title}: {text}" for text in error.messages]
        made.append(material)
    if refused:
        raise ValidationError(refused)
    classes: dict[Place, list[Material]] = defaultdict(list)
    there = in_dossiers.filter(class_mark__in={material.class_mark for material in made}).order_by("position")
    for paper in there:
        if paper.scheme == schemes[paper.dossier_id]:
            classes[paper.dossier_id, paper.class_mark].append(paper)
    for material in made:
        papers = classes[material.dossier_id, material.class_mark]
        mark_row = standards.class_mark(material.class_mark, material.scheme)
        papers.insert(ordering.insertion_point(papers, material, mark_row), material)
    return made, classes


def _renumber(classes: dict[Place, list[Material]]) -> None:
    """Positions 1, 2, 3 … in every class; those already listed make room before the new ones come."""
    moved = []
    for papers in classes.values():
        for at, paper in enumerate(papers, start=1):
            if paper.pk is not None and paper.position != at:
                moved.append(paper)
            paper.position = at
    if moved:
        keys = [paper.pk for paper in moved]
        Material.objects.filter(pk__in=keys).update(position=F("position") + catalogue.AWAY)
        Material.objects.bulk_update(moved, ["position"])
