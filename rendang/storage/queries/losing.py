"""Dossiers that are lost for good: looked for, not found, and declared lost by decision."""

from collections.abc import Iterable

from django.utils import timezone

from rendang.dossiers.queries.departure import Obstacle, before_departure
from rendang.kernel.standards.telling import say
from rendang.storage.models import Placement


@before_departure
def lost_for_good(dossiers: Iterable[int]) -> dict[int, list[Obstacle]]:
    """What is lost does not leave; its place history says by which decision."""
    lost = Placement.objects.current().filter(dossier__in=list(dossiers), kind=Placement.Kind.LOST)
    return {
        place.dossier_id: [
            Obstacle(
                say("in_the_way.placement.LOST", day=timezone.localdate(place.since), case=place.detail),
                "storage:history",
                place.dossier_id,
            )
        ]
        for place in lost
    }
