"""归档: the papers are put into the dossiers that can be reached; those of dossiers that are out wait (挂账)."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from rendang.circulation.accruals import papers
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.circulation.accruals.queries import ALL_ARE_OUT, out_of_reach, reach_of, some_are_accepted
from rendang.dossiers import actions as dossiers
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.standards.telling import Said, say
from rendang.kernel.workflow.steps import STEPS, refuse_unless_possible, step
from rendang.people import actions as people
from rendang.storage import actions as storage
from rendang.storage.models import Retrieval

State, Outcome = Accrual.State, AccrualItem.Outcome


@step(
    Accrual,
    label=gettext_lazy("Put into the dossiers"),
    sources=[State.IDENTIFIED],
    target=State.FILED,
    permission=Permission.ACCRUAL_INSERT,
    deadline=None,
)
def file(accrual: Accrual, *, by: Any) -> None:
    """All accepted papers are in their dossiers and catalogues; their people have been told."""


@step(
    Accrual,
    label=gettext_lazy("Send everything back"),
    sources=[State.IDENTIFIED],
    target=State.RETURNED,
    permission=Permission.ACCRUAL_IDENTIFY,
    deadline=None,
    way_out=True,
)
def send_back(accrual: Accrual, *, by: Any) -> None:
    """No paper was accepted; the slip says why."""
    if why := some_are_accepted([accrual]).get(accrual.pk):
        raise ValidationError(why)


@transaction.atomic
def put_in(accrual: Accrual, *, by: Any) -> Accrual:
    """Put every accepted paper into its dossier as far as that can be reached: list it, tell its person.

    The others wait, their dossiers on the pick list; the delivery ends with its last paper. A paper whose dossier has
    left the institution meanwhile is refused: it follows to the present keeper. Refused when nothing can be done now.
    """
    rows = Accrual.objects.select_for_update(of=("self", "case_ptr")).select_related("institution")
    accrual = rows.get(pk=accrual.pk)
    if not can(by, Permission.ACCRUAL_INSERT, at=accrual.institution_id):
        raise PermissionDenied
    refuse_unless_possible(STEPS[Accrual]["file"], accrual, by)
    accepted = list(accrual.items.filter(outcome=Outcome.ACCEPTED).select_related("dossier__person"))
    reach = reach_of(accepted, accrual.institution)
    if not reach.now and not reach.gone:
        raise ValidationError(ALL_ARE_OUT)
    if reach.gone:
        _send_on([item for item in accepted if item.dossier_id in reach.gone], reach.gone, accrual, by=by)
    if reach.now:
        _put_in(reach.now, accrual, by=by)
        # What has its papers goes back to its slot, though the delivery goes on.
        storage.no_longer_want(accrual, by=by, dossiers=[item.dossier_id for item in reach.now])
    if reach.wait:
        want_what_is_out(reach.wait, accrual, by=by)
        return accrual
    storage.no_longer_want(accrual, by=by)
    if not accrual.items.filter(outcome=Outcome.FILED).exists():
        return send_back(accrual, by=by)
    return file(accrual, by=by)


def _send_on(items: list[AccrualItem], gone: dict[int, str], accrual: Accrual, *, by: Any) -> None:
    for item in items:
        item.outcome, item.refusal, item.refusal_detail = Outcome.REFUSED, AccrualItem.MOVED, gone[item.dossier_id]
    AccrualItem.objects.bulk_update(items, ["outcome", "refusal", "refusal_detail"])
    back = list(accrual.items.filter(outcome=Outcome.REFUSED).select_related("dossier__person"))
    accrual.slip_file = papers.return_slip(accrual, back, by=by)
    accrual.save(update_fields=["slip_file"])
    audit.record("accrual.send_on", accrual, by=by, detail={"papers": [None, len(items)]})


def _put_in(items: list[AccrualItem], accrual: Accrual, *, by: Any) -> None:
    facts = ("title", "class_mark", "formed_on", "pages", "copies")
    rows = [(item.dossier_id, {name: getattr(item, name) for name in facts}) for item in items]
    materials = dossiers.list_in_many(rows, accrual.institution, by=by)
    for item, material in zip(items, materials, strict=True):
        item.outcome, item.material, item.filed_on = Outcome.FILED, material, timezone.localdate()
    AccrualItem.objects.bulk_update(items, ["outcome", "material", "filed_on"])
    detail = {"papers": [None, len(items)]}
    audit.record("accrual.put_in", accrual, by=by, detail=detail)
    told: dict[int, list[AccrualItem]] = {}
    for item in items:
        told.setdefault(item.dossier.person_id, []).append(item)
    messages = [(mine[0].dossier.person, _message(mine)) for mine in told.values()]
    people.tell_many(messages, institution=accrual.institution, by=by, case=accrual)


def _message(items: list[AccrualItem]) -> Said:
    return say("accrual.filed", count=len(items), names=[item.title for item in items])


def want_what_is_out(items: list[AccrualItem], accrual: Accrual, *, by: Any) -> None:
    """On the pick list, once for each dossier that is out: fetched when it is back."""
    out = out_of_reach(items, accrual.institution)
    wanted = set(Retrieval.objects.waiting().filter(case=accrual).values_list("dossier", flat=True))
    if anew := out.keys() - wanted:
        storage.want_all(sorted(anew), accrual.institution, by=by, purpose="补充材料归档", case=accrual)
