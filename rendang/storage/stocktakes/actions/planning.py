"""A stocktake is planned for a day; when it starts, what the record says is frozen."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.storage.models import Placement, Store
from rendang.storage.stocktakes.models import ExpectedDossier, Stocktake
from rendang.storage.stocktakes.queries.due import POLICIES, next_due

State, Occasion = Stocktake.State, Stocktake.Occasion
# So long before its last day a stocktake stands on the to-do list of the keepers.
AHEAD = dt.timedelta(days=30)

# Whatever is in the institution's hands (what is lost for good is not); of what lies in no slot, the slot in
# which it lay last.
_FREEZE = """
    INSERT INTO stocktakes_expecteddossier (stocktake_id, dossier_id, slot_id, state, placement_id)
    SELECT %(stocktake)s, dossier_id, slot_id, 'SLOT', id FROM storage_placement
    WHERE institution_id = %(institution)s AND kind = 'SLOT' AND until IS NULL
        AND (%(stores)s::bigint[] IS NULL
             OR slot_id IN (SELECT id FROM storage_slot WHERE store_id = ANY(%(stores)s::bigint[])))
    UNION ALL
    SELECT %(stocktake)s, placement.dossier_id, home.slot_id,
        CASE placement.kind WHEN 'BORROWER' THEN 'ON_LOAN' WHEN 'COURIER' THEN 'IN_TRANSIT'
            WHEN 'AS_WRITTEN' THEN 'UNPLACED' WHEN 'MISSING' THEN 'MISSING' ELSE 'AT_HAND' END, placement.id
    FROM storage_placement placement LEFT JOIN LATERAL (
        SELECT earlier.slot_id, slot.store_id
        FROM storage_placement earlier JOIN storage_slot slot ON slot.id = earlier.slot_id
        WHERE earlier.dossier_id = placement.dossier_id AND earlier.institution_id = %(institution)s
        ORDER BY earlier.since DESC, earlier.id DESC LIMIT 1
    ) home ON true
    WHERE placement.institution_id = %(institution)s AND placement.until IS NULL
        AND placement.kind NOT IN ('SLOT', 'ELSEWHERE', 'LOST')
        AND (%(stores)s::bigint[] IS NULL OR home.store_id = ANY(%(stores)s::bigint[]))
"""


@transaction.atomic
def plan(
    institution: Institution,
    *,
    by: Any,
    occasion: str,
    planned_for: dt.date,
    stores: Iterable[Store] = (),
    channel: str = Case.Channel.WINDOW,
) -> Stocktake:
    """Plan a stocktake of the whole institution, or of some of its stores, for a day from today on."""
    stores = list(stores)
    if planned_for < timezone.localdate():
        raise ValidationError({"planned_for": _("A stocktake is planned for today or a later day.")})
    if any(store.institution_id != institution.pk for store in stores):
        raise ValidationError({"stores": _("Choose stores of the institution itself.")})
    return _planned(institution, occasion, planned_for, channel, stores, by=by, permission=Permission.STOCKTAKE_RUN)


def _planned(
    institution: Institution,
    occasion: str,
    planned_for: dt.date,
    channel: str,
    stores: list[Store],
    *,
    by: Any,
    permission: Permission | None,
) -> Stocktake:
    case = Stocktake(
        institution=institution,
        state=State.PLANNED,
        occasion=occasion,
        planned_for=planned_for,
        due_date=planned_for,
        channel=channel,
    )
    if policy := POLICIES.get(Occasion(occasion)):
        case.due_basis = standards.policy(policy, on=timezone.localdate(), institution=institution).basis[:200]
    case = open_case(case, by=by, permission=permission)
    case.stores.set(stores)
    return case


@scheduled(cron="40 5 * * *")
@job(name="stocktakes.plan_what_is_due", queueing_lock="stocktakes.plan_what_is_due", pass_context=False)
def plan_what_is_due(timestamp: int) -> None:
    """Every morning: what must be counted within a month, and nobody has planned, comes onto the to-do list."""
    today = timezone.localdate()
    places = Institution.objects.filter(is_active=True, pk__in=Placement.objects.current().values("institution"))
    dues = next_due(places.order_by("pk"))
    covered: set[int] = set()
    # The full stocktake first: it is a half-yearly check, too.
    for due in sorted(dues, key=lambda due: due.occasion != Occasion.YEARLY):
        if due.planned or due.institution.pk in covered or (due.day and due.day > today + AHEAD):
            continue
        day = due.day if due.day and due.day >= today else today + AHEAD
        with transaction.atomic():
            _planned(due.institution, due.occasion, day, Case.Channel.SYSTEM, [], by=system_actor(), permission=None)
        covered.add(due.institution.pk)


@step(
    Stocktake,
    label=gettext_lazy("Start counting"),
    sources=[State.PLANNED],
    target=State.COUNTING,
    permission=Permission.STOCKTAKE_RUN,
    deadline=None,
    singly=True,
)
def start(case: Stocktake, *, by: Any) -> None:
    """Freeze what the record says now: every dossier with its slot, on loan, in transit or elsewhere in the house."""
    stores = list(case.stores.values_list("pk", flat=True)) or None
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, {"stocktake": case.pk, "institution": case.institution_id, "stores": stores})
        if not cursor.rowcount:
            raise ValidationError(_("The record says that nothing lies there: there is nothing to count."))
        cursor.execute(f"ANALYZE {ExpectedDossier._meta.db_table}")  # the planner has not seen the new lines yet
    case.started_at = timezone.now()


@step(
    Stocktake,
    label=gettext_lazy("Cancel the stocktake"),
    sources=[State.PLANNED, State.COUNTING],
    target=State.CANCELLED,
    permission=Permission.STOCKTAKE_RUN,
    deadline=None,
    way_out=True,
)
def cancel(case: Stocktake, *, by: Any, reason: str) -> None:
    """Called off; what was scanned stays on record."""
    case.reason = reason
