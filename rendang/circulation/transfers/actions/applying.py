"""转出 from the application to its approval: whose dossiers, to whom, on which letter, and what stands in the way."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.parcels.queries import letter_number as plain_number
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.queries.letters import (
    letter_of_ours,
    letter_read,
    number_given,
    refuse_if_not_genuine,
)
from rendang.circulation.transfers.queries.obstacles import (
    NONE_CAN_LEAVE,
    address_refuses,
    hindrances,
    in_the_way_of,
    named,
)
from rendang.dossiers.models import Custody, Dossier
from rendang.institutions.models import OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards.telling import Said, say
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.storage import actions as storage

State, AppliedBy, Outcome = Departure.State, Departure.AppliedBy, DepartingDossier.Outcome
# The recall letter has a field of its own; so begins its name among the papers of the service item.
LETTER = "调档函"
MOST_AT_ONCE = 500  # a list that two people can still check and seal


def apply(
    dossiers: Collection[Dossier],
    *,
    by: Any,
    to: OutsideKeeper,
    reason: str,
    letter_number: str,
    letter_date: dt.date,
    letter_issuer: str = "",
    letter: Any = None,
    applied_by: str = AppliedBy.PERSON,
    remarks: str = "",
    channel: str = Case.Channel.WINDOW,
    papers: Iterable[tuple[str, Any]] = (),
) -> Departure:
    """Open a departure of dossiers that one institution holds; who enters it has seen the recall letter.

    Refused in words: not held here, leaving already, an address out of use, a letter that is not genuine. What else
    stands in the way is shown on the page of the case and decided on at its approval.
    """
    read = "" if isinstance(letter, StoredFile) else letter_read(letter)
    departure = Departure(
        keeper=to,
        reason=reason,
        applied_by=applied_by,
        remarks=remarks,
        channel=channel,
        letter_number=number_given(letter_number, read),
        letter_read=read,
        letter_date=letter_date,
        letter_issuer=letter_issuer.strip() or to.name,
        examined_by=by,
    )
    if not to.is_active:
        raise ValidationError({"to": _("This address is no longer in use.")})
    return _open(departure, dossiers, by=by, letter=letter, papers=papers, may=_may_offer(by))


def apply_online(
    dossier: Dossier,
    *,
    by: Any,
    reason: str,
    to: str = "",
    inside: Institution | None = None,
    letter_number: str = "",
    letter_date: dt.date | None = None,
    letter: Any = None,
    letter_issuer: str = "",
    remarks: str = "",
    papers: Iterable[tuple[str, Any]] = (),
) -> Departure:
    """A citizen asks for the own dossier to be sent on, with a picture of the recall letter; the clerk examines it.

    ``to`` is the receiver in the person's words; a name of the address book is recognised. An institution of the city
    is chosen (``inside``) or recognised by its letter: then no paper need go to and fro, and the application leads to
    a transfer. A paper that lacks does not refuse it: the person is told once what to bring or send.
    """
    if not getattr(by, "is_citizen", False) or bytes(by.id_index) != bytes(dossier.person.id_index):
        raise PermissionDenied
    read = letter_read(letter)
    number = number_given(letter_number, read)
    inside = inside or inside_the_city(number)
    named = inside.name if inside else to.strip()
    if not named:
        raise ValidationError({"to": _("Say where the dossier is to go.")})
    departure = Departure(
        keeper=None if inside else OutsideKeeper.objects.verified().filter(name=named).first(),
        keeper_named=named,
        moves_inside=inside is not None,
        moves_to=inside,
        reason=reason,
        applied_by=AppliedBy.PERSON,
        applicant=by,
        remarks=remarks,
        channel=Case.Channel.ONLINE,
        letter_number=number,
        letter_read=read,
        letter_date=letter_date,
        letter_issuer=letter_issuer.strip() or named,
    )
    departure = _open(departure, [dossier], by=by, letter=letter, papers=papers, may=lambda custody: True)
    people.tell_what_lacks(departure, "departure.lacks", by=by, covered=LETTER)
    return departure


def _may_offer(by: Any) -> Any:
    return lambda custody: can(by, Permission.TRANSFER_OFFER, at=custody.institution_id)


def _open(
    departure: Departure,
    dossiers: Collection[Dossier],
    *,
    by: Any,
    letter: Any,
    papers: Iterable[tuple[str, Any]],
    may: Any,
) -> Departure:
    keys = {dossier.pk for dossier in dossiers}
    if not keys or len(keys) > MOST_AT_ONCE:
        raise ValidationError(_("Choose between one and %(most)d dossiers.") % {"most": MOST_AT_ONCE})
    if departure.letter_date and departure.letter_date > timezone.localdate():
        raise ValidationError({"letter_date": _("The letter cannot be dated in the future.")})
    try:
        with transaction.atomic():
            list(Dossier.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
            held = Custody.objects.filter(dossier__in=keys, status=Custody.Status.HELD)
            custodies = list(held.select_related("institution", "dossier__person").order_by("archive_number"))
            if len({custody.institution_id for custody in custodies}) != 1 or len(custodies) != len(keys):
                raise ValidationError(_("All dossiers of a departure must be held by the same institution."))
            if not may(custodies[0]):
                raise PermissionDenied
            refuse_if_not_genuine(
                departure.letter_number,
                people={custody.dossier.person_id for custody in custodies},
                to=departure.moves_to,
            )
            departure.institution, departure.state = custodies[0].institution, State.APPLIED
            refuse_if_it_does_not_move(departure)
            if len(custodies) == 1:
                storage.refuse_what_is_lost(custodies[0].dossier.person, departure.institution)
                departure.dossier, departure.person = custodies[0].dossier, custodies[0].dossier.person
            busy = in_the_way_of(departure, keys)
            _refuse_if_leaving(busy)
            if isinstance(letter, StoredFile):
                departure.letter_file = letter  # it came with a request from outside
            elif letter is not None:
                departure.letter_file = files.store(
                    letter,
                    name=letter.name or "letter",
                    kind=Kind.ATTACHMENT,
                    institution=departure.institution,
                    by=by,
                )
            departure = open_case(departure, by=by, permission=None, deadline="transfer_dispatch")
            DepartingDossier.objects.bulk_create(
                DepartingDossier(departure=departure, dossier=custody.dossier, custody=custody)
                for custody in custodies
            )
            files.hand_in(departure, papers, by=by, permission=None)
            return departure
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


def inside_the_city(number: str) -> Institution | None:
    """Whose recall letter it is, if an institution of the city has issued it."""
    letter = letter_of_ours(number)
    return Institution.objects.get(pk=letter.institution_id) if letter else None


def refuse_if_it_does_not_move(departure: Departure) -> None:
    """Whoever wants the dossier inside the city names another institution, and one that still takes dossiers."""
    if departure.moves_to is None:
        return
    if departure.moves_to == departure.institution:
        raise ValidationError(_("The dossier is already there."))
    if not departure.moves_to.is_active:
        raise ValidationError(_("This institution no longer takes dossiers."))


def _refuse_if_leaving(busy: dict[int, Any]) -> None:
    """Two ways out at once are refused from the beginning; everything else can still be cleared."""
    for found in busy.values():
        for one in found:
            if one.page in {"transfers:detail", "departures:detail"}:
                raise ValidationError(one.text)


@step(
    Departure,
    label=gettext_lazy("Examine the letter"),
    sources=[State.APPLIED],
    target=State.APPLIED,
    permission=Permission.TRANSFER_OFFER,
    only_for={"moves_inside": [False]},
    offered_if="is_unexamined",
    offered_where=lambda: Q(departure__examined_by__isnull=True),
)
def examine(
    departure: Departure,
    *,
    by: Any,
    letter_number: str,
    letter_date: dt.date,
    letter_issuer: str = "",
    to: OutsideKeeper | None = None,
) -> None:
    """Compare what was applied for with the letter itself, and choose the receiver from the address book.

    A single application whose letter turns out to be one of the city's own goes on inside it, without a receiver.
    Done once; what turns out to be wrong later is corrected (``correct_examination``).
    """
    if departure.is_examined:
        raise ValidationError(_("The letter has been examined. If something is wrong, correct the examination."))
    _examined(departure, by=by, number=letter_number, date=letter_date, issuer=letter_issuer, to=to)


@step(
    Departure,
    label=gettext_lazy("Correct the examination"),
    sources=[State.APPLIED],
    target=State.APPLIED,
    permission=Permission.TRANSFER_OFFER,
    way_out=True,
    only_for={"moves_inside": [False]},
    offered_if="is_examined",
)
def correct_examination(
    departure: Departure,
    *,
    by: Any,
    letter_number: str,
    letter_date: dt.date,
    letter_issuer: str = "",
    to: OutsideKeeper | None = None,
) -> None:
    """Letter or receiver were entered wrongly and nobody has approved yet: whoever corrects it has examined it."""
    if not departure.is_examined:
        raise ValidationError(_("The letter has not been examined yet."))
    _examined(departure, by=by, number=letter_number, date=letter_date, issuer=letter_issuer, to=to)


def _examined(
    departure: Departure, *, by: Any, number: str, date: dt.date, issuer: str, to: OutsideKeeper | None
) -> None:
    if date > timezone.localdate():
        raise ValidationError({"letter_date": _("The letter cannot be dated in the future.")})
    number = plain_number(number)
    inside = None if departure.addresses_many else inside_the_city(number)
    refuse_if_not_genuine(number, people=set(departure.lines.values_list("dossier__person", flat=True)), to=inside)
    if inside is None and to is None:
        raise ValidationError({"to": _("Choose the receiver from the address book.")})
    departure.moves_inside, departure.moves_to = inside is not None, inside
    refuse_if_it_does_not_move(departure)
    departure.keeper, departure.letter_number = None if inside else to, number
    departure.letter_date, departure.letter_issuer = date, issuer.strip() or departure.goes_to
    departure.examined_by = by


@step(
    Departure,
    label=gettext_lazy("Approve"),
    sources=[State.APPLIED],
    target=State.APPROVED,
    permission=Permission.TRANSFER_DECIDE,
    unlike=["examined_by"],
    only_for={"moves_inside": [False]},
    offered_if="is_examined",
    offered_where=lambda: Q(departure__examined_by__isnull=False),
)
def approve(departure: Departure, *, by: Any) -> None:
    """A second person approves; the dossiers go on the pick list, those with an obstacle are left out with it.

    Refused while nobody has examined the letter, while the address is not verified, or when nothing is left to go.
    """
    if refusal := address_refuses(departure):
        raise ValidationError(refusal)
    lines = going(departure)
    found = in_the_way_of(departure, [line.dossier_id for line in lines])
    hindered = {line: hindrances(found[line.dossier_id]) for line in lines}
    if not departure.addresses_many and hindered[lines[0]]:
        raise ValidationError(named(hindered[lines[0]]))
    for line, why in hindered.items():
        if why:
            line.outcome, line.said = Outcome.LEFT_OUT, why
    left_out = [line for line in lines if line.outcome == Outcome.LEFT_OUT]
    DepartingDossier.objects.bulk_update(left_out, ["outcome", "said"])
    audit.record_all("departure.leave_out", [(line, {"said": [[], line.said]}) for line in left_out], by=by,
                     institution=departure.institution)  # fmt: skip
    rest = [line for line in lines if line.outcome == Outcome.GOING]
    if not rest:
        raise ValidationError(NONE_CAN_LEAVE)
    wanted = [line.dossier_id for line in rest]
    storage.want_all(wanted, departure.institution, by=by, purpose=f"转出 {departure.number}", case=departure)
    tell(departure, rest, say("departure.approved", receiver=departure.goes_to), by=by)


@transaction.atomic
def leave_out(line: DepartingDossier, *, by: Any, reason: str) -> DepartingDossier:
    """Take one dossier out of a list of many, before it is sealed; it stays, or is put back.

    The last one is not taken out: then the departure is called off.
    """
    departure = Departure.objects.select_for_update(of=("self", "case_ptr")).get(pk=line.departure_id)
    if not can(by, Permission.TRANSFER_OFFER, at=departure.institution_id):
        raise PermissionDenied
    if departure.state not in {State.APPLIED, State.APPROVED, State.CHECKED}:
        raise ValidationError(_("The parcel is sealed: a dossier can no longer be taken out of it."))
    line = DepartingDossier.objects.select_for_update().get(pk=line.pk)
    if line.outcome != Outcome.GOING:
        raise ValidationError(_("This dossier does not go along."))
    if not departure.lines.filter(outcome=Outcome.GOING).exclude(pk=line.pk).exists():
        raise ValidationError(_("It is the last dossier of the list. Call the departure off instead."))
    before = audit.snapshot(line)
    line.outcome, line.note = Outcome.LEFT_OUT, reason.strip()[:200]
    line.full_clean()
    line.save(update_fields=["outcome", "note"])
    storage.no_longer_want(departure, by=by, dossiers=[line.dossier_id])
    audit.record("departure.leave_out", line, by=by, before=before, reason=reason, institution=departure.institution)
    return line


def going(departure: Departure) -> list[DepartingDossier]:
    """The lines that go along, in the order of the list, with what the papers and the rules need of each."""
    lines = departure.lines.filter(outcome=Outcome.GOING)
    return list(lines.select_related("dossier__person__employer", "custody", "checked_by").order_by("pk"))


def stay(departure: Departure, *, by: Any) -> None:
    """The dossiers do not leave: their lines are closed, so that they can leave another time."""
    close(departure, going(departure), Outcome.STAYED, by=by)


def close(
    departure: Departure,
    lines: Iterable[DepartingDossier],
    outcome: str,
    *,
    by: Any,
    note: str = "",
    said: Sequence[Said] = (),
) -> None:
    """What became of these dossiers, and why where that needs saying (a code, or sentences); one event each."""
    lines = list(lines)
    changed: dict[str, Any] = {"outcome": outcome} | ({"note": note[:200]} if note else {})
    changed |= {"said": list(said)} if said else {}
    DepartingDossier.objects.filter(pk__in=[line.pk for line in lines]).update(**changed)
    for line in lines:
        vars(line).update(changed)
    told = [(line, {"outcome": [Outcome.GOING, outcome]}) for line in lines]
    audit.record_all("departingdossier.close", told, by=by, institution=departure.institution)


def tell(departure: Departure, lines: Iterable[DepartingDossier], said: Said, *, by: Any) -> None:
    """Tell the people of these lines on the portal."""
    told = [line.dossier.person for line in lines]
    people.tell_all(told, said, institution=departure.institution, by=by, case=departure)
