"""What became of the recall letters by which institutions of the city have asked each other."""

from collections.abc import Iterable, Sequence

from rendang.circulation.transfers.models import Departure, DepartureRequest, Transfer
from rendang.circulation.transfers.queries.letters import letter_of_ours, letters_alike, refuse_if_run_out
from rendang.circulation.transfers.queries.requests import held_as
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.calling import CallCourse, says_how_calls_go
from rendang.kernel.core.constraints import what_refuses
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import before_step


@says_how_calls_go
def courses(letter_numbers: Iterable[str]) -> dict[str, CallCourse]:
    """By letter, the latest request of each."""
    asked = DepartureRequest.objects.filter(
        has_letter_of_ours=True, sent_by=DepartureRequest.From.CITY, letter_number__in=list(letter_numbers)
    )
    rows = asked.select_related("institution", "transfer_offered__institution", "transfer_offered__counterpart")
    return {request.letter_number: _course(request) for request in rows.order_by("pk")}


def _course(request: DepartureRequest) -> CallCourse:
    return CallCourse(
        keeper=request.institution,
        asked_at=request.opened_at,
        number=request.number,
        waits=request.is_open,
        answered_at=request.closed_at,
        answer=str(standards.code_label("request_answer", request.answer_code, short=False))
        if request.answer_code
        else "",
        answer_detail=request.answer_detail,
        transfer=request.transfer_offered,
    )


def asked_alike(request: DepartureRequest, held: Custody | None) -> list[Case]:
    """Who else asks for the move of what is ``held``, for the same intake or as the person; one step answers all."""
    if not request.is_open or request.letter_of_id is None:
        return []
    others = DepartureRequest.objects.open().filter(
        institution=request.institution_id,
        has_letter_of_ours=True,
        letter_number__in=letters_alike(request.letter_number),
    )
    found: list[Case] = list(others.exclude(pk=request.pk))
    if held and (application := application_of(held.dossier_id, request.letter_of_id)):
        found.append(application)
    return found


def refuse_if_the_letter_stands_no_more(request: DepartureRequest) -> None:
    """Said before anything is typed: nothing is offered on such a letter, unless the dossier moves there already."""
    if request.letter_of_id is None:
        return
    held = held_as(request.asked_name, request.id_number)
    if held and Transfer.objects.open().filter(dossier=held.dossier_id, counterpart=request.letter_of_id).exists():
        return
    if letter := letter_of_ours(request.letter_number):
        refuse_if_run_out(letter)


@before_step(DepartureRequest, "offer_transfer")
def whose_letter_stands_no_more(requests: Sequence[DepartureRequest]) -> dict[int, str]:
    """Of a step that is taken for one request alone."""
    return {one.pk: why for one in requests if (why := what_refuses(refuse_if_the_letter_stands_no_more, one))}


def application_of(dossier: int, to: int) -> Departure | None:
    """The person's own application to let the dossier go there, while nobody has taken it up."""
    waiting = Departure.objects.filter(dossier=dossier, moves_to=to, state=Departure.State.APPLIED)
    return waiting.first()
