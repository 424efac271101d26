"""转出: dossiers against their catalogue, page by page; one, or many of a list at once.

Set-based: the number of statements does not grow with the dossiers. Locks: case → dossiers in the order of their ids.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.parcels.queries import tier_identities
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.queries.obstacles import hindrances, in_the_way_of, named
from rendang.dossiers.models import Dossier, Material
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.storage import actions as storage
from rendang.storage.models import Placement
from rendang.storage.queries import current_placements

State, Outcome = Departure.State, DepartingDossier.Outcome
WRITTEN = (
    "principal_volumes", "duplicate_volumes", "papers", "differences", "explanation", "identity", "checked_by",
)  # fmt: skip
# What a person has typed; the rest is computed or was chosen.
TYPED = frozenset({"principal_volumes", "duplicate_volumes", "papers", "explanation", "identity"})
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found of one dossier.

    ``pages`` says of papers, by their id, how many pages were found; of those not named, as many as catalogued.
    """

    principal_volumes: int
    duplicate_volumes: int
    papers_counted: int
    pages: Mapping[int, int] = field(default_factory=dict)
    explanation: str = ""
    identity: str = ""


def check_dossier(line: DepartingDossier, *, by: Any, **found: Any) -> DepartingDossier:
    """Check one dossier of a list of many: volumes, papers, the pages of every paper, the identity they show."""
    (checked,) = check_dossiers(line.departure, {line.pk: Found(**found)}, by=by)
    return checked


@transaction.atomic
def check_dossiers(departure: Departure, found: Mapping[int, Found], *, by: Any) -> list[DepartingDossier]:
    """Check some or all dossiers of a list at once; ``found`` says of each line, by its id, what it was.

    All or none: refused in words that name the dossiers which cannot be checked so. One event a dossier.
    """
    departure = Departure.objects.select_for_update(of=("self", "case_ptr")).get(pk=departure.pk)
    if not can(by, Permission.TRANSFER_SEND, at=departure.institution_id):
        raise PermissionDenied
    if departure.state != State.APPROVED or departure.paused_at:
        raise ValidationError(_("Dossiers are checked after the approval and before the list is closed."))
    rows = departure.lines.filter(pk__in=found).select_related("dossier__person", "custody").order_by("pk")
    lines = list(rows)
    if not lines or len(lines) != len(found):
        raise ValidationError(_("Choose dossiers of this list."))
    if any(line.outcome != Outcome.GOING for line in lines):
        raise ValidationError(_("This dossier does not go along."))
    check_lines(departure, {line: found[line.pk] for line in lines}, by=by, one_by_one=True)
    return lines


def check_lines(
    departure: Departure, found: Mapping[DepartingDossier, Found], *, by: Any, one_by_one: bool = False
) -> None:
    """Compare, note and bring onto the desk; the caller has locked the case and asked whether ``by`` may.

    ``one_by_one``: each line has an event of its own; else that of the step tells it.
    """
    keys = sorted(line.dossier_id for line in found)
    list(Dossier.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
    places = {place.dossier_id: place for place in current_placements(keys).select_related("case")}
    _refuse_if_hindered(departure, list(found), places)
    listed: dict[int, dict[int, int]] = defaultdict(dict)
    catalogued = Material.objects.filter(dossier__in=keys, removed_at=None)
    for dossier, paper, pages in catalogued.values_list("dossier", "pk", "pages"):
        listed[dossier][paper] = pages
    before = {line.pk: audit.snapshot(line) for line in found}
    problems = {line: said for line, was in found.items() if (said := _note(line, was, listed[line.dossier_id], by))}
    if problems:
        raise _refusal(problems, len(found))
    _write(found)
    if one_by_one:
        told = [(line, audit.changes(line, before[line.pk])) for line in found]
        audit.record_all("departure.check_dossier", told, by=by, institution=departure.institution)
    elsewhere = [key for key in keys if not _lies_here(places.get(key), departure)]
    if elsewhere:
        storage.hand_on_all(
            elsewhere, Placement.Kind.DESK, departure.institution, by=by, detail=departure.number, case=departure
        )


def _write(lines: Collection[DepartingDossier]) -> None:
    """At most two statements: what all lines say alike, which is most of it, and what differs."""
    first = next(iter(lines))
    alike = {name: getattr(first, name) for name in WRITTEN}
    differing = [name for name, said in alike.items() if any(getattr(line, name) != said for line in lines)]
    DepartingDossier.objects.filter(pk__in=[line.pk for line in lines]).update(
        **{name: said for name, said in alike.items() if name not in differing}
    )
    if differing:
        DepartingDossier.objects.bulk_update(lines, differing)


def _note(line: DepartingDossier, found: Found, listed: Mapping[int, int], by: Any) -> ValidationError | None:
    """Onto the line, or what is wrong with it."""
    differing = {str(pk): count for pk, count in found.pages.items() if pk in listed and count != listed[pk]}
    explanation = found.explanation.strip()
    if not explanation and (differing or (listed and found.papers_counted != len(listed))):
        said = _("What was found differs from the catalogue (%(papers)d papers). Explain it.") % {
            "papers": len(listed)
        }
        return ValidationError({"explanation": said})
    if found.identity and found.identity not in tier_identities(timezone.localdate()):
        return ValidationError({"identity": _("This is not an identity that asks for tier A.")})
    line.principal_volumes, line.duplicate_volumes = found.principal_volumes, found.duplicate_volumes
    line.papers, line.differences, line.explanation = found.papers_counted, differing, explanation
    line.identity, line.checked_by = found.identity, by
    try:
        line.clean_fields(exclude={one.name for one in line._meta.fields} - TYPED)
    except ValidationError as wrong:
        return wrong
    return None


def _refusal(problems: Mapping[DepartingDossier, ValidationError], asked: int) -> ValidationError:
    """Of a single dossier by field; of several each by its archive number."""
    some = list(problems.items())[:MOST_NAMED]
    if asked == 1:
        return some[0][1]
    return ValidationError([f"{line.custody.archive_number}: {' '.join(said.messages)}" for line, said in some])


def _refuse_if_hindered(departure: Departure, lines: list[DepartingDossier], places: Mapping[int, Placement]) -> None:
    found = in_the_way_of(departure, [line.dossier_id for line in lines])
    for line in lines:
        if why := hindrances(found[line.dossier_id]):
            raise ValidationError(named(why))
        place = places.get(line.dossier_id)
        if place and place.kind in Placement.AWAY | Placement.NOWHERE:
            raise ValidationError(
                _("%(barcode)s is not in the house (%(place)s), so it cannot be checked.")
                % {"barcode": line.dossier, "place": place.label}
            )
        if not _lies_here(place, departure):
            storage.refuse_if_in_hand(line.dossier, place, departure)


def _lies_here(place: Placement | None, departure: Departure) -> bool:
    return place is not None and place.kind == Placement.Kind.DESK and place.case_id == departure.pk
