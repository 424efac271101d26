"""Whose dossier it is to keep: taken, ended, handed over. The steps that call these have checked the right to.

Locks: dossier → custody → counters, as written in ``rendang.kernel.workflow.steps``.
"""

from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.actions.letting_go import let_go
from rendang.dossiers.models import Custody, CustodyConflict, Dossier, Volume
from rendang.kernel.access.models import Institution
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.workflow.actions import next_in_series, open_case
from rendang.people.models import Person

Status = Custody.Status
Follower = Callable[[Custody], None]
FOLLOWERS: list[Follower] = []


def when_handed_over(follower: Follower) -> Follower:
    """Call ``follower(custody)`` in the transaction in which a dossier has come from another institution of the city.

    For a business above that waits for this dossier by another way; declared beside its actions.
    """
    FOLLOWERS.append(follower)
    return follower


@transaction.atomic
def ensure_dossier(person: Person, *, by: Any) -> Dossier:
    """The person's one dossier, made when there is none."""
    dossier, made = Dossier.objects.get_or_create(person=person)
    if made:
        audit.record("dossier.create", dossier, by=by)
    return dossier


@transaction.atomic
def ensure_volumes(dossier: Dossier, *, principal: int, duplicate: int, by: Any) -> list[Volume]:
    """As many principal and duplicate volumes as were counted; volumes already on record stay."""
    dossier = locked(dossier)
    there = {(volume.kind, volume.number): volume for volume in dossier.volumes.all()}
    counted = {Volume.Kind.PRINCIPAL: principal, Volume.Kind.DUPLICATE: duplicate}
    wanted = [(kind, number) for kind, count in counted.items() for number in range(1, count + 1)]
    missing = [
        Volume(dossier=dossier, kind=kind, number=number) for kind, number in wanted if (kind, number) not in there
    ]
    if missing:
        Volume.objects.bulk_create(missing)
        made = [f"{volume.kind} {volume.number}" for volume in missing]
        audit.record("dossier.add_volumes", dossier, by=by, detail={"volumes": [[], made]})
    return [*there.values(), *missing]


@transaction.atomic
def take_custody(
    dossier: Dossier,
    institution: Institution,
    *,
    by: Any,
    archive_number: str | None = None,
    archive_type: str = Custody.ArchiveType.PERSONAL,
    employer: Any = None,
    received_on: str = "",
    received_reason: str = "",
    received_from: str = "",
) -> Custody:
    """Begin an episode: from now on the institution keeps the dossier, under a new archive number of its own.

    Refused in words when another institution holds it. ``received_on`` defaults to today.
    """
    dossier = locked(dossier)
    holding = held_custody(dossier)
    if holding:
        raise ValidationError(_("%(institution)s holds this dossier.") % {"institution": holding.institution})
    custody = Custody(
        dossier=dossier,
        institution=institution,
        archive_number=archive_number or next_archive_number(institution),
        archive_type=archive_type,
        employer=employer,
        received_on=received_on or f"{timezone.localdate():%Y-%m-%d}",
        received_reason=received_reason,
        received_from=received_from,
    )
    _save(custody)
    audit.record("custody.take", custody, by=by)
    return custody


@transaction.atomic
def end_custody(custody: Custody, *, by: Any, ended_on: str = "", reason: str = "", sent_to: str = "") -> Custody:
    """End an episode: the institution no longer keeps the dossier. Its archive number is never given again."""
    locked(custody.dossier)
    custody = Custody.objects.select_for_update(no_key=True, of=["self"]).select_related("dossier").get(pk=custody.pk)
    if custody.status != Status.HELD:
        raise ValidationError(_("This custody has ended already."))
    before = audit.snapshot(custody)
    custody.status = Status.ENDED
    custody.ended_on = ended_on or f"{timezone.localdate():%Y-%m-%d}"
    custody.ended_reason, custody.sent_to = reason, sent_to
    _save(custody)
    audit.record("custody.end", custody, by=by, before=before, reason=reason)
    let_go.defer(custodies=[custody.pk])
    return custody


@transaction.atomic
def end_custodies(custodies: Collection[int], *, by: Any, reason: str = "", sent_to: str = "") -> set[int]:
    """End many episodes in the same moment; returns the ids of those that still ran. Set-based; one event each."""
    rows = Custody.objects.filter(pk__in=custodies)
    list(Dossier.objects.select_for_update(no_key=True).filter(custodies__in=rows).order_by("pk").values_list("pk"))
    running = list(
        rows.select_for_update(no_key=True, of=["self"])
        .filter(status=Status.HELD)
        .select_related("dossier")
        .order_by("pk")
    )
    today = f"{timezone.localdate():%Y-%m-%d}"
    end = {"status": Status.ENDED, "ended_on": today, "ended_reason": reason, "sent_to": sent_to}
    changed = []
    for custody in running:
        before = audit.snapshot(custody)
        vars(custody).update(end)
        changed.append((custody, audit.changes(custody, before)))
    rows.filter(pk__in=[custody.pk for custody in running]).update(**end)
    audit.record_all("custody.end", changed, by=by, reason=reason)
    if running:
        let_go.defer(custodies=[custody.pk for custody in running])
    return {custody.pk for custody in running}


