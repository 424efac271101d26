"""The roster: who is on it, whose intake is opened, and whose custody becomes the employer's or the person's own."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.agreements.models import Agreement, Entrusted
from rendang.circulation.agreements.queries import held_for, waiting_for_intake, with_status
from rendang.circulation.intake import actions as intakes
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.fields import plain_partial_date, validate_partial_date
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.standards.telling import Said, say
from rendang.people import actions as people

State, Status = Agreement.State, Entrusted.Status


@transaction.atomic
def add_people(agreement: Agreement, rows: Iterable[Mapping[str, Any]], *, by: Any) -> int:
    """The employer's roster: name, id_number, contract_from, contract_to, mobile of each; all or none.

    Every message names its row. Whoever is on the roster already is passed over. Returns how many were added.
    """
    agreement = _locked(agreement, by)
    known = set(agreement.people.filter(left_on=None).values_list("person_id", flat=True))
    refused: list[str] = []
    added: list[Entrusted] = []
    for number, row in enumerate(rows, start=1):
        try:
            contract = [plain_partial_date(str(row.get(part, ""))) for part in ("contract_from", "contract_to")]
            for day in contract:
                if day:
                    validate_partial_date(day)
            person = people.find_or_create_person(
                name=row["name"], id_number=row["id_number"], mobile=row.get("mobile", ""), by=by
            )
        except ValidationError as error:
            said = " ".join(error.messages)
            refused.append(_("Row %(row)d: %(message)s") % {"row": row.get("row", number), "message": said})
            continue
        if person.pk in known:
            continue
        known.add(person.pk)
        added.append(_entry(agreement, person.pk, contract_from=contract[0], contract_to=contract[1]))
    if refused:
        raise ValidationError(refused)
    return _add(agreement, added, by=by)


@transaction.atomic
def add_held(agreement: Agreement, *, by: Any) -> int:
    """Whoever's dossier the institution keeps for this employer already comes onto the roster; returns how many."""
    agreement = _locked(agreement, by)
    keys = held_for(agreement).values_list("person_key", flat=True)
    return _add(agreement, [_entry(agreement, key) for key in keys], by=by)


@transaction.atomic
def open_intakes(agreement: Agreement, *, by: Any) -> int:
    """An intake for everybody who is expected and has none; the employer, or who it names, sends the dossiers."""
    agreement = _locked(agreement, by)
    if agreement.state != State.IN_FORCE:
        raise ValidationError(_("The agreement is not in force: intakes are opened when both sides have signed."))
    waiting = {entry.person_id: entry for entry in waiting_for_intake(agreement)}
    opened = intakes.open_many(
        agreement.institution,
        [entry.person for entry in waiting.values()],
        by=by,
        employer=agreement.employer,
    )
    for intake in opened:
        waiting[intake.person_id].intake = intake
    Entrusted.objects.bulk_update([waiting[intake.person_id] for intake in opened], ["intake"])
    if not opened:
        raise ValidationError(_("Nobody on the roster waits for an intake."))
    audit.record("agreement.open_intakes", agreement, by=by, detail={"intakes": [0, len(opened)]})
    return len(opened)


@transaction.atomic
def join(entry: Entrusted, *, by: Any, proof: Any) -> Entrusted:
    """个人存档 → 单位存档: on the labour contract or the employer's word that it has taken the person on."""
    found = _entry_locked(entry, by)
    if found.status != Status.INDIVIDUAL:
        raise ValidationError(_("Only a dossier held here for the person can become the employer's."))
    entry = found
    agreement = entry.agreement
    before = audit.snapshot(entry)
    entry.join_proof = _kept(proof, entry, by)
    dossiers.change_archive_type(
        _custodies(agreement, [entry.person_id]),
        archive_type=Custody.ArchiveType.UNIT,
        employer=agreement.employer,
        by=by,
        reason="joined_employer",
    )
    entry.save(update_fields=["join_proof"])
    audit.record("agreement.join", entry, by=by, before=before)
    _tell(entry, say("agreement.joined", employer=agreement.employer.name), by=by)
    return entry


