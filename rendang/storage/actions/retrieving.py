"""调卷: dossiers wanted from their slots, the lines of the pick list."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.workflow.models import Case
from rendang.storage.models import Placement, Retrieval
from rendang.storage.queries import FIRST_NEEDED


def want(
    dossier: Dossier, *, by: Any, purpose: str, case: Case | None = None, needed_on: dt.date | None = None
) -> Retrieval:
    """Put a dossier on the pick list of its keeper. The caller has checked.

    Refused in words when nobody of the system holds it or when it is wanted for this case already.
    """
    try:
        with transaction.atomic():
            dossier = Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
            held = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).first()
            if held is None:
                raise ValidationError(_("Nobody keeps %(barcode)s, so nobody can fetch it.") % {"barcode": dossier})
            retrieval = Retrieval.objects.create(
                dossier=dossier, institution_id=held.institution_id, case=case, purpose=purpose[:120],
                needed_on=needed_on, wanted_by=by, wanted_at=timezone.now(),
            )  # fmt: skip
            audit.record("retrieval.want", retrieval, by=by, detail={"purpose": purpose})
            return retrieval
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


@transaction.atomic
def no_longer_want(case: Case, *, by: Any, dossiers: Collection[int] | None = None) -> int:
    """Take what a case still waits for, or these dossiers of it, off the pick list; returns how many lines."""
    rows = Retrieval.objects.select_for_update(no_key=True).waiting().filter(case=case).order_by("pk")
    waiting = list(rows if dossiers is None else rows.filter(dossier__in=dossiers))
    at = timezone.now()
    for retrieval in waiting:
        retrieval.dropped_at = at
    Retrieval.objects.filter(pk__in=[retrieval.pk for retrieval in waiting]).update(dropped_at=at)
    audit.record_all("retrieval.drop", [(one, audit.changes(one, {})) for one in waiting], by=by)
    return len(waiting)


def note_fetched(placement: Placement) -> None:
    """The dossier has been taken for a case, or out of its slot for whatever is needed first."""
    waiting = Retrieval.objects.waiting().filter(dossier=placement.dossier_id, institution=placement.institution_id)
    mine = waiting.filter(case=placement.case_id) if placement.case_id else waiting.order_by(*FIRST_NEEDED)[:1]
    Retrieval.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(fetched_at=placement.since)
