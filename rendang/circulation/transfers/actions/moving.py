"""Everything that changes a move between two institutions of the system."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.parcels.queries import letter_number as plain_number
from rendang.circulation.transfers.actions.calling import join_all
from rendang.circulation.transfers.models import DepartingDossier, DepartureRequest, Transfer
from rendang.circulation.transfers.papers import moving as papers
from rendang.circulation.transfers.queries import carriers_between_us
from rendang.circulation.transfers.queries.letters import letter_calling_for, refuse_if_not_genuine
from rendang.circulation.transfers.queries.obstacles import hindrances, in_the_way_of, named
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.storage import actions as storage

State = Transfer.State


@transaction.atomic
def offer(
    dossier: Dossier,
    to: Institution,
    *,
    by: Any,
    reason: str,
    remarks: str = "",
    letter_number: str = "",
    channel: str = Case.Channel.WINDOW,
    request: DepartureRequest | None = None,
) -> Transfer:
    """Offer a dossier we hold to another institution of the system. One move at a time.

    A recall letter of the receiver is checked, if one is given; who has issued it has agreed by it. ``request`` is the
    one that is being taken up; whoever else asked on the same letter is answered by the same move.
    """
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    custody = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).select_related("institution").first()
    if custody is None or not can(by, Permission.TRANSFER_OFFER, at=custody.institution_id):
        raise PermissionDenied
    if to == custody.institution:
        raise ValidationError({"to": _("The dossier is already there.")})
    if not to.is_active:
        raise ValidationError({"to": _("This institution no longer takes dossiers.")})
    if Transfer.objects.open().filter(dossier=dossier).exists():
        raise ValidationError(_("A transfer of this dossier is already under way."))
    if DepartingDossier.objects.filter(dossier=dossier, outcome=DepartingDossier.Outcome.GOING).exists():
        raise ValidationError(_("It is leaving the city already."))
    storage.refuse_what_is_lost(dossier.person, custody.institution)
    number = plain_number(letter_number) or letter_calling_for(dossier.person_id, to)
    letter = refuse_if_not_genuine(number, people={dossier.person_id}, to=to)
    transfer = Transfer(
        institution=custody.institution,
        counterpart=to,
        person_id=dossier.person_id,
        dossier=dossier,
        custody=custody,
        state=State.AGREED if letter else State.OFFERED,
        letter_number=number if letter else "",
        reason=reason,
        remarks=remarks,
        channel=channel,
    )
    open_case(transfer, by=by, permission=None, deadline="transfer_dispatch" if letter else "transfer_agree")
    join_all(transfer, but=request)
    return transfer


def subject(transfer: Transfer) -> tuple[Dossier, Institution]:
    """What moves, and where to: every transfer has both, from the offer on."""
    assert transfer.dossier and transfer.counterpart
    return transfer.dossier, transfer.counterpart


@step(
    Transfer,
    label=gettext_lazy("Agree to take it"),
    sources=[State.OFFERED],
    target=State.AGREED,
    permission=Permission.TRANSFER_DECIDE,
    at="counterpart",
    deadline="transfer_dispatch",
)
def agree(transfer: Transfer, *, by: Any) -> None:
    """The receiver agrees; from now on the sender has 15 working days to send (112号)."""


@step(
    Transfer,
    label=gettext_lazy("Pack and seal"),
    sources=[State.AGREED],
    target=State.SENT,
    permission=Permission.TRANSFER_SEND,
)
def pack(transfer: Transfer, *, by: Any, principal_volumes: int, duplicate_volumes: int, papers_counted: int) -> None:
    """The whole set goes together, sealed, with list and notice; nothing is held back or sent in parts (P6, P7)."""
    _refuse_unless_kept(transfer)
    dossier, _counterpart = subject(transfer)
    if why := hindrances(in_the_way_of(transfer, [dossier.pk])[dossier.pk]):
        raise ValidationError(named(why))
    storage.put_on_desk(dossier, transfer.institution, by=by, detail=transfer.number, case=transfer)
    transfer.packed_by = by
    transfer.principal_volumes, transfer.duplicate_volumes, transfer.papers = (
        principal_volumes,
        duplicate_volumes,
        papers_counted,
    )
    transfer.notice_file = papers.notice(transfer, by=by)


@step(
    Transfer,
    label=gettext_lazy("Hand to the carrier"),
    sources=[State.SENT],
    target=State.IN_TRANSIT,
    permission=Permission.TRANSFER_SEND,
    unlike=["packed_by"],
    deadline="transfer_receive",
)
def dispatch(transfer: Transfer, *, by: Any, carrier: str, waybill: str = "") -> None:
    """A second person checks the parcel and hands it over; the carrier must be one the rules allow."""
    _refuse_unless_kept(transfer)
    if carrier not in carriers_between_us():
        raise ValidationError({"carrier": _("A dossier may not travel this way.")})
    transfer.carrier, transfer.waybill = carrier, waybill.strip()
    transfer.sent_on = timezone.localdate()
    dossier, _counterpart = subject(transfer)
    storage.hand_to_courier(
        dossier, by=by, detail=f"{standards.code_name('carrier', carrier)} {waybill}".strip(), case=transfer
    )


@step(
    Transfer,
    label=gettext_lazy("Receive"),
    sources=[State.IN_TRANSIT],
    target=State.RECEIVED,
    permission=Permission.TRANSFER_RECEIVE,
    at="counterpart",
    deadline=None,
)
def receive(
    transfer: Transfer,
    *,
    by: Any,
    seal_intact: bool,
    principal_volumes: int,
    duplicate_volumes: int,
    papers_counted: int,
) -> None:
    """The receiver has counted and signs: in this moment custody changes hands, with a new archive number there."""
    _refuse_unless_kept(transfer)
    counted = (principal_volumes, duplicate_volumes, papers_counted)
    sent = (transfer.principal_volumes, transfer.duplicate_volumes, transfer.papers)
    if not seal_intact or counted != sent:
        raise ValidationError(
            _("Seal or number does not agree with the transfer notice (sent: %(sent)s). Refuse the parcel instead.")
            % {"sent": " / ".join(str(number) for number in sent)}
        )
    transfer.received_on = timezone.localdate()
    dossier, counterpart = subject(transfer)
    transfer.new_custody = dossiers.hand_over_custody(dossier, counterpart, by=by, reason=transfer.reason)
    storage.put_on_desk(dossier, counterpart, by=by, detail=transfer.number, case=transfer)
    transfer.receipt_file = papers.receipt(transfer, by=by)
    said = say("custody.taken", institution=counterpart, number=transfer.new_custody.archive_number)
    people.tell(dossier.person, said, institution=counterpart, by=by, case=transfer)


@step(
    Transfer,
    label=gettext_lazy("Refuse the parcel"),
    sources=[State.IN_TRANSIT],
    target=State.REFUSED,
    permission=Permission.TRANSFER_RECEIVE,
    at="counterpart",
    deadline="transfer_receive",
    way_out=True,
)
def refuse(transfer: Transfer, *, by: Any, refusal_reason: str, refusal_detail: str) -> None:
    """Sent back with one of the coded reasons; the sender has been the keeper all the time and still is."""
    if not standards.is_code("return_reason", refusal_reason):
        raise ValidationError({"refusal_reason": _("This is not a reason for which a dossier may be returned.")})
    transfer.refusal_reason, transfer.refusal_detail = refusal_reason, refusal_detail


@step(
    Transfer,
    label=gettext_lazy("Take back"),
    sources=[State.REFUSED, State.SENT],
    target=State.RETURNED,
    permission=Permission.TRANSFER_SEND,
    deadline=None,
    way_out=True,
)
def take_back(transfer: Transfer, *, by: Any) -> None:
    """The parcel is back on the sender's desk (or never left it); it waits there to be shelved again.

    If the sender keeps the dossier no more, where it is is the new keeper's to say, and only the case ends.
    """
    if _is_kept(transfer):
        dossier, _counterpart = subject(transfer)
        storage.put_on_desk(dossier, transfer.institution, by=by, detail=transfer.number, case=transfer)
    dossiers.refuse_call(transfer.letter_number)


@step(
    Transfer,
    label=gettext_lazy("Decline"),
    sources=[State.OFFERED],
    target=State.DECLINED,
    permission=Permission.TRANSFER_DECIDE,
    at="counterpart",
    deadline=None,
    way_out=True,
)
def decline(transfer: Transfer, *, by: Any, reason: str) -> None:
    """The receiver says why it will not take the dossier."""
    transfer.decline_reason = reason


@step(
    Transfer,
    label=gettext_lazy("Withdraw the offer"),
    sources=[State.OFFERED, State.AGREED],
    target=State.WITHDRAWN,
    permission=Permission.TRANSFER_OFFER,
    deadline=None,
    way_out=True,
)
def withdraw(transfer: Transfer, *, by: Any, reason: str) -> None:
    """Before anything is packed the sender may take the offer back."""
    transfer.decline_reason = reason
    dossiers.refuse_call(transfer.letter_number)


def _is_kept(transfer: Transfer) -> bool:
    """Whether the custody that was offered still runs; the dossier is locked from here on."""
    Dossier.objects.select_for_update(no_key=True).get(pk=subject(transfer)[0].pk)
    return Custody.objects.filter(pk=transfer.custody_id, status=Custody.Status.HELD).exists()


def _refuse_unless_kept(transfer: Transfer) -> None:
    """Meanwhile supervision may have found that the dossier is another institution's: nobody hands over what is not
    theirs."""
    if not _is_kept(transfer):
        raise ValidationError(
            _("%(institution)s no longer keeps this dossier, so this transfer cannot go on.")
            % {"institution": transfer.institution}
        )


STEPS = {
    function.__name__: function for function in (agree, pack, dispatch, receive, refuse, take_back, decline, withdraw)
}
