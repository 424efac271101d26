"""外来调档申请: received from who has no account, taken up as a departure or a transfer, or answered with a reason."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.actions.applying import apply
from rendang.circulation.transfers.actions.calling import call_off, join
from rendang.circulation.transfers.actions.inside import offer_transfer as take_up_application
from rendang.circulation.transfers.actions.moving import offer
from rendang.circulation.transfers.models import DepartureRequest, PassedOn, Transfer
from rendang.circulation.transfers.queries.calling import application_of
from rendang.circulation.transfers.queries.letters import (
    letter_read,
    number_given,
    refuse_if_forged,
    refuse_if_run_out,
)
from rendang.circulation.transfers.queries.listing import find_listed
from rendang.circulation.transfers.queries.requests import digits, held_as, new_receipt_number
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Dossier
from rendang.institutions.models import OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.identifiers import mask_id_number
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step

State = DepartureRequest.State


@transaction.atomic
def receive_request(
    institution: Institution,
    *,
    sent_by: str,
    sender: str,
    contact: str,
    phone: str,
    name: str,
    id_number: str,
    letter: Any,
    letter_number: str = "",
    letter_date: dt.date | None = None,
    receiver: str = "",
    remarks: str = "",
) -> DepartureRequest:
    """Somebody outside asks for a dossier, with the recall letter; the portal has counted and challenged the request.

    ``institution`` is whom they address. It goes to who keeps the dossier, if anybody does: the same is done and
    answered either way. Refused in words: a number like one of our letters that nobody has issued or that has run out.
    """
    if not institution.is_active:
        raise ValidationError({"institution": _("This institution no longer takes dossiers.")})
    if len(digits(phone)) < 7:
        raise ValidationError({"phone": _("Give a telephone number with all its digits.")})
    if letter_date and letter_date > timezone.localdate():
        raise ValidationError({"letter_date": _("The letter cannot be dated in the future.")})
    read = letter_read(letter)
    number = number_given(letter_number, read)
    ours = refuse_if_forged(number) if number else None
    if ours:
        refuse_if_run_out(ours)
    by, held = system_actor(), held_as(name, id_number)
    request = DepartureRequest(
        institution=held.institution if held else institution,
        channel=Case.Channel.ONLINE,
        state=State.RECEIVED,
        receipt_number=new_receipt_number(),
        sent_by=sent_by,
        sender=sender.strip(),
        contact=contact.strip(),
        phone=phone.strip(),
        receiver_named=receiver.strip(),
        asked_name=name.strip(),
        id_number=id_number,
        id_masked=mask_id_number(id_number),
        remarks=remarks.strip(),
        letter_number=number,
        letter_read=read,
        letter_date=letter_date,
        has_letter_of_ours=ours is not None,
        letter_of_id=ours.institution_id if ours else None,
    )
    request.letter_file = files.store(
        letter, name=letter.name or "letter", kind=Kind.ATTACHMENT, institution=request.institution, by=by
    )
    return open_case(request, by=by, permission=None, deadline="departure_request")


@step(
    DepartureRequest,
    label=gettext_lazy("Open the departure"),
    sources=[State.RECEIVED],
    target=State.GRANTED,
    permission=Permission.TRANSFER_OFFER,
    deadline=None,
    only_for={"has_letter_of_ours": [False]},
    singly=True,
)
def open_departure(
    request: DepartureRequest,
    *,
    by: Any,
    dossier: str,
    to: OutsideKeeper,
    letter_number: str,
    letter_date: dt.date,
    reason: str,
    letter_issuer: str = "",
) -> None:
    """The letter is in order: the dossier is named, the receiver chosen, and the letter goes along as it was sent."""
    found = _named(request, dossier)
    request.departure_opened = apply(
        [found],
        by=by,
        to=to,
        reason=reason,
        letter_number=letter_number,
        letter_date=letter_date,
        letter_issuer=letter_issuer,
        letter=request.letter_file,
        applied_by=request.sent_by,
        remarks=request.remarks,
        channel=Case.Channel.ONLINE,
    )


@step(
    DepartureRequest,
    label=gettext_lazy("Offer the transfer"),
    sources=[State.RECEIVED],
    target=State.GRANTED,
    permission=Permission.TRANSFER_OFFER,
    deadline=None,
    only_for={"has_letter_of_ours": [True]},
    singly=True,
)
def offer_transfer(request: DepartureRequest, *, by: Any, dossier: str, reason: str) -> None:
    """The letter is one of ours: the dossier moves inside the city, without paper going to and fro.

    Where the person has applied for the same, or it is under way, there is one move and not two.
    """
    assert request.letter_of
    found = _named(request, dossier)
    under_way = Transfer.objects.open().filter(dossier=found, counterpart=request.letter_of).first()
    if under_way is None and (application := application_of(found.pk, request.letter_of.pk)):
        under_way = take_up_application(application, by=by, request=request).transfer_offered
    request.transfer_offered = under_way or offer(
        found,
        request.letter_of,
        by=by,
        reason=reason,
        remarks=request.remarks,
        letter_number=request.letter_number,
        channel=Case.Channel.ONLINE,
        request=request,
    )


@step(
    DepartureRequest,
    label=gettext_lazy("Reply"),
    sources=[State.RECEIVED],
    target=State.ANSWERED,
    permission=Permission.TRANSFER_OFFER,
    deadline=None,
    way_out=True,
)
def answer(request: DepartureRequest, *, by: Any, answer_code: str, answer_detail: str = "") -> None:
    """It cannot be done; the sender reads the reason with the receipt number."""
    if not standards.is_code("request_answer", answer_code):
        raise ValidationError({"answer_code": _("Choose one of the replies.")})
    request.answer_code, request.answer_detail = answer_code, answer_detail.strip()
    if request.sent_by == DepartureRequest.From.CITY:
        dossiers.refuse_call(request.letter_number)


@step(
    DepartureRequest,
    label=gettext_lazy("Pass on"),
    sources=[State.RECEIVED],
    target=State.RECEIVED,
    permission=Permission.TRANSFER_OFFER,
    way_out=True,
    singly=True,
)
def pass_on(request: DepartureRequest, *, by: Any, to: Institution, reason: str) -> None:
    """Another institution of the city keeps the dossier: the request goes there, with its letter and its time limit.

    From then on who has passed it on sees nothing of it but that they did; the sender reads where it has gone.
    """
    if to == request.institution:
        raise ValidationError({"to": _("The request is at this institution already.")})
    if to == request.letter_of:
        raise ValidationError({"to": _("It is that institution that asks.")})
    if not to.is_active:
        raise ValidationError({"to": _("This institution no longer takes dossiers.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is passed on.")})
    passed = PassedOn(request=request, institution=request.institution, to=to, reason=reason.strip(), passed_by=by)
    passed.full_clean()
    passed.save()
    # The step itself is an event of the institution that has it now; this is the one of who had it.
    audit.record("passedon.note", passed, by=by, reason=passed.reason)
    files.hand_on(request.letter_file, to, by=by)
    request.institution = to


def _named(request: DepartureRequest, entry: str) -> Dossier:
    """The one dossier of the institution that the clerk means; the request is from now on about it."""
    try:
        found = find_listed(request.institution, [entry])
    except ValidationError as refused:
        raise ValidationError({"dossier": refused.messages}) from refused
    if len(found) != 1:
        raise ValidationError({"dossier": _("Name one dossier.")})
    request.dossier, request.person = found[0], found[0].person
    return found[0]


REQUEST_STEPS = {
    function.__name__: function for function in (open_departure, offer_transfer, answer, pass_on, join, call_off)
}
