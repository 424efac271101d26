"""调卷单 and 归位单: what is to be fetched, what is waited for, what goes back, each in walking order of the store."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.workflow.models import Case
from rendang.storage.models import Placement, PlacementQuerySet, Retrieval, Slot
from rendang.storage.queries.places import archive_numbers
from rendang.storage.queries.suggesting import suggest
from rendang.storage.queries.walking import in_walking_order

# What is needed on a day comes before what is needed some time.
FIRST_NEEDED = (F("needed_on").asc(nulls_last=True), "wanted_at", "pk")


@dataclass(frozen=True)
class Wanted:
    """A dossier that is wanted: for what, by whom, since when; and where it is now."""

    dossier: Dossier
    number: str
    placement: Placement | None
    retrievals: list[Retrieval] = field(default_factory=list)

    @property
    def slot(self) -> Slot | None:
        return self.placement.slot if self.placement else None

    @property
    def purposes(self) -> list[str]:
        return list(dict.fromkeys(retrieval.purpose for retrieval in self.retrievals))

    @property
    def needed_on(self) -> dt.date | None:
        return min((one.needed_on for one in self.retrievals if one.needed_on), default=None)

    @property
    def is_urgent(self) -> bool:
        return self.needed_on is not None and self.needed_on <= timezone.localdate()


@dataclass(frozen=True)
class PickList:
    """``to_fetch`` lies in its slot, or where a roster says; ``waiting`` is out and has to come back first."""

    to_fetch: list[Wanted]
    waiting: list[Wanted]

    @cached_property
    def stores(self) -> list[tuple[str, int]]:
        """Each store of the round with how many lines it has."""
        counts: dict[str, int] = defaultdict(int)
        for line in self.to_fetch:
            counts[str(line.slot.store) if line.slot else ""] += 1
        return list(counts.items())


def pick_list(institution: Institution | int) -> PickList:
    """Everything that is wanted from an institution's stores now. Five queries, however long it is."""
    where = institution.pk if isinstance(institution, Institution) else institution
    wanted: dict[int, list[Retrieval]] = defaultdict(list)
    rows = Retrieval.objects.waiting().filter(institution=where).order_by("wanted_at", "pk")
    for retrieval in rows.select_related("dossier__person", "case", "wanted_by"):
        wanted[retrieval.dossier_id].append(retrieval)
    here = Placement.objects.current().filter(dossier__in=wanted).select_related("slot__store__building")
    places = {placement.dossier_id: placement for placement in here}
    numbers = archive_numbers(wanted, where)
    lines = [
        Wanted(retrievals[0].dossier, numbers.get(pk, ""), places.get(pk), retrievals)
        for pk, retrievals in wanted.items()
    ]
    shelved = [line for line in lines if line.slot and line.slot.institution_id == where]
    written = [line for line in lines if line.placement and line.placement.kind == Placement.Kind.AS_WRITTEN]
    fetched = {line.dossier.pk for line in [*shelved, *written]}
    return PickList(
        to_fetch=[*in_walking_order(shelved, lambda line: line.slot), *written],  # type: ignore[arg-type,return-value]
        waiting=[line for line in lines if line.dossier.pk not in fetched],
    )


@dataclass(frozen=True)
class GoesBack:
    """A dossier that lies about with no open need, and the slot for it."""

    placement: Placement
    number: str
    slot: Slot | None


def lying_about(institution: Institution | int) -> PlacementQuerySet:
    """Dossiers of the institution on its desks and in its reading room with no open need.

    No case holds them there and nobody waits for them; what was fetched for a purpose without a case has its day.
    """
    where = institution.pk if isinstance(institution, Institution) else institution
    held = Custody.objects.filter(dossier=OuterRef("dossier"), institution=where, status=Custody.Status.HELD)
    wanted = Retrieval.objects.waiting().filter(dossier=OuterRef("dossier"), institution=where)
    busy = Case.objects.open().filter(pk=OuterRef("case"))
    morning = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Retrieval.objects.filter(
        dossier=OuterRef("dossier"), case__isnull=True, fetched_at=OuterRef("since"), fetched_at__gte=morning
    )
    return (
        Placement.objects.current()
        .filter(
            Exists(held), ~Exists(wanted), ~Exists(busy), ~Exists(today), institution=where, kind__in=Placement.AT_HAND
        )
        .select_related("dossier__person", "by")
        .order_by("since", "pk")
    )


def put_back_list(institution: Institution | int, limit: int = 200) -> list[GoesBack]:
    """What goes back, the longest out first up to ``limit``, then in walking order; what has no slot comes last."""
    where = institution.pk if isinstance(institution, Institution) else institution
    rows = list(lying_about(where)[:limit])
    dossiers = [row.dossier_id for row in rows]
    slots, numbers = suggest(where, dossiers), archive_numbers(dossiers, where)
    stores = {slot.pk: slot for slot in _with_building(slot.pk for slot in slots.values())}
    lines = [
        GoesBack(row, numbers.get(row.dossier_id, ""), stores[slots[row.dossier_id].pk])
        for row in rows
        if row.dossier_id in slots
    ]
    homeless = [GoesBack(row, numbers.get(row.dossier_id, ""), None) for row in rows if row.dossier_id not in slots]
    return [*in_walking_order(lines, lambda line: line.slot), *homeless]  # type: ignore[arg-type,return-value]


def _with_building(slots: Iterable[int]) -> Iterable[Slot]:
    return Slot.objects.filter(pk__in=set(slots)).select_related("store__building")


def fetch_order(dossier: Dossier, institution: Institution | int) -> Retrieval | None:
    """For what the dossier is wanted first: what is needed earliest, else what was wanted earliest."""
    where = institution.pk if isinstance(institution, Institution) else institution
    waiting = Retrieval.objects.waiting().filter(dossier=dossier, institution=where).select_related("case")
    return waiting.order_by(*FIRST_NEEDED).first()
