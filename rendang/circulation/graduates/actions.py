"""Lists of graduates, and the dossiers that come for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rendang.circulation.graduates.models import Graduate, GraduateList
from rendang.circulation.graduates.queries import awaited_by, judge
from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.circulation.parcels.models import Parcel
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.core.identifiers import id_number_problem, mask_id_number, normalise_id_number

REASON = "graduation"
MOST_LINES = 500


@dataclass(frozen=True)
class Outcome:
    """What became of one scanned line."""

    line: str  # as it was typed; an identity number only masked
    done: bool
    text: str
    intake: Intake | None = None


def import_list(
    content: BinaryIO, *, institution: Institution, by: Any, school: str, year: int, file_name: str
) -> GraduateList:
    """Expect everybody whom the school's file announces; lines that cannot be expected are kept with their reason.

    Raises ``ValidationError`` when the file is no list, or when nobody on it can be expected.
    """
    if not can(by, Permission.GRADUATE_EDIT, at=institution):
        raise PermissionDenied
    lines = judge(content, institution)
    good = [line for line in lines if not line.problem]
    if not good:
        raise ValidationError(_("Nobody on this list can be expected: correct the file and upload it again."))
    try:
        with transaction.atomic():
            made = GraduateList.objects.create(
                institution=institution,
                school=" ".join(school.split()),
                year=year,
                file_name=file_name[:200],
                rejected=[{"row": line.record.row, "reason": line.problem} for line in lines if line.problem],
                imported_by=by,
            )
            Graduate.objects.bulk_create(
                [
                    Graduate(
                        list=made,
                        institution=institution,
                        row=line.record.row,
                        name=line.record.values["name"][:60],
                        id_number=line.number,
                        id_index=line.index,
                        id_masked=mask_id_number(line.number),
                        student_number=line.record.values["student_number"][:30],
                        education=line.record.values["education"][:40],
                        major=line.record.values["major"][:80],
                    )
                    for line in good
                ],
                batch_size=2000,
            )
            detail = {"expected": [0, len(good)], "rejected": [0, len(lines) - len(good)]}
            audit.record("graduatelist.import", made, by=by, detail=detail)
    except IntegrityError as broken:  # somebody imported the same people meanwhile
        raise refusal_from(broken) from broken
    return made


def take_arrivals(parcel: Parcel, lines: Iterable[str], *, by: Any) -> list[Outcome]:
    """逐份登记: each line names a dossier that lies in the parcel, by identity number, student number or name.

    Who is expected gets an intake, matched with the parcel, and is told; whoever is not, is noted on the parcel by
    name and waits there. Each line by itself: one that is refused does not hold up the others.
    """
    if not can(by, Permission.GRADUATE_EDIT, at=parcel.institution_id):
        raise PermissionDenied
    wanted = [said for line in lines if (said := " ".join(line.split()))]
    if not wanted:
        raise ValidationError({"lines": _("Scan or type at least one line.")})
    if len(wanted) > MOST_LINES:
        raise ValidationError({"lines": _("At most %(most)d lines at once.") % {"most": MOST_LINES}})
    return [_take(parcel, said, by=by) for said in dict.fromkeys(wanted)]


def _take(parcel: Parcel, said: str, *, by: Any) -> Outcome:
    is_number = id_number_problem(normalise_id_number(said)) is None
    shown = mask_id_number(normalise_id_number(said)) if is_number else said
    found = awaited_by(parcel.institution, said)
    if len(found) > 1:
        return Outcome(shown, False, _("Several expected graduates are meant: give the identity number."))
    try:
        if found:
            taken = _arrive(found[0], parcel, by=by)
            return Outcome(shown, True, _("%(name)s: intake %(number)s") % _named(taken), taken)
        if any(character.isdigit() for character in said):
            return Outcome(shown, False, _("Nobody with this number is expected: note the name on the dossier."))
        # Whose name stood on the outside is noted already: it is the same dossier.
        if not parcel.enclosures.filter(case=None, name=said).exists():
            parcels.name_enclosures(parcel, [said], by=by)
    except ValidationError as refused:
        return Outcome(shown, False, " ".join(refused.messages))
    return Outcome(shown, False, _("Not expected: noted on the parcel, where it waits to be matched."))


def _named(taken: Intake) -> dict[str, str]:
    assert taken.person
    return {"name": taken.person.name, "number": taken.number}


@transaction.atomic
def _arrive(graduate: Graduate, parcel: Parcel, *, by: Any) -> Intake:
    graduate = Graduate.objects.select_for_update().get(pk=graduate.pk)
    if graduate.intake_id:
        raise ValidationError(_("This dossier has come already."))
    before = audit.snapshot(graduate)
    graduate.intake = intake.open_for_parcel(
        parcel, by=by, name=graduate.name, id_number=graduate.id_number, reason=REASON
    )
    graduate.save(update_fields=["intake"])
    audit.record("graduate.arrive", graduate, by=by, before=before, person=graduate.intake.person)
    return graduate.intake


@transaction.atomic
def strike_off(graduate: Graduate, *, by: Any, reason: str) -> Graduate:
    """The dossier will not come after all; the line stays on the list with its reason."""
    graduate = Graduate.objects.select_for_update().get(pk=graduate.pk)
    if not can(by, Permission.GRADUATE_EDIT, at=graduate.institution_id):
        raise PermissionDenied
    if graduate.intake_id or graduate.struck_off:
        raise ValidationError(_("Only who is still expected can be struck off."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the dossier will not come.")})
    before = audit.snapshot(graduate)
    graduate.struck_off = reason.strip()
    graduate.save(update_fields=["struck_off"])
    audit.record("graduate.strike_off", graduate, by=by, before=before, reason=graduate.struck_off)
    return graduate
