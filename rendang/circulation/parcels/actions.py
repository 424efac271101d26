"""Registering what arrives, handing it on, and saying to which business it belongs."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.parcels.models import Enclosure, HandOver, Parcel, ParcelPhoto
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from, validate
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import next_in_series
from rendang.kernel.workflow.models import Case
from rendang.people import actions as people
from rendang.people.models import Person


@transaction.atomic
def register(
    institution: Institution,
    *,
    by: Any,
    arrived_on: dt.date,
    carrier: str,
    sender: str,
    seal: str,
    waybill: str = "",
    handed_over_by: str = "",
    announced: int = 1,
    names: Iterable[str] = (),
    photos: Iterable[Any] = (),
    remarks: str = "",
) -> Parcel:
    """到件登记 — before anything is opened: how it came, its number, from whom, how the seal is, who brought it.

    ``names`` are the people named on the outside, where any are; ``photos`` uploaded pictures. A forbidden carrier is
    noted like any other: what happened is written down, whatever the rules say of it.
    """
    _may(by, institution)
    if arrived_on > timezone.localdate():
        raise ValidationError({"arrived_on": _("The parcel cannot have arrived in the future.")})
    if not standards.is_code("carrier", carrier):
        raise ValidationError({"carrier": _("This carrier is not known.")})
    parcel = Parcel(
        institution=institution,
        arrived_on=arrived_on,
        carrier=carrier,
        waybill=waybill.strip().upper(),
        sender=" ".join(sender.split()),
        seal=seal,
        announced=announced,
        remarks=remarks.strip(),
        registered_by=by,
    )
    year = f"{arrived_on:%Y}"
    validate(parcel, exclude={"number"})
    (number,) = next_in_series("parcel", institution, year)
    parcel.number = f"{institution.code}-DJ-{year}-{number:05d}"
    try:
        with transaction.atomic():
            parcel.save(force_insert=True)
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    giver = handed_over_by.strip() or standards.code_name("carrier", carrier)
    HandOver.objects.create(parcel=parcel, given_by=giver, taken_by=by, at=timezone.now())
    Enclosure.objects.bulk_create([Enclosure(parcel=parcel, name=name) for name in _plain(names)])
    audit.record("parcel.register", parcel, by=by)
    _keep_photos(parcel, photos, by=by)
    return parcel


@transaction.atomic
def add_photos(parcel: Parcel, photos: Iterable[Any], *, by: Any) -> int:
    """Further pictures of the unopened parcel; returns how many."""
    parcel = _locked(parcel)
    _may(by, parcel.institution)
    kept = _keep_photos(parcel, photos, by=by)
    if not kept:
        raise ValidationError({"photos": _("Choose at least one picture.")})
    audit.record("parcel.add_photos", parcel, by=by, detail={"photos": [0, kept]})
    return kept


@transaction.atomic
def name_enclosures(parcel: Parcel, names: Iterable[str], *, by: Any) -> list[Enclosure]:
    """Note whose dossiers the parcel says are in it."""
    parcel = _locked(parcel)
    _may(by, parcel.institution)
    made = Enclosure.objects.bulk_create([Enclosure(parcel=parcel, name=name) for name in _plain(names)])
    if not made:
        raise ValidationError({"names": _("Give at least one name.")})
    audit.record("parcel.name_enclosures", parcel, by=by, detail={"enclosures": [0, len(made)]})
    return made


@transaction.atomic
def take_over(parcel: Parcel, *, by: Any, remarks: str = "") -> HandOver:
    """交接: who takes the parcel into hand signs for it; the one who had it last is named as the giver."""
    parcel = _locked(parcel)
    if not (can(by, Permission.INTAKE_REGISTER, at=parcel.institution_id) or
            can(by, Permission.INTAKE_OPEN, at=parcel.institution_id)):  # fmt: skip
        raise PermissionDenied
    last = parcel.hand_overs.select_related("taken_by").last()
    assert last is not None, "a parcel is registered with its first hand-over"
    if last.taken_by_id == by.pk:
        raise ValidationError(_("You have this parcel already."))
    taken = HandOver.objects.create(
        parcel=parcel, given_by=last.taken_by.name, taken_by=by, at=timezone.now(), remarks=remarks.strip()
    )
    audit.record("parcel.take_over", parcel, by=by, detail={"hand_over": [last.pk, taken.pk]})
    return taken


def match(parcel: Parcel, case: Case, person: Person, *, by: Any) -> Enclosure:
    """A dossier in this parcel is the one that the case waits for; its owner is told that it has come.

    The caller has checked that ``by`` may, and holds the case's lock in its transaction. A name noted on the outside
    is used up.
    """
    parcel = _locked(parcel)
    if parcel.set_aside:
        raise ValidationError(_("This parcel was set aside: %(why)s") % {"why": parcel.set_aside})
    if case.institution_id != parcel.institution_id:
        raise ValidationError(_("This parcel has arrived at another institution."))
    named = parcel.enclosures.filter(case=None, name__in={person.name, person.former_name or person.name}).first()
    enclosure = named or Enclosure(parcel=parcel, name=person.name)
    enclosure.person, enclosure.case, enclosure.matched_at = person, case, timezone.now()
    validate(enclosure)
    enclosure.save()
    audit.record("parcel.match", enclosure, by=by, detail={"case": [None, case.number]})
    said = say("parcel.matched", day=parcel.arrived_on, institution=parcel.institution)
    people.tell(person, said, institution=parcel.institution, by=by, case=case)
    return enclosure


@transaction.atomic
def set_aside(parcel: Parcel, *, by: Any, reason: str) -> Parcel:
    """No dossier is in it: note what it is and where it went, so that it is looked for no longer."""
    parcel = _locked(parcel)
    _may(by, parcel.institution)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is in it and where it went.")})
    if parcel.set_aside or parcel.enclosures.exclude(case=None).exists():
        raise ValidationError(_("This parcel belongs to a case already."))
    before = audit.snapshot(parcel)
    parcel.set_aside = reason.strip()
    parcel.full_clean()
    parcel.save(update_fields=["set_aside"])
    audit.record("parcel.set_aside", parcel, by=by, before=before, reason=parcel.set_aside)
    return parcel


def _may(by: Any, institution: Institution) -> None:
    if not can(by, Permission.INTAKE_REGISTER, at=institution):
        raise PermissionDenied


def _locked(parcel: Parcel) -> Parcel:
    rows = Parcel.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("institution").get(pk=parcel.pk)


def _plain(names: Iterable[str]) -> list[str]:
    return [plain for name in names if (plain := " ".join(name.split())[:60])]


def _keep_photos(parcel: Parcel, photos: Iterable[Any], *, by: Any) -> int:
    kept = [
        ParcelPhoto(
            parcel=parcel,
            file=files.store(photo, name=photo.name, kind=Kind.ATTACHMENT, institution=parcel.institution, by=by),
        )
        for photo in photos
    ]
    return len(ParcelPhoto.objects.bulk_create(kept))
