"""An institution of the city asks for a dossier by its recall letter: the request comes and ends by itself.

What the asking institution has to do with it stands in its intake; the two are tied by ``dossiers.call_for``.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.models import DepartureRequest, Transfer
from rendang.circulation.transfers.queries.letters import letters_alike
from rendang.circulation.transfers.queries.requests import new_receipt_number
from rendang.dossiers import actions as dossiers
from rendang.kernel.access.permissions import Permission
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.actions import follow_up, open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step

State, From = DepartureRequest.State, DepartureRequest.From


@dossiers.when_called_for
def receive_call(call: dossiers.Call, by: Any) -> None:
    """The request at the keeper, with a copy of the letter. Refused in words when the keeper has offered already."""
    dossier, keeper = call.custody.dossier, call.custody.institution
    offered = Transfer.objects.open().filter(dossier=dossier, counterpart=call.institution).first()
    if offered:
        raise ValidationError(
            _("%(institution)s has offered this dossier already, by transfer %(number)s: agree to that.")
            % {"institution": keeper.name, "number": offered.number}
        )
    person = dossier.person
    request = DepartureRequest(
        institution=keeper,
        channel=Case.Channel.SYSTEM,
        state=State.RECEIVED,
        person=person,  # not yet the dossier: whoever it is passed on to could open that
        receipt_number=new_receipt_number(),
        sent_by=From.CITY,
        sender=call.institution.name,
        contact=by.name,
        phone=call.institution.phone,
        asked_name=person.name,
        id_number=person.id_number,
        id_masked=person.id_masked,
        remarks=call.why,
        letter_number=call.letter_number,
        letter_date=call.letter_date,
        has_letter_of_ours=True,
        letter_of=call.institution,
    )
    content, name = read_file(call.letter), call.letter.name
    request.letter_file = files.store(content, name=name, kind=Kind.PAPER, institution=keeper, by=by)
    open_case(request, by=by, permission=None, deadline="transfer_agree")


@step(
    DepartureRequest,
    label=gettext_lazy("It moves already"),
    sources=[State.RECEIVED],
    target=State.GRANTED,
    permission=Permission.TRANSFER_OFFER,
    at="counterpart",  # a request has none: nobody presses this, the system takes it when the same move is offered
    deadline=None,
    only_for={"has_letter_of_ours": [True]},
    way_out=True,
    singly=True,
)
def join(request: DepartureRequest, *, by: Any) -> None:
    """By another way the dossier was offered to whose letter this is: one move answers all who asked for it."""
    alike = letters_alike(request.letter_number)
    transfer = Transfer.objects.open().filter(institution=request.institution_id, letter_number__in=alike).first()
    if transfer is None:
        raise ValidationError(_("No transfer on this letter is under way."))
    request.transfer_offered, request.dossier, request.person = transfer, transfer.dossier, transfer.person


@step(
    DepartureRequest,
    label=gettext_lazy("Taken back by who asked"),
    sources=[State.RECEIVED],
    target=State.WITHDRAWN,
    permission=Permission.TRANSFER_OFFER,
    at="counterpart",  # as above: taken by the system when the intake is withdrawn
    deadline=None,
    only_for={"sent_by": [From.CITY]},
    way_out=True,
    singly=True,
)
def call_off(request: DepartureRequest, *, by: Any) -> None:
    """The institution that asked wants it no more; nothing is to be done."""
    request.is_called_off = True


def join_all(transfer: Transfer, *, but: DepartureRequest | None) -> None:
    """Who else has asked on this transfer's letter or one it has replaced; whom somebody works on is left to them."""
    if not transfer.letter_number:
        return
    rows = DepartureRequest.objects.filter(
        institution=transfer.institution_id,
        has_letter_of_ours=True,
        letter_number__in=letters_alike(transfer.letter_number),
        state=State.RECEIVED,
    ).exclude(pk=but.pk if but else 0)
    for request in rows.select_for_update(of=["self", "case_ptr"], skip_locked=True):
        follow_up(join, request)


@dossiers.when_called_off
def take_back_call(letter_number: str) -> None:
    """What is not answered is taken back; what is on its way can only be called off by who sends it."""
    asked = DepartureRequest.objects.filter(sent_by=From.CITY, has_letter_of_ours=True, letter_number=letter_number)
    request = asked.select_for_update(of=["self", "case_ptr"]).order_by("-pk").first()
    if request is None:
        return
    transfer = request.transfer_offered
    if transfer and transfer.is_open:
        raise ValidationError(
            _("%(institution)s is sending the dossier, by transfer %(number)s. Ask it to withdraw that first.")
            % {"institution": transfer.institution.name, "number": transfer.number}
        )
    if request.state == State.RECEIVED:
        follow_up(call_off, request)
