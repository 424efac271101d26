"""By which transfer or departure a dossier left an institution."""

from django.urls import reverse

from rendang.circulation.transfers.models import DepartingDossier, Transfer
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.leaving import WayOut, says_how_it_left
from rendang.kernel.access.permissions import Permission


@says_how_it_left
def by_departure(custody: Custody) -> WayOut | None:
    gone = DepartingDossier.objects.filter(custody=custody, outcome=DepartingDossier.Outcome.GONE)
    line = gone.select_related("departure").first()
    if line is None:
        return None
    case = line.departure
    return WayOut(case, Permission.TRANSFER_VIEW, reverse("departures:paper", args=[case.pk, "receipt"]))


@says_how_it_left
def by_transfer(custody: Custody) -> WayOut | None:
    received = Transfer.objects.filter(dossier=custody.dossier_id, institution=custody.institution_id)
    case = received.filter(state=Transfer.State.RECEIVED, closed_at__date=custody.ended_on).order_by("-pk").first()
    if case is None:
        return None
    return WayOut(case, Permission.TRANSFER_VIEW, reverse("transfers:paper", args=[case.pk, "receipt"]))