@transaction.atomic
def leave(entry: Entrusted, *, by: Any, left_on: dt.date, reason: str, proof: Any) -> Entrusted:
    """单位存档 → 个人存档: on proof of leaving the employer; the dossier stays where it is, and the person is told."""
    entry = _entry_locked(entry, by)
    if entry.left_on:
        raise ValidationError(_("This person has left the roster already."))
    if left_on > timezone.localdate():
        raise ValidationError({"left_on": _("The day of leaving lies in the future.")})
    before = audit.snapshot(entry)
    entry.left_on, entry.left_reason, entry.left_proof = left_on, reason.strip(), _kept(proof, entry, by)
    entry.full_clean(exclude=["person", "intake", "join_proof", "left_proof", "agreement"])
    entry.save(update_fields=["left_on", "left_reason", "left_proof"])
    audit.record("agreement.leave", entry, by=by, before=before, reason=reason)
    _become_individual(entry.agreement, [entry], by=by, reason=reason)
    return entry


def all_become_individual(agreement: Agreement, *, by: Any, left_on: dt.date, reason: str) -> int:
    """The employer's account is closed: everybody still on the roster leaves it. The caller holds the agreement."""
    entries = list(with_status(agreement.people.select_related("person").filter(left_on=None)).order_by("pk"))
    agreement.people.filter(pk__in=[entry.pk for entry in entries]).update(left_on=left_on, left_reason=reason)
    _become_individual(agreement, entries, by=by, reason=reason)
    return len(entries)


def _become_individual(agreement: Agreement, entries: list[Any], *, by: Any, reason: str) -> None:
    """Custody becomes the person's own, and an intake under way will; whom it concerns is told."""
    held = [entry for entry in entries if entry.status == Status.HELD]
    dossiers.change_archive_type(
        _custodies(agreement, [entry.person_id for entry in held]),
        archive_type=Custody.ArchiveType.PERSONAL,
        employer=None,
        by=by,
        reason=reason,
    )
    under_way = intakes.become_individual([entry.intake_id for entry in entries if entry.intake_id], by=by)
    for entry in entries:
        if entry.status == Status.HELD:
            _tell(entry, say("agreement.left", employer=agreement.employer.name), by=by)
        elif entry.intake_id in under_way:
            _tell(entry, say("agreement.left_under_way", employer=agreement.employer.name), by=by)


def _custodies(agreement: Agreement, person_ids: list[int]) -> Any:
    return Custody.objects.filter(
        institution=agreement.institution_id, status=Custody.Status.HELD, dossier__person__in=person_ids
    )


def _entry(agreement: Agreement, person_id: int, **contract: str) -> Entrusted:
    return Entrusted(agreement=agreement, person_id=person_id, joined_on=timezone.localdate(), **contract)


def _add(agreement: Agreement, entries: list[Entrusted], *, by: Any) -> int:
    Entrusted.objects.bulk_create(entries)
    if entries:
        audit.record("agreement.add_people", agreement, by=by, detail={"people": [0, len(entries)]})
    return len(entries)


def _kept(proof: Any, entry: Entrusted, by: Any) -> Any:
    if proof is None:
        raise ValidationError({"proof": _("The change needs its proof: choose the scanned paper.")})
    return files.store(proof, name=proof.name, kind=Kind.ATTACHMENT, institution=entry.agreement.institution, by=by)


def _tell(entry: Entrusted, said: Said, *, by: Any) -> None:
    people.tell(entry.person, said, institution=entry.agreement.institution, by=by, case=entry.agreement)


def _locked(agreement: Agreement, by: Any) -> Agreement:
    rows = Agreement.objects.select_for_update(of=["self", "case_ptr"]).select_related("institution", "employer")
    agreement = rows.get(pk=agreement.pk)
    if not can(by, Permission.AGREEMENT_EDIT, at=agreement.institution_id):
        raise PermissionDenied
    if agreement.state not in (State.DRAFTED, State.IN_FORCE):
        raise ValidationError(_("The agreement has ended: its roster is closed."))
    return agreement


def _entry_locked(entry: Entrusted, by: Any) -> Any:
    _locked(entry.agreement, by)
    rows = Entrusted.objects.select_for_update(of=["self"])
    return with_status(rows.select_related("agreement__institution", "agreement__employer", "person")).get(pk=entry.pk)
