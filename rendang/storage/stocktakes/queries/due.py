"""When an institution has to count again: yearly all of it, every half year the check (policies, 三相符、档卡相符)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards
from rendang.storage.stocktakes.models import Stocktake

Occasion = Stocktake.Occasion
POLICIES = {Occasion.YEARLY: "stocktake", Occasion.HALF_YEARLY: "stocktake_check"}


@dataclass(frozen=True)
class Due:
    """The next stocktake of an institution; ``day`` is ``None`` where none was ever signed: it is due at once."""

    institution: Institution
    occasion: Stocktake.Occasion
    last: dt.date | None
    day: dt.date | None
    planned: Stocktake | None

    def is_overdue(self, today: dt.date) -> bool:
        return self.day is None or self.day < today


def next_due(institutions: Iterable[Institution]) -> list[Due]:
    """Of each institution and occasion, the most urgent first. A full stocktake is a half-yearly check, too.

    Three queries, however many institutions.
    """
    places = list(institutions)
    full = Stocktake.objects.filter(institution__in=places, state=Stocktake.State.SIGNED, stores=None)
    rows = full.values_list("institution", "occasion").annotate(latest=Max("signed_at")).order_by()
    signed = {(place, occasion): timezone.localdate(latest) for place, occasion, latest in rows}
    open_now = Stocktake.objects.open().filter(institution__in=places, occasion__in=POLICIES, stores=None)
    planned = {(row.institution_id, row.occasion): row for row in open_now.order_by("-pk")}
    found = []
    for place in places:
        for occasion, policy in POLICIES.items():
            counts = {occasion, Occasion.YEARLY}
            last = max(
                (day for (where, what), day in signed.items() if where == place.pk and what in counts), default=None
            )
            day = standards.deadline(policy, start=last, institution=place).due if last else None
            case = planned.get((place.pk, occasion)) or planned.get((place.pk, Occasion.YEARLY))
            found.append(Due(place, occasion, last, day, case))
    return sorted(found, key=lambda due: (due.day or dt.date.min, due.institution.pk, due.occasion))