@transaction.atomic
def hand_over_custody(
    dossier: Dossier, to_institution: Institution, *, by: Any, reason: str = "", archive_number: str | None = None
) -> Custody:
    """One institution's custody ends and the other's begins in the same moment; returns the new one."""
    dossier = locked(dossier)
    holding = held_custody(dossier)
    if holding is None:
        raise ValidationError(_("No institution holds this dossier, so it cannot be handed over."))
    if holding.institution_id == to_institution.pk:
        raise ValidationError(_("%(institution)s holds this dossier.") % {"institution": to_institution})
    end_custody(holding, by=by, reason=reason, sent_to=to_institution.name)
    taken = take_custody(
        dossier,
        to_institution,
        by=by,
        archive_number=archive_number,
        archive_type=holding.archive_type,
        employer=holding.employer,
        received_reason=reason,
        received_from=holding.institution.name,
    )
    for follow in FOLLOWERS:
        follow(taken)
    return taken


@transaction.atomic
def change_archive_type(custodies: Any, *, archive_type: str, employer: Any, by: Any, reason: str) -> int:
    """存档类型: entrusted by the person or by an employer (domain.md §1.3); for one custody or for hundreds.

    The caller has checked the right to, and the proof. Returns how many were changed.
    """
    keys = sorted(custodies.values_list("dossier_id", flat=True))
    list(Dossier.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    rows = custodies.select_for_update(no_key=True, of=["self"]).select_related("dossier").filter(status=Status.HELD)
    changed = list(rows.order_by("pk"))
    before = [audit.snapshot(custody) for custody in changed]
    for custody in changed:
        custody.archive_type, custody.employer = archive_type, employer
    Custody.objects.bulk_update(changed, ["archive_type", "employer"])
    for custody, was in zip(changed, before, strict=True):
        audit.record("custody.change_type", custody, by=by, before=was, reason=reason)
    return len(changed)


@transaction.atomic
def claim_custody(
    dossier: Dossier, institution: Institution, *, by: Any, archive_number: str, received_on: str = ""
) -> CustodyConflict:
    """A second institution says it holds the dossier: a claim, and a conflict for supervision to settle."""
    dossier = locked(dossier)
    holding = held_custody(dossier)
    if holding is None or holding.institution_id == institution.pk:
        raise ValidationError(_("No other institution holds this dossier."))
    claim = Custody(
        dossier=dossier,
        institution=institution,
        archive_number=archive_number,
        status=Status.CLAIMED,
        received_on=received_on,
    )
    _save(claim)
    audit.record("custody.claim", claim, by=by)
    conflict = CustodyConflict(
        institution=institution,
        counterpart=holding.institution,
        person_id=dossier.person_id,
        dossier=dossier,
        claim=claim,
        holding=holding,
        state=CustodyConflict.State.OPEN,
    )
    return open_case(conflict, by=by, permission=None, deadline="custody_conflict_settle")


def next_archive_number(institution: Institution) -> str:
    """``RCSC2026000123``: institution code, year, running number; numbers in use from elsewhere are passed over."""
    year = f"{timezone.localdate():%Y}"
    (number,) = next_in_series("archive", institution, year)
    given = Custody.objects.filter(institution=institution)
    if given.filter(archive_number=_written(institution, year, number)).exists():
        highest = given.filter(archive_number__regex=rf"^{institution.code}{year}\d{{6}}$").aggregate(
            highest=Max("archive_number")
        )["highest"]
        number = next_in_series("archive", institution, year, int(highest[-6:]) - number + 1)[-1]
    return _written(institution, year, number)


def _written(institution: Institution, year: str, number: int) -> str:
    return f"{institution.code}{year}{number:06d}"


def locked(dossier: Dossier) -> Dossier:
    """The dossier, locked until the end of the transaction: custody and catalogue change one after the other."""
    return Dossier.objects.select_for_update(no_key=True, of=["self"]).select_related("person").get(pk=dossier.pk)


def held_custody(dossier: Dossier) -> Custody | None:
    return (
        Custody.objects.select_for_update(no_key=True, of=["self"])
        .select_related("institution", "employer", "dossier")
        .filter(dossier=dossier, status=Status.HELD)
        .first()
    )


def _save(custody: Custody) -> None:
    custody.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            custody.save()
    except IntegrityError as broken:  # a number given twice, or somebody else was first
        raise refusal_from(broken) from broken
